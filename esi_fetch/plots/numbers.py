"""Numbers on axes, short enough to be read: 950, 1.2k, 3.4M, 5.6B."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from matplotlib.ticker import Formatter

__all__ = ["ShortNumbers", "short_number"]

_UNITS = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k"))
_MOST_DECIMALS = 8


def short_number(value: float, *, step: float | None = None) -> str:
    """Return a number in few characters, with as many decimals as tell it from its neighbours.

    Args:
        value: The number.
        step: How far the neighbours are away; None for three significant digits.
    """
    size, unit = next(((size, unit) for size, unit in _UNITS if abs(value) >= size * 0.9995), (1.0, ""))
    if step is None:
        step = 10.0 ** (math.floor(math.log10(abs(value))) - 2) if value else 1.0
    # One more digit than the step's first, so that a step of 0.25 shows both of its own.
    exact = step / size
    decimals = 0 if exact <= 0 else max(0, math.ceil(-math.log10(exact)))
    while decimals < _MOST_DECIMALS and abs(round(exact, decimals) - exact) > exact * 0.01:
        decimals += 1
    text = f"{value / size:.{min(decimals, _MOST_DECIMALS)}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return f"{text}{unit}"


class ShortNumbers(Formatter):
    """Writes the numbers of an axis; its ticks decide how many decimals are needed."""

    def __init__(self) -> None:
        self._step: float | None = None

    def set_locs(self, locs: Sequence[float]) -> None:
        """Take notice of all ticks."""
        gaps = [abs(after - before) for before, after in pairwise(locs)]
        self._step = min((gap for gap in gaps if gap > 0), default=None)

    def __call__(self, x: float, pos: int | None = None) -> str:
        """Return the text of one tick."""
        return short_number(x, step=self._step)
