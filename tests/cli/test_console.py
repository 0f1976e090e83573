"""Tables, one-line texts, and what becomes of them on a terminal."""

from __future__ import annotations

import io
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from esi_fetch.cli.console import Voice, printable, table
from esi_fetch.cli.progress import progress
from esi_fetch.model.events import (
    JobFinished,
    JobStarted,
    PagesFound,
    RetryScheduled,
    RunFinished,
    RunStarted,
)
from esi_fetch.model.job import Job
from esi_fetch.model.report import Totals
from esi_fetch.model.result import Result, State
from esi_fetch.observers import Progress


def test_numbers_stand_right_and_texts_left() -> None:
    """Columns line up; None is an empty cell."""
    assert list(table(("id", "name"), [(1, "a"), (100, None), (None, "c")])) == [
        " id  name",
        "  1  a",
        "100",
        "     c",
    ]


def test_columns_that_say_nothing_are_left_out() -> None:
    """A column of blank cells goes, with its heading, unless it is to stay."""
    rows = [("a", "0", "", "0", 1), ("b", "0", "", "2", 1)]
    heads = ("name", "zero", "empty", "some", "n")
    assert list(table(heads, rows, align="lrrrr", blank=("", "0"), always=["zero"])) == [
        "name  zero  some  n",
        "a        0     0  1",
        "b        0     2  1",
    ]


def test_sides_can_be_chosen() -> None:
    """Numbers that are texts already go where they are told."""
    assert list(table((), [("a", "1,000"), ("bb", "2")], align="lr")) == ["a   1,000", "bb      2"]


@pytest.mark.parametrize(("columns", "lines"), [((), []), (("a", "b"), ["a  b"])])
def test_a_table_may_be_empty(columns: tuple[str, ...], lines: list[str]) -> None:
    """No rows leave the heading; no heading leaves nothing."""
    assert list(table(columns, [])) == lines


def test_lines_are_cut_to_a_width() -> None:
    """What does not fit is cut, and marked."""
    assert list(table((), [("abcdef",)], width=4)) == ["abc…"]


@given(st.lists(st.tuples(st.text(), st.text()), min_size=1))
def test_any_text_lines_up(rows: list[tuple[str, str]]) -> None:
    """Wide and strange characters neither break lines nor columns."""
    lines = list(table((), [(a, b, "|") for a, b in rows]))
    assert len({cell_len(line) for line in lines}) == 1
    assert all(line.isprintable() for line in lines)


@given(st.text())
def test_one_line_without_control_characters(text: str) -> None:
    """Nothing that a terminal would obey is left."""
    assert printable(text).isprintable()
    assert printable(printable(text)) == printable(text)


class Terminal(io.StringIO):
    """Looks like a terminal."""

    def isatty(self) -> bool:
        return True


def on_terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Make standard error a terminal; no fixture, as pytest sets its own stream before each phase."""
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    for name in ("NO_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    return stream


def test_colours_are_for_terminals_that_want_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """NO_COLOR is obeyed, and so is a terminal that knows no colours."""
    terminal = on_terminal(monkeypatch)
    Voice().complain("a")
    assert terminal.getvalue() == "\x1b[31merror: a\x1b[0m\n"
    monkeypatch.setenv("NO_COLOR", "1")
    Voice().complain("b")
    assert terminal.getvalue().endswith("\nerror: b\n")
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("TERM", "dumb")
    Voice().complain("c")
    assert terminal.getvalue().endswith("\nerror: c\n")


def test_no_progress_when_quiet_or_when_nobody_can_see_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """With -q there is none, and without a standard error there is nowhere to show it."""
    with progress(Voice(quiet=True)) as observers:
        assert observers == []
    monkeypatch.setattr(sys, "stderr", None)
    with progress(Voice()) as (shown,):
        shown(RunStarted(1))
        shown(RunFinished(Totals()))


@pytest.mark.parametrize("where", ["a file", "a dumb terminal"])
def test_no_bars_where_they_can_t_be_drawn(monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    """Off a terminal there are lines, whatever FORCE_COLOR says, and none for what is over soon."""
    stream = on_terminal(monkeypatch)
    if where == "a file":
        stream.isatty = lambda: False  # type: ignore[method-assign]
        monkeypatch.setenv("FORCE_COLOR", "1")
    else:
        monkeypatch.setenv("TERM", "dumb")
    console = Voice().progress_console()
    assert console is not None
    assert repr(Progress(console)) == "Progress(lines)"
    with progress(Voice()) as (shown,):
        shown(RunStarted(1))
        shown(RunFinished(Totals()))
    assert stream.getvalue() == ""


def test_bars_appear_with_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before it begins there are none, after it they stay as they were last."""
    terminal = on_terminal(monkeypatch)
    with progress(Voice()) as (bars,):
        assert terminal.getvalue() == ""
        bars(RunStarted(1))
        bars(RunFinished(Totals()))
    assert "jobs" in terminal.getvalue()


JOB = Job("GetStatus")
SOON = RetryScheduled(JOB.uid, "", "", 1, "", 0.1)
LATER = RetryScheduled(JOB.uid, "", "", 1, "", 5.0)


@pytest.mark.parametrize(
    ("event", "shown"),
    [(PagesFound(JOB.uid, "", 1), False), (PagesFound(JOB.uid, "", 2), True), (SOON, False), (LATER, True)],
)
def test_bars_keep_away_from_what_is_quick(
    monkeypatch: pytest.MonkeyPatch, event: PagesFound | RetryScheduled, shown: bool
) -> None:
    """One request needs no bar; further pages or a pause do, and what came before counts."""
    terminal = on_terminal(monkeypatch)
    with progress(Voice(), only_if_long=True) as (bars,):
        bars(JobStarted(JOB))
        bars(event)
        bars(JobFinished(JOB.with_result(Result(State.SUCCEEDED, complete=True))))
    assert ("1/1" in terminal.getvalue()) is shown


def test_the_console_is_standard_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bars never get into the data."""
    terminal = on_terminal(monkeypatch)
    console = Voice().progress_console()
    assert isinstance(console, Console)
    assert console.file is terminal
