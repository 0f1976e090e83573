"""A figure that shows itself in notebooks, and how it becomes a file."""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from esi_fetch.atomic import atomic_write
from esi_fetch.errors import InputError, Problem, did_you_mean

__all__ = [
    "Picture",
    "drawing",
    "new_picture",
    "picture_format",
    "put_title",
    "save_picture",
    "say_nothing_there",
]

FORMATS = {".png": "png", ".svg": "svg"}

_WIDTH_IN, _HEIGHT_IN, _DPI = 10.0, 6.0, 120
_MOST_COLUMNS = 2
_LONGEST_TITLE = 70

# Names of the game's things come in eight languages; the first font that has a character is used.
_FONTS = ["DejaVu Sans", "Noto Sans CJK JP", "Microsoft YaHei", "Malgun Gothic", "PingFang SC", "sans-serif"]
_STYLE: Any = {
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "font.size": 10,
    "grid.alpha": 0.3,
    "legend.frameon": False,
    "svg.hashsalt": "esi_fetch",
}


class Picture(Figure):
    """A matplotlib figure that a notebook shows, whatever backend is chosen there."""

    def _repr_png_(self) -> bytes:
        return picture_bytes(self, fmt="png")


@contextmanager
def drawing() -> Iterator[None]:
    """Draw in the library's own style, whatever the user has set for other figures."""
    with rc_context(_STYLE):
        yield


def new_picture(panels: int, *, height: float = 1.0) -> tuple[Picture, list[Any]]:
    """Return a picture, and a part of it for each panel: one alone, or two side by side in rows.

    Args:
        panels: How many.
        height: How high one is, by what is usual.
    """
    columns = min(_MOST_COLUMNS, panels)
    rows = math.ceil(panels / columns)
    shrunk = 1.0 if rows == 1 else 0.75
    size = (_WIDTH_IN * (1.0 if columns == 1 else 1.5), _HEIGHT_IN * height * rows * shrunk)
    picture = Picture(figsize=size, dpi=_DPI, layout="constrained")
    FigureCanvasAgg(picture)
    parts = picture.subfigures(rows, columns, squeeze=False, wspace=0.03, hspace=0.03)
    return picture, list(parts.flat)[:panels]


def put_title(axes: Any, title: str, note: str = "") -> None:
    """Write a title over a panel, and a note beside it."""
    short = title if len(title) <= _LONGEST_TITLE else f"{title[: _LONGEST_TITLE - 1]}…"
    # A name may hold a dollar sign, which would begin a formula.
    axes.set_title(short, loc="left", fontweight="bold", parse_math=False)
    if note:
        axes.set_title(note, loc="right", fontsize=9, color="0.35", parse_math=False)


def say_nothing_there(axes: Any, what: str) -> None:
    """Say that there is nothing to draw."""
    axes.text(0.5, 0.5, what, ha="center", va="center", transform=axes.transAxes, color="0.4", fontsize=12)
    axes.set_axis_off()


def picture_format(path: Path | str, *, where: str = "path") -> str:
    """Return the format that the suffix of a picture's file says.

    Raises:
        InputError: It says none that pictures can be written in.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in FORMATS:
        hint = did_you_mean(suffix, FORMATS)
        what = (
            f"pictures are written as {' and '.join(FORMATS)}, and not as {suffix or 'a file without suffix'}"
        )
        raise InputError(problems=[Problem(where, f"{what}{hint}")])
    return FORMATS[suffix]


def picture_bytes(picture: Figure, *, fmt: str) -> bytes:
    """Return a picture as the bytes of a file; the same picture gives the same bytes."""
    stream = io.BytesIO()
    metadata = {"Date": None} if fmt == "svg" else {"Software": None}
    with warnings.catch_warnings(), rc_context({"svg.hashsalt": "esi_fetch", "font.family": _FONTS}):
        # A character that no font here has is drawn as a box; that is no reason to write nothing.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        picture.savefig(stream, format=fmt, metadata=metadata)
    return stream.getvalue()


def save_picture(picture: Figure, path: Path | str) -> None:
    """Write a picture to a file, whole or not at all; its suffix says how: ``.png`` or ``.svg``.

    Raises:
        InputError: The suffix says no format.
        OutputWriteError: The file can't be written; what was there before is untouched.
    """
    made = picture_bytes(picture, fmt=picture_format(path))
    with atomic_write(Path(path), text=False) as stream:
        stream.write(made)
