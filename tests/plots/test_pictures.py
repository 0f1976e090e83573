"""Pictures: what is written on them, whatever the data is, and the files they become."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from esi_fetch.errors import InputError, OutputWriteError
from esi_fetch.plots import Book, Trade, draw_depth, draw_history, picture_format, save_picture
from esi_fetch.plots.picture import Picture

PNG = b"\x89PNG\r\n\x1a\n"


def day(number: int, **more: Any) -> dict[str, Any]:
    average = 4 + number % 7 / 10
    return {
        "date": (date(2026, 1, 1) + timedelta(days=number)).isoformat(),
        "average": average,
        "highest": average * 1.1,
        "lowest": average * 0.9,
        "volume": 1000 * (1 + number % 5),
        "order_count": 5,
        **more,
    }


def order(price: float, *, is_buy: bool, volume: int = 100) -> dict[str, Any]:
    return {"price": price, "is_buy_order": is_buy, "volume_remain": volume, "type_id": 34}


BUY = [order(4.0 - step / 10, is_buy=True) for step in range(10)]
SELL = [order(4.2 + step / 10, is_buy=False) for step in range(10)]


def texts_of(picture: Picture) -> str:
    """Everything that is written in a picture, once it has been drawn."""
    picture._repr_png_()
    texts = picture.findobj(match=lambda artist: hasattr(artist, "get_text"))
    return "\n".join(text.get_text() for text in texts if text.get_visible())


HISTORIES = {
    "a year": [day(number) for number in range(365)],
    "ten years": [day(number) for number in range(3650)],
    "two weeks": [day(number) for number in range(14)],
    "two days": [day(0), day(1)],
    "one day": [day(0)],
    "a day without change": [day(0, average=5, highest=5, lowest=5)],
    "nothing": [],
    "a spike": [day(number) for number in range(100)] + [day(100, highest=9e9, average=1e9)],
    "far apart": [day(0), day(2000)],
    "trillions": [day(number, average=2.5e12, highest=3e12, lowest=2e12) for number in range(40)],
    "cents": [day(number, average=0.01, highest=0.02, lowest=0.01) for number in range(40)],
}


@pytest.mark.parametrize("name", HISTORIES)
def test_any_history_can_be_drawn(name: str) -> None:
    """Long or short, dear or cheap: prices and volumes have their units and are titled, without a warning."""
    picture = draw_history([Trade("Tritanium in The Forge", HISTORIES[name])])
    written = texts_of(picture)
    assert "Tritanium in The Forge" in written
    if not HISTORIES[name]:
        assert "nothing was traded in this time" in written
        return
    assert "price (ISK)" in written
    assert "units a day" in written
    assert HISTORIES[name][0]["date"] in written


def test_spikes_are_cut_off_and_said_to_be() -> None:
    """One absurd day does not make a flat line of all others."""
    picture = draw_history([Trade("x", HISTORIES["a spike"])])
    assert "1 day cut off, up to 9B ISK" in texts_of(picture)
    prices = picture.subfigs[0].axes[0]
    assert prices.get_ylim()[1] < 10
    assert "cut off" not in texts_of(draw_history([Trade("x", HISTORIES["a year"])]))


BOOKS: dict[str, tuple[list[dict[str, Any]], str]] = {
    "both sides": ([*BUY, *SELL], "spread: 4.8%"),
    "buy orders alone": (BUY, "nobody offers any"),
    "sell orders alone": (SELL, "nobody wants any"),
    "no orders": ([], "there are no orders"),
    "one order": (SELL[:1], "best ask: 4.2 ISK"),
    "one order of each": ([BUY[0], SELL[0]], "best bid: 4 ISK"),
    "far apart": ([*BUY, *(order(400.0, is_buy=False),)], "logarithmic"),
    "crossed": ([order(5.0, is_buy=True), order(4.0, is_buy=False)], "spread: -25.0%"),
    "absurd prices": (
        [*BUY, *SELL, order(1e9, is_buy=False, volume=7000), order(0.01, is_buy=True, volume=10**6)],
        "7k more units offered for more than 6.72 ISK",
    ),
}


@pytest.mark.parametrize("name", BOOKS)
def test_any_book_can_be_drawn(name: str) -> None:
    """With both sides, one or none, near or far apart: axes have units, and the best prices are said."""
    orders, said = BOOKS[name]
    written = texts_of(draw_depth([Book("Tritanium in The Forge", orders, "as of 2026-01-01 00:00 UTC")]))
    assert said in written
    assert "as of 2026-01-01 00:00 UTC" in written
    if orders:
        assert "price (ISK)" in written
        assert "units, added up" in written


def test_the_curves_add_up() -> None:
    """At each price stands what is wanted for it or more, and offered for it or less."""
    picture = draw_depth([Book("x", [*BUY, *SELL, order(4.0, is_buy=True, volume=50)])])
    wanted, offered = picture.subfigs[0].axes[0].get_lines()
    assert list(wanted.get_ydata())[:3] == [0, 150, 250]
    assert max(offered.get_ydata()) == 1000
    assert list(offered.get_xdata())[:2] == [4.2, 4.2]


def test_names_are_no_formulas(tmp_path: Path) -> None:
    """Dollars, Chinese and very long names are drawn as they are, shortened where there is no room."""
    title = "$x_1^2$ 三钛合金 \u041f\u043b\u0430 in The Forge"
    assert title in texts_of(draw_history([Trade(title, [day(0)])]))
    assert "…" in texts_of(draw_depth([Book("n" * 300, SELL)]))
    save_picture(draw_depth([Book(title, SELL)]), tmp_path / "x.svg")


def test_each_has_a_panel() -> None:
    """Several are drawn side by side, each with its title."""
    picture = draw_history([Trade(f"type {number}", HISTORIES["a year"]) for number in range(5)])
    written = texts_of(picture)
    assert all(f"type {number}" in written for number in range(5))
    assert sum(bool(part.axes) for part in picture.subfigs) == 5


@pytest.mark.parametrize("suffix", [".png", ".svg", ".PNG"])
def test_files_are_what_their_suffix_says(tmp_path: Path, suffix: str) -> None:
    """PNG and SVG are written whole, in place of what was there, and the same data gives the same file."""
    path, again = tmp_path / f"deep/er/x{suffix}", tmp_path / f"again{suffix}"
    again.write_text("old")
    for one in (path, again):
        save_picture(draw_depth([Book("x", [*BUY, *SELL])]), one)
    data = path.read_bytes()
    assert data == again.read_bytes()
    assert data.startswith(PNG) if suffix.lower() == ".png" else b"<svg" in data[:600]
    assert [one.name for one in tmp_path.iterdir() if one.is_file()] == [again.name]


def test_other_suffixes_are_refused(tmp_path: Path) -> None:
    """What pictures can't be written as is told with what they can."""
    with pytest.raises(
        InputError, match=r"--plot: pictures are written as \.png and \.svg, and not as \.pgn"
    ):
        picture_format("x.pgn", where="--plot")
    with pytest.raises(InputError, match="a file without suffix"):
        save_picture(draw_depth([Book("x", SELL)]), tmp_path / "x")
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputWriteError):
        save_picture(draw_depth([Book("x", SELL)]), tmp_path / "file/x.png")


def test_a_notebook_shows_it() -> None:
    """The picture itself is what a notebook needs to show it, whatever backend is chosen."""
    assert draw_depth([Book("x", SELL)])._repr_png_().startswith(PNG)
