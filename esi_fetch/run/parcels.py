"""What travels between a run and its workers in other processes, and how: pickled, as one piece.

Parcels are pickled by the run itself: a job that can't be is told by its name, and nothing in between, such
as a scheduler's log, shows what is in them: there are access tokens.
"""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any, NamedTuple

from esi_fetch.catalog import Catalog
from esi_fetch.fetch import Bookmark
from esi_fetch.model.events import Event
from esi_fetch.model.result import Result
from esi_fetch.run.marks import Marks
from esi_fetch.run.prepare import Prepared
from esi_fetch.settings import Settings
from esi_fetch.transport import Mode

__all__ = ["Blueprint", "Came", "JobEvent", "Parcel", "Returned", "Sealed"]


@dataclass(frozen=True)
class Blueprint:
    """What a worker process builds its client of.

    Attributes:
        settings: Who asks, where, and how patiently.
        local: Whether the store is read and written.
        remote: Whether ESI may be asked.
        requests_per_second: A cap on top of ESI's own limits.
        sends_tokens: Whether access tokens travel with the jobs; else workers read the tokens of characters
            that have signed in.
        catalog: The operations there are; None for those that the settings lead to.
    """

    settings: Settings
    local: bool
    remote: bool
    requests_per_second: float | None
    sends_tokens: bool
    catalog: Catalog | None = field(default=None, repr=False)

    @cached_property
    def key(self) -> str:
        """What tells one from another: a digest of all that it says, in hexadecimal digits."""
        settings = {each.name: getattr(self.settings, each.name) for each in fields(self.settings)}
        settings["hidden_limits"] = sorted(self.settings.hidden_limits.items())
        said = repr((settings, self.local, self.remote, self.requests_per_second, self.sends_tokens)).encode()
        catalog = b"" if self.catalog is None else pickle.dumps(self.catalog)
        return hashlib.sha256(said + catalog).hexdigest()


@dataclass(frozen=True)
class Parcel:
    """A chunk of jobs for a worker.

    Attributes:
        origin: Which client of which process it comes from.
        blueprint: What to build a client of, where that one is not.
        jobs: Numbers of jobs, and jobs.
        mode: What may be used.
        marks: What the run and its workers tell each other meanwhile.
        tokens: Access tokens of the characters of these jobs; None where the worker has its own.
        callbacks: Ids of the jobs' callbacks, and the modules that register them.
        keeps_data: Whether results come back with their data.
        is_heard: Whether somebody listens to events.
    """

    origin: str
    blueprint: Blueprint
    jobs: Sequence[tuple[int, Prepared]]
    mode: Mode
    marks: Marks
    tokens: Mapping[int, str] | None = field(repr=False)
    callbacks: Mapping[str, str]
    keeps_data: bool
    is_heard: bool

    def sealed(self) -> Sealed:
        """Return it as it travels.

        Raises:
            Exception: Something in it can't be pickled; any kind, as objects of users raise what they like.
        """
        return Sealed(pickle.dumps(self, pickle.HIGHEST_PROTOCOL), len(self.jobs))


class Sealed:
    """A parcel that shows nothing of what is in it.

    Args:
        packed: The parcel.
        count: How many jobs are in it.
    """

    __slots__ = ("_count", "_packed")

    def __init__(self, packed: bytes, count: int) -> None:
        self._packed = packed
        self._count = count

    def opened(self) -> Parcel:
        """Return the parcel.

        Raises:
            Exception: Something in it is not known here; any kind.
        """
        parcel = pickle.loads(self._packed)  # noqa: S301 - executors unpickle what they are given anyway
        assert isinstance(parcel, Parcel)  # noqa: S101
        return parcel

    def __reduce__(self) -> tuple[Any, ...]:
        return Sealed, (self._packed, self._count)

    def __repr__(self) -> str:
        return f"<{self._count} jobs>"


class JobEvent(NamedTuple):
    """Stands for an event that carries a job, which need not travel back.

    Attributes:
        event: Its name.
        number: The job's number.
    """

    event: str
    number: int


class Came(NamedTuple):
    """What became of one job.

    Attributes:
        number: Its number.
        result: Its result.
        bookmark: What is to be kept once the caller has the job.
        writes: Whether it changes something at ESI.
    """

    number: int
    result: Result
    bookmark: Bookmark | None
    writes: bool


@dataclass(frozen=True)
class Returned:
    """What a worker made of a parcel.

    Attributes:
        came: What became of the jobs, in the order in which they ended; those that a stop left are not in it.
        events: What happened, in order.
        elapsed_s: How long it took.
        problem: Why no job could be done at all; None where they could.
    """

    came: Sequence[Came]
    events: Sequence[Event | JobEvent] = ()
    elapsed_s: float = 0.0
    problem: str | None = None
