"""A book as bytes, for keepers outside this process: JSON, so that a stranger's file can't run anything."""

from __future__ import annotations

import math
import operator
from typing import Any

import orjson

from esi_fetch.limits.ledger import Downtime, Hold, Ledger, Pace
from esi_fetch.limits.window import Spends

__all__ = ["pack", "unpack"]

_VERSION = 1


def pack(ledger: Ledger) -> bytes:
    """Return a book as bytes that :func:`unpack` turns into an equal one."""
    pace, downtime = ledger.pace, ledger.downtime
    return orjson.dumps(
        {
            "v": _VERSION,
            "name": ledger.name,
            "user": ledger.user,
            "limit": ledger.limit,
            "window_s": ledger.window_s,
            "confirmed": ledger.confirmed,
            "own": [ledger.own.times, ledger.own.amounts],
            "foreign": [ledger.foreign.times, ledger.foreign.amounts],
            "doubt": ledger.doubt,
            "in_flight": {name: list(hold) for name, hold in ledger.in_flight.items()},
            "totals": [ledger.settled_total, ledger.returned_total, ledger.foreign_total],
            "blocked_until": ledger.blocked_until,
            "block_reason": ledger.block_reason,
            "trial_at": ledger.trial_at,
            "sent_at": ledger.sent_at,
            "usual": ledger.usual,
            "pace": None if pace is None else [pace.error_share, pace.resets_at],
            "downtime": None if downtime is None else _downtime_fields(downtime),
        }
    )


def unpack(text: bytes) -> Ledger:
    """Return the book that :func:`pack` made these bytes of.

    Raises:
        ValueError: They are not a book, or one of another version.
    """
    plain = orjson.loads(text)  # its error is a ValueError
    try:
        if plain["v"] != _VERSION:
            raise ValueError(f"a book of version {plain['v']!r}")
        settled, returned, foreign = map(_whole, plain["totals"])
        in_flight = {
            _text(name): Hold(_whole(tokens), _number(until))
            for name, (tokens, until) in plain["in_flight"].items()
        }
        pace = plain["pace"]
        return Ledger(
            name=_text(plain["name"]),
            user=_text(plain["user"]),
            limit=None if plain["limit"] is None else _whole(plain["limit"]),
            window_s=_positive(plain["window_s"]),
            confirmed=_truth(plain["confirmed"]),
            own=_spends(*plain["own"]),
            foreign=_spends(*plain["foreign"]),
            doubt=_whole(plain["doubt"]),
            in_flight=in_flight,
            reserved=sum(hold.tokens for hold in in_flight.values()),
            settled_total=settled,
            returned_total=returned,
            foreign_total=foreign,
            blocked_until=_moment(plain["blocked_until"]),
            block_reason=_text(plain["block_reason"]),
            trial_at=_moment(plain["trial_at"]),
            sent_at=_moment(plain["sent_at"]),
            usual=_positive(plain["usual"]),
            pace=None if pace is None else Pace(_number(pace[0]), _moment(pace[1])),
            downtime=None if plain["downtime"] is None else _downtime(*plain["downtime"]),
        )
    except (KeyError, TypeError, IndexError, AttributeError) as error:
        raise ValueError(f"not a book: {error!r}") from None


def _downtime_fields(state: Downtime) -> list[Any]:
    return [state.day, state.probe_at, state.is_open, state.round, state.failures, state.why]


def _downtime(day: Any, probe_at: Any, is_open: Any, turn: Any, failures: Any, why: Any) -> Downtime:
    return Downtime(
        _whole(day), _number(probe_at), _truth(is_open), _whole(turn), _whole(failures), _text(why)
    )


def _spends(times: list[Any], amounts: list[Any]) -> Spends:
    # A book has hundreds of these, and is read in each step: all are looked at in one go.
    if type(times) is not list or type(amounts) is not list or len(times) != len(amounts):
        raise ValueError("not a book: its spends are no pairs")
    if not times:
        return Spends()
    if {*map(type, times)} != {float}:
        times = [_number(at) for at in times]
    if {*map(type, amounts)} != {int} or min(amounts) <= 0:
        raise ValueError("not a book: its spends are no amounts")
    if not all(map(operator.lt, times, times[1:])):
        raise ValueError("not a book: its spends are not in order")
    return Spends(times, amounts, sum(amounts))


def _whole(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise ValueError(f"not a book: {value!r} is no amount")
    return value


def _number(value: Any) -> float:
    if type(value) not in (int, float) or not math.isfinite(value):
        raise ValueError(f"not a book: {value!r} is no number")
    return float(value)


def _positive(value: Any) -> float:
    if _number(value) <= 0:
        raise ValueError(f"not a book: {value!r} is not above 0")
    return float(value)


def _moment(value: Any) -> float | None:
    return None if value is None else _number(value)


def _text(value: Any) -> str:
    if type(value) is not str:
        raise ValueError(f"not a book: {value!r} is no text")
    return value


def _truth(value: Any) -> bool:
    if type(value) is not bool:
        raise ValueError(f"not a book: {value!r} is no truth value")
    return value
