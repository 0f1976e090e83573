"""Work handed around among whatever threads are free."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from esi_fetch.fetch.fan_out import fan_out


def test_results_keep_the_order_of_the_items() -> None:
    """Whoever did what, results stand where their items stood."""
    with ThreadPoolExecutor(4) as crew:
        assert fan_out(crew, lambda n: n * n, range(100), threads=4) == [n * n for n in range(100)]


def test_nothing_to_do_gives_nothing() -> None:
    """No items, no results, no threads."""
    with ThreadPoolExecutor(1) as crew:
        assert fan_out(crew, lambda n: n, [], threads=4) == []


def test_as_many_work_at_once_as_there_are_workers() -> None:
    """The caller and the free threads of the pool work side by side."""
    together = threading.Barrier(4)
    with ThreadPoolExecutor(4) as crew:
        fan_out(crew, lambda n: together.wait(5), range(8), threads=4)


def test_jobs_that_fill_the_pool_do_not_wait_for_each_other() -> None:
    """When every thread of the pool is a job that fans out, all of them end."""
    with ThreadPoolExecutor(3) as crew:
        all_in = threading.Barrier(3)

        def job(start: int) -> list[int]:
            all_in.wait(5)
            return fan_out(crew, lambda n: n + start, range(20), threads=3)

        futures = [crew.submit(job, start) for start in (0, 100, 200)]
        assert [future.result(5)[0] for future in futures] == [0, 100, 200]


def test_after_a_failure_nothing_more_is_begun() -> None:
    """The first failure is raised, and what was not begun stays undone."""
    begun: list[int] = []

    def work(number: int) -> int:
        begun.append(number)
        if number == 3:
            raise LookupError(number)
        return number

    with ThreadPoolExecutor(1) as crew:
        crew.submit(threading.Event().wait, 0)
        with pytest.raises(LookupError):
            fan_out(crew, work, range(1000), threads=1)
    assert begun == [0, 1, 2, 3]


def test_a_failure_in_another_thread_is_raised() -> None:
    """The caller hears of what went wrong in a helper."""
    both = threading.Barrier(2)
    caller = threading.get_ident()

    def work(number: int) -> int:
        both.wait(5)
        if threading.get_ident() != caller:
            raise LookupError(number)
        return number

    with ThreadPoolExecutor(1) as crew, pytest.raises(LookupError):
        fan_out(crew, work, range(2), threads=2)


def test_a_pool_that_is_shut_down_leaves_the_work_to_the_caller() -> None:
    """Without helpers the caller does it all."""
    crew = ThreadPoolExecutor(1)
    crew.shutdown()
    assert fan_out(crew, lambda n: n, range(5), threads=4) == [0, 1, 2, 3, 4]
