"""YAML that people edit, read safely: plain data plus the line on which every value stands.

Only plain values are read. Tags, anchors and aliases are refused, so a small file can neither run
anything nor grow without bound, and so are duplicate keys, which YAML itself would swallow.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml
from django.utils.translation import gettext as _

MAX_DEPTH = 24
MAX_NODES = 200_000
# Every key of a fault's path may be this long; nothing we read has longer ones.
MAX_KEY = 200
# Both databases hold whole numbers of 64 bits, and Python refuses to write out very long ones.
WHOLE = range(-(2**63), 2**63)
_LONGEST_WHOLE = 80
_WHOLE_TAG = "tag:yaml.org,2002:int"
# The reader in C is about ten times faster; not every wheel has it.
_EXACT_UP_TO = 100_000
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class YamlProblem(ValueError):
    """The text is not YAML as we accept it; `line` is counted from 1, 0 when unknown."""

    def __init__(self, line: int, message: str):
        super().__init__(f"line {line}: {message}" if line else message)
        self.line = line
        self.message = message


# The line of a value, or the line of a mapping or list with what stands in it.
Place = int | tuple[int, "dict[str, Place] | list[Place]"]
_STEP = re.compile(r"[.\[]|$")


class Lines(Mapping[str, int]):
    """From path (`services[3].standard.fee`) to line number.

    It keeps the shape of the text and no paths: long keys above many values stay cheap.
    """

    def __init__(self, root: Place):
        self._root = root

    def __getitem__(self, path: str) -> int:
        found = self._root
        rest = path
        while rest:
            if isinstance(found, int):
                raise KeyError(path)
            found, rest = _inside(found[1], rest)
        return _line(found)

    def __iter__(self) -> Iterator[str]:
        yield from _paths(self._root, "")

    def __len__(self) -> int:
        return sum(1 for _path in self)


def _line(place: Place) -> int:
    return place if isinstance(place, int) else place[0]


def _inside(held: "dict[str, Place] | list[Place]", path: str) -> tuple[Place, str]:
    """The place at the first step of a path, and the steps behind it. Raises KeyError."""
    if isinstance(held, list):
        index, closed, rest = path[1:].partition("]")
        if path[0] == "[" and closed and index.isdecimal() and int(index[:9]) < len(held):
            return held[int(index[:9])], rest
        raise KeyError(path)
    path = path.removeprefix(".")
    # A key may hold a dot itself: the shortest beginning that is a key is taken.
    for end in _STEP.finditer(path):
        if path[: end.start()] in held:
            return held[path[: end.start()]], path[end.start() :]
    raise KeyError(path)


def _paths(place: Place, path: str) -> Iterator[str]:
    yield path
    if isinstance(place, int):
        return
    if isinstance(place[1], list):
        for index, item in enumerate(place[1]):
            yield from _paths(item, f"{path}[{index}]")
        return
    for key, item in place[1].items():
        yield from _paths(item, f"{path}.{key}" if path else key)


def read_yaml(text: str) -> tuple[Any, Mapping[str, int]]:
    """The data of `text` and a map from path (`services[3].standard.fee`) to line number.

    Raises YamlProblem with the line for anything that is not plain, unambiguous YAML.
    """
    try:
        _refuse_tricks(text)
        node = yaml.compose(text, Loader=LOADER)
        if node is None:
            return None, {}
        data, place = _plain(node, node.start_mark.line + 1, yaml.constructor.SafeConstructor())
        return data, Lines(place)
    except yaml.MarkedYAMLError as fault:
        error = _exact(text, fault)
        mark = error.problem_mark
        raise YamlProblem(mark.line + 1 if mark else 0, str(error.problem)) from error
    except yaml.YAMLError as error:
        raise YamlProblem(0, str(error).splitlines()[0]) from error
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        raise YamlProblem(line, _("there is a sign that cannot be stored")) from error


def _exact(text: str, fault: yaml.MarkedYAMLError) -> yaml.MarkedYAMLError:
    """The same fault as the slower reader tells it, which points at the line people look for.

    The reader in C often names the line after it. Long texts keep its answer.
    """
    try:
        for _event in yaml.parse(text[:_EXACT_UP_TO], Loader=yaml.SafeLoader):
            pass
    except yaml.MarkedYAMLError as exact:
        return exact
    except yaml.YAMLError:
        return fault
    return fault


def _refuse_tricks(text: str) -> None:
    """Stops at the first alias or tag, and before depth or number cost the reader much."""
    depth = nodes = 0
    for event in yaml.parse(text, Loader=LOADER):
        line = event.start_mark.line + 1 if event.start_mark else 0
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise YamlProblem(line, _("anchors and aliases are not allowed"))
        if getattr(event, "tag", None):
            raise YamlProblem(line, _("tags are not allowed"))
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        nodes += isinstance(event, yaml.NodeEvent)
        if depth > MAX_DEPTH:
            raise YamlProblem(line, _("the text is nested too deeply"))
        if nodes > MAX_NODES:
            raise YamlProblem(line, _("the text has too many parts"))


def _plain(node: yaml.Node, line: int, scalars: Any) -> tuple[Any, Place]:
    """A node as plain data, and where it stands; `line` is the line of its key if it has one."""
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, line, scalars)
    if isinstance(node, yaml.SequenceNode):
        found = [_plain(item, item.start_mark.line + 1, scalars) for item in node.value]
        return [data for data, _place in found], (line, [place for _data, place in found])
    return _scalar(node, scalars), line


def _mapping(node: yaml.MappingNode, line: int, scalars: Any) -> tuple[dict, Place]:
    found: dict[str, Any] = {}
    places: dict[str, Place] = {}
    for key_node, value_node in node.value:
        at = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            raise YamlProblem(at, _("a key must be plain text"))
        key = key_node.value
        if len(key) > MAX_KEY:
            raise YamlProblem(
                at, _("a key is longer than %(most)s characters") % {"most": MAX_KEY}
            )
        if key in found:
            raise YamlProblem(at, _("the key %(key)s stands twice") % {"key": repr(key)})
        found[key], places[key] = _plain(value_node, at, scalars)
    return found, (line, places)


def _scalar(node: yaml.ScalarNode, scalars: Any) -> Any:
    line = node.start_mark.line + 1
    # A long number in parts of sixty takes quadratic time to read.
    if node.tag == _WHOLE_TAG and len(node.value) > _LONGEST_WHOLE:
        raise YamlProblem(line, _("a number is too large"))
    try:
        value = scalars.construct_object(node)
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        said = {"text": repr(node.value[:40])}
        raise YamlProblem(line, _("%(text)s cannot be read") % said) from error
    finally:
        scalars.constructed_objects.clear()
        scalars.recursive_objects.clear()
    if isinstance(value, int) and value not in WHOLE:
        raise YamlProblem(line, _("a number is too large"))
    return value
