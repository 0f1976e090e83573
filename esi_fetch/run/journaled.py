"""The journal of a run, found by what the run is asked to do, for the time of the run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from esi_fetch.clock import Clock
from esi_fetch.errors import InputError
from esi_fetch.model.job import WorkOrder
from esi_fetch.run.identity import run_identity
from esi_fetch.run.journal import Journal
from esi_fetch.run.only_once import only_once
from esi_fetch.settings import Settings

__all__ = ["journaled"]

_FOLDER = "journal"

# Job files are edited, and a changed one has another journal: those that nobody comes back to are removed.
_FORGOTTEN_AFTER_S = 30 * 86_400.0
_PARTS = ("", "-wal", "-shm")


@contextmanager
def journaled(
    orders: Iterable[tuple[str, WorkOrder]],
    *,
    settings: Settings,
    clock: Clock,
    now: float,
    output: str | Path = ".",
    values: Mapping[str, Any] | None = None,
    path: str | Path | None = None,
    resume: bool = False,
    max_age_s: float | None = None,
    only_look: bool = False,
) -> Iterator[Journal]:
    """Give the journal of a run, for the time of a ``with`` block; nobody else runs the same meanwhile.

    Prepare the jobs with ``now=journal.began_at``: in a run that goes on, dates are those of the first.

    Args:
        orders: The work orders of the run, each with the name of its file.
        settings: Which ESI is asked, and where journals are kept.
        clock: Tells the time.
        now: When the run begins, in seconds since the epoch.
        output: Folder below which callbacks write.
        values: Values for templates; they overrule all others.
        path: The journal; None for ``journal/<identity>.sqlite`` in the home folder.
        resume: Whether to go on with the last run of the same jobs, where there is something to go on with.
        max_age_s: Which jobs the files of the last run spare; see :class:`Journal`.
        only_look: Whether nothing is to be run: it is only seen what a run would not have to do, also while
            somebody else is at it.

    Raises:
        JournalError: The journal can't be used, or the same jobs are being run.
        InputError: A table that jobs are made from is wrong.
    """
    folder = settings.home / _FOLDER
    file: Path | None
    try:
        identity = run_identity(orders, folder=Path(output), values=values or {}, settings=settings)
        file = folder / f"{identity}.sqlite" if path is None else Path(path)
    except InputError:
        if not only_look:
            raise
        identity, file = "", None  # whoever looks at the jobs will tell what is wrong with the table
    required = resume or path is not None
    journal = Journal(file, identity=identity, clock=clock, now=now, required=required, max_age_s=max_age_s)
    if only_look or file is None:
        with closing(journal):
            journal.look(resume=resume)
            yield journal
        return
    with only_once(folder, identity=identity, journal=file, now=now), closing(journal):
        journal.look(resume=resume)
        _remove_forgotten(folder, but=file, now=now)
        yield journal


def _remove_forgotten(folder: Path, *, but: Path, now: float) -> None:
    """Remove the journals of runs that ended, or were stopped, long ago."""
    with suppress(OSError):
        for path in folder.glob("*.sqlite"):
            parts = [part for part in (Path(f"{path}{suffix}") for suffix in _PARTS) if part.exists()]
            if path != but and all(now - part.stat().st_mtime > _FORGOTTEN_AFTER_S for part in parts):
                for part in reversed(parts):  # a log without its file is harmless, and the reverse is not
                    part.unlink()
