"""The explanations are true: their examples print what they show, and their numbers are those of the code."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from esi_fetch import Esi
from esi_fetch.fetch.page_sets import MAX_ROUNDS
from esi_fetch.model.result import Result
from esi_fetch.settings import Settings
from esi_fetch.store.keys import entry_key

FOLDER = Path(__file__).parent.parent / "docs" / "explanation"
EXAMPLE = re.compile(r"<!-- example: (\w+) -->\n```python\n(.*?)```\n\n```text\n(.*?)```", re.DOTALL)
EXAMPLES = EXAMPLE.findall((FOLDER / "page-sets.md").read_text(encoding="utf-8"))


def text(name: str) -> str:
    """A page in one line."""
    return " ".join((FOLDER / name).read_text(encoding="utf-8").split())


@pytest.mark.parametrize(
    ("code", "printed"), [each[1:] for each in EXAMPLES], ids=[each[0] for each in EXAMPLES]
)
def test_examples_print_what_they_show(code: str, printed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A loop over pages gets a list that never was; the same walk here gets a true one."""
    opened: list[Esi] = []
    init: Callable[..., None] = Esi.__init__

    def remember(self: Esi, *args: object, **options: object) -> None:
        init(self, *args, **options)
        opened.append(self)

    monkeypatch.setattr(Esi, "__init__", remember)
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(code, {})
    for esi in opened:
        esi.close()
    assert out.getvalue() == printed


def test_both_examples_are_found() -> None:
    """The torn walk and the mended one."""
    assert [name for name, *_ in EXAMPLES] == ["torn", "mended"]


def test_numbers_are_those_of_the_code() -> None:
    """Rounds, workers, repetitions and how old stale data may be."""
    settings = Settings()
    assert MAX_ROUNDS == 5
    assert "After five rounds" in text("page-sets.md")
    assert f"`workers` ({settings.workers})" in text("one-job.md")
    assert f"up to `retries` ({settings.retries})" in text("one-job.md")
    assert f"`max_stale` ({settings.max_stale / 86_400:.0f} days)" in text("store.md")


def test_what_results_say_is_what_they_have() -> None:
    """Every field that a page names is one of a result."""
    section = (
        (FOLDER / "page-sets.md")
        .read_text(encoding="utf-8")
        .split("## What the result says")[1]
        .split("\n## ")[0]
    )
    named = re.findall(r"`(\w+)`", " ".join(re.findall(r"^\| ([^|]+) \|", section, re.MULTILINE)))
    assert len(named) == 8
    assert all(hasattr(Result, name) or name in Result.__dataclass_fields__ for name in named)


def test_the_key_is_made_of_what_the_page_says() -> None:
    """Whatever the page names changes the key."""
    asked = {
        "method": "GET",
        "url": "https://esi.evetech.net/status",
        "body": None,
        "language": "en",
        "tenant": "tranquility",
        "compatibility_date": "2026-08-18",
        "character": None,
    }
    others = {**dict.fromkeys(asked, "other"), "body": b"[]", "character": 90000001}
    keys = {entry_key(**{**asked, name: others[name]}) for name in asked}  # type: ignore[arg-type]
    assert len(keys | {entry_key(**asked)}) == len(asked) + 1  # type: ignore[arg-type]
    for word in ("method", "URL", "request body", "language", "tenant", "compatibility date", "character"):
        assert word in text("store.md").split("## The key")[1]
