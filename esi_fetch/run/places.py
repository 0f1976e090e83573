"""What can be told of an executor: how much it works on at a time, whether it has ended, what replaces it."""

from __future__ import annotations

import os
from concurrent.futures import Executor, ProcessPoolExecutor
from typing import Any

from esi_fetch.errors import WorkerError

__all__ = ["has_ended", "places_of", "successor_of"]


def places_of(executor: Executor) -> int:
    """Return on how many chunks it works at a time, at least 1; where it does not tell, one for each CPU.

    What is asked for is no part of any public interface, so each may be missing.
    """
    size = getattr(executor, "_max_workers", None)  # those of the standard library, and of others like them
    if isinstance(size, int) and size > 0:
        return size
    client = getattr(executor, "_client", None)  # Dask's
    if client is not None and callable(getattr(client, "nthreads", None)):
        try:
            threads: dict[str, int] = client.nthreads()
        except Exception:  # noqa: BLE001 - the scheduler is gone, in whatever way; what is submitted will tell
            return 1
        return max(1, sum(threads.values()))
    return os.cpu_count() or 1


def has_ended(executor: Executor) -> bool:
    """Return whether it is known that nothing more comes back from it.

    A client of Dask's that is closed cancels what it was given, and forgets what it is given meanwhile.
    """
    return getattr(getattr(executor, "_client", None), "status", None) == "closed"


def successor_of(executor: Executor, error: Exception) -> Executor:
    """Return a pool of processes like one that broke.

    Raises:
        WorkerError: It is of another kind.
    """
    if not isinstance(executor, ProcessPoolExecutor):
        raise WorkerError(f"the executor broke: {str(error) or type(error).__name__}") from error
    options: dict[str, Any] = {
        "mp_context": getattr(executor, "_mp_context", None),
        "initializer": getattr(executor, "_initializer", None),
        "initargs": getattr(executor, "_initargs", ()),
    }
    return ProcessPoolExecutor(places_of(executor), **options)
