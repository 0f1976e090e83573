"""What became of jobs, in words."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any
from urllib.parse import parse_qs, urlsplit

from esi_fetch.cli.console import plural, printable, shortened, table
from esi_fetch.model.job import Job
from esi_fetch.model.report import Report, Totals
from esi_fetch.model.result import ErrorInfo, Result, Source, State
from esi_fetch.units import duration_text

__all__ = ["cost", "doubts", "failures", "moment", "origin", "staleness", "totals"]

_WORTH_TELLING_S = 1.0
_MOST_WARNINGS = 10
_MOST_ROWS = 100
_HEADS = ("job", "failed at", "status", "time (UTC)", "reason")

_FROM = {
    Source.REMOTE.value: "from ESI",
    Source.NOT_MODIFIED.value: "unchanged since the last time, as ESI confirmed",
    Source.LOCAL.value: "from the local store",
    Source.STALE.value: "from the local store, STALE",
}


def moment(when: datetime) -> str:
    """Return a moment in UTC, EVE's own time."""
    return when.astimezone(timezone.utc).strftime("%Y-%m-%d %H:%M:%S UTC")


def cost(*, requests: int, tokens: Mapping[str, int]) -> str:
    """Return what was spent: ``12 requests, 20 tokens of market-order``."""
    parts = [plural(requests, "request") if requests else "no request"]
    parts += [f"{plural(number, 'token')} of {printable(group)}" for group, number in tokens.items()]
    return ", ".join(parts)


def origin(result: Result, *, part: str = "page") -> str:
    """Return, on one line, how much came from where, how old it is and what it cost.

    Args:
        result: The result.
        part: What it is made of.
    """
    rows = result.rows
    parts = [] if rows is None else [plural(len(rows), "row")]
    if rows is None and result.data is None:
        parts = ["no data"]
    if result.pages > 1:
        parts.append(plural(result.pages, part))
    if len(result.sources) == 1:
        parts += [_FROM.get(source, source) for source in result.sources]
    else:
        parts += [f"{number} {_FROM.get(source, source)}" for source, number in result.sources.items()]
    if result.snapshot_at is not None:
        parts.append(f"as of {moment(result.snapshot_at)}")
    parts.append(cost(requests=result.requests, tokens=result.tokens))
    parts.append(duration_text(result.elapsed_s))
    return "; ".join(parts)


def staleness(result: Result, *, offline: bool) -> str | None:
    """Return a warning about data that was used although it had expired; None when there is none.

    Unless nothing may be sent, what comes from the store alone was fresh when it was used, and may have
    expired since: a run can be long, and one that is resumed has begun long ago.
    """
    if result.state is not State.SUCCEEDED or result.fetched_at is None or result.expires_at is None:
        return None
    # With --refresh, ESI is asked for what has not expired yet, and may be down.
    has_expired = result.expires_at.timestamp() < time.time()
    when = f"it was fetched {moment(result.fetched_at)} and"
    when += f" {'expired' if has_expired else 'expires'} {moment(result.expires_at)}"
    if Source.STALE.value in result.sources:
        return f"STALE data: ESI could not answer, and the stored copy was used; {when}"
    if offline and has_expired and set(result.sources) == {Source.LOCAL.value}:
        return f"old data from the local store: {when}"
    return None


def doubts(report: Report, *, offline: bool = False) -> Iterator[str]:
    """Give the lines that warn of jobs whose data is old, or of which something else is to be known."""
    results = [(job.label, job.result) for job in report if job.result is not None]
    old = [f"{label}: {text}" for label, result in results if (text := staleness(result, offline=offline))]
    yield from _some(old, "job", " with old data")
    remarks = [f"{label}: {printable(remark)}" for label, result in results for remark in result.remarks]
    yield from _some(remarks, "remark")


def _some(lines: Sequence[str], noun: str, ending: str = "") -> Iterator[str]:
    yield from lines[:_MOST_WARNINGS]
    if len(lines) > _MOST_WARNINGS:
        yield f"and {plural(len(lines) - _MOST_WARNINGS, f'more {noun}')}{ending}"


