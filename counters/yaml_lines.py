"""YAML that people edit, read safely: plain data plus the line on which every value stands.

Only plain values are read. Tags, anchors and aliases are refused, so a small file can neither run
anything nor grow without bound, and so are duplicate keys, which YAML itself would swallow.
"""

from typing import Any

import yaml

MAX_DEPTH = 24
MAX_NODES = 200_000
# The reader in C is about ten times faster; not every wheel has it.
_EXACT_UP_TO = 100_000
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class YamlProblem(ValueError):
    """The text is not YAML as we accept it; `line` is counted from 1, 0 when unknown."""

    def __init__(self, line: int, message: str):
        super().__init__(f"line {line}: {message}" if line else message)
        self.line = line
        self.message = message


def read_yaml(text: str) -> tuple[Any, dict[str, int]]:
    """The data of `text` and a map from path (`services[3].standard.fee`) to line number.

    Raises YamlProblem with the line for anything that is not plain, unambiguous YAML.
    """
    try:
        _refuse_tricks(text)
        node = yaml.compose(text, Loader=LOADER)
        lines: dict[str, int] = {}
        scalars = yaml.constructor.SafeConstructor()
        return (_plain(node, "", lines, scalars) if node else None), lines
    except yaml.MarkedYAMLError as fault:
        error = _exact(text, fault)
        mark = error.problem_mark
        raise YamlProblem(mark.line + 1 if mark else 0, str(error.problem)) from error
    except yaml.YAMLError as error:
        raise YamlProblem(0, str(error).splitlines()[0]) from error
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        raise YamlProblem(line, "there is a sign that cannot be stored") from error


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
            raise YamlProblem(line, "anchors and aliases are not allowed")
        if getattr(event, "tag", None):
            raise YamlProblem(line, "tags are not allowed")
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        nodes += isinstance(event, yaml.NodeEvent)
        if depth > MAX_DEPTH:
            raise YamlProblem(line, "the text is nested too deeply")
        if nodes > MAX_NODES:
            raise YamlProblem(line, "the text has too many parts")


def _plain(node: yaml.Node, path: str, lines: dict[str, int], scalars: Any) -> Any:
    line = node.start_mark.line + 1
    lines[path] = line
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, lines, scalars)
    if isinstance(node, yaml.SequenceNode):
        return [
            _plain(item, f"{path}[{index}]", lines, scalars)
            for index, item in enumerate(node.value)
        ]
    return _scalar(node, line, scalars)


def _mapping(node: yaml.MappingNode, path: str, lines: dict[str, int], scalars: Any) -> dict:
    found = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            raise YamlProblem(line, "a key must be plain text")
        key = key_node.value
        if key in found:
            raise YamlProblem(line, f"the key {key!r} stands twice")
        inner = f"{path}.{key}" if path else key
        found[key] = _plain(value_node, inner, lines, scalars)
        lines[inner] = line
    return found


def _scalar(node: yaml.ScalarNode, line: int, scalars: Any) -> Any:
    try:
        return scalars.construct_object(node)
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        raise YamlProblem(line, f"{node.value[:40]!r} cannot be read") from error
    finally:
        scalars.constructed_objects.clear()
        scalars.recursive_objects.clear()
