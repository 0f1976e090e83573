"""Jobs and work orders: what is wanted, as plain values."""

from __future__ import annotations

import reprlib
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from esi_fetch.errors import InputError, Problem
from esi_fetch.model.callback import Callback
from esi_fetch.model.codec import LEFT_OUT_WHEN_NONE, PlainData, brief_repr
from esi_fetch.model.for_each import ForEach, Row
from esi_fetch.model.html import job_html
from esi_fetch.model.result import Result
from esi_fetch.model.shape import job_problems, order_problems, walk_problems
from esi_fetch.model.tables import TableLike

__all__ = ["Job", "MadeUpUid", "WorkOrder", "job_or_table"]


class MadeUpUid(str):
    """A ``uid`` that nobody gave.

    Job files leave it out: their readers copy and paste, and then it would not be unique.
    """

    __slots__ = ()


def _new_uid() -> str:
    return MadeUpUid(secrets.token_hex(16))


def _brief(value: object) -> str:
    return f"a {type(value).__name__}: {reprlib.repr(value)}"


def _text_problems(value: Job | WorkOrder) -> list[Problem]:
    texts = {"name": value.name, "description": value.description, "id": value.id, "uid": value.uid}
    if isinstance(value, WorkOrder):
        texts["output_path"] = value.output_path
    return [
        Problem(name, f"expected text, found {_brief(given)}")
        for name, given in texts.items()
        if not isinstance(given, str)
    ]


def _no_result(found: object) -> Problem:
    return Problem("result", f"expected a Result, found {_brief(found)}")


def _subject_problems(op_id: object, recipe: object) -> list[Problem]:
    if recipe is None:
        if isinstance(op_id, str) and op_id.strip():
            return []
        return [Problem("op_id", f"expected an operation's name, found {_brief(op_id)}")]
    if not isinstance(recipe, str) or not recipe.strip():
        return [Problem("recipe", f"expected a recipe's name, found {_brief(recipe)}")]
    if op_id != "":
        return [Problem("recipe", "stands in place of op_id; give one of them")]
    return []


def _as_text(identifier: str | int | None) -> str:
    return "" if identifier is None else str(identifier)


