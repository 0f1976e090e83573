"""The arithmetic of a floating window."""

import math

from hypothesis import given
from hypothesis import strategies as st

from esi_fetch.limits.window import SLOTS, Spends, seconds_between, seconds_until_back

SPENDS = st.lists(st.tuples(st.floats(0, 5000), st.integers(1, 5)), max_size=60)


def test_each_part_comes_back_one_window_after_it_was_spent() -> None:
    """A spend is gone from the sum one window (and at most a slot) later, and not before."""
    spends = Spends()
    spends.add(2, at=100.0, window_s=900.0)
    spends.add(5, at=400.0, window_s=900.0)
    assert (spends.expire(999.9, window_s=900.0), spends.total) == (0, 7)
    assert (spends.expire(1003.0, window_s=900.0), spends.total) == (2, 5)
    assert (spends.expire(1303.0, window_s=900.0), spends.total) == (5, 0)


@given(SPENDS, st.floats(0, 7000))
def test_nothing_comes_back_early_or_more_than_a_slot_late(
    spends: list[tuple[float, int]], now: float
) -> None:
    """Against an exact list, the sum is never too small, and never holds what is a slot overdue."""
    window_s = 900.0
    kept = Spends()
    for at, amount in spends:
        kept.add(amount, at=at, window_s=window_s)
    kept.expire(now, window_s=window_s)
    exact = sum(amount for at, amount in spends if at + window_s > now)
    slack = sum(amount for at, amount in spends if at + window_s > now - 1.001 * window_s / SLOTS)
    assert exact <= kept.total <= slack
    assert kept.total == sum(kept.amounts)
    assert kept.times == sorted(set(kept.times))


@given(SPENDS, SPENDS, st.integers(0, 400))
def test_the_wait_is_exactly_long_enough(
    first: list[tuple[float, int]], second: list[tuple[float, int]], amount: int
) -> None:
    """After the wait that much has come back of both lists together, and a moment earlier it has not."""
    window_s, now = 900.0, 5000.0
    lists = [Spends(), Spends()]
    for spends, kept in zip((first, second), lists, strict=True):
        for at, part in spends:
            kept.add(part, at=at, window_s=window_s)
        kept.expire(now, window_s=window_s)
    wait_s = seconds_until_back(amount, *lists, now=now, window_s=window_s)
    if amount > sum(kept.total for kept in lists):
        assert wait_s == math.inf
        return
    early = sum(kept.due_by(now + wait_s - 0.01, window_s=window_s) for kept in lists)
    in_time = sum(kept.expire(now + wait_s + 1e-6, window_s=window_s) for kept in lists)
    assert in_time >= amount
    assert wait_s == 0 or early < amount


@given(SPENDS, st.integers(0, 400))
def test_releasing_takes_the_oldest(spends: list[tuple[float, int]], amount: int) -> None:
    """What is released is what would have come back first."""
    kept = Spends()
    for at, part in spends:
        kept.add(part, at=at, window_s=900.0)
    before = kept.total
    newest = kept.times[-1:]
    assert kept.release(amount) == min(amount, before)
    assert kept.total == sum(kept.amounts) == max(0, before - amount)
    assert not kept.times or kept.times[-1:] == newest


def test_many_spends_take_little_room() -> None:
    """Six thousand spends in one window are kept in no more entries than there are slots."""
    spends = Spends()
    for number in range(6000):
        spends.add(2, at=number * 0.15, window_s=900.0)
    assert len(spends.times) <= SLOTS + 1
    assert spends.total == 12000


def test_nothing_spent_is_nothing_kept() -> None:
    """A cost of 0 leaves no entry, and clearing tells what was there."""
    spends = Spends()
    spends.add(0, at=1.0, window_s=900.0)
    assert spends.times == []
    spends.add(3, at=1.0, window_s=900.0)
    assert (spends.clear(), spends.total, spends.times) == (3, 0, [])


def spent(*parts: tuple[float, int]) -> Spends:
    """Return spends of so much at those times, exactly."""
    return Spends(
        [at for at, _ in parts], [amount for _, amount in parts], sum(amount for _, amount in parts)
    )


def apart(room: float, *spends: Spends, since: float = 100.0) -> float:
    return seconds_between(room, *spends, since=since, window_s=100.0, need=5, price=2)


def test_requests_are_spread_until_the_next_return() -> None:
    """Three that fit before anything comes back stand evenly between the last one and that moment."""
    assert apart(9, spent((40.0, 91))) == 40 / 4


def test_the_tightest_stretch_decides() -> None:
    """A little that comes back soon helps little when the most comes back late."""
    assert apart(5, spent((10.0, 2), (90.0, 93))) == 90 / 3


def test_returns_of_both_lists_are_taken_in_their_order() -> None:
    """What others spent comes back between our own."""
    late, early = spent((90.0, 50)), spent((10.0, 40))
    assert apart(9, late, early) == apart(9, early, late) == apart(9, spent((10.0, 40), (90.0, 50)))


def test_nothing_goes_faster_than_the_window_allows() -> None:
    """With nothing spent yet the room has to last a whole window."""
    assert apart(45) == 100 / 22


def test_without_room_the_next_return_is_waited_for() -> None:
    """What does not fit goes out when something has come back, and no earlier."""
    assert apart(4, spent((50.0, 96))) == 50
