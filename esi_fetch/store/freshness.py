"""How long an answer may be used without asking again: one pure function from its headers.

===================================================  ===============================================
what the answer says                                 how long it stays fresh
===================================================  ===============================================
``no-store`` or ``no-cache``                         the floor
``max-age=N``, with or without ``Expires``           N, less ``Age``
``max-age=0`` (event-based routes)                   the floor
no readable ``max-age``; ``Expires`` after ``Date``  ``Expires`` - ``Date``, less ``Age``
``Expires`` at or before ``Date``                    the floor
``Expires`` is not a date                            the floor
none of these, on a 304                              as long as before
none of these, otherwise                             the catalog's hint; the floor where it has none
anything longer than a year                          a year
===================================================  ===============================================

``must-revalidate`` only says what may be done *after* that time, and ``immutable`` that a reload before it
is pointless: neither changes it. ``private`` needs nothing here, because entries are kept apart by character.
``Last-Modified`` counts for nothing: on ESI's newer routes ``Expires`` is further from it than ``max-age``.

Only the server's clock counts: its ``Date`` is "now", so a machine whose clock is off keeps answers just as
long as any other. ``no-store`` and ``no-cache`` have not been seen on ESI; an answer that carries one is the
user's data all the same, so it is kept, and asked for again after the floor, conditionally.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from esi_fetch.http_dates import parse_http_date

__all__ = ["CAP_S", "FLOOR_S", "Lifetime", "lifetime"]

# Nothing is asked for again sooner. Five seconds is the shortest time ESI itself gives (a character's
# location, esi-issues 1166), and enough that the jobs of one run share an answer. Where Expires is not after
# Date (esi-issues 487, 637, 1166), other clients in production wait up to 20 seconds.
FLOOR_S = 5.0

# A year, which RFC 2616 (14.21) asked servers to send for "never expires". Killmails, which never change, get
# 30 days from ESI.
CAP_S = 31_536_000.0

_FIELDS = frozenset({"age", "cache-control", "date", "expires"})


@dataclass(frozen=True)
class Lifetime:
    """How long an answer is fresh, counted from the moment it was received.

    Attributes:
        seconds: Between :data:`FLOOR_S` and :data:`CAP_S`.
        reason: What decided, in a few words: ``"max-age"``, ``"Expires"``.
    """

    seconds: float
    reason: str


def lifetime(
    headers: Mapping[str, str],
    *,
    received_at: float,
    hint_s: float | None = None,
    previous_s: float | None = None,
) -> Lifetime:
    """Decide how long an answer stays fresh; never raises, whatever the headers hold.

    Args:
        headers: The answer's headers, their names in any case.
        received_at: When it came, in seconds since the epoch on the local clock; used only to count
            ``Expires`` from when the answer has no usable ``Date``.
        hint_s: What the catalog says about the operation, in seconds.
        previous_s: For a 304: the lifetime of the stored answer that it confirms, in seconds.
    """
    fields: dict[str, str] = {}
    for name, value in headers.items():
        lower = name.lower()
        if lower in _FIELDS:
            fields[lower] = f"{fields[lower]}, {value}" if lower in fields else value

    directives = _directives(fields.get("cache-control", ""))
    for unwanted in ("no-store", "no-cache"):
        # no-cache="field" speaks of that one field only.
        if directives.get(unwanted) == "":
            return Lifetime(FLOOR_S, f"{unwanted}: the floor")

    age_s = _whole_seconds(fields.get("age", "")) or 0.0
    max_age_s = _whole_seconds(directives.get("max-age", ""))
    if max_age_s is not None:
        return _bounded(max_age_s - age_s, "max-age")
    if "expires" in fields:
        expires_at = parse_http_date(fields["expires"])
        if expires_at is None:
            return Lifetime(FLOOR_S, "Expires is not a date: the floor")
        sent_at = parse_http_date(fields.get("date", ""))
        # A Date that lies more than a year before Expires is as good as none.
        if sent_at is None or expires_at - sent_at > CAP_S:
            sent_at = received_at
        return _bounded(expires_at - sent_at - age_s, "Expires")
    if previous_s is not None:
        return _bounded(previous_s, "as before")
    if hint_s is not None:
        return _bounded(hint_s, "catalog")
    return Lifetime(FLOOR_S, "nothing said: the floor")


def _bounded(seconds: float, reason: str) -> Lifetime:
    if seconds > CAP_S:
        return Lifetime(CAP_S, f"{reason}, cut to a year")
    if seconds >= FLOOR_S:
        return Lifetime(float(seconds), reason)
    return Lifetime(FLOOR_S, f"{reason}, raised to the floor")


def _directives(cache_control: str) -> dict[str, str]:
    """Return Cache-Control's directives, lower-case; of repeated ones the first (RFC 9111, 4.2.1)."""
    directives: dict[str, str] = {}
    for part in cache_control.split(","):
        name, _, value = part.partition("=")
        directives.setdefault(name.strip().lower(), value.strip().strip('"'))
    return directives


def _whole_seconds(value: str) -> float | None:
    digits = value.strip()
    if not (digits.isascii() and digits.isdigit()):
        return None
    # Python refuses to read integers of thousands of digits; a float reads them, as infinity.
    return float(digits)
