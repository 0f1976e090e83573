"""Converting single values in tests."""

from __future__ import annotations

from typing import Any

from esi_fetch.catalog.values import FAILED, convert
from esi_fetch.errors import Problem

INTEGER = {"type": "integer", "format": "int64"}
INTEGERS = {"type": "array", "items": INTEGER}
TEXTS = {"type": "array", "items": {"type": "string"}}
UUID = "3868eaed-8278-4cb7-9709-7d7de9c20dc7"


def converted(value: Any, schema: dict[str, Any], *, in_body: bool = False) -> Any:
    problems: list[Problem] = []
    result = convert(value, schema, where="here", problems=problems, in_body=in_body)
    assert problems == [], problems
    return result


def refused(value: Any, schema: dict[str, Any], *, in_body: bool = False) -> list[str]:
    problems: list[Problem] = []
    assert convert(value, schema, where="here", problems=problems, in_body=in_body) is FAILED
    assert problems
    return [str(problem) for problem in problems]


class ArrayLike:
    """What NumPy's and pandas' scalars and arrays have in common."""

    dtype = "int64"

    def __init__(self, plain: Any) -> None:
        self._plain = plain

    def tolist(self) -> Any:
        return self._plain
