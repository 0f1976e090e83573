"""Durations and sizes as values of options."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from esi_fetch.errors import InputError
from esi_fetch.units import parse_duration, parse_size

__all__ = ["Duration", "Size"]

if TYPE_CHECKING:
    _Seconds = click.ParamType[float]
    _Bytes = click.ParamType[int]
else:
    _Seconds = _Bytes = click.ParamType  # older versions can't be subscripted


class Duration(_Seconds):
    """A duration such as ``90s``, ``15m``, ``2h``, ``7d``, as seconds.

    Args:
        words: Words that are allowed as well, with their values.
    """

    name = "duration"

    def __init__(self, **words: float) -> None:
        self.words = words

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the seconds; refuse what is no duration."""
        if value in self.words:
            return self.words[value]
        try:
            return parse_duration(value)
        except InputError as error:
            self.fail(str(error), param, ctx)


class Size(_Bytes):
    """A size such as ``500MB``, ``2GB``, as bytes."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the bytes; refuse what is no size."""
        try:
            return parse_size(value)
        except InputError as error:
            self.fail(str(error), param, ctx)
