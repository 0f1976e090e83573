"""Four programs with eight threads each on one machine: together they use what ESI allows, and no more."""

from __future__ import annotations

from collections.abc import Callable

from tests.limits.wire.processes import SandboxProcess, Worker, finish, start_together, tokens_within

MakeSandbox = Callable[..., SandboxProcess]
MakeWorkers = Callable[..., list[Worker]]

LIMIT = 300
WINDOW_S = 1.5
WINDOWS = 3


def test_four_processes_use_what_the_windows_allow(sandbox: MakeSandbox, workers: MakeWorkers) -> None:
    """Nothing is refused, no window ever holds more than its limit, and hardly anything is left unused."""
    served = sandbox(limits={"market-order": (LIMIT, WINDOW_S)})
    four = workers(served, 4)
    start_together(four)
    served.has_run(WINDOWS * WINDOW_S)
    seen = finish(four)
    use = served.use("market-order")
    assert (served.refusals(), use["refused"]) == (0, 0)
    assert use["peak"] <= LIMIT
    assert all(set(total["statuses"]) == {"200"} for total in seen)
    assert tokens_within(served, WINDOWS * WINDOW_S) >= 0.95 * WINDOWS * LIMIT


def test_nobody_is_starved(sandbox: MakeSandbox, workers: MakeWorkers) -> None:
    """Of several that want more than there is, each gets a part."""
    served = sandbox(limits={"market-order": (200, 1.0)})
    four = workers(served, 4)
    start_together(four)
    served.has_run(2.5)
    seen = finish(four)
    shares = [total["ok"] for total in seen]
    assert served.refusals() == 0
    assert min(shares) >= sum(shares) / 20


def test_those_who_start_in_the_same_second_cooperate(sandbox: MakeSandbox, workers: MakeWorkers) -> None:
    """Six that make the limits' file at the same moment share it from the first request on."""
    served = sandbox(limits={"market-order": (150, 2.0)})
    # Each alone would stay below the limit; only those who know of each other stop at it together.
    six = workers(served, 6, jobs=25)
    start_together(six)
    seen = finish(six)
    assert [total["ok"] for total in seen] == [25] * 6
    assert served.refusals() == 0
    assert served.use("market-order")["peak"] <= 150


def test_errors_of_all_stay_within_the_error_limit(sandbox: MakeSandbox, workers: MakeWorkers) -> None:
    """However many 404s they cause together, the address is never stopped."""
    served = sandbox(error_limit=100, error_window_s=1.5)
    four = workers(served, 4, op_id="GetUniverseTypesTypeId", parameters={"type_id": 1})
    start_together(four)
    served.has_run(3.5)
    seen = finish(four)
    use = served.use("errors")
    assert (served.refusals(), use["refused"]) == (0, 0)
    assert use["peak"] <= 100
    assert all(set(total["statuses"]) == {"404"} for total in seen)
    # They go on in the next window, rather than stop for good.
    assert use["spent_ever"] > 100


def test_characters_do_not_share(sandbox: MakeSandbox, workers: MakeWorkers) -> None:
    """Two programs that ask for different characters have a bucket each."""
    served = sandbox(limits={"char-notification": (20, 600.0)})
    both = [
        worker
        for character in (90000001, 90000002)
        for worker in workers(
            served,
            1,
            op_id="GetCharactersCharacterIdNotifications",
            parameters={"character_id": character},
            character=character,
            jobs=8,
        )
    ]
    start_together(both)
    assert [total["ok"] for total in finish(both)] == [8, 8]
