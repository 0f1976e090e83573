"""Tables as they were when a run began.

A table is read more than once: to check the jobs, to tell the run from others, and to do them, which may take
hours. Whoever writes it anew meanwhile, as programs do that run at night, must not change half of a run.
"""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from esi_fetch.errors import reason_of
from esi_fetch.model.for_each import ForEach
from esi_fetch.model.job import Job, WorkOrder

__all__ = ["table_copies"]

log = logging.getLogger("esi_fetch.run")


@contextmanager
def table_copies(orders: Iterable[tuple[str, WorkOrder]]) -> Iterator[list[tuple[str, WorkOrder]]]:
    """Give work orders whose tables are read from copies that are made now, for the time of a ``with`` block.

    What can't be copied is read where it is.
    """
    given = list(orders)
    if not any(_file(job) for _, order in given for job in order.jobs):
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="esi-fetch-", ignore_cleanup_errors=True) as folder:
        copier = _Copier(Path(folder))
        yield [(name, replace(order, jobs=tuple(map(copier.copied, order.jobs)))) for name, order in given]


def _file(job: Job | ForEach) -> str | None:
    """Return the file of a job's table, where it is one that can be copied."""
    is_file = isinstance(job, ForEach) and isinstance(job.table, str) and os.path.isfile(job.table)
    return str(job.table) if is_file and isinstance(job, ForEach) else None


class _Copier:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._copies: dict[str, str | None] = {}

    def copied(self, job: Job | ForEach) -> Job | ForEach:
        """Return a job whose table, if it has one, is read from a copy."""
        file = _file(job)
        if file is None or not isinstance(job, ForEach):
            return job
        if file not in self._copies:
            self._copies[file] = self._copy(file)
        return replace(job, read_from=self._copies[file])

    def _copy(self, file: str) -> str | None:
        # The suffix says how it is read.
        copy = str(self._folder / f"{len(self._copies)}{Path(file).suffix}")
        try:
            return shutil.copyfile(file, copy)
        except (OSError, ValueError) as error:
            log.debug("%s: can't be copied, and is read where it is: %s", file, reason_of(error))
            return None
