"""A book of a hundred pages, regenerated faster than a walk takes: thirty runs, each with its own timing.

Time is counted in requests, not in seconds, so that on any machine it is certain which books can be had
whole: a walk of a hundred pages needs a hundred answers of one snapshot.
"""

from __future__ import annotations

import itertools
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from esi_fetch import Esi, Job
from esi_fetch.clock import HeldClock
from esi_fetch.model.events import AttemptStarted, Event, Observer, PagesTorn, WaitStarted
from esi_fetch.model.result import Result
from esi_fetch.sandbox import Sandbox

REGION = 10000002
ORDERS = "GetMarketsRegionIdOrders"
JOB = Job(ORDERS, {"region_id": REGION})

PAGES = 100
MOST_WORKERS = 8
ROUNDS = 5  # in which pages are fetched again, before a walk gives up


@dataclass(frozen=True)
class Flaws:
    """What is wrong with rows that are said to be a snapshot of the book, in rows."""

    lost: int = 0
    doubled: int = 0
    phantom: int = 0


def flaws_in(rows: list[Any], truth: list[Any]) -> Flaws:
    found, real = Counter(row["order_id"] for row in rows), {row["order_id"] for row in truth}
    return Flaws(
        lost=len(real - found.keys()),
        doubled=sum(found.values()) - len(found),
        phantom=len(found.keys() - real),
    )


class Book:
    """A sandbox's book of orders, with a record of when its snapshots were made."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.made: dict[float, int] = {}
        self.note()

    def note(self) -> None:
        snapshot = self.sandbox.snapshot(ORDERS)
        self.made[snapshot.born_at] = snapshot.number

    def regenerate(self) -> None:
        self.sandbox.regenerate(ORDERS)
        self.note()

    def check(self, result: Result) -> None:
        """Hold a result that is called complete against the one snapshot that it says it is."""
        assert result.snapshot_at is not None
        truth = self.sandbox.orders_at(REGION, self.made[result.snapshot_at.timestamp()])
        assert flaws_in(result.data, truth) == Flaws()
        assert result.data == truth  # in their order, and nothing in them of another time


class OnRequests:
    """Does something each time when so many more requests have been begun; an observer, or called by hand.

    The lock makes whoever begins the next request wait until it is done. So of the requests begun since, all
    but those of other workers that were under way come after it.
    """

    def __init__(self, gaps: Iterator[int], deed: Callable[[], object]) -> None:
        self._lock = threading.Lock()
        self._gaps = gaps
        self._deed = deed
        self._left: int | None = next(gaps)

    def __call__(self, event: Event) -> None:
        if isinstance(event, AttemptStarted):
            self.count()

    def count(self) -> None:
        with self._lock:
            if self._left is None:
                return
            self._left -= 1
            if self._left == 0:
                self._deed()
                self._left = next(self._gaps, None)


@pytest.fixture(scope="module")
def book() -> Iterator[Book]:
    """Give one book for all runs: it goes on from where the run before left it."""
    # On a held clock it changes only when it is told to.
    # All runs together ask for more than ESI's own bucket holds, and share their limits in one folder.
    limits = {"market-order": (1_000_000, 1.0)}
    manners: dict[str, Any] = {"clock": HeldClock(), "limits": limits, "error_limit": 1_000_000}
    with Sandbox(orders_pages=PAGES, page_size=5, **manners) as sandbox:
        yield Book(sandbox)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give one folder for the stores of all runs: what a walk that failed leaves is met by the next one."""
    return tmp_path_factory.mktemp("home")


def fetched(esi: Esi, *, refresh: bool) -> Result:
    result = esi.fetch(JOB, refresh=refresh).result
    assert result is not None
    assert result.complete == (result.error is None)
    if not result.complete:
        assert result.error is not None
        assert result.error.type == "IncompletePagesError"
        assert result.data is None
    return result


