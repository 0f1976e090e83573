"""Exit statuses and signals, as far as one process can look at its own."""

from __future__ import annotations

import signal
import sys
import threading

import pytest

from esi_fetch.cli import exits
from esi_fetch.cli.exits import FAILED, UNREACHABLE, Stop, status_of_failure
from esi_fetch.model.events import AttemptFinished
from esi_fetch.model.result import ErrorInfo
from esi_fetch.observers import Tally
from tests.cli.conftest import SIGNALS, join_timers


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ([], FAILED),
        ([None], UNREACHABLE),
        ([503, None, 502], UNREACHABLE),
        ([503, 200], FAILED),
        ([404], FAILED),
        ([429], FAILED),
        ([304, None], FAILED),
    ],
)
def test_esi_is_out_of_reach_when_nothing_below_500_came(statuses: list[int | None], expected: int) -> None:
    """Any answer but 5xx means that ESI was there; without any attempt it was not looked for."""
    tally = Tally()
    for status in statuses:
        tally(AttemptFinished("", "", "GET", "", 1, status, None, 0.0, 0.0, None, 0, 0))
    assert status_of_failure(tally.snapshot()) == expected


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_interrupts_once(left: list[int], number: signal.Signals) -> None:
    """The first signal is an interruption that remembers its status; the second ends the process."""
    with Stop() as stop:
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(number)
        assert stop.status == 128 + number
        assert left == []
        with pytest.raises(KeyboardInterrupt):  # the real one does not come back from ending the process
            signal.raise_signal(signal.SIGINT)
        assert left == [128 + number]


def test_threads_that_hang_are_left_behind(left: list[int]) -> None:
    """After a signal the process ends a little later, whatever still runs."""
    with Stop(), pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGTERM)
    join_timers()
    assert left == [143]


def test_without_a_signal_everything_is_as_before() -> None:
    """Handlers are given back."""
    before = [signal.getsignal(number) for number in SIGNALS]
    with Stop() as stop:
        assert signal.getsignal(signal.SIGTERM) not in before
    assert [signal.getsignal(number) for number in SIGNALS] == before
    assert stop.status is None


def test_other_threads_leave_signals_alone() -> None:
    """Only the main thread may set handlers; elsewhere nothing is touched."""
    before = signal.getsignal(signal.SIGINT)
    during: list[object] = []

    def look() -> None:
        with Stop():
            during.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert during == [before]


def test_the_cursor_comes_back(left: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """Who ends at once shows the cursor again that progress bars had hidden."""
    written: list[bytes] = []
    monkeypatch.setattr(exits.os, "write", lambda _, text: written.append(text))
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    exits._leave(130)
    assert written == [b"\x1b[?25h\n"]
    assert left == [130]


def test_a_run_that_only_met_the_downtime_could_not_reach_esi() -> None:
    """Also when another program asked whether ESI is there, and this one sent nothing."""
    down, other = ErrorInfo("DowntimeError", "down"), ErrorInfo("NotFoundError", "remembered")
    assert status_of_failure(Tally().snapshot(), errors=[None, down]) == UNREACHABLE
    assert status_of_failure(Tally().snapshot(), errors=[down, other]) == FAILED


def test_nothing_was_reached_when_the_sign_in_was_not() -> None:
    """Jobs that got no token because the sign-in did not answer mean that nothing was reached."""
    away = [ErrorInfo("ConnectionFailedError", "x"), ErrorInfo("ServerError", "x", 503), None]
    assert status_of_failure(Tally().snapshot(), errors=away) == UNREACHABLE
    assert status_of_failure(Tally().snapshot(), errors=[*away, ErrorInfo("TokenError", "x")]) == FAILED
