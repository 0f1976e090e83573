"""Slots: as many as there are, given back once, and waited for by nobody whose run is stopped."""

from __future__ import annotations

import threading

from esi_fetch.transport.slots import Slots


def test_who_is_stopped_waits_for_no_slot() -> None:
    """With all slots taken, whoever's run is stopped gets none, and the one that is there stays taken."""
    slots, stopped = Slots(1), threading.Event()
    first = slots.take(cancel=stopped)
    assert first is not None
    stopped.set()
    assert slots.take(cancel=stopped) is None


def test_a_slot_is_given_back_once() -> None:
    """Saying it twice makes no second slot."""
    slots, stopped = Slots(1), threading.Event()
    first = slots.take(cancel=stopped)
    assert first is not None
    first.give_back()
    first.give_back()
    assert slots.take(cancel=stopped) is not None
    stopped.set()
    assert slots.take(cancel=stopped) is None
