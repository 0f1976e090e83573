"""Bring together two books on one limit: the one that is shared, and the one somebody kept on its own.

Where it can't be known whether a spend stands in both, it is counted twice: that costs time, the other way
costs a limit. What is counted too much is recorded as foreign, so the next header that knows better releases
it.
"""

from __future__ import annotations

from esi_fetch.limits.ledger import Hold, Ledger

__all__ = ["CLOCK_WAS_SET_S", "bring_up_to", "holds_of", "reunite", "shift", "spent"]

CLOCK_WAS_SET_S = 1.0
"""Clocks that go on together differ by less, and those of servers are adjusted by less all the time."""


def holds_of(ledger: Ledger, holder: str) -> set[str]:
    """Return the reservations of *holder* that are under way: those named ``<holder>.<number>``."""
    return {name for name in ledger.in_flight if name.startswith(f"{holder}.")}


def spent(ledger: Ledger) -> int:
    """Return what is spent and not back yet, whoever spent it."""
    return ledger.own.total + ledger.foreign.total


def shift(ledger: Ledger, seconds: float) -> None:
    """Move everything in a book to another time, for a clock that was set."""
    for spends in (ledger.own, ledger.foreign):
        spends.times = [at + seconds for at in spends.times]
    ledger.in_flight = {
        name: Hold(hold.tokens, hold.until + seconds) for name, hold in ledger.in_flight.items()
    }
    for name in ("blocked_until", "trial_at", "sent_at"):
        at = getattr(ledger, name)
        if at is not None:
            setattr(ledger, name, at + seconds)
    if ledger.pace is not None and ledger.pace.resets_at is not None:
        ledger.pace.resets_at += seconds
    if ledger.downtime is not None:
        ledger.downtime.probe_at += seconds


def bring_up_to(kept: Ledger, now: float, *, known_at: float) -> None:
    """Move a book that one has kept apart to the shared time, and let come back what is due by then.

    Args:
        kept: The book; it is changed.
        now: The shared time.
        known_at: What that would be by the clock of who has kept it: far from *now*, a clock was set.
    """
    drift_s = now - known_at
    if abs(drift_s) > CLOCK_WAS_SET_S:
        shift(kept, drift_s)
    kept.refresh(now)


def reunite(shared: Ledger, kept: Ledger, *, amount: int, holder: str, now: float) -> None:
    """Put into the *shared* book what only the one *kept* apart knows.

    Args:
        shared: The book of all; it is changed.
        kept: The book of one.
        amount: How much was spent that the shared book does not have, or may not have.
        holder: Who kept it: what it has under way is as its own book says.
        now: The time in both.
    """
    for name in holds_of(shared, holder):
        shared.reserved -= shared.in_flight.pop(name).tokens
    for name in holds_of(kept, holder):
        hold = shared.in_flight[name] = kept.in_flight[name]
        shared.reserved += hold.tokens
    # Dated now, the latest that they can have been.
    shared.foreign.add(amount, at=now, window_s=shared.window_s)
    # How far either book had got decides what a header is sure to count. The further book counts, so that
    # nothing is released that the header may not have known. `returned_total` works the other way around.
    shared.settled_total = max(shared.settled_total, kept.settled_total)
    shared.foreign_total = max(shared.foreign_total, kept.foreign_total) + amount
    if kept.blocked_until is not None:
        shared.block(kept.blocked_until, reason=kept.block_reason)
    if kept.confirmed and not shared.confirmed:
        shared.adopt(kept.limit, kept.window_s)
    shared.sent_at = max((at for at in (shared.sent_at, kept.sent_at) if at is not None), default=None)
    if shared.pace is not None and kept.pace is not None:
        shared.pace.error_share = max(shared.pace.error_share, kept.pace.error_share)
