"""``esi.op``. Type checkers and editors read ``operations.pyi`` in place of this file."""

from __future__ import annotations

from esi_fetch.client.by_name import ByName

__all__ = ["Operations"]


class Operations(ByName):
    """Every operation of ESI as a method: ``esi.op.get_status()``."""
