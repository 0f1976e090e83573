"""The local store as a client has it: it knows the operations there are, and can ask ESI again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from esi_fetch.auth import UNKNOWN, find_character
from esi_fetch.clock import Clock
from esi_fetch.model.events import Observer
from esi_fetch.model.job import WorkOrder
from esi_fetch.model.report import Report, Totals
from esi_fetch.run.prepare import Outputs, prepare
from esi_fetch.run.refresh import Refreshed, jobs_again
from esi_fetch.store import LocalStore, Selection, Variant

if TYPE_CHECKING:
    from esi_fetch.run.workshop import Workshop

__all__ = ["ClientStore"]

_WILD = frozenset("*?[")


class ClientStore(LocalStore):
    """The local store of one client: ``esi.store``.

    Threads and processes share its file, or the Redis server it is on. The file is made when something is
    first kept in it.
    """

    def __init__(
        self, path: Path, *, clock: Clock, origin: str, parts: Workshop, redis_url: str | None = None
    ) -> None:
        """Open nothing yet.

        Args:
            path: As for :class:`~esi_fetch.store.LocalStore`.
            clock: As for :class:`~esi_fetch.store.LocalStore`.
            origin: As for :class:`~esi_fetch.store.LocalStore`.
            parts: The client's parts.
            redis_url: As for :class:`~esi_fetch.store.LocalStore`.
        """
        super().__init__(path, clock=clock, origin=origin, redis_url=redis_url)
        self._parts = parts

    @property
    def variant(self) -> Variant:
        """Which variants this client asks for, and finds."""
        return self._parts.ready().fetcher.calls.variant

    def refresh(
        self,
        *,
        operation: str | Iterable[str] | None = None,
        parameters: Mapping[str, Any] | None = None,
        character: int | str | Iterable[int | str] | None = None,
        older_than: float | str | None = None,
        stale: bool = False,
        dry_run: bool = False,
        observers: Iterable[Observer] = (),
    ) -> Refreshed:
        """Ask ESI again, conditionally, for a part of what the store has, whether it has expired or not.

        It is done as a run of jobs, within all limits. Sets of pages that are there whole stay whole; of
        walks each piece is asked for again. What this client can't ask for is left alone, and counted.

        Args:
            operation: As for :meth:`report`.
            parameters: As for :meth:`report`.
            character: As for :meth:`report`.
            older_than: As for :meth:`report`.
            stale: As for :meth:`report`.
            dry_run: Whether only to say what would be asked for.
            observers: Heard beside the client's own.

        Raises:
            InputError: A filter is wrong, or the client is offline.
            StoreError: The file can't be read, is of a newer version, or another program's.
            RunInterrupted: Ctrl-C; it carries the report.
        """
        selection = self._selection(
            operation=operation,
            parameters=parameters,
            character=character,
            older_than=older_than,
            stale=stale,
        )
        mode = self._parts.mode_for(refresh=True)
        engine = self._parts.ready()
        chosen = [entry for entry in self._report_on(selection).entries if not entry.is_previous]
        again = jobs_again(chosen, fetcher=engine.fetcher)
        if dry_run or not again.jobs:
            report = Report(again.jobs, Totals())
            return Refreshed(len(chosen), again.left, report, dry_run=dry_run)
        ready = prepare(
            [("", WorkOrder(jobs=again.jobs))],
            fetcher=engine.fetcher,
            outputs=Outputs(Path.cwd(), {}, self._clock.now()),
        )
        report = engine.runner.run(
            ready, mode=mode, observers=self._parts.observers.plus(observers), keeps_data=False
        )
        return Refreshed(len(chosen), again.left, report)

    def _selection(self, **words: Any) -> Selection:
        named = words.get("operation")
        if named is not None:
            names = [named] if isinstance(named, str) else list(named)
            # A name that is none would find nothing, and who mistyped it would think that nothing is there.
            words["operation"] = [
                name if _WILD & set(name) else self._parts.operations[name].op_id for name in names
            ]
        whose = words.get("character")
        if whose is not None:
            some = [whose] if isinstance(whose, (int, str)) else list(whose)
            words["character"] = [self._character_id(who) for who in some]
        return super()._selection(**words)

    def _character_id(self, who: int | str) -> int:
        """Return the id of a character; who has signed out, or never has, is known by id alone."""
        with suppress(ValueError):
            return int(who)
        known = self._parts.tokens.characters()
        return find_character([each for each in known if each.character_id != UNKNOWN], who).character_id
