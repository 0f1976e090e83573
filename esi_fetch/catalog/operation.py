"""What is known about one operation of ESI, as plain data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

__all__ = ["Operation", "Pagination", "Parameter", "RateLimit", "snake_case"]

# What a character is, and where it belongs.
_OF_CHARACTERS = frozenset({"character_id", "corporation_id", "alliance_id"})

_WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def snake_case(op_id: str) -> str:
    """Return an operation id as older code spells it: ``get_markets_region_id_orders``."""
    return _WORD_START.sub("_", op_id).lower()


@dataclass(frozen=True)
class Parameter:
    """One parameter of an operation.

    Attributes:
        name: Its name; a JSON body is the parameter ``body``.
        place: Where it goes: ``"path"``, ``"query"`` or ``"body"``.
        required: Whether a request without it is refused.
        schema: Its JSON schema with references resolved: ``type``, ``format``, ``enum``, ``default``,
            ``minimum``, ``maximum``, ``items``, ``properties`` … and no descriptions. ``type`` is always one
            word; ``nullable`` says whether null is allowed beside it.
        explode: Whether a list in the query repeats the name (``ids=1&ids=2``) or is joined with commas.
    """

    name: str
    place: str
    required: bool
    # Schemas are plain dicts, which have no hash: without this no operation could be a key or in a set.
    schema: Mapping[str, Any] = field(hash=False)
    explode: bool = True

    @property
    def has_default(self) -> bool:
        """Whether the specification names a default."""
        return "default" in self.schema

    @property
    def is_needed(self) -> bool:
        """Whether it must be given: a required one that has a default is filled in."""
        return self.required and not self.has_default

    @property
    def default(self) -> Any:
        """The specification's default; None when there is none."""
        return self.schema.get("default")


@dataclass(frozen=True)
class Pagination:
    """How an operation that does not answer with everything at once is walked.

    Attributes:
        kind: ``"pages"`` (``X-Pages`` and ``page``), ``"cursor"`` (``before`` and ``after``), or ``"ids"``
            (each request names the last id seen).
        parameter: The query parameter that moves on: ``page``, ``before``, ``from_id`` …
        items: Name of the list inside the answer; None when the answer itself is the list.
        id_field: The field that identifies a row; None when rows have no id of their own,
            ``""`` when the rows are plain ids. ESI is known to repeat rows, and somebody who bought from
            their own order has two transactions of one id: drop a row only when it equals the other one.
    """

    kind: str
    parameter: str
    items: str | None = None
    id_field: str | None = None


@dataclass(frozen=True)
class RateLimit:
    """A token bucket as the specification announces it; the headers of every answer overrule it.

    Attributes:
        group: The group of operations that share it.
        tokens: How many tokens it holds.
        window_s: After how many seconds a spent token comes back.
    """

    group: str
    tokens: int
    window_s: float


@dataclass(frozen=True)
class Operation:
    """One operation of ESI.

    Attributes:
        op_id: Its current operation id: ``GetMarketsRegionIdOrders``.
        method: HTTP method, in capitals.
        path: Path template: ``/markets/{region_id}/orders``.
        tag: The area it is filed under: ``Market``.
        parameters: Path and query parameters and the body; not the headers every request has.
        scopes: Scopes a token must have; empty for public operations.
        required_roles: In-game corporation roles, any one of which is needed.
        pagination: How it is walked; None when it answers with everything at once.
        rate_limit: Its token bucket; None when it counts only against the error limit of the address.
        client_ttl_s: How long answers stay fresh, in seconds, where the document says so.
        server_ttl_s: How long ESI itself keeps an answer, in seconds, where the document says so.
        cache_mode: ``"ttl-based"``, ``"event-based"``, ``"not-cached"``, or None where nothing is said.
        sends_max_age: Whether answers come from the newer of ESI's two backends, whose ``Cache-Control`` has
            a ``max-age``; the older one says how long with ``Expires`` alone.
        success: The HTTP statuses of success.
        answer: JSON schema of the successful answer, in the form of :attr:`Parameter.schema`; None when it
            has no body.
        compatibility_date: The date on which it last changed in an incompatible way.
        repeatable: Whether sending it twice does no harm: it reads, even when its method is POST.
        aliases: Older ids, in snake case, under which it was known.
    """

    op_id: str
    method: str
    path: str
    tag: str
    parameters: tuple[Parameter, ...] = ()
    scopes: tuple[str, ...] = ()
    required_roles: tuple[str, ...] = ()
    pagination: Pagination | None = None
    rate_limit: RateLimit | None = None
    client_ttl_s: int | None = None
    server_ttl_s: int | None = None
    cache_mode: str | None = None
    sends_max_age: bool = False
    success: tuple[int, ...] = (200,)
    answer: Mapping[str, Any] | None = field(default=None, hash=False)
    compatibility_date: str = ""
    repeatable: bool = False
    aliases: tuple[str, ...] = ()

    @property
    def snake_id(self) -> str:
        """The id as older code spells it, such as ``get_markets_region_id_orders``."""
        return snake_case(self.op_id)

    @property
    def is_owners_alone(self) -> bool:
        """Whether ESI answers to nobody but the character of ``character_id``, whatever a token allows."""
        return bool(self.scopes) and self.path.startswith("/characters/{character_id}/")

    def told_by_character(self, *, is_named: bool) -> tuple[str, ...]:
        """Return the path parameters that need not be given, as they follow from whom it is asked as.

        Args:
            is_named: Whether a character is named; else there is one only where a token is needed.
        """
        if not (self.scopes or is_named):
            return ()
        return tuple(p.name for p in self.parameters if p.place == "path" and p.name in _OF_CHARACTERS)

    def parameter(self, name: str) -> Parameter | None:
        """Return the parameter of that name, or None."""
        return self.by_name.get(name)

    @cached_property
    def by_name(self) -> Mapping[str, Parameter]:
        """The parameters by name, sorted: the order in which they stand in URLs."""
        return {each.name: each for each in sorted(self.parameters, key=lambda each: each.name)}

    def __repr__(self) -> str:
        return f"<Operation {self.op_id} {self.method} {self.path}>"
