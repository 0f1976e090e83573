"""What became of jobs, in words."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from typing import Any

from esi_fetch.cli.console import plural, printable, table
from esi_fetch.model.job import Job
from esi_fetch.model.report import Report, Totals
from esi_fetch.model.result import Result, Source, State
from esi_fetch.units import duration_text

__all__ = ["cost", "failures", "moment", "provenance", "staleness", "totals"]

_WORTH_TELLING_S = 1.0

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


def provenance(result: Result, *, part: str = "page") -> str:
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


def staleness(result: Result) -> str | None:
    """Return a warning about data that was used although it had expired; None when there is none."""
    if result.state is not State.SUCCEEDED or result.fetched_at is None or result.expires_at is None:
        return None
    # With --refresh, ESI is asked for what has not expired yet, and may be down.
    has_expired = result.expires_at.timestamp() < time.time()
    when = f"it was fetched {moment(result.fetched_at)} and"
    when += f" {'expired' if has_expired else 'expires'} {moment(result.expires_at)}"
    if Source.STALE.value in result.sources:
        return f"STALE data: ESI could not answer, and the stored copy was used; {when}"
    if has_expired and set(result.sources) == {Source.LOCAL.value}:
        return f"old data from the local store: {when}"
    return None


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
    """Give a line for everything that failed; jobs that were stopped before they began are only counted."""
    for job in report.failed:
        yield from _failures_of(job)


def _failures_of(job: Job) -> Iterator[str]:
    result = job.result
    if result is None or result.state is State.CANCELLED:
        return
    name = job.label if job.label == job.subject else f"{job.label} ({job.subject})"
    given = " ".join(f"{key}={_short(value)}" for key, value in job.parameters.items())
    name = f"{name} {given}".rstrip()
    if result.error is not None:
        yield f"{printable(name)}: {printable(result.error.message)}"
    for failed in result.callback_errors:
        yield printable(f"{name}: {failed.callback_id}: {failed.type}: {failed.message}")


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 40 else text[:39] + "…"
