"""Numbers on axes."""

from __future__ import annotations

import pytest

from esi_fetch.plots.numbers import ShortNumbers, short_number


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.01, "0.01"),
        (4.79, "4.79"),
        (950, "950"),
        (999.9, "1k"),
        (1234, "1.23k"),
        (-1500, "-1.5k"),
        (3_400_000, "3.4M"),
        (5.6e9, "5.6B"),
        (7.25e12, "7.25T"),
    ],
)
def test_three_digits_are_enough(value: float, text: str) -> None:
    """A number alone has three digits and a letter for thousands, millions, billions."""
    assert short_number(value) == text


@pytest.mark.parametrize(
    ("ticks", "texts"),
    [
        ([3.25, 3.5, 3.75, 4.0], ["3.25", "3.5", "3.75", "4"]),
        ([4.70, 4.71, 4.72], ["4.7", "4.71", "4.72"]),
        ([0, 200e6, 400e6], ["0", "200M", "400M"]),
        ([1_000_000, 1_000_500, 1_001_000], ["1M", "1.0005M", "1.001M"]),
        ([5.0], ["5"]),
        ([], []),
    ],
)
def test_ticks_are_told_apart(ticks: list[float], texts: list[str]) -> None:
    """Ticks have as many decimals as tell them from their neighbours, and no more."""
    axis = ShortNumbers()
    axis.set_locs(ticks)
    assert [axis(tick) for tick in ticks] == texts