@dataclass(frozen=True)
class Job(PlainData):
    """One operation to fetch, or one recipe to make, and what to do with the answer.

    A job is a value: running it does not change it, and gives back a copy with ``result`` attached.

    Attributes:
        op_id: The operation, by its current id or the older snake-case one, in any case.
        parameters: Values for the operation's parameters; a JSON body is the parameter ``body``. Those of a
            recipe are its own.
        callbacks: Run in order when the job has succeeded.
        name: A short name for people.
        description: Free text.
        id: The user's own identifier; not interpreted.
        uid: A unique identifier, made up when not given; it does not count when jobs are compared.
        attributes: Extra values for templates.
        character: Whose token to use, by character id or name; None for public data.
        since_last: For operations walked by cursor: only the records that changed since the last run, each
            once in its newest form, those that were removed as ESI shows them (``state: removed``). All
            records come where no walk over all of them went before, or one so long ago that ESI has forgotten
            what was removed.
        until: For operations walked by id: the last id wanted, itself included. Walks go from the newest to
            the oldest, those over a calendar from the next event on, in order of time. Without it, and
            without ``max_records``, they go to the end, which for wars takes hundreds of requests.
        max_records: For operations walked by cursor or by id: only so many records, at least 1; the newest
            ones, in a calendar the next ones.
        recipe: The recipe, in place of an operation: ``Job(recipe="market-summary", parameters={...})``.
        row: The row of a table it was made for; see :meth:`for_each`.
        result: What became of it; None until it has run.

    Raises:
        InputError: A field has a value of the wrong kind.
    """

    op_id: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)
    callbacks: tuple[Callback, ...] = ()
    name: str = ""
    description: str = ""
    id: str = ""
    uid: str = field(default_factory=_new_uid, compare=False, repr=False)
    attributes: dict[str, Any] = field(default_factory=dict)
    character: int | str | None = None
    since_last: bool = False
    until: int | str | None = field(default=None, metadata=LEFT_OUT_WHEN_NONE)
    max_records: int | None = field(default=None, metadata=LEFT_OUT_WHEN_NONE)
    recipe: str | None = field(default=None, metadata=LEFT_OUT_WHEN_NONE)
    row: Row | None = field(default=None, metadata=LEFT_OUT_WHEN_NONE)
    result: Result | None = field(default=None, compare=False, metadata=LEFT_OUT_WHEN_NONE)

    def __post_init__(self) -> None:
        # Only what would otherwise fail far from here, with a message about something else. Full checks are
        # for plain data and for the catalog; a hundred thousand jobs must be cheap to make.
        problems = _text_problems(self)
        problems += _subject_problems(self.op_id, self.recipe)
        for name, mapping in (("parameters", self.parameters), ("attributes", self.attributes)):
            if not isinstance(mapping, (dict, Mapping)):  # the first is told ten times as fast
                problems.append(Problem(name, f"expected a dict, found {_brief(mapping)}"))
            elif not all(isinstance(key, str) for key in mapping):
                problems.append(Problem(name, f"expected names as keys, found {_brief(mapping)}"))
        if isinstance(self.character, bool) or not isinstance(self.character, (int, str, type(None))):
            what = f"expected a character's id or name, found {_brief(self.character)}"
            problems.append(Problem("character", what))
        if not isinstance(self.row, (Row, type(None))):
            problems.append(Problem("row", f"expected a Row, found {_brief(self.row)}"))
        if not isinstance(self.result, (Result, type(None))):
            problems.append(_no_result(self.result))
        if not isinstance(self.callbacks, (list, tuple)) or not all(
            isinstance(callback, Callback) for callback in self.callbacks
        ):
            problems.append(
                Problem("callbacks", f"expected a list of Callback, found {_brief(self.callbacks)}")
            )
        if self.since_last is not False or self.until is not None or self.max_records is not None:
            problems += walk_problems(self.since_last, self.until, self.max_records)
        if problems:
            raise InputError(problems=problems)
        object.__setattr__(self, "callbacks", tuple(self.callbacks))

    @classmethod
    def problems_of(cls, plain: Any) -> list[Problem]:
        """Return all that is wrong with plain data that should be a job."""
        problems = job_problems(plain)
        if not problems and plain.get("for_each") is not None:
            problems.append(Problem("for_each", "stands for many jobs; a work order may hold it"))
        return problems

    @classmethod
    def of_plain(cls, plain: Mapping[str, Any]) -> Job:
        """Build a job of plain data in which :meth:`problems_of` finds nothing wrong."""
        # By hand, because dataclasses-json needs twenty times as long.
        result, row = plain.get("result"), plain.get("row")
        return cls(
            op_id=plain.get("op_id") or "",
            recipe=plain.get("recipe"),
            parameters=dict(plain.get("parameters") or {}),
            callbacks=tuple(
                Callback(one["callback_id"], dict(one.get("kwargs") or {}))
                for one in plain.get("callbacks") or ()
            ),
            name=plain.get("name") or "",
            description=plain.get("description") or "",
            id=_as_text(plain.get("id")),
            uid=_as_text(plain.get("uid")) or _new_uid(),
            attributes=dict(plain.get("attributes") or {}),
            character=plain.get("character"),
            since_last=plain.get("since_last") or False,
            until=plain.get("until"),
            max_records=plain.get("max_records"),
            row=None if row is None else Row.of_plain(row),
            result=None if result is None else Result.from_dict(result),
        )

    @property
    def subject(self) -> str:
        """The name of the operation or the recipe that it asks for."""
        return self.recipe or self.op_id

    @property
    def label(self) -> str:
        """What people call this job, which is its name, else its operation or recipe; and its row."""
        label = self.name or self.subject
        return label if self.row is None else f"{label} [{self.row.label or self.row.number}]"

    __repr__ = brief_repr

    def _repr_html_(self) -> str:
        return job_html(self)

    def with_result(self, result: Result | None) -> Job:
        """Return a copy of this job that carries *result*."""
        if not isinstance(result, (Result, type(None))):
            raise InputError(problems=[_no_result(result)])
        return self._with(result=result)

    def for_each(self, table: TableLike) -> ForEach:
        """Return one such job for each row of a table, made when they are asked for.

        Columns that are parameters of the operation become parameters, all others attributes::

            history = Job("GetMarketsRegionIdHistory", {"region_id": 10000002})
            report = esi.run(history.for_each("types.csv"))

        Args:
            table: A file (.csv, .tsv, .json, .jsonl, .yaml); or rows, each a mapping; or a mapping of columns
                to lists of values.

        Raises:
            InputError: It is no table. What is wrong in one is found when it is read.
        """
        return ForEach(self, table)

    def with_row(self, row: Row) -> Job:
        """Return a copy of this job for a row of a table; the same row gives the same ``uid`` again."""
        uid = f"{self.uid}-{row.number}"
        return self._with(row=row, uid=MadeUpUid(uid) if isinstance(self.uid, MadeUpUid) else uid)

    def with_cells(
        self, *, parameters: dict[str, Any], attributes: dict[str, Any], character: int | str | None
    ) -> Job:
        """Return a copy of this job in which the cells of its row stand where they belong.

        Args:
            parameters: All parameters of the job.
            attributes: All its attributes.
            character: Whose token it uses.
        """
        row = self.row
        settled = None if row is None else Row(row.number, row.table, row.line, row.label)
        return self._with(parameters=parameters, attributes=attributes, character=character, row=settled)

    def _with(self, **fields: Any) -> Job:
        # Without the checks of all fields that replace() would make: there may be hundreds of thousands of
        # jobs, and nothing is put in here that was not checked or made by us.
        copy = object.__new__(type(self))
        copy.__dict__.update(self.__dict__, **fields)
        return copy