def totals(counts: Totals, *, files: int) -> Iterator[str]:
    """Give the lines of a run's totals."""
    headline = f"{plural(counts.ok, 'job')} ok"
    spared = [f"{counts.resumed:,} of them done earlier"] if counts.resumed else []
    spared += [f"{counts.skipped:,} skipped, as their files are still good"] if counts.skipped else []
    headline += f" ({', '.join(spared)})" if spared else ""
    broken = counts.failed - counts.cancelled
    headline += f", {broken} failed" if broken else ""
    headline += f", {counts.cancelled} not done" if counts.cancelled else ""
    yield f"{headline}, in {duration_text(counts.elapsed_s)}"
    rows: list[tuple[str, Any, str]] = [
        ("requests", counts.requests, f"{counts.retries} repeated" if counts.retries else ""),
        ("not modified", counts.not_modified, ""),
        ("from the store", counts.from_store, ""),
        ("stale", counts.stale, "ESI could not answer; old copies were used" if counts.stale else ""),
        ("retries", counts.retries, ""),
        ("tokens", sum(counts.tokens.values()), ", ".join(_by_group(counts.tokens))),
        ("files written", files, ""),
    ]
    if counts.waited_s >= _WORTH_TELLING_S:
        all_waits = f"added up over all requests: {', '.join(_by_cause(counts.waits))}"
        rows.append(("waited", duration_text(counts.waited_s), all_waits))
    yield from (f"  {line}" for line in table((), rows, align="lrl"))


def _by_group(tokens: Mapping[str, int]) -> Iterator[str]:
    for group, number in sorted(tokens.items(), key=lambda pair: -pair[1]):
        yield f"{group} {number:,}"


def _by_cause(waits: Mapping[str, float]) -> Iterator[str]:
    for cause, seconds in sorted(waits.items(), key=lambda pair: -pair[1]):
        if seconds >= _WORTH_TELLING_S:
            yield f"{printable(cause)} {duration_text(seconds)}"


def failures(report: Report) -> Iterator[str]:
    """Give the lines of a table of everything that failed: which job, at which attempt, why.

    Each failed callback has a row. Jobs that were stopped before they began are only counted.
    """
    failed = [
        job for job in report.failed if job.result is not None and job.result.state is not State.CANCELLED
    ]
    if not failed:
        return
    yield f"{plural(len(failed), 'job')} failed:"
    rows = [row for job in failed[:_MOST_ROWS] for row in _rows_of(job)]
    yield from (f"  {line}" for line in table(_HEADS, rows, align="l" * len(_HEADS), blank=("",)))
    if more := failed[_MOST_ROWS:]:
        kinds = Counter(_kind(job) for job in more)
        counted = ", ".join(f"{number:,} {kind}" for kind, number in kinds.most_common())
        yield f"  and {plural(len(more), 'more job')}: {counted} (--report FILE lists them all)"


def _rows_of(job: Job) -> Iterator[tuple[str, str, str, str, str]]:
    result = job.result
    assert result is not None  # noqa: S101 - a failed job has one
    name = f"{job.label} ({job.subject})" if job.name else job.label
    given = [f"{key}={shortened(value)}" for key, value in job.parameters.items()]
    if job.row is not None:  # the label has told of it
        given = [each for each in given if each not in job.row.label.split()]
    name = " ".join([name, *given])
    if (error := result.error) is not None:
        status = "" if error.status is None else str(error.status)
        time_of_day = "" if error.ended_at is None else f"{error.ended_at:%H:%M:%S}"
        yield name, _failed_at(error), status, time_of_day, error.message
    for failed in result.callback_errors:
        yield name, failed.callback_id, "", "", f"{failed.type}: {failed.message}"


def _failed_at(error: ErrorInfo) -> str:
    """Return which attempt gave the reason, and of which page; empty where nothing was sent."""
    if not error.attempts:
        return ""
    page = parse_qs(urlsplit(error.url or "").query).get("page")
    return f"{f'page {page[0]}, ' if page else ''}attempt {error.attempts}"


def _kind(job: Job) -> str:
    result = job.result
    return result.error.type if result is not None and result.error is not None else "failed callbacks"
