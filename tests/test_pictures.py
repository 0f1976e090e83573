"""The documentation's pictures: each is there and shown, and diagrams are as their script draws them."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).parent.parent
IMAGES = ROOT / "docs" / "images"
PICTURES = sorted(IMAGES.iterdir())
PAGES = [ROOT / "README.md", *(page for page in (ROOT / "docs").rglob("*.md") if "_build" not in page.parts)]
SHOWN = re.compile(r"!\[([^\]]*)\]\(([^)\s]+)\)")


def script(name: str) -> ModuleType:
    """A script of the project."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


diagrams = script("make_diagrams")


def shown() -> set[Path]:
    """All pictures that a page shows, each told to those who can't see it."""
    found = set()
    for page in PAGES:
        for told, target in SHOWN.findall(page.read_text(encoding="utf-8")):
            assert len(told) > 20, f"{page.name} does not tell what {target} shows"
            found.add((page.parent / target).resolve())
    return found


def test_every_picture_is_shown_and_every_one_shown_is_there() -> None:
    """No page shows what is not there, and nothing lies about that no page shows."""
    assert shown() == set(PICTURES)


def test_the_readme_shows_one() -> None:
    """The demo, as it looks."""
    assert [target for _, target in SHOWN.findall(PAGES[0].read_text(encoding="utf-8"))] == [
        "docs/images/demo.svg"
    ]


@pytest.mark.parametrize("picture", PICTURES, ids=lambda path: path.name)
def test_pictures_are_small_and_fetch_nothing(picture: Path) -> None:
    """None is heavy; drawings are sound, and name no other place, in the net or on somebody's disk."""
    assert picture.stat().st_size < 300_000
    if picture.suffix != ".svg":
        return
    drawing = ElementTree.parse(picture).getroot()
    text = picture.read_text(encoding="utf-8").replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert not re.search(r"://|url\((?!#)|@import|<script|<image|/tmp/|/home/|/Users/", text)
    assert any(node.tag.endswith("}text") for node in drawing.iter())


@pytest.mark.parametrize("name", diagrams.DRAWN)
def test_diagrams_are_as_their_script_draws_them(name: str) -> None:
    """So the floors in the picture are those of the table, which are those of the code."""
    assert (IMAGES / f"{name}.svg").read_text(encoding="utf-8") == diagrams.DRAWN[name]()


@pytest.mark.parametrize("name", diagrams.DRAWN)
def test_diagrams_have_room_for_their_text(name: str) -> None:
    """No line runs over the edge, in letters of 0.62 of their size, which is wide."""
    drawing = ElementTree.fromstring(diagrams.DRAWN[name]())
    for text in drawing.iter("{http://www.w3.org/2000/svg}text"):
        size = float(text.get("font-size", "14"))
        width = 0.62 * size * len(text.text or "")
        before = {"start": 0.0, "middle": width / 2, "end": width}[text.get("text-anchor", "start")]
        left = float(text.get("x", "0")) - before
        assert left >= 0, text.text
        assert left + width <= diagrams.WIDTH, text.text


def test_there_is_a_script_for_each_picture() -> None:
    """Each picture is drawn or taken by a script, under its name."""
    taken = script("make_screenshots").TAKEN
    assert {picture.stem for picture in PICTURES} == set(diagrams.DRAWN) | set(taken)


def test_what_a_machine_lacks_for_screenshots_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is run, with what would bring it."""
    shots = script("make_screenshots")
    monkeypatch.setattr(shots.shutil, "which", lambda name: None)
    monkeypatch.setattr(shots.importlib.util, "find_spec", lambda name: None)
    lacking = shots.missing(["demo", "notebook"])
    assert "pyte: pip install pyte" in lacking
    assert "PIL: pip install pillow" in lacking
    assert any(one.startswith("a browser: apt install chromium") for one in lacking)
    assert not any("browser" in one for one in shots.missing(["demo"]))
    monkeypatch.setattr(sys, "argv", ["make_screenshots.py", "plan"])
    with pytest.raises(SystemExit, match="pyte"):
        shots.main()