@dataclass(frozen=True)
class WorkOrder(PlainData):
    """Jobs that belong together.

    Attributes:
        jobs: The jobs, in order; a :class:`~esi_fetch.model.ForEach` among them stands for one job a row.
            Iterating gives the single jobs, and the length is their number: tables are read for it, anew each
            time.
        name: A short name for people.
        description: Free text.
        id: The user's own identifier; not interpreted.
        uid: A unique identifier, made up when not given; it does not count when orders are compared.
        output_path: Folder, below the output directory, for everything its jobs write; a template.
        attributes: Extra values for the templates of all its jobs.

    Raises:
        InputError: A field has a value of the wrong kind.
    """

    jobs: tuple[Job | ForEach, ...] = ()
    name: str = ""
    description: str = ""
    id: str = ""
    uid: str = field(default_factory=_new_uid, compare=False, repr=False)
    output_path: str = ""
    attributes: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        problems = _text_problems(self)
        if not isinstance(self.jobs, (list, tuple)) or not all(
            isinstance(job, (Job, ForEach)) for job in self.jobs
        ):
            problems.append(Problem("jobs", f"expected a list of Job, found {_brief(self.jobs)}"))
        if not isinstance(self.attributes, Mapping):
            problems.append(Problem("attributes", f"expected a dict, found {_brief(self.attributes)}"))
        if problems:
            raise InputError(problems=problems)
        object.__setattr__(self, "jobs", tuple(self.jobs))

    @classmethod
    def problems_of(cls, plain: Any) -> list[Problem]:
        """Return all that is wrong with plain data that should be a work order."""
        return order_problems(plain)

    @classmethod
    def of_plain(cls, plain: Mapping[str, Any]) -> WorkOrder:
        """Build a work order of plain data in which :meth:`problems_of` finds nothing wrong."""
        return cls(
            jobs=tuple(job_or_table(job) for job in plain["jobs"]),
            name=plain.get("name") or "",
            description=plain.get("description") or "",
            id=_as_text(plain.get("id")),
            uid=_as_text(plain.get("uid")) or _new_uid(),
            output_path=plain.get("output_path") or "",
            attributes=dict(plain.get("attributes") or {}),
        )

    def __iter__(self) -> Iterator[Job]:
        for job in self.jobs:
            if isinstance(job, ForEach):
                yield from job
            else:
                yield job

    __repr__ = brief_repr

    def __len__(self) -> int:
        return sum(job.count() if isinstance(job, ForEach) else 1 for job in self.jobs)


def job_or_table(plain: Mapping[str, Any]) -> Job | ForEach:
    """Build a job, or one for each row of a table, of plain data in which nothing is wrong."""
    job = Job.of_plain(plain)
    table = plain.get("for_each")
    return job if table is None else ForEach(job, table)
