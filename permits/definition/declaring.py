"""How a shape declares its keys: a kind that reading, writing and comparing understand."""

import dataclasses
from typing import Any


def declare(kind: str, default: Any, **more: Any) -> Any:
    return dataclasses.field(default=default, metadata={"kind": kind, **more})


def a_text(*, required: bool = False) -> Any:
    return declare("text", "", required=required)


def a_texts() -> Any:
    return declare("texts", ())


def a_flag(default: bool = False) -> Any:
    return declare("flag", default)


def a_whole(default: int | None = None) -> Any:
    return declare("whole", default)


def one_of(options: tuple[str, ...], default: str = "", *, required: bool = False) -> Any:
    return declare("one_of", default, options=options, required=required)


def some_of(options: tuple[str, ...], default: tuple[str, ...] = ()) -> Any:
    return declare("some_of", default, options=options)


def a_part(shape: Any) -> Any:
    return declare("part", None, shape=shape)


def a_parts(shape: Any) -> Any:
    return declare("parts", (), shape=shape)


def a_condition() -> Any:
    return declare("condition", None)
