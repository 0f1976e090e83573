"""The seam between reports, on this floor, and what makes frames of them, on a higher one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from esi_fetch.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    import pandas as pd

    from esi_fetch.model.report import Report

__all__ = ["FrameMaker", "frame_maker", "use_frame_maker"]


class FrameMaker(Protocol):
    """Makes a DataFrame of a report."""

    def __call__(self, report: Report, *, failed: str, catalog: Mapping[str, Any] | None) -> pd.DataFrame:
        """Return the rows of all jobs; see :meth:`Report.frame`."""


_makers: list[FrameMaker] = []


def use_frame_maker(maker: FrameMaker) -> None:
    """Let reports make their frames with *maker*."""
    _makers[:] = [maker]


def frame_maker() -> FrameMaker:
    """Return what makes frames.

    Raises:
        InputError: The room that does has not been imported, as importing ``Esi`` does.
    """
    if not _makers:
        raise InputError("nothing makes frames yet: import esi_fetch.frames first")
    return _makers[0]
