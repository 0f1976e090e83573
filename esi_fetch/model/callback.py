"""Callbacks: what is done with a job's result, and the registry of those that exist.

The registry stands here, below the writers, because a :class:`Callback` is checked against it when it is
built: a wrong name or argument is found while a file is read, not hours into a run.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from esi_fetch.errors import CallbackArgumentError, Problem, did_you_mean
from esi_fetch.model.codec import PlainData

__all__ = ["Callback", "CallbackSpec", "callback", "callback_problems", "registered", "spec_of"]

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class CallbackSpec:
    """A registered callback.

    Attributes:
        callback_id: The name job files use.
        function: Called as ``function(job, **kwargs)``; the job carries its result.
        required: Keyword arguments that must be given.
        optional: Keyword arguments that may be given.
        open_ended: Whether it takes any keyword argument.
        reads_only: Whether it is known not to change the data; others are handed a copy.
        templates: Arguments, besides ``path``, in whose texts templates are expanded.
        check: Says what is wrong with the values of its arguments.
    """

    callback_id: str
    function: Callable[..., Any]
    required: frozenset[str]
    optional: frozenset[str]
    open_ended: bool = False
    reads_only: bool = False
    templates: frozenset[str] = frozenset()
    check: Callable[[Mapping[str, Any]], list[Problem]] | None = None


_REGISTRY: dict[str, CallbackSpec] = {}


def callback(
    callback_id: str,
    *,
    reads_only: bool = False,
    templates: Iterable[str] = (),
    check: Callable[[Mapping[str, Any]], list[Problem]] | None = None,
) -> Callable[[F], F]:
    """Register the decorated function as a callback that jobs can name.

    The function takes the finished job first; its keyword-only parameters are the callback's ``kwargs``.
    A parameter named ``path`` is expanded as a template and resolved inside the output directory before
    the call, so the function receives a :class:`pathlib.Path` whose parent exists.

    Args:
        callback_id: The name job files use; registering a name again replaces the function.
        reads_only: Promise that the function does not change the data, so that it needs no copy.
        templates: Names of further arguments in which templates are expanded: text, and text inside
            lists and mappings.
        check: Called with the ``kwargs`` when a :class:`Callback` is built; returns what is wrong with
            their values, so that a mistake is found before anything is sent.

    Raises:
        TypeError: No name is given, or the function can't be called with a job and named arguments.
    """
    # ``@callback`` without a name would hand the function in here, and register nothing.
    if not isinstance(callback_id, str) or not callback_id.strip():
        raise TypeError(f'a callback is registered under a name: @callback("my_id"), not {callback_id!r}')

    def register(function: F) -> F:
        parameters = list(inspect.signature(function).parameters.values())
        if not parameters or parameters[0].kind in (
            inspect.Parameter.KEYWORD_ONLY,
            inspect.Parameter.VAR_KEYWORD,
        ):
            raise TypeError(f"callback {callback_id!r}: the function must take the job as its first argument")
        for parameter in parameters[1:]:
            if parameter.kind is inspect.Parameter.POSITIONAL_ONLY:
                raise TypeError(
                    f"callback {callback_id!r}: {parameter.name!r} can't be given by name, as arguments are"
                )
        named = [
            p
            for p in parameters[1:]
            if p.kind in (inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
        ]
        _REGISTRY[callback_id] = CallbackSpec(
            callback_id,
            function,
            required=frozenset(p.name for p in named if p.default is inspect.Parameter.empty),
            optional=frozenset(p.name for p in named if p.default is not inspect.Parameter.empty),
            open_ended=any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters),
            reads_only=reads_only,
            templates=frozenset(templates),
            check=check,
        )
        return function

    return register


def registered() -> tuple[str, ...]:
    """Return the names of all registered callbacks, sorted."""
    return tuple(sorted(_REGISTRY))


def spec_of(callback_id: str) -> CallbackSpec:
    """Return the registered callback of that name.

    Raises:
        CallbackArgumentError: No callback has that name.
    """
    try:
        return _REGISTRY[callback_id]
    except (KeyError, TypeError):
        raise CallbackArgumentError(
            problems=[
                Problem(
                    "callback_id", f"unknown callback {callback_id!r}{did_you_mean(callback_id, _REGISTRY)}"
                )
            ]
        ) from None


def callback_problems(callback_id: str, kwargs: Mapping[str, Any]) -> list[Problem]:
    """Return all that is wrong with a callback's name and arguments."""
    try:
        spec = spec_of(callback_id)
    except CallbackArgumentError as error:
        return list(error.problems)
    known = spec.required | spec.optional
    problems = [
        Problem(f"kwargs.{name}", f"{callback_id} needs this argument")
        for name in sorted(spec.required - set(kwargs))
    ]
    if not spec.open_ended:
        problems += [
            Problem(f"kwargs.{name}", f"{callback_id} has no argument {name!r}{did_you_mean(name, known)}")
            for name in kwargs
            if name not in known
        ]
    if spec.check is not None and not problems:
        problems += spec.check(kwargs)
    return problems


@dataclass(frozen=True)
class Callback(PlainData):
    """A callback to run when a job has succeeded.

    Attributes:
        callback_id: The name of a registered callback, such as ``save_csv``.
        kwargs: Its keyword arguments.

    Raises:
        CallbackArgumentError: The name is unknown, or the arguments do not fit it.
    """

    callback_id: str
    kwargs: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not isinstance(self.kwargs, Mapping):
            what = f"expected a dict of arguments, found {self.kwargs!r}"
            raise CallbackArgumentError(problems=[Problem("kwargs", what)])
        problems = callback_problems(self.callback_id, self.kwargs)
        if problems:
            raise CallbackArgumentError(problems=problems)
