"""Turning an operation and its parameters into what goes over the wire."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import orjson

from esi_fetch.catalog.operation import Operation, Parameter
from esi_fetch.catalog.validation import complete_parameters

__all__ = ["RequestParts", "build_request"]

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_PLAIN = re.compile(r"[A-Za-z0-9_.~-]*")  # what stands in a URL as it is: nearly all there is


@dataclass(frozen=True)
class RequestParts:
    """What an operation's parameters come to; the same for parameters that mean the same.

    Attributes:
        path: The path, percent-encoded: no value can add a segment, a query or a fragment.
        query: Names and values, not yet encoded, sorted by name; a list's values keep their order.
        body: The JSON body; None when there is none.
    """

    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None

    @property
    def target(self) -> str:
        """Path and query as they stand in the request line: ``/markets/10000002/orders?order_type=all``."""
        # %20 and not "+": a "+" is a space only in forms.
        if not self.query:
            return self.path
        return f"{self.path}?{'&'.join(f'{_quoted(name)}={_quoted(text)}' for name, text in self.query)}"


def build_request(
    operation: Operation, parameters: Mapping[str, Any], *, completed: bool = False
) -> RequestParts:
    """Return the request for an operation, with required parameters that have a default filled in.

    Args:
        operation: The operation.
        parameters: Its parameters.
        completed: That they are as :func:`complete_parameters` returns them, and need not be looked at again.

    Raises:
        ParameterError: The parameters do not fit the operation.
    """
    values = parameters if completed else complete_parameters(operation, parameters)
    query: list[tuple[str, str]] = []
    for name, parameter in operation.by_name.items():
        if parameter.place == "query" and name in values:
            query.extend(_query_pairs(parameter, values[name]))
    body = orjson.dumps(values["body"], option=orjson.OPT_SORT_KEYS) if _has_body(operation, values) else None
    path = _PLACEHOLDER.sub(lambda match: _quoted(_text(values[match[1]])), operation.path)
    return RequestParts(path, tuple(query), body)


def _quoted(text: str) -> str:
    return text if _PLAIN.fullmatch(text) else quote(text, safe="")


def _has_body(operation: Operation, values: Mapping[str, Any]) -> bool:
    parameter = operation.parameter("body")
    return parameter is not None and parameter.place == "body" and "body" in values


def _query_pairs(parameter: Parameter, value: Any) -> list[tuple[str, str]]:
    if not isinstance(value, list):
        return [(parameter.name, _text(value))]
    texts = [_text(each) for each in value]
    if parameter.explode or not texts:
        return [(parameter.name, text) for text in texts]
    return [(parameter.name, ",".join(texts))]


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    # JSON for what OpenAPI gives no simple form for, such as objects.
    return value if isinstance(value, str) else orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