def run(book: Book, home: Path, seed: int, gaps: Iterator[int]) -> Result:
    """Fetch the book while it is regenerated after each of *gaps* requests."""
    churn = OnRequests(gaps, book.regenerate)
    local = seed % 2 == 0  # every other run finds what the earlier ones have stored
    # 404 and 500 have both been seen for pages past the end, of which there are some after each shrinking.
    book.sandbox.manners.past_end_status = (404, 500)[seed // 2 % 2]
    workers = random.Random(seed).randint(1, MOST_WORKERS)
    options: dict[str, Any] = {"home": home, "workers": workers, "retries": 1, "local": local}
    with Esi(base_url=book.sandbox.url, observers=[churn], **options) as esi:
        return fetched(esi, refresh=local)


@pytest.mark.parametrize("seed", range(20))
def test_book_that_comes_to_rest_is_had_whole(book: Book, home: Path, seed: int) -> None:
    """As long as no more regenerations come than there are rounds, the result is one true snapshot."""
    chance = random.Random(seed)
    # Most come early in a walk, where they cost little, and some at its very end.
    gaps = [round((PAGES - MOST_WORKERS) ** chance.random()) for _ in range(chance.randint(1, ROUNDS))]
    result = run(book, home, seed, iter(gaps))
    assert result.complete, result.error  # each regeneration spoils one round at most
    book.check(result)
    assert result.requests <= PAGES * (len(gaps) + 1)


@pytest.mark.parametrize("seed", range(20, 27))
def test_book_that_rests_at_times_is_had_whole_or_not_at_all(book: Book, home: Path, seed: int) -> None:
    """Where some snapshots last for a walk and most do not, the result is one true snapshot, or an error."""
    chance = random.Random(seed)
    gaps = (chance.randint(PAGES // 4, PAGES + PAGES // 8) for _ in itertools.count())
    result = run(book, home, seed, gaps)
    if result.complete:
        book.check(result)
    assert result.requests <= PAGES * (ROUNDS + 1)


@pytest.mark.parametrize("seed", range(27, 30))
def test_book_that_never_rests_is_not_had_at_all(book: Book, home: Path, seed: int) -> None:
    """Where no snapshot lasts for a walk, every run fails and says why, and leaves nothing that misleads."""
    chance = random.Random(seed)
    gaps = (chance.randint(PAGES // 4, PAGES - 2 * MOST_WORKERS) for _ in itertools.count())
    result = run(book, home, seed, gaps)
    assert result.error is not None
    assert f"in {ROUNDS} more rounds" in result.error.message
    assert result.requests <= PAGES * (ROUNDS + 1)
    with Esi(base_url=book.sandbox.url, home=home) as esi:
        after = fetched(esi, refresh=False)  # it finds pages of many snapshots in the store, all fresh
    assert after.complete, after.error
    book.check(after)


def test_plain_loop_under_such_timings_is_wrong(book: Book) -> None:
    """A loop over X-Pages loses rows under these timings, so they prove something."""
    churn = OnRequests(iter([30, 30]), book.regenerate)
    url = f"{book.sandbox.url}/markets/{REGION}/orders"
    rows: list[Any] = []
    with requests.Session() as session:
        for page in range(1, PAGES):
            churn.count()
            rows += session.get(url, params={"page": str(page), "order_type": "all"}, timeout=10).json()
    for number in list(book.made.values())[-3:]:
        assert flaws_in(rows, book.sandbox.orders_at(REGION, number)) != Flaws()


def announced(home: Path, *, left_s: float) -> tuple[Result, int, int]:
    """Walk over a book that is regenerated when it said it would be; return waits and rounds as well.

    A snapshot lasts for 300 s, and a request takes 2 s. The walk begins *left_s* before a regeneration.
    """
    clock, ttl_s = HeldClock(), 300
    heard: list[Event] = []
    manners: dict[str, Any] = {"clock": clock, "limits": False, "error_limit": 1_000_000, "ttl_s": ttl_s}
    with Sandbox(orders_pages=PAGES, page_size=5, **manners) as sandbox:
        book = Book(sandbox)
        clock.advance(ttl_s - left_s)

        def pass_time() -> None:
            clock.advance(2.0)
            book.note()

        observers: list[Observer] = [OnRequests(itertools.repeat(1), pass_time), heard.append]
        options: dict[str, Any] = {"home": home, "workers": MOST_WORKERS, "clock": clock}
        with Esi(base_url=sandbox.url, observers=observers, **options) as esi:
            result = fetched(esi, refresh=False)
        assert result.complete, result.error
        book.check(result)
    waits = sum(isinstance(event, WaitStarted) for event in heard)
    return result, waits, sum(isinstance(event, PagesTorn) for event in heard)


@pytest.mark.parametrize("left_s", [280.0, 180.0, 90.0, 30.0])
def test_announced_regenerations_cost_a_wait_or_a_round(tmp_path: Path, left_s: float) -> None:
    """Where a snapshot lasts for little more than a walk, the set is waited for, or one round mends it."""
    result, waits, torn = announced(tmp_path, left_s=left_s)
    assert waits + torn <= 1
    assert result.requests <= 2 * PAGES


def test_set_that_is_about_to_expire_is_waited_for(tmp_path: Path) -> None:
    """A walk that begins moments before its set expires is not torn, and costs one request more."""
    result, waits, torn = announced(tmp_path, left_s=9.0)
    assert (waits, torn, result.requests) == (1, 0, PAGES + 1)
