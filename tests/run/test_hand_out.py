"""Items through worker threads: all of them, a few ahead, in their order where that is wanted."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Any

import pytest

from esi_fetch.run import Crew
from esi_fetch.run.hand_out import hand_out

WORKERS = 4


@pytest.fixture
def crew() -> Iterator[Crew]:
    """Some workers."""
    made = Crew(WORKERS)
    yield made
    made.shutdown()


class Hands:
    """Hands items out, and remembers what happened."""

    def __init__(self, crew: Crew) -> None:
        self.crew = crew
        self.late: dict[int, Any] = {}
        self.stopped = threading.Event()
        self.idle: Callable[[], object] = list

    def out(
        self,
        items: Iterable[Any],
        work: Callable[[Any], Any],
        *,
        ahead: int = 8,
        in_order: bool = False,
        at_once: Callable[[Any], Any] = lambda item: None,
    ) -> Generator[tuple[int, Any], None, None]:
        return hand_out(
            items,
            work,
            at_once=at_once,
            crew=self.crew,
            workers=WORKERS,
            ahead=ahead,
            in_order=in_order,
            stop=self.stopped.set,
            stop_s=10,
            late=self.late,
            idle=self.idle,
        )


@pytest.fixture
def hands(crew: Crew) -> Hands:
    return Hands(crew)


@pytest.mark.parametrize("in_order", [False, True])
@pytest.mark.parametrize("count", [0, 1, 7, 5000])
def test_every_item_comes_back_once(hands: Hands, count: int, in_order: bool) -> None:
    """However many there are, each is worked on once, and comes back with its number."""
    worked: list[int] = []

    def work(item: int) -> int:
        worked.append(item)
        return item * 2

    found = list(hands.out(range(count), work, in_order=in_order))
    assert sorted(found) == [(number, 2 * number) for number in range(count)]
    assert sorted(worked) == list(range(count))
    if in_order:
        assert found == sorted(found)
    assert not hands.stopped.is_set()


def test_what_is_done_first_comes_first(hands: Hands) -> None:
    """An item that takes long holds up no other one."""
    go = threading.Event()

    def work(item: int) -> int:
        if item == 0:
            assert go.wait(20)
        return item

    found = []
    for index, _ in hands.out(range(100), work):
        found.append(index)
        if len(found) == 99:
            go.set()
    assert found[-1] == 0


def test_in_order_the_others_wait_and_are_bounded(hands: Hands) -> None:
    """What is done meanwhile is kept, and no more is drawn than was said."""
    go, drawn = threading.Event(), 0
    all_but_one = threading.Semaphore(0)

    def source() -> Iterator[int]:
        nonlocal drawn
        for number in range(100):
            drawn += 1
            yield number

    def work(item: int) -> int:
        if item == 0:
            assert go.wait(20)
        else:
            all_but_one.release()
        return item

    def let_go() -> None:
        for _ in range(7):
            assert all_but_one.acquire(timeout=20)
        go.set()

    waiting = threading.Thread(target=let_go)
    waiting.start()
    most_ahead = 0
    found = []
    for index, _ in hands.out(source(), work, in_order=True):
        most_ahead = max(most_ahead, drawn - len(found))
        found.append(index)
    waiting.join()
    assert found == list(range(100))
    assert most_ahead == 8


def test_slow_items_get_all_workers(hands: Hands) -> None:
    """Items that wait for something are worked on at the same time, as many as there are workers."""
    together = threading.Barrier(WORKERS)

    def work(item: int) -> int:
        together.wait(20)
        return item

    assert len(list(hands.out(range(3 * WORKERS), work))) == 3 * WORKERS


def test_quick_items_do_not_keep_the_pool_to_themselves(hands: Hands) -> None:
    """Whatever else waits for a worker gets its turn while items are worked on."""
    others = threading.Event()

    def source() -> Iterator[int]:
        number = 0
        while not others.is_set():
            number += 1
            yield number

    found = 0
    for _ in hands.out(source(), lambda item: item, ahead=64):
        found += 1
        if found == 1000:
            for _ in range(WORKERS):
                hands.crew.submit(lambda: None)
            hands.crew.submit(others.set)
    assert found >= 1000


def test_what_work_raises_is_raised(hands: Hands) -> None:
    """A bug is not swallowed; whatever else is under way is stopped."""

    def work(item: int) -> int:
        if item == 3:
            raise ZeroDivisionError("mine")
        return item

    with pytest.raises(ZeroDivisionError, match="mine"):
        list(hands.out(range(100), work))
    assert 3 not in hands.late


def test_who_stops_gets_what_was_done(hands: Hands) -> None:
    """Items under way are waited for, those that were not begun are left, and none is lost."""
    begun: list[int] = []

    def work(item: int) -> int:
        if item > 0:
            begun.append(item)
            assert hands.stopped.wait(20)
        return item

    def interrupt() -> None:
        if len(begun) == WORKERS:
            raise KeyboardInterrupt

    hands.idle = interrupt
    going = hands.out(range(100), work)
    assert next(going) == (0, 0)
    with pytest.raises(KeyboardInterrupt):
        next(going)
    assert sorted(hands.late) == sorted(begun) == [1, 2, 3, 4]


def test_what_the_caller_may_not_have_had_is_late(hands: Hands) -> None:
    """An interrupt may come when an end was yielded and has not arrived."""
    going = hands.out(range(3), lambda item: item)
    index, _ = next(going)
    going.close()
    assert index in hands.late


def test_what_ends_while_the_late_ones_are_collected_disturbs_nobody(crew: Crew) -> None:
    """A worker that needs longer than it is waited for may end just then: the caller has the others."""
    began, go_on = threading.Event(), threading.Event()

    def work(item: int) -> int:
        if item == 0:
            assert began.wait(10)
        else:
            began.set()
            assert go_on.wait(10)
        return item

    class Late(dict[int, int]):
        def update(self, pairs: Any) -> None:  # type: ignore[override]
            for number, value in pairs:
                self[number] = value
                go_on.set()
                crew.shutdown()  # waits for the worker

    late = Late()
    out = hand_out(
        range(2),
        work,
        crew=crew,
        workers=WORKERS,
        ahead=2,
        stop=lambda: None,
        stop_s=0.0,
        late=late,
        idle=list,
    )
    assert next(out) == (0, 0)
    out.close()
    assert late == {0: 0}


def test_idle_is_called_while_nothing_is_done(hands: Hands) -> None:
    """Whoever hands out has time for other things then."""
    called = threading.Event()
    hands.idle = called.set
    assert list(hands.out([1], lambda item: called.wait(20))) == [(0, True)]


def test_a_pool_that_takes_nothing_any_more_does_not_lose_items(
    hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the interpreter ends, the worker that is there goes on to the end."""
    real = hands.crew.submit
    calls = 0

    def once(*args: Any, **more: Any) -> Any:
        nonlocal calls
        calls += 1
        if threading.current_thread() is not threading.main_thread():
            raise RuntimeError("cannot schedule new futures after interpreter shutdown")
        return real(*args, **more)

    monkeypatch.setattr(hands.crew, "submit", once)
    slow = threading.Event()
    found = list(hands.out(range(200), lambda item: slow.wait(0.001)))
    assert len(found) == 200
    assert calls > 1


