"""The client as the command line holds it: watched, logged, and let go of when it is stopped."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from esi_fetch.cli.console import Voice
from esi_fetch.cli.logs import logging_as
from esi_fetch.cli.options import as_options
from esi_fetch.client import Esi
from esi_fetch.errors import SettingsError
from esi_fetch.model.events import Observer
from esi_fetch.observers import Tally

__all__ = ["Client", "client"]


@dataclass(frozen=True)
class Client:
    """A client, and the count of everything it does."""

    esi: Esi
    tally: Tally


@contextlib.contextmanager
def client(
    voice: Voice,
    *,
    observers: Iterable[Observer] = (),
    offline: bool = False,
    opens_store: bool = True,
    **settings: Any,
) -> Iterator[Client]:
    """Open a client for the time of the block.

    Args:
        voice: Says how much is logged and shown.
        observers: Told every event, beside the log and the progress bars.
        offline: Whether nothing may be sent.
        opens_store: Whether the local store is opened now, and made where there is none.
        **settings: Arguments of :class:`~esi_fetch.client.Esi`; None for those that are not given.

    Raises:
        InputError: A setting or the log file is wrong.
        StoreError: The local store's file is another program's.
    """
    tally = Tally()
    with logging_as(voice) as logs:
        try:
            esi = Esi(offline=offline, observers=[tally, *logs, *observers], **settings)
        except SettingsError as error:
            raise as_options(error) from error
        try:
            if esi.store is not None and opens_store:
                esi.store.open()
            yield Client(esi, tally)
        except KeyboardInterrupt:
            # Closing waits for the worker threads, and one of them may be stuck: the process's end is enough.
            raise
        except BaseException:
            esi.close()
            raise
        esi.close()
