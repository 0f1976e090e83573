"""What notebooks show of jobs, results and reports: little, escaped, and where it came from."""

from __future__ import annotations

from datetime import datetime, timezone
from html.parser import HTMLParser
from typing import Any

import pytest

from esi_fetch import Job, Report, Result
from esi_fetch.errors import Problem
from esi_fetch.model.bill import Bill, BillLine, Cost
from esi_fetch.model.lazy import LazyData, PagedData
from esi_fetch.model.report import Totals
from esi_fetch.model.result import CallbackError, ErrorInfo, Source, State

MOMENT = datetime(2026, 8, 18, 11, 5, tzinfo=timezone.utc)
EVIL = "<script>alert('x')</script> & \"quotes\""


class Text(HTMLParser):
    """Collects tags and text, and notices what is not closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append(tag)
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(self.texts)


def done(data: Any, **more: Any) -> Result:
    return Result(
        State.SUCCEEDED,
        **{
            "source": Source.REMOTE,
            "complete": True,
            "requests": 3,
            "tokens": {"market-order": 6},
            "snapshot_at": MOMENT,
            "expires_at": MOMENT,
            "payload": data if isinstance(data, LazyData) else LazyData.of(data),
            **more,
        },
    )


def test_rows_are_a_small_table() -> None:
    """The first rows and columns are shown, and how many more there are; and where they came from."""
    rows = [{f"column {number}": row * number for number in range(30)} for row in range(500)]
    seen = Text(done(rows)._repr_html_())
    assert seen.tags.count("tr") == 11
    assert seen.tags.count("th") == 13
    assert "… 18 more" in seen.text
    assert "… and 490 more rows" in seen.text
    assert "500 rows, remote, as of 2026-08-18 11:05:00 UTC, expires 2026-08-18 11:05:00 UTC" in seen.text
    assert "3 requests, 6 tokens of market-order" in seen.text


def test_old_data_is_marked() -> None:
    """What ESI could not renew is called stale, also where it is only a part, and counted in a report."""
    old = done([1], source=Source.STALE, sources={"stale": 1})
    mixed = done([1], source=Source.MIXED, sources={"local": 2, "stale": 1}, requests=1, tokens={"status": 1})
    new = done([1], source=Source.MIXED, sources={"local": 2, "remote": 1})
    assert "1 row, stale, as of" in Text(old._repr_html_()).text
    assert "1 row, mixed, in part stale, as of" in Text(mixed._repr_html_()).text
    assert "1 request, 1 token of status" in Text(mixed._repr_html_()).text
    assert "stale" not in Text(new._repr_html_()).text
    jobs = [Job("GetStatus", result=each) for each in (old, mixed, new)]
    seen = Text(Report(jobs, Totals.of(jobs))._repr_html_())
    assert {"stale", "mixed, in part stale", "mixed"} <= set(seen.texts)
    assert "2 stale" in seen.text
    assert "stale" not in Text(Report(jobs[2:], Totals.of(jobs[2:]))._repr_html_()).text


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        ([34, 35], "35"),
        ([], "0 rows"),
        (None, "3 requests"),
        (1234.5, "1234.5"),
        ({"players": 20000, "vip": False}, "20000"),
        ([{"nested": {"a": [1, 2]}}, 5, "text"], "text"),
        ([{"long": "x" * 500}], "x" * 59 + "…"),
        ([{"ids": list(range(10**6))}], "0, 1, 2"),
    ],
)
def test_any_data_can_be_shown(data: Any, shown: str) -> None:
    """Lists, objects, numbers and nothing are shown, briefly."""
    html = done(data)._repr_html_()
    assert shown in Text(html).text
    assert len(html) < 2000


def test_everything_is_escaped() -> None:
    """Names that players chose are text, wherever they stand."""
    result = done(
        [{EVIL: EVIL, "list": [EVIL]}],
        remarks=(EVIL,),
        tokens={EVIL: 5},
        callback_errors=(CallbackError(EVIL, EVIL, EVIL),),
    )
    failed = Result(State.FAILED, error=ErrorInfo(EVIL, EVIL))
    jobs = [Job(EVIL, {EVIL: EVIL}, name=EVIL, result=each) for each in (result, failed, None)]
    report = Report(tuple(jobs), Totals.of(jobs))
    for shown in (*jobs, result, failed, report, done(EVIL), done({EVIL: EVIL})):
        html = shown._repr_html_()
        assert "script" not in Text(html).tags
        assert EVIL[:20] in Text(html).text


def test_a_report_stays_small() -> None:
    """Of a hundred thousand jobs a few are shown, the failed ones first, as HTML and as text."""
    good = Job("GetStatus", name="good", result=done([1]))
    bad = Job("GetStatus", name="bad", result=Result(State.FAILED, error=ErrorInfo("X", "went wrong")))
    jobs = (*[good] * 50_000, bad, *[good] * 50_000)
    report = Report(jobs, Totals.of(jobs))
    seen = Text(report._repr_html_())
    assert seen.tags.count("tr") == 21
    assert "100,000 ok" in seen.text
    assert "… and 99,981 more jobs" in seen.text
    assert seen.texts.index("bad") < seen.texts.index("good")
    assert "went wrong" in seen.text
    assert len(report._repr_html_()) < 10_000
    assert repr(report) == "<Report: 100,000 ok, 1 failed, 300,000 requests>"


def test_a_report_decodes_nothing() -> None:
    """Looking at a report costs no decoding, and of a result with pages only the first is decoded."""
    loaded: list[int] = []

    def page(number: int) -> LazyData:
        return LazyData(lambda: loaded.append(number) or [{"page": number}] * 20)  # type: ignore[func-returns-value]

    result = done(PagedData([page(1), page(2)], count=40))
    alone = done(LazyData(lambda: loaded.append(9)))  # type: ignore[func-returns-value]
    jobs = (Job("A", result=result), Job("B", result=alone))
    assert "40" in Text(Report(jobs, Totals.of(jobs))._repr_html_()).text
    assert loaded == []
    result._repr_html_()
    assert loaded == [1]


def test_jobs_say_what_they_ask_for() -> None:
    """A job shows its name, its operation or recipe, its parameters, and whether it has run."""
    seen = Text(Job("GetStatus", {"x": [1, 2]}, name="my job")._repr_html_())
    assert "my job" in seen.text
    assert "GetStatus" in seen.text
    assert "x=[1, 2]" in seen.text
    assert "not run yet" in seen.text
    assert "stations" in Text(Job(recipe="stations")._repr_html_()).text


def test_unfinished_reports_say_so() -> None:
    """What was not done, and callbacks that failed, are seen at once."""
    unhappy = done(
        [1], callback_errors=(CallbackError("save_csv", "OSError", "disk full"),), snapshot_at=None
    )
    jobs = (Job("A"), Job("B", result=unhappy))
    seen = Text(Report(jobs, Totals.of(jobs))._repr_html_())
    assert "1 not done" in seen.text
    assert "save_csv: disk full" in seen.text
    assert "callback save_csv failed: OSError: disk full" in Text(unhappy._repr_html_()).text


def test_a_bill_says_what_it_would_cost() -> None:
    """A bill shows what is wrong, a line for each kind of job, and what is only the least; escaped."""
    orders = BillLine(order="", job=EVIL, op_id="A", jobs=1, requests=2, full=2, unknown=1, tokens={"x": 4})
    names = BillLine(order="", job="names", op_id="B", jobs=1234, from_store=1234, files=7)
    sums = Cost(jobs=1235, requests=2, full=2, unknown=1, tokens={"x": 4}, from_store=1234, files=7)
    wrong = (Problem("here", EVIL),)
    html = Bill(sums, (orders, names), (), (), wrong, 1.0, 16, 0.25)._repr_html_()
    seen = Text(html)
    assert "<script" not in html
    assert seen.text.count(EVIL[:20]) == 2
    assert "1,235 jobs, at least 2 requests" in seen.texts[0]
    cells = [text for text in seen.texts if text.strip()][-16:]
    assert cells[:8] == ["names", "1,234", "0", "0", "0", "1,234", "0", "7"]
    assert cells[8:] == ["in all", "1,235", "2+", "0", "2", "1,234", "4+", "7"]


def test_a_long_bill_stays_small() -> None:
    """Of many lines the first are shown, and the others counted."""
    lines = tuple(BillLine(order="", job=f"job {number}", op_id="A", jobs=1) for number in range(500))
    html = Bill(Cost(jobs=500), lines, (), (), (), 0.0, 16, 0.25)._repr_html_()
    assert Text(html).tags.count("tr") == 21
    assert "and 480 more lines" in html