def test_what_can_be_done_at_once_needs_no_worker(hands: Hands) -> None:
    """It is done in the calling thread, and worked on by nobody else."""
    where: list[threading.Thread] = []

    def at_once(item: int) -> int | None:
        where.append(threading.current_thread())
        return item * 2 if item % 3 else None

    found = dict(hands.out(range(99), lambda item: -item, at_once=at_once))
    assert found == {item: item * 2 if item % 3 else -item for item in range(99)}
    assert where == [threading.current_thread()] * 99


def test_what_workers_have_done_does_not_wait_for_the_end_of_what_is_done_at_once(hands: Hands) -> None:
    """However many items follow that take no time, what a worker has done comes as soon as it is done."""
    found = hands.out(
        itertools.count(), lambda item: "worked", at_once=lambda item: "at once" if item else None
    )
    assert (0, "worked") in itertools.islice(found, 10_000_000)
    found.close()


def test_in_order_what_is_done_at_once_waits_its_turn(hands: Hands) -> None:
    """The order is kept, and no more is drawn ahead than may be, however little time it takes."""
    go, drawn = threading.Event(), 0
    drawn_then: list[int] = []

    def items() -> Iterator[int]:
        nonlocal drawn
        for number in range(100):
            drawn += 1
            yield number

    def work(item: int) -> int:
        assert go.wait(10)
        return item

    def idle() -> None:
        drawn_then.append(drawn)
        go.set()

    hands.idle = idle
    found = hands.out(items(), work, in_order=True, at_once=lambda item: item if item % 50 != 1 else None)
    assert next(found) == (0, 0)
    assert drawn == 1
    assert [number for number, _ in found] == list(range(1, 100))
    assert drawn_then[0] == 9
