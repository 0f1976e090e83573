"""Whether a request is one ESI would answer: its date, its token, its parameters and its body."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from esi_fetch.catalog.operation import Operation, Parameter
from esi_fetch.catalog.places import is_date
from esi_fetch.sandbox.asks import RefusedError

__all__ = [
    "OLDEST_DATE",
    "Bearer",
    "bearer",
    "checked_body",
    "checked_parameters",
    "checked_scopes",
    "effective_date",
]

OLDEST_DATE = "2020-01-01"  # What ESI takes when a request names no date.

_TOKEN = re.compile(r"Bearer sandbox-(\d+)(?::(\S*))?")


@dataclass(frozen=True)
class Bearer:
    """Whose token a request carries; ``scopes`` is None when the token is good for everything."""

    character: int
    scopes: frozenset[str] | None


def effective_date(sent: str | None, *, published: Sequence[str], today: date) -> str:
    """Return the published date whose behaviour a request gets: the latest one not after the date it sent.

    Raises:
        RefusedError: 400 for what is no date, lies in the future, or before the oldest.
    """
    if sent is None:
        return OLDEST_DATE
    if not is_date(sent):
        raise RefusedError(400, f"X-Compatibility-Date {sent!r} is not a date.")
    if sent > max(today.isoformat(), published[-1]):
        raise RefusedError(400, f"X-Compatibility-Date {sent} is in the future.")
    if sent < OLDEST_DATE:
        raise RefusedError(400, f"X-Compatibility-Date {sent} is before {OLDEST_DATE}.")
    return max(known for known in published if known <= sent)


def bearer(authorization: str | None, *, signed: Callable[[str], Bearer | None]) -> Bearer | None:
    """Return who a request says it is; None when it says nothing.

    Args:
        authorization: The header; None when there was none.
        signed: Reads the tokens of the sign-in, beside the plain ones of :meth:`Sandbox.token`.

    Raises:
        RefusedError: 401 for a token that is not one of the sandbox's, or has expired.
    """
    if authorization is None:
        return None
    found = _TOKEN.fullmatch(authorization)
    if found is None:
        who = signed(authorization.removeprefix("Bearer ")) if authorization.startswith("Bearer ") else None
        if who is None:
            raise RefusedError(401, "The token is not valid.")
        return who
    character, scopes = found.groups()
    return Bearer(int(character), None if scopes is None else frozenset(filter(None, scopes.split(","))))


def checked_scopes(operation: Operation, token: Bearer | None, path: Mapping[str, str]) -> None:
    """Check that the token allows the operation.

    Raises:
        RefusedError: 401 without a token, 403 when it lacks the scope or belongs to another character.
    """
    if not operation.scopes:
        return
    if token is None:
        raise RefusedError(401, "Authorization is required.")
    missing = [scope for scope in operation.scopes if token.scopes is not None and scope not in token.scopes]
    if missing:
        raise RefusedError(403, f"The token lacks the scope {missing[0]}.")
    if path.get("character_id", str(token.character)) != str(token.character):
        raise RefusedError(403, "The token belongs to another character.")


def checked_parameters(
    operation: Operation, *, path: Mapping[str, str], query: Mapping[str, list[str]]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return path and query parameters as values, with the defaults of optional ones that were not given.

    Query parameters the operation does not know are ignored, as ESI does.

    Raises:
        RefusedError: 400 for the first that is missing or does not fit.
    """
    in_path: dict[str, Any] = {}
    in_query: dict[str, Any] = {}
    for parameter in operation.parameters:
        if parameter.place == "path":
            in_path[parameter.name] = _read(parameter, [path[parameter.name]])
        elif parameter.place == "query":
            texts = query.get(parameter.name)
            if texts is not None:
                in_query[parameter.name] = _read(parameter, texts)
            elif parameter.required:
                raise RefusedError(400, f"The parameter {parameter.name} is required.")
            elif parameter.has_default:
                in_query[parameter.name] = parameter.default
    return in_path, in_query


