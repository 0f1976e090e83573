"""Callbacks as people type them: ``save_csv path=orders.csv fields=price,volume_remain``."""

from __future__ import annotations

import contextlib
import inspect
import shlex
from collections.abc import Iterable
from typing import Any

from esi_fetch.documents import DocumentError, parse_json
from esi_fetch.errors import CallbackArgumentError, InputError, Problem
from esi_fetch.model.callback import Callback, CallbackSpec, spec_of

__all__ = ["parse_callbacks"]


def parse_callbacks(texts: Iterable[str]) -> tuple[Callback, ...]:
    """Return the callbacks that texts name, with their arguments.

    A text is taken apart as a shell does it. Arguments are ``name=value``; a value that is JSON is that
    value, any other is text. Where the callback takes a list, items are separated by commas, or the name is
    repeated.

    Raises:
        CallbackArgumentError: A text names no callback, or its arguments do not fit it; ``problems`` lists
            everything.
    """
    callbacks = []
    problems: list[Problem] = []
    for text in texts:
        try:
            callbacks.append(_callback(text))
        except InputError as error:
            problems += error.below(f"--callback {text!r}").problems
    if problems:
        raise CallbackArgumentError(problems=problems)
    return tuple(callbacks)


def _callback(text: str) -> Callback:
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise InputError(f"{str(error)[:1].lower()}{str(error)[1:]}") from error
    if not words:
        raise InputError("names no callback")
    spec = spec_of(words[0])
    kwargs: dict[str, Any] = {}
    for word in words[1:]:
        name, equals, value = word.partition("=")
        if not equals or not name:
            raise InputError(f"expected name=value, found {word!r}")
        if not _takes_list(spec, name):
            if name in kwargs:
                raise InputError(f"{name} is given twice")
            kwargs[name] = _value(value)
        elif isinstance(value := _value(value), list):
            kwargs.setdefault(name, []).extend(value)
        else:
            kwargs.setdefault(name, []).extend(item.strip() for item in str(value).split(","))
    if "path" in kwargs:
        kwargs["path"] = str(kwargs["path"])  # a file may be called 2026
    return Callback(words[0], kwargs)


def _value(text: str) -> Any:
    with contextlib.suppress(DocumentError):
        return parse_json(text)
    return text


def _takes_list(spec: CallbackSpec, name: str) -> bool:
    parameter = inspect.signature(spec.function).parameters.get(name)
    kind = "" if parameter is None else str(parameter.annotation)
    return any(word in kind for word in ("Sequence", "list", "tuple"))
