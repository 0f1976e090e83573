from __future__ import annotations

import logging
import threading
from typing import Any

import pytest

from esi_fetch.errors import InputError
from esi_fetch.model.events import Event, PagesFound, RunStarted
from esi_fetch.observers import Dispatcher


class Keeper:
    def __init__(self) -> None:
        self.events: list[Event] = []

    def hear(self, event: Event) -> None:
        self.events.append(event)


def broken(event: Event) -> None:
    raise RuntimeError(f"can't bear {event.event}")


def test_every_observer_hears_every_event_in_order() -> None:
    """Events reach all observers, in the order in which they are emitted."""
    one, two = Keeper(), Keeper()
    dispatcher = Dispatcher([one.hear, two.hear])
    events = [RunStarted(1), RunStarted(None)]
    for event in events:
        dispatcher.emit(event)
    assert one.events == two.events == events


def test_dispatcher_without_observers_is_false() -> None:
    """Nobody needs to build events when nobody listens; emitting is harmless all the same."""
    assert not Dispatcher()
    assert Dispatcher([broken])
    Dispatcher().emit(RunStarted(1))


def test_observer_that_raises_disturbs_nobody(caplog: pytest.LogCaptureFixture) -> None:
    """A failing observer harms neither the caller nor the observers after it, and is told again."""
    keeper = Keeper()
    dispatcher = Dispatcher([broken, keeper.hear])
    for _ in range(3):
        dispatcher.emit(RunStarted(1))
    assert len(keeper.events) == 3


def test_failure_is_logged_once_for_each_kind_of_event(caplog: pytest.LogCaptureFixture) -> None:
    """A failing observer is logged with its traceback, once for each observer and kind of event."""
    dispatcher = Dispatcher([broken, lambda event: broken(event)])
    for _ in range(3):
        dispatcher.emit(RunStarted(1))
        dispatcher.emit(PagesFound("u", "l", 2))
    assert [record.levelno for record in caplog.records] == [logging.WARNING] * 4
    assert [record.args[1] for record in caplog.records if isinstance(record.args, tuple)] == [
        "run_started",
        "run_started",
        "pages_found",
        "pages_found",
    ]
    assert all("can't bear" in (record.exc_text or "") for record in caplog.records)


@pytest.mark.usefixtures("eager_switching")
def test_failure_in_many_threads_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    """Threads that meet the same failure at the same time log it once between them."""
    threads, rounds = 8, 50
    barrier = threading.Barrier(threads)
    keeper = Keeper()
    dispatcher = Dispatcher([broken, keeper.hear])

    def emit() -> None:
        barrier.wait(10)
        for _ in range(rounds):
            dispatcher.emit(RunStarted(1))

    workers = [threading.Thread(target=emit) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(10)
    assert len(keeper.events) == threads * rounds
    assert len(caplog.records) == 1


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_stopping_the_program_is_no_failure_of_an_observer(error: type[BaseException]) -> None:
    """Ctrl-C inside an observer stops the program."""

    def stops(event: Event) -> None:
        raise error

    with pytest.raises(error):
        Dispatcher([stops]).emit(RunStarted(1))


def test_plus_adds_observers_and_changes_nothing() -> None:
    """A run's observers are heard beside the client's, and only in that run."""
    clients, runs = Keeper(), Keeper()
    dispatcher = Dispatcher([clients.hear])
    dispatcher.plus([runs.hear]).emit(RunStarted(1))
    dispatcher.emit(RunStarted(2))
    assert clients.events == [RunStarted(1), RunStarted(2)]
    assert runs.events == [RunStarted(1)]
    assert dispatcher.plus([]) is dispatcher


def test_observer_given_twice_hears_everything_once() -> None:
    """An observer that both the client and the run were given does not count double."""
    keeper = Keeper()
    dispatcher = Dispatcher([keeper.hear]).plus([keeper.hear])
    dispatcher.emit(RunStarted(1))
    assert keeper.events == [RunStarted(1)]
    assert repr(dispatcher) == "Dispatcher(1 observer)"


@pytest.mark.parametrize("observers", [3, print, [3], "abc", None])
def test_what_is_no_list_of_observers_is_refused(observers: Any) -> None:
    """It is said at once, and not with every event of a run."""
    with pytest.raises(InputError, match="observers: expected a list of functions"):
        Dispatcher(observers)
    with pytest.raises(InputError, match="observers: expected a list of functions"):
        Dispatcher([lambda event: None]).plus(observers)
