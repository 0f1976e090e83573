"""All that is wrong with many jobs, told in one go and in few lines."""

from __future__ import annotations

from esi_fetch.errors import InputError, gathered
from esi_fetch.model.job import Job
from esi_fetch.model.tables import RowProblems

__all__ = ["Failures"]


class Failures:
    """Gathers what is wrong with jobs.

    A table of a hundred thousand rows may be wrong in each: of each table, the same problem is told once, and
    only so many different ones.
    """

    def __init__(self) -> None:
        self._errors: list[InputError | RowProblems] = []
        self._tables: dict[tuple[str, str], RowProblems] = {}
        self._kinds: dict[tuple[str, str], type[InputError]] = {}

    def __bool__(self) -> bool:
        return bool(self._errors)

    def add(self, error: InputError, *, place: str) -> None:
        """Note what is wrong at a place."""
        self._errors.append(error.below(place))

    def add_of(self, job: Job, error: InputError, *, order: str, place: str) -> None:
        """Note what is wrong with a job.

        Args:
            job: The job.
            error: What is wrong with it.
            order: The name of the work order it belongs to.
            place: Where the job stands.
        """
        if job.row is None:
            self.add(error, place=place)
            return
        table = (order, job.row.table)
        if table not in self._tables:
            self._tables[table] = RowProblems(": ".join(filter(None, table)))
            self._kinds[table] = type(error)
            self._errors.append(self._tables[table])
        if self._kinds[table] is not type(error):
            self._kinds[table] = InputError
        self._tables[table].add(place, error.problems)

    def raise_any(self) -> None:
        """Raise one error of everything, if there is anything.

        Raises:
            InputError: Of the kind of the problems where they are of one kind; it lists them all.
        """
        if not self._errors:
            return
        kinds = {problems: self._kinds[table] for table, problems in self._tables.items()}
        raise gathered(
            kinds[each](problems=each.listed()) if isinstance(each, RowProblems) else each
            for each in self._errors
        )
