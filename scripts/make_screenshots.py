"""Takes the pictures of ``docs/images`` that show the program at work: real output, of the local ESI.

Run it after what it shows has changed, and look at what it made:
``python scripts/make_screenshots.py [NAME …]``.

What runs in a terminal is run in a real one (a pseudo-terminal), and what then stands on its screen becomes
an SVG. A notebook is executed, and photographed by a browser without a window. Beside the project with its
extras ``sandbox``, ``frames`` and ``plots`` this needs ``pip install pyte nbconvert nbclient ipykernel
pillow`` and, for the notebook, Chromium or Chrome on the ``PATH``. What is missing is told before anything is
run. Windows has no such terminals.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import os
import select
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any

from esi_fetch.sandbox import Sandbox

ROOT = Path(__file__).parent.parent
IMAGES = ROOT / "docs" / "images"

MOST_BYTES = 300_000
COLUMNS, LINES = 100, 100
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
_PATIENCE_S = 120.0

# The terminal's colours, by the names that pyte has for them.
_PAPER, _INK = "#1e222a", "#d7dae0"
_COLOURS = {
    "black": _PAPER,
    "red": "#e06c75",
    "green": "#98c379",
    "brown": "#e5c07b",
    "blue": "#61afef",
    "magenta": "#c678dd",
    "cyan": "#56b6c2",
    "white": _INK,
    "brightblack": "#7f8796",
}
_CELL, _LINE, _EDGE, _BAR = 8.4, 19, 16, 34  # sizes in a picture, at a type size of 14


@dataclass(frozen=True)
class Run:
    """Characters of one line that look alike.

    Attributes:
        column: Where they begin.
        text: What they are; neither the first nor the last is a blank.
        colour: Their colour.
        bold: Whether they are bold.
    """

    column: int
    text: str
    colour: str = _INK
    bold: bool = False


Line = list[Run]
Condition = Callable[[list[str]], bool]


class Terminal:
    """A terminal in which one command runs.

    Args:
        words: The command: the arguments of ``esi-fetch``.
        cwd: Where it runs.
        environment: Variables on top of the present ones.
    """

    def __init__(self, words: Sequence[str], *, cwd: Path, environment: Mapping[str, str]) -> None:
        import fcntl
        import pty
        import struct
        import termios

        import pyte

        self._screen = pyte.Screen(COLUMNS, LINES)
        self._stream = pyte.ByteStream(self._screen)
        self._words = words
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
        self._ours = ours
        kept = {
            name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS", "LINES")
        }
        self._process = subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-m", "esi_fetch", *words],
            cwd=cwd,
            env={**kept, "TERM": "xterm-256color", "COLORTERM": "truecolor", **environment},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
        )
        os.close(theirs)

    def run(self, until: Condition | None = None) -> list[Line]:
        """Let it run to its end, or until what is to be seen fulfils a condition; return the lines seen then.

        Raises:
            SystemExit: It failed, said nothing for long, or ended without fulfilling the condition.
        """
        try:
            while self._read():
                if until is not None and until(self._screen.display):
                    return self._seen()
            if until is not None:
                self._give_up("ended before the moment came")
            if self._process.wait() != 0:
                self._give_up(f"ended with status {self._process.returncode}")
            return self._seen()
        finally:
            if self._process.poll() is None:
                self._process.terminate()
                self._process.wait()
            os.close(self._ours)

    def _read(self) -> bool:
        if not select.select([self._ours], [], [], _PATIENCE_S)[0]:
            self._give_up(f"said nothing for {_PATIENCE_S:.0f} seconds")
        try:
            got = os.read(self._ours, 65_536)
        except OSError:  # what Linux says when the other side has closed
            return False
        self._stream.feed(got)
        return bool(got)

    def _give_up(self, why: str) -> None:
        seen = "\n".join(line.rstrip() for line in self._screen.display if line.strip())
        raise SystemExit(f"esi-fetch {' '.join(self._words)} {why}\n{seen}")

    def _seen(self) -> list[Line]:
        lines = [
            _runs([self._screen.buffer[row][column] for column in range(COLUMNS)]) for row in range(LINES)
        ]
        while lines and not lines[-1]:
            lines.pop()
        return lines


def _runs(cells: Sequence[Any]) -> Line:
    def look(column: int) -> tuple[str, bool]:
        return cells[column].fg, cells[column].bold

    runs = []
    for (colour, bold), columns in groupby(range(len(cells)), look):
        places = list(columns)
        text = "".join(cells[column].data for column in places)
        if text.strip():
            first = places[0] + len(text) - len(text.lstrip())
            runs.append(Run(first, text.strip(), _colour(colour), bold))
    return runs


def _colour(name: str) -> str:
    if len(name) == 6 and all(digit in "0123456789abcdef" for digit in name):
        return f"#{name}"
    return _COLOURS.get(name, _COLOURS.get(name.removeprefix("bright"), _INK))


def save_terminal(name: str, words: Sequence[str], lines: Sequence[Line]) -> Path:
    """Write a command and what it printed as an SVG; return its path."""
    prompt = [Run(0, "$", _COLOURS["green"]), Run(2, f"esi-fetch {' '.join(words)}", bold=True)]
    path = IMAGES / f"{name}.svg"
    path.write_text("\n".join(_drawn([prompt, *lines])) + "\n", encoding="utf-8")
    return path


def _drawn(lines: Sequence[Line]) -> Iterator[str]:
    width = round(COLUMNS * _CELL + 2 * _EDGE)
    height = _BAR + len(lines) * _LINE + _EDGE
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    yield f'<svg xmlns="http://www.w3.org/2000/svg" {size}>'
    yield f'  <rect width="{width}" height="{height}" rx="8" fill="{_PAPER}"/>'
    for number, colour in enumerate(("#ff5f57", "#febc2e", "#28c840")):
        yield f'  <circle cx="{_EDGE + 6 + 20 * number}" cy="17" r="6" fill="{colour}"/>'
    yield '  <g font-family="ui-monospace, Menlo, Consolas, \'DejaVu Sans Mono\', monospace" font-size="14">'
    for row, line in enumerate(lines, start=1):
        for run in line:
            x, y = _EDGE + run.column * _CELL, _BAR + row * _LINE - 5
            # Whatever the font, columns stay below each other.
            spread = f'textLength="{len(run.text) * _CELL:.1f}" lengthAdjust="spacingAndGlyphs"'
            weight = ' font-weight="bold"' if run.bold else ""
            text = escape(run.text, quote=False).replace(" ", "\N{NO-BREAK SPACE}")
            yield f'    <text x="{x:.1f}" y="{y}" {spread} fill="{run.colour}"{weight}>{text}</text>'
    yield "  </g>"
    yield "</svg>"


def take_demo(folder: Path) -> Path:
    """Show what the demo says, from its first run on."""
    words = ["demo"]
    lines = Terminal(words, cwd=folder, environment={}).run()
    begin = _line_of(lines, "The first run")
    end = _line_of(lines, "Nothing had expired")
    return save_terminal("demo", words, [[Run(0, "…")], [], *lines[begin : end + 1]])


def take_progress(folder: Path) -> Path:
    """Show the bars of a run that is half done."""
    words = ["run", "market.yaml"]
    with _served(folder, latency_s=0.25, orders_pages=400) as environment:
        return save_terminal(
            "progress", words, Terminal(words, cwd=folder, environment=environment).run(_is_under_way)
        )


def _is_under_way(seen: list[str]) -> bool:
    for line in seen:
        if line.startswith("pages"):
            done, _, total = next(
                word for word in line.split() if "/" in word and word[0].isdigit()
            ).partition("/")
            return " left" in line and int(done) >= int(total) / 2
    return False


def take_plan(folder: Path) -> Path:
    """Show the bill of a work order of which a part is in the store."""
    words = ["plan", "market.yaml"]
    with _served(folder, latency_s=0.12, orders_pages=12) as environment:
        before = ["get", "GetMarketsRegionIdHistory", "region_id=10000002", "type_id=34", "-o", "history.csv"]
        Terminal(before, cwd=folder, environment=environment).run()
        return save_terminal("plan", words, Terminal(words, cwd=folder, environment=environment).run())


def take_notebook(folder: Path) -> Path:
    """Show parts of a notebook: a bill, a run, a table and a picture."""
    import nbformat
    from nbclient import NotebookClient
    from nbconvert import HTMLExporter
    from PIL import Image, ImageChops

    notebook = nbformat.read(ROOT / "examples" / "market-overview.ipynb", as_version=4)  # type: ignore[no-untyped-call]
    place = {"metadata": {"path": str(folder)}}
    NotebookClient(notebook, timeout=300, kernel_name="python3", resources=place).execute()
    first = next(place for place, cell in enumerate(notebook.cells) if "esi.plan(" in cell.source)
    shown = [cell for cell in notebook.cells[first:] if cell.cell_type == "code"]
    notebook.cells = [*shown[:3], *(cell for cell in shown[3:] if "depth_plot(" in cell.source)]
    exporter = HTMLExporter(template_name="lab", mathjax_url="", require_js_url="", mermaid_js_url="")
    exporter.exclude_input_prompt = exporter.exclude_output_prompt = True
    page, _ = exporter.from_notebook_node(notebook)
    (folder / "notebook.html").write_text(page, encoding="utf-8")
    shot = folder / "notebook.png"
    photograph(folder / "notebook.html", shot, width=900, height=2000, scale=1.5)
    with Image.open(shot) as opened:
        picture = opened.convert("RGB")
    empty = Image.new("RGB", picture.size, "white")
    _, _, _, bottom = ImageChops.difference(picture, empty).getbbox() or (0, 0, *picture.size)
    path = IMAGES / "notebook.png"
    cut = picture.crop((0, 0, picture.width, min(bottom + 30, picture.height)))
    cut.quantize(128, dither=Image.Dither.NONE).save(path, optimize=True)
    return path


def photograph(page: Path, target: Path, *, width: int, height: int, scale: float = 1) -> None:
    """Have a browser draw a page into a PNG."""
    browser = next(filter(None, map(shutil.which, _BROWSERS)))
    with tempfile.TemporaryDirectory() as profile:
        command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
        command.append(f"--force-device-scale-factor={scale}")
        command += [f"--user-data-dir={profile}", f"--window-size={width},{height}", f"--screenshot={target}"]
        subprocess.run(  # noqa: S603 - a browser, and a page of ours
            [*command, page.as_uri()], check=True, capture_output=True, timeout=_PATIENCE_S
        )


@contextlib.contextmanager
def _served(folder: Path, *, latency_s: float, orders_pages: int) -> Iterator[dict[str, str]]:
    """Run a local ESI, and put an example's work order into a folder; yield what commands need to know."""
    shutil.copy(ROOT / "examples" / "market.yaml", folder)
    with Sandbox(latency_s=latency_s, orders_pages=orders_pages) as sandbox:
        yield {"ESI_FETCH_BASE_URL": sandbox.url, "ESI_FETCH_HOME": str(folder / "home")}


