"""Jobs, results, reports and bills as notebooks show them: a small table and where it came from.

However much there is, little is shown: a report of a hundred thousand jobs must not make a notebook that no
browser opens. Everything is escaped, for names come from players. Only what ESI answered and what it was
asked is shown, so that nothing secret can be.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timezone
from html import escape
from itertools import islice
from typing import TYPE_CHECKING, Any

from esi_fetch.units import duration_text, plural

if TYPE_CHECKING:
    from esi_fetch.model.bill import Bill, Cost
    from esi_fetch.model.job import Job
    from esi_fetch.model.report import Report
    from esi_fetch.model.result import Result

__all__ = ["bill_html", "job_html", "report_html", "result_html"]

_MOST_ROWS = 10
_MOST_COLUMNS = 12
_MOST_JOBS = 20
_LONGEST = 60


def result_html(result: Result) -> str:
    """Return a result as HTML: its first rows, and where they came from."""
    if result.error is not None:
        told = f"{escape(result.error.type)}: {_cell(result.error.message, 500)}"
        return f"<div><b>{escape(str(result.state))}</b>: {told}</div>{_lines(_cost(result))}"
    remarks = [_cell(remark, 300) for remark in result.remarks]
    failed = [
        _cell(f"callback {one.callback_id} failed: {one.type}: {one.message}", 300)
        for one in result.callback_errors
    ]
    return f"{_data(result)}{_lines(_provenance(result), _cost(result), *remarks, *failed)}"


def job_html(job: Job) -> str:
    """Return a job as HTML: what it asks for, and its result if it has one."""
    asked = " ".join(f"{name}={_short(value)}" for name, value in job.parameters.items())
    subject = "" if job.label == job.subject else f" <code>{escape(job.subject)}</code>"
    title = f"<div><b>{_cell(job.label)}</b>{subject} {_cell(asked, 200)}</div>"
    return title + ("<div>not run yet</div>" if job.result is None else result_html(job.result))


def report_html(report: Report) -> str:
    """Return a report as HTML: what became of the run, and of some jobs, those that failed first."""
    sums = report.totals
    told = [f"<b>{sums.ok:,} ok</b>"]
    if sums.failed:
        told.append(f"<b>{sums.failed - sums.cancelled:,} failed</b>")
    if sums.cancelled:
        told.append(f"{sums.cancelled:,} not done")
    told += [
        plural(sums.requests, "request"),
        f"{sums.not_modified:,} not modified",
        f"{sums.from_store:,} from the store",
        *([f"<b>{sums.stale:,} stale</b>"] if sums.stale else []),
        plural(sum(sums.tokens.values()), "token"),
        escape(duration_text(sums.elapsed_s)),
    ]
    bad = islice((job for job in report if job.result is None or not job.result.ok), _MOST_JOBS)
    shown = list(bad)
    good = (job for job in report if job.result is not None and job.result.ok)
    shown += islice(good, _MOST_JOBS - len(shown))
    rows = [[job.label, *_became(job.result)] for job in shown]
    heads = ("job", "state", "source", "rows", "requests", "as of", "")
    return f"<div>{', '.join(told)}</div>{_table(heads, rows, more=len(report) - len(shown), noun='jobs')}"


def bill_html(bill: Bill) -> str:
    """Return a bill as HTML: what is wrong first, then what jobs would cost."""
    wrong = [f"<b>{_cell(problem, 300)}</b>" for problem in bill.problems[:_MOST_JOBS]]
    shown = bill.jobs[:_MOST_JOBS]
    rows = [[one.job, *_costs(one)] for one in shown]
    more = len(bill.jobs) - len(shown)
    if len(rows) > 1 and not more:
        rows.append(["in all", *_costs(bill.totals)])
    heads = ("job", "jobs", "requests", "conditional", "full", "from store", "tokens", "files")
    told = "".join(f"<div>{line}</div>" for line in (escape(str(bill)), *wrong))
    return told + _table(heads, rows, more=more, noun="lines")


def _costs(cost: Cost) -> list[str]:
    least = "+" if cost.unknown else ""
    tokens = sum(cost.tokens.values())
    counts = (cost.conditional, cost.full, cost.from_store)
    return [
        f"{cost.jobs:,}",
        f"{cost.requests:,}{least}",
        *(f"{count:,}" for count in counts),
        f"{tokens:,}{least if tokens else ''}",
        f"{cost.files:,}",
    ]


def _became(result: Result | None) -> list[Any]:
    if result is None:
        return ["not done", "", "", "", "", ""]
    what = "" if result.error is None else result.error.message
    if result.callback_errors:
        failed = result.callback_errors[0]
        what = f"{failed.callback_id}: {failed.message}"
    # Only what is known without decoding: a report is looked at more often than its data.
    rows = result.payload.length()
    return [
        str(result.state),
        _source(result),
        "" if rows is None else f"{rows:,}",
        result.requests,
        _moment(result.snapshot_at),
        what or "; ".join(result.remarks),
    ]


def _data(result: Result) -> str:
    rows = result.rows
    if rows is None:
        value = result.data
        if not isinstance(value, Mapping):
            return f"<div>{_cell(value)}</div>"
        return _table(
            ("", ""),
            [[name, item] for name, item in islice(value.items(), _MOST_ROWS)],
            more=len(value) - _MOST_ROWS,
            noun="members",
        )
    first = list(islice(rows, _MOST_ROWS))
    if not all(isinstance(row, Mapping) for row in first):
        return _table(("value",), [[row] for row in first], more=len(rows) - len(first), noun="rows")
    names = list(dict.fromkeys(name for row in first for name in row))
    heads = names[:_MOST_COLUMNS]
    cells = [[row.get(name) for name in heads] for row in first]
    if len(names) > len(heads):
        heads = [*heads, f"… {len(names) - len(heads)} more"]
        cells = [[*row, "…"] for row in cells]
    return _table(heads, cells, more=len(rows) - len(first), noun="rows")


def _provenance(result: Result) -> str:
    rows = result.payload.length()
    parts = [] if rows is None else [plural(rows, "row")]
    if result.source is not None:
        parts.append(escape(_source(result)))
    if result.snapshot_at is not None:
        parts.append(f"as of {_moment(result.snapshot_at)}")
    if result.expires_at is not None:
        parts.append(f"expires {_moment(result.expires_at)}")
    return ", ".join(parts)


def _cost(result: Result) -> str:
    parts = [plural(result.requests, "request")]
    parts += [f"{plural(number, 'token')} of {_cell(group)}" for group, number in result.tokens.items()]
    return ", ".join([*parts, duration_text(result.elapsed_s)])


def _source(result: Result) -> str:
    """Return where data came from; of what came from several places, also that some of it is old."""
    source = "" if result.source is None else str(result.source).replace("_", " ")
    return f"{source}, in part stale" if source == "mixed" and result.sources.get("stale") else source


def _moment(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment.astimezone(timezone.utc):%Y-%m-%d %H:%M:%S} UTC"


def _lines(*lines: str) -> str:
    return "".join(f'<div style="opacity: 0.7; font-size: smaller">{line}</div>' for line in lines if line)


def _table(heads: Sequence[str], rows: Iterable[Sequence[Any]], *, more: int, noun: str) -> str:
    head = "".join(f"<th>{_cell(name)}</th>" for name in heads)
    body = "".join("<tr>" + "".join(f"<td>{_cell(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    rest = f"<div>… and {more:,} more {noun}</div>" if more > 0 else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{rest}"


def _short(value: Any, longest: int = _LONGEST) -> str:
    # A body may hold a thousand ids: no more of a value is put into words than is shown.
    if isinstance(value, (list, tuple)) and len(value) > longest:
        value = [*value[:longest], "…"]
    text = "" if value is None else str(value)
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _cell(value: Any, longest: int = _LONGEST) -> str:
    return escape(_short(value, longest))