def checked_body(operation: Operation, body: bytes) -> Any:
    """Return the decoded body; None for operations without one.

    Raises:
        RefusedError: 400 when it is missing, is not JSON, or does not fit.
    """
    parameter = next((each for each in operation.parameters if each.place == "body"), None)
    if parameter is None:
        return None
    if not body:
        if parameter.required:
            raise RefusedError(400, "A JSON body is required.")
        return None
    try:
        value = json.loads(body)
    except ValueError:
        raise RefusedError(400, "The body is not JSON.") from None
    problem = _misfit(value, parameter.schema)
    if problem:
        raise RefusedError(400, f"The body{problem}.")
    return value


def _read(parameter: Parameter, texts: list[str]) -> Any:
    schema = parameter.schema
    if schema.get("type") == "array":
        # Both spellings are in use: repeated keys, and one with commas.
        parts = [part for text in texts for part in text.split(",")]
        value: Any = [_converted(part, schema["items"]) for part in parts]
    else:
        value = _converted(texts[-1], schema)
    problem = _misfit(value, schema)
    if problem:
        raise RefusedError(400, f"The parameter {parameter.name}{problem}.")
    return value


def _converted(text: str, schema: Mapping[str, Any]) -> Any:
    """Return the text as the schema's type; as it is when it can't be, for the check to find."""
    kind = schema.get("type")
    if kind == "integer" and re.fullmatch(r"-?\d{1,19}", text):
        return int(text)
    if kind == "number":
        try:
            return float(text)
        except ValueError:
            return text
    if kind == "boolean":
        return {"true": True, "false": False}.get(text, text)
    return text


_TYPES: Mapping[str, tuple[type, ...]] = {
    "integer": (int,),
    "number": (int, float),
    "string": (str,),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}


def _misfit(value: Any, schema: Mapping[str, Any]) -> str:
    """Return what is wrong with a value, as the end of a sentence; nothing when it fits."""
    kind = schema.get("type", "")
    if kind and (not isinstance(value, _TYPES[kind]) or (isinstance(value, bool) and kind != "boolean")):
        return f" must be of type {kind}"
    if "enum" in schema and value not in schema["enum"]:
        return f" must be one of {', '.join(map(str, schema['enum']))}"
    if kind in ("integer", "number") and not (
        schema.get("minimum", value) <= value <= schema.get("maximum", value)
    ):
        return f" must lie between {schema.get('minimum', '-')} and {schema.get('maximum', '-')}"
    if kind == "string":
        return _misfit_text(value, schema)
    if kind == "array":
        return _misfit_list(value, schema)
    if kind == "object":
        return _misfit_object(value, schema)
    return ""


def _outside(size: int, schema: Mapping[str, Any], least: str, most: str) -> bool:
    return not schema.get(least, size) <= size <= schema.get(most, size)


def _misfit_text(value: str, schema: Mapping[str, Any]) -> str:
    if _outside(len(value), schema, "minLength", "maxLength"):
        return " is too short or too long"
    if schema.get("format") == "uuid":
        try:
            uuid.UUID(value)
        except ValueError:
            return " must be a UUID"
    return ""


def _misfit_list(value: Collection[Any], schema: Mapping[str, Any]) -> str:
    if _outside(len(value), schema, "minItems", "maxItems"):
        return f" must have {schema.get('minItems', 0)} to {schema.get('maxItems', 'any number of')} entries"
    if schema.get("uniqueItems") and len({json.dumps(each, sort_keys=True) for each in value}) < len(value):
        return " must not have the same entry twice"
    problems = (_misfit(each, schema.get("items", {})) for each in value)
    return next((f" has an entry that{problem}" for problem in problems if problem), "")


def _misfit_object(value: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    missing = [name for name in schema.get("required", ()) if name not in value]
    if missing:
        return f" must have a member {missing[0]}"
    members = schema.get("properties", {})
    problems = ((name, _misfit(value[name], members[name])) for name in members if name in value)
    return next((f" has a member {name} that{problem}" for name, problem in problems if problem), "")