def _line_of(lines: Sequence[Line], words: str) -> int:
    for number, line in enumerate(lines):
        if words in " ".join(run.text for run in line):
            return number
    raise SystemExit(f"no line says {words!r}")


TAKEN: dict[str, Callable[[Path], Path]] = {
    "demo": take_demo,
    "progress": take_progress,
    "plan": take_plan,
    "notebook": take_notebook,
}


def missing(names: Sequence[str]) -> list[str]:
    """Return what this machine lacks for some pictures, each with how to get it."""
    needed = ["pyte"] if set(names) - {"notebook"} else []
    if "notebook" in names:
        needed += ["nbconvert", "nbclient", "ipykernel", "PIL", "pandas", "matplotlib"]
    lacking = [
        f"{one}: pip install {'pillow' if one == 'PIL' else one}"
        for one in needed
        if importlib.util.find_spec(one) is None
    ]
    if os.name == "nt":
        lacking.append("a pseudo-terminal: use Linux or macOS")
    if "notebook" in names and not any(map(shutil.which, _BROWSERS)):
        lacking.append("a browser: apt install chromium, or any Chrome on the PATH")
    return lacking


def main() -> None:
    """Take the pictures that are named, or all."""
    parser = argparse.ArgumentParser(
        description="Take the pictures of docs/images that show the program at work."
    )
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"which: {', '.join(TAKEN)}; all if not said"
    )
    names = parser.parse_args().names or list(TAKEN)
    if unknown := sorted(set(names) - set(TAKEN)):
        parser.error(f"no such picture: {', '.join(unknown)}; there are {', '.join(TAKEN)}")
    if lacking := missing(names):
        raise SystemExit("\n".join(["This machine lacks:", *(f"  {one}" for one in lacking)]))
    IMAGES.mkdir(exist_ok=True)
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            path = TAKEN[name](Path(folder))
        size = path.stat().st_size
        print(f"{path.relative_to(ROOT)}: {size / 1000:.0f} kB")
        if size > MOST_BYTES:
            raise SystemExit(f"{path.name} is larger than {MOST_BYTES / 1000:.0f} kB")


if __name__ == "__main__":
    main()
