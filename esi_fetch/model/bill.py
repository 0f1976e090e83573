"""The bill of a run: what it would send, what that costs, what it needs, what it would write."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from esi_fetch.errors import Problem
from esi_fetch.model.codec import FIRST, LEFT_OUT_WHEN_NONE, PlainData
from esi_fetch.model.html import bill_html
from esi_fetch.units import duration_text, plural

__all__ = ["Bill", "BillLine", "CharacterNeed", "Cost", "LimitNeed", "PlannedFile"]


@dataclass(frozen=True, kw_only=True)
class Cost(PlainData):
    """What jobs would cost.

    Attributes:
        jobs: How many jobs.
        wrong: How many of them are wrong; they are in no other count.
        spared: How many of them an earlier run has done, or would write files that are still good: they are
            not done again, and are in no other count.
        in_doubt: How many of them write to ESI and may have been done: they are not sent again, and are
            reported as failed.
        requests: Requests they would send, at least: ``conditional`` and ``full`` together. What ESI refuses
            or fails to answer is asked again, and comes on top.
        unknown: Jobs of which nobody knows how many requests they need: sets of pages that are not in the
            store, walks by cursor or by id, and recipes. They are counted with the fewest.
        from_store: Answers, or pages, that the store gives without a request.
        conditional: Requests that ask whether what is stored has changed.
        full: Requests for what is not stored.
        missing: Answers that are not in the store, where nothing may be sent.
        refused: Requests that ESI has refused a moment ago: they are not sent again, and their jobs fail.
        tokens: Rate-limit tokens, by group: 2 for a full answer, 1 for one that confirms what is stored.
        without_bucket: Requests that belong to no rate-limit group, and count against the error limit alone.
        looked_up: Jobs of which only the run finds out which corporation or alliance they ask about.
        files: Files they would write.
        replaced: How many of those are there already.
    """

    jobs: int = 0
    wrong: int = 0
    spared: int = 0
    in_doubt: int = 0
    requests: int = 0
    unknown: int = 0
    from_store: int = 0
    conditional: int = 0
    full: int = 0
    missing: int = 0
    refused: int = 0
    looked_up: int = 0
    tokens: dict[str, int] = field(default_factory=dict)
    without_bucket: int = 0
    files: int = 0
    replaced: int = 0


@dataclass(frozen=True)
class PlannedFile(PlainData):
    """A file that would be written.

    Attributes:
        path: Its absolute path.
        replaces: Whether it is there already.
    """

    path: str
    replaces: bool


@dataclass(frozen=True, kw_only=True)
class BillLine(Cost):
    """What one job would cost, or many that are alike.

    Attributes:
        order: The work order: the file it came from, or its name; "" for jobs that stand alone.
        job: What people call the job.
        op_id: Its operation.
        table: The table whose rows they are made for; None for jobs that are made for none.
        parameters: Its parameters; of a table, those that all rows have in common. None for jobs that were
            added up.
        paths: The files, the first ones only where there are many.
    """

    order: str = field(metadata=FIRST)
    job: str = field(metadata=FIRST)
    op_id: str = field(metadata=FIRST)
    table: str | None = field(default=None, metadata=LEFT_OUT_WHEN_NONE)
    parameters: dict[str, Any] | None = field(default=None, metadata=LEFT_OUT_WHEN_NONE)
    paths: tuple[PlannedFile, ...] = ()


@dataclass(frozen=True)
class LimitNeed(PlainData):
    """What is needed of one limit, and what it has.

    Attributes:
        bucket: The rate-limit group, or ``hidden limit of`` an operation, which counts requests.
        user: ``character:<id>``, or "" for the address.
        needed: Tokens, or requests, that are expected.
        at_most: The same, should everything have changed that is asked about.
        left: What may be spent now.
        of: The size of the bucket.
        window_s: After how many seconds a spend comes back.
        blocked_for_s: For how many seconds nothing goes out; 0 when it is not blocked.
        takes_s: How long it would let the run take, at least: 0 when everything fits now.
    """

    bucket: str
    user: str
    needed: int
    at_most: int
    left: int
    of: int
    window_s: float
    blocked_for_s: float
    takes_s: float


@dataclass(frozen=True)
class CharacterNeed(PlainData):
    """Whose token is needed, and what for.

    Attributes:
        character: The character, by id, or as the jobs name it; None where no job says whose.
        scopes: The scopes its token must have.
        jobs: For how many jobs.
        missing: Whether there is no such token.
        name: The character's name; "" where it is not known.
    """

    character: int | str | None
    scopes: tuple[str, ...]
    jobs: int
    missing: bool
    name: str = ""


@dataclass(frozen=True)
class Bill(PlainData):
    """What a run would send and write, found out without sending or writing anything.

    Attributes:
        totals: Everything added up.
        jobs: The same by job. Rows of one table are one line, and so are jobs of one operation where a work
            order has many.
        limits: What is needed of each limit that headers or the specification tell of.
        characters: Whose tokens are needed.
        problems: Everything that is wrong; a run would not begin.
        takes_s: How long the run would take, in seconds, at least: the longer one of what the limits need,
            and of what the requests need for their way.
        workers: How many requests are under way at once.
        latency_s: The time that one request is taken to need, in seconds; an assumption.
    """

    totals: Cost
    jobs: tuple[BillLine, ...]
    limits: tuple[LimitNeed, ...]
    characters: tuple[CharacterNeed, ...]
    problems: tuple[Problem, ...]
    takes_s: float
    workers: int
    latency_s: float

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems

    def __str__(self) -> str:
        sums = self.totals
        least = "at least " if sums.unknown else ""
        parts = [
            plural(sums.jobs, "job") + (f" ({sums.spared:,} done earlier)" if sums.spared else ""),
            f"{least}{plural(sums.requests, 'request')} "
            f"({sums.conditional:,} conditional, {sums.full:,} full)",
            f"{plural(sums.from_store, 'answer')} from the store",
            f"{least}{plural(sum(sums.tokens.values()), 'token')}",
            f"{plural(sums.files, 'file')} ({sums.replaced:,} replaced)",
            f"{least or 'about '}{duration_text(self.takes_s)}",
        ]
        if self.problems:
            parts.append(plural(len(self.problems), "problem"))
        return ", ".join(parts)

    def __repr__(self) -> str:
        return f"<Bill: {self}>"

    def _repr_html_(self) -> str:
        return bill_html(self)
