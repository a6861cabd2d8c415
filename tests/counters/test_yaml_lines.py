"""YAML that people edit: where everything stands, and texts that only want to cost something."""

import tracemalloc

import pytest
from django.utils import translation

from counters.yaml_lines import MAX_KEY, YamlProblem, read_yaml

TEXT = """a: 1
list:
  - x: 2
    y:
      z: 3
  - [4, 5]
dotted.key:
  inner: 6
"""


def test_every_value_has_its_line():
    data, lines = read_yaml(TEXT)
    assert data["list"][0]["y"] == {"z": 3}
    assert dict(lines) == {
        "": 1,
        "a": 1,
        "list": 2,
        "list[0]": 3,
        "list[0].x": 3,
        "list[0].y": 4,
        "list[0].y.z": 5,
        "list[1]": 6,
        "list[1][0]": 6,
        "list[1][1]": 6,
        "dotted.key": 7,
        "dotted.key.inner": 8,
    }
    assert len(lines) == 12


@pytest.mark.parametrize(
    "path", ["b", "a.b", "list[2]", "list.x", "list[x]", "list[0", "list[-1]", "a[0]", "[0]", "."]
)
def test_what_is_not_there_has_no_line(path):
    assert path not in read_yaml(TEXT)[1]


def test_nothing_has_no_lines():
    assert read_yaml("# nothing\n") == (None, {})


@pytest.mark.parametrize("key", ["k" * 100_000, "k" * (MAX_KEY + 1)])
def test_long_keys_are_refused(key):
    with pytest.raises(YamlProblem) as caught:
        read_yaml("a: 1\n? " + key + "\n:\n" + "  - 1\n" * 4_000)
    assert caught.value.line == 2


def test_memory_grows_with_the_text_alone():
    """Long keys inside each other stand above many values."""
    depth, values = 20, 20_000
    text = "".join(f"{' ' * level}{chr(97 + level) * MAX_KEY}:\n" for level in range(depth))
    text += f"{' ' * depth}- 1\n" * values
    tracemalloc.start()
    try:
        _data, lines = read_yaml(text)
        assert tracemalloc.get_traced_memory()[1] < 40 * 2**20
    finally:
        tracemalloc.stop()
    assert len(lines) == depth + values + 1


@pytest.mark.parametrize(
    "number", ["0x" + "f" * 5_000, "1" * 5_000, "0x1" + "0" * 16, str(2**63), "1" + ":59" * 9_000]
)
def test_numbers_no_database_holds(number):
    with pytest.raises(YamlProblem) as caught:
        read_yaml(f"a: 1\nb: {number}\n")
    assert caught.value.line == 2


def test_the_largest_numbers():
    assert read_yaml(f"[{2**63 - 1}, {-(2**63)}]")[0] == [2**63 - 1, -(2**63)]


@pytest.mark.parametrize(
    ("text", "english", "indonesian"),
    [
        ("a: &x 1", "anchors and aliases are not allowed", "jangkar dan alias"),
        ("a: !x 1", "tags are not allowed", "tag"),
        ("a: 1\na: 2", "the key 'a' stands twice", "kunci 'a' tertulis dua kali"),
        ("[a]: 1", "a key must be plain text", "kunci"),
        ("a: 2026-99-99", "'2026-99-99' cannot be read", "'2026-99-99' tidak dapat dibaca"),
    ],
)
def test_faults_are_told_in_both_languages(text, english, indonesian):
    for language, said in (("en", english), ("id", indonesian)):
        with translation.override(language), pytest.raises(YamlProblem, match=said):
            read_yaml(text)
