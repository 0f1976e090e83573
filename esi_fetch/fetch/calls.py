"""From an operation and its parameters to the URL that is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from esi_fetch.auth import TokenSource
from esi_fetch.catalog import Operation, build_request
from esi_fetch.limits import Route
from esi_fetch.store import Asked, Variant, entry_key
from esi_fetch.transport import Call

__all__ = ["CallMaker"]

# Names hardly ever change, and ESI sends no cache headers with them: an hour spares most runs the request.
_OWN_LIFETIMES_S = {
    "PostCharactersCharacterIdAssetsNames": 3600.0,
    "PostUniverseIds": 3600.0,
    "PostUniverseNames": 3600.0,
}


@dataclass(frozen=True)
class CallMaker:
    """Makes calls for one ESI host, language, tenant and compatibility date.

    Attributes:
        base_url: Where ESI is, without a trailing slash.
        language: ``Accept-Language`` of every request.
        tenant: ``X-Tenant`` of every request.
        compatibility_date: ``X-Compatibility-Date`` of every request.
        tokens: Where access tokens come from.
    """

    base_url: str
    language: str
    tenant: str
    compatibility_date: str
    tokens: TokenSource

    @cached_property
    def variant(self) -> Variant:
        """Which variants are asked for."""
        return Variant(self.language, self.tenant, self.compatibility_date)

    @property
    def headers(self) -> dict[str, str]:
        """The headers that every request carries; all of them are part of the store's key."""
        return {
            "Accept-Language": self.language,
            "X-Tenant": self.tenant,
            "X-Compatibility-Date": self.compatibility_date,
        }

    def make(self, operation: Operation, parameters: Mapping[str, Any], *, character: int | None) -> Call:
        """Return the call for *operation* with *parameters* as its check has completed them."""
        parts = build_request(operation, parameters, completed=True)
        url = self.base_url + parts.target
        limit = operation.rate_limit
        return Call(
            op_id=operation.op_id,
            method=operation.method,
            url=url,
            body=parts.body,
            key=entry_key(
                method=operation.method,
                url=url,
                body=parts.body,
                language=self.language,
                tenant=self.tenant,
                compatibility_date=self.compatibility_date,
                character=character,
            ),
            route=Route(
                operation.op_id,
                group=limit.group if limit else None,
                tokens=limit.tokens if limit else None,
                window_s=limit.window_s if limit else None,
                user="" if character is None else f"character:{character}",
            ),
            asked=Asked(parameters, self.variant),
            character=character,
            authorize=None if character is None else partial(self.tokens.access_token, character),
            repeatable=operation.repeatable,
            storable=operation.repeatable and operation.cache_mode != "not-cached",
            success=operation.success,
            lifetime_hint_s=_OWN_LIFETIMES_S.get(operation.op_id, operation.client_ttl_s),
        )
