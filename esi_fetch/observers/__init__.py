"""Observers: told of everything that happens, in one call for each event.

``Progress`` is loaded when it is first asked for, because it brings Rich along.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from esi_fetch.observers.dispatch import Dispatcher
from esi_fetch.observers.jsonl import JsonLines
from esi_fetch.observers.logs import LogObserver
from esi_fetch.observers.tally import Tally, TallySnapshot, Timing

if TYPE_CHECKING:
    from esi_fetch.observers.progress import Progress

__all__ = ["Dispatcher", "JsonLines", "LogObserver", "Progress", "Tally", "TallySnapshot", "Timing"]


def __getattr__(name: str) -> Any:
    if name == "Progress":
        return importlib.import_module("esi_fetch.observers.progress").Progress
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
