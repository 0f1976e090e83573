"""Draws the diagrams of the explanations: ``one-job``, ``torn-set`` and ``floors`` in ``docs/images``.

Run it after what they show has changed, and look at what it made: ``python scripts/make_diagrams.py``. A test
holds the files to this script, and so the floors to the table in ``docs/explanation/architecture.md``.

A diagram brings its own paper and ink for light and for dark, so it can be read on any page; its text is
text. There is room for the widest of the usual fonts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).parent.parent
IMAGES = ROOT / "docs" / "images"
HOUSE = ROOT / "docs" / "explanation" / "architecture.md"

WIDTH = 760
_ROW = 18  # from one line of a step to the next

_STYLE = """\
  <style>
    .paper { fill: #ffffff; stroke: #d8dbe0 } .soft { fill: #eef1f5 }
    .box { fill: #f4f6f9; stroke: #aab2bf }
    .old { fill: #f7dfc4; stroke: #c98b45 } .new { fill: #cfe3f7; stroke: #4a86c5 }
    .text { fill: #1f2329 } .dim { fill: #5b6470 }
    .line { stroke: #7b8492; fill: none } .tip { fill: #7b8492 }
    .strong { font-weight: 600 }
    .code { font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace }
    @media (prefers-color-scheme: dark) {
      .paper { fill: #1a1c1e; stroke: #3a3f46 } .soft { fill: #212429 }
      .box { fill: #262a30; stroke: #565f6c }
      .old { fill: #5a3d1c; stroke: #c98b45 } .new { fill: #1f4263; stroke: #5b9bd8 }
      .text { fill: #e6e8eb } .dim { fill: #a3abb6 }
      .line { stroke: #8b95a3; fill: none } .tip { fill: #8b95a3 }
    }
  </style>"""


@dataclass(frozen=True)
class Step:
    """One step of a flow."""

    title: str
    room: str
    told: tuple[str, ...]

    def __init__(self, title: str, room: str, *told: str) -> None:
        for name, value in (("title", title), ("room", room), ("told", told)):
            object.__setattr__(self, name, value)


class Sheet:
    """A drawing in the making.

    Args:
        title: What it shows, for those who can't see it.
    """

    def __init__(self, title: str) -> None:
        self._title = title
        self._lines: list[str] = []

    def box(
        self, x: float, y: float, width: float, height: float, *, kind: str = "box", round: int = 6
    ) -> None:
        """Draw a box."""
        place = f'x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="{round}"'
        self._lines.append(f'  <rect class="{kind}" {place}/>')

    def text(
        self, x: float, y: float, text: str, *, kind: str = "text", size: float = 14, anchor: str = "start"
    ) -> None:
        """Write a line; *y* is where its letters stand."""
        place = f'class="{kind}" x="{x:g}" y="{y:g}"'
        more = "" if size == 14 else f' font-size="{size:g}"'
        more += "" if anchor == "start" else f' text-anchor="{anchor}"'
        self._lines.append(f"  <text {place}{more}>{escape(text, quote=False)}</text>")

    def step(self, x: float, y: float, width: float, step: Step) -> float:
        """Draw a step; return where it ends."""
        height = 40 + _ROW * len(step.told)
        self.box(x, y, width, height)
        self.text(x + 14, y + 24, step.title, kind="text strong")
        self.text(x + width - 14, y + 24, step.room, kind="dim code", size=12, anchor="end")
        for row, line in enumerate(step.told, start=1):
            self.text(x + 14, y + 26 + _ROW * row, line, size=13)
        return y + height

    def chip(self, x: float, y: float, width: float, name: str) -> None:
        """Draw a name in a box."""
        self.box(x, y, width, 26, round=4)
        self.text(x + width / 2, y + 18, name, kind="text code", size=13, anchor="middle")

    def arrow(self, *points: tuple[float, float], both: bool = False, dashed: bool = False) -> None:
        """Draw an arrow along some points."""
        way = " ".join(f"{'L' if place else 'M'}{x:g} {y:g}" for place, (x, y) in enumerate(points))
        more = ' marker-start="url(#tip)"' if both else ""
        more += ' stroke-dasharray="4 4"' if dashed else ""
        self._lines.append(
            f'  <path class="line" d="{way}" stroke-width="1.5" marker-end="url(#tip)"{more}/>'
        )

    def rule(self, x: float, y: float, to_x: float, to_y: float) -> None:
        """Draw a dashed line."""
        way = f"M{x:g} {y:g} L{to_x:g} {to_y:g}"
        self._lines.append(f'  <path class="line" d="{way}" stroke-width="1.5" stroke-dasharray="5 4"/>')

    def svg(self, height: float) -> str:
        """Return the drawing, so high."""
        high = round(height)
        head = [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{high}" '
            f'viewBox="0 0 {WIDTH} {high}" role="img" font-family="system-ui, sans-serif" font-size="14">',
            f"  <title>{escape(self._title)}</title>",
            _STYLE,
            "  <defs>",
            '    <marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" '
            'orient="auto-start-reverse"><path class="tip" d="M0 0 10 5 0 10z"/></marker>',
            "  </defs>",
            f'  <rect class="paper" x="0.5" y="0.5" width="{WIDTH - 1}" height="{high - 1}" rx="8"/>',
        ]
        return "\n".join([*head, *self._lines, "</svg>"]) + "\n"


def one_job() -> str:
    """Draw how one job is done."""
    before = (
        Step(
            "Check",
            "run.prepare",
            "against the catalog: all that is wrong is told at once,",
            "and nothing has been sent",
        ),
        Step("Hand out", "run.runner", "a few jobs ahead; what the store has is given at once"),
        Step("Walk", "fetch.fetcher", "one answer, a set of pages, or from cursor to cursor"),
    )
    each = (
        Step(
            "Ask the store first",
            "transport.cached",
            "fresh: use it, and nothing is sent",
            "expired: ask ESI whether it has changed",
            "not there: ask for all of it",
            "refused a moment ago: that is the answer",
        ),
        Step(
            "Make attempts",
            "transport.adapter",
            "wait for the daily downtime, a free slot, the limits",
            "send, read the whole body, book what it has cost",
            "judge: good, or worth another attempt, or the end",
        ),
    )
    after = (
        Step("Put together", "fetch.fetcher", "is the set whole? then the result, and where it is from"),
        Step("Callbacks", "run.workbench", "files are written, whole or not at all"),
        Step(
            "Deliver",
            "run.runner",
            "noted in the journal and the report; last of all, the",
            "bookmark from which the next run goes on",
        ),
    )
    x, width, gap, pad = 40, 440, 26, 16
    middle, aside = x + width / 2, x + width + 36
    sheet = Sheet("How one job is done, step by step, from its check to its delivery")

    def draw(steps: Sequence[Step], y: float) -> tuple[list[tuple[float, float]], float]:
        places = []
        for step in steps:
            end = sheet.step(x, y, width, step)
            places.append((y, end))
            y = end + gap
        for (_, end), (begin, _) in pairwise(places):
            sheet.arrow((middle, end), (middle, begin - 1))
        return places, y

    told, y = draw(before, 24)
    walked = told[-1][1]
    top = y + 8
    bottom = top + 34 + sum(40 + _ROW * len(step.told) for step in each) + gap + pad
    sheet.box(x - pad, top, WIDTH - 2 * (x - pad), bottom - top, kind="soft", round=8)
    sheet.text(x, top + 22, "for each URL; the pages of a set several at a time", kind="dim", size=13)
    inner, _ = draw(each, top + 34)
    sheet.arrow((middle + 120, walked), (middle + 120, inner[0][0] - 1))
    rest, _ = draw(after, bottom + gap)
    sheet.arrow((middle, inner[-1][1]), (middle, rest[0][0] - 1))

    for (y, end), title, lines in (
        (inner[0], "the local store", ("200: kept", "304: good for longer", "403, 404: remembered")),
        (inner[1], "ESI", ("each attempt is one pass", "of the limits, one event,", "one request")),
    ):
        sheet.box(aside + 8, y, 200, end - y)
        sheet.text(aside + 22, y + 24, title, kind="text strong")
        for row, line in enumerate(lines, start=1):
            sheet.text(aside + 22, y + 26 + _ROW * row, line, size=13)
        sheet.arrow((x + width, (y + end) / 2), (aside + 7, (y + end) / 2), both=True)
    for (y, end), who in (
        (told[0], "in the calling thread"),
        (told[1], "in the calling thread"),
        (told[2], "in a worker thread"),
        (rest[0], "in a worker thread"),
        (rest[1], "in a worker thread"),
        (rest[2], "in the calling thread"),
    ):
        sheet.text(aside + 8, (y + end) / 2 + 5, who, kind="dim", size=13)
    return sheet.svg(rest[-1][1] + 24)


def torn_set() -> str:
    """Draw what a regeneration in the middle of a walk does, and how it is mended."""
    sheet = Sheet(
        "A set of eight pages that ESI regenerates while it is walked over, and how it is made whole"
    )
    left, step, row, top = 92, 118, 30, 112
    torn_at = left + 2.3 * step

    def of(column: float) -> float:
        return left + column * step

    def page(number: int, column: float, kind: str) -> None:
        made = "10:00" if kind == "old" else "10:05"
        sheet.box(of(column), top + (number - 1) * row, step - 14, 24, kind=kind, round=4)
        sheet.text(
            of(column) + (step - 14) / 2, top + (number - 1) * row + 17, made, size=13, anchor="middle"
        )

    sheet.box(left, 24, torn_at - left - 3, 26, kind="old", round=4)
    sheet.text(left + 10, 42, "ESI has the set of 10:00", size=13)
    sheet.box(torn_at + 3, 24, WIDTH - 24 - torn_at - 3, 26, kind="new", round=4)
    sheet.text(torn_at + 13, 42, "ESI has the set of 10:05, made meanwhile", size=13)
    for number in range(1, 9):
        sheet.text(left - 14, top + (number - 1) * row + 17, f"page {number}", size=13, anchor="end")
    for column, text in ((0, "page 1"), (1, "and the others"), (3.4, "again: page 1"), (4.4, "and 2 to 4")):
        sheet.text(of(column), top - 16, text, kind="dim", size=13)
    page(1, 0, "old")
    for number in (2, 3, 4):
        page(number, 1, "old")
        page(number, 4.4, "new")
    for number in (5, 6, 7, 8):
        page(number, 2.36, "new")
    page(1, 3.4, "new")
    seam = top + 4 * row - 3
    sheet.rule(torn_at, 56, torn_at, top + 8 * row)
    sheet.rule(left, seam, torn_at - 12, seam)
    sheet.text(left, seam + 26, "Between the pages 4 and 5 rows stand", size=13)
    sheet.text(left, seam + 44, "twice, or in neither: they have moved", size=13)
    sheet.text(left, seam + 62, "from one page to the next.", size=13)
    told = (
        "Pages 1 to 4 differ from the",
        "newest snapshot there is: they",
        "are asked for again, one round.",
        "Now all eight are of 10:05.",
    )
    for place, line in enumerate(told):
        sheet.text(of(3.4), seam + 26 + 18 * place, line, size=13)
    bottom = top + 8 * row + 22
    sheet.arrow((left, bottom), (WIDTH - 24, bottom))
    sheet.text(WIDTH - 24, bottom + 20, "time", kind="dim", size=13, anchor="end")
    sheet.text(left, bottom + 20, "In each page: its Last-Modified", kind="dim", size=13)
    return sheet.svg(bottom + 40)


def floors() -> str:
    """Draw the floors of the house, as the table on its page has them."""
    table = HOUSE.read_text(encoding="utf-8").split("<!-- floors -->")[1].split("<!-- end -->")[0]
    rooms: dict[str, list[str]] = {}
    told: dict[str, str] = {}
    for floor, names, text in re.findall(r"^\| (\S+) \| (`[^|]+) \| (.+) \|", table, re.MULTILINE):
        found = re.findall(r"`(\w+)`", names)
        told[floor] = "" if floor in rooms or len(found) > 1 else re.split("[:;]", text)[0].replace("`", "")
        rooms.setdefault(floor, []).extend(found)
    beside = rooms.pop("\N{EN DASH}")
    sheet = Sheet("The floors of the house: rooms import from lower floors only")
    x, right, y = 62.0, 570.0, 24.0
    for floor in sorted(rooms, key=int, reverse=True):
        lines = _chips(rooms[floor], right - x - 20)
        height = 12 + 30 * len(lines)
        sheet.box(x, y, right - x, height, kind="soft")
        sheet.text(x - 16, y + height / 2 + 5, floor, kind="dim", anchor="end")
        for place, line in enumerate(lines):
            for offset, width, name in line:
                sheet.chip(x + 10 + offset, y + 8 + 30 * place, width, name)
        offset, width, _ = lines[-1][-1]
        sheet.text(x + 10 + offset + width + 16, y + 26, told[floor], kind="dim", size=13)
        y += height + 7
    side, words = 600.0, ("beside the", "house; only the", "command line", "imports them")
    sheet.box(side, 24, WIDTH - 24 - side, 22 + 30 * len(beside) + 18 * len(words), kind="soft")
    for place, name in enumerate(beside):
        sheet.chip(side + 10, 32 + 30 * place, WIDTH - 44 - side, name)
    for place, text in enumerate(words):
        sheet.text(side + 12, 48 + 30 * len(beside) + 18 * place, text, kind="dim", size=13)
    sheet.arrow((x - 42, 30), (x - 42, y - 12))
    sheet.text(x, y + 17, "Imports go down; on floor 0, to what stands before.", size=13)
    return sheet.svg(y + 36)


def _chips(names: Sequence[str], width: float) -> list[list[tuple[float, float, str]]]:
    """Return names in lines that fit, each with where it begins and how wide it is."""
    lines: list[list[tuple[float, float, str]]] = [[]]
    offset = 0.0
    for name in names:
        wide = 8 * len(name) + 18
        if lines[-1] and offset + wide > width:
            lines.append([])
            offset = 0.0
        lines[-1].append((offset, wide, name))
        offset += wide + 8
    return lines


DRAWN: dict[str, Callable[[], str]] = {"one-job": one_job, "torn-set": torn_set, "floors": floors}


def main() -> None:
    """Draw all of them."""
    for name, drawn in DRAWN.items():
        (IMAGES / f"{name}.svg").write_text(drawn(), encoding="utf-8")


if __name__ == "__main__":
    main()
