"""How the jobs of a run are worked on, and how they are handed to others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from esi_fetch.clock import Clock
from esi_fetch.model.job import Job
from esi_fetch.model.lazy import LazyData
from esi_fetch.observers import Dispatcher
from esi_fetch.run.journal import Journal
from esi_fetch.run.prepare import Prepared
from esi_fetch.transport import Mode

__all__ = ["Chunk", "How", "Item", "Terms", "nothing", "without_data"]

_NO_DATA = LazyData.of(None)


@dataclass(frozen=True)
class How:
    """How the jobs of a run are worked on.

    Attributes:
        mode: What may be used.
        observers: Told what happens.
        keeps_decoded: Whether the pages of a set stay decoded.
        keeps_data: Whether results keep their data.
        journal: Knows which jobs are not to be done.
        begin_write: Called before a job is sent that writes to ESI; None for nothing to be done.
    """

    mode: Mode
    observers: Dispatcher
    keeps_decoded: bool = False
    keeps_data: bool = True
    journal: Journal | None = None
    begin_write: Callable[[int, Job], None] | None = None


@dataclass(frozen=True)
class Terms:
    """How the jobs of one run are handed out.

    Attributes:
        mode: What may be used.
        observers: Told what happened, when a chunk comes back.
        keeps_data: Whether results come back with their data.
        writes: Says whether a job changes something at ESI.
        clock: Tells the time.
        begin_write: Called before such a job is handed out; None for nothing to be done.
        total: How many jobs there are; None where nobody knows.
        in_order: Whether they are yielded in the order of their numbers, which are then those from 0.
        idle: Called every now and then while nothing comes back.
    """

    mode: Mode
    observers: Dispatcher
    keeps_data: bool
    writes: Callable[[Prepared], bool]
    clock: Clock
    begin_write: Callable[[int, Job], None] | None = None
    total: int | None = None
    in_order: bool = False
    idle: Callable[[], object] = field(default=lambda: None)


class Item(NamedTuple):
    """A job that is handed to others.

    Attributes:
        number: Its number in the run, from 0.
        ready: The job.
        deaths: How many workers have died while they had it.
    """

    number: int
    ready: Prepared
    deaths: int = 0


@dataclass(frozen=True)
class Chunk:
    """Jobs that an executor was given in one piece."""

    items: Sequence[Item]
    executor: Executor


def nothing(*ignored: object) -> None:
    """Do nothing, and know nothing."""


def without_data(job: Job) -> Job:
    """Return a job whose result has no data."""
    result = job.result
    return job if result is None else job.with_result(replace(result, payload=_NO_DATA))
