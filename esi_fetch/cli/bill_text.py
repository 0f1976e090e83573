"""A bill in words, for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from esi_fetch.cli.console import near, plural, printable, shortened, table, wrapped
from esi_fetch.model.bill import Bill, BillLine, Cost, LimitNeed, PlannedFile
from esi_fetch.units import duration_text

__all__ = ["bill_lines"]

_MOST_FILES = 10
_MOST_LINES = 40


def bill_lines(bill: Bill, *, width: int | None) -> Iterator[str]:
    """Give the lines of a bill.

    Args:
        bill: The bill.
        width: Lines of tables are cut to this many characters; None for as long as they are.
    """
    if bill.jobs:
        yield from _jobs(bill, width)
        yield ""
    if bill.limits:
        yield from _limits(bill.limits, width)
        yield ""
    for need in bill.characters:
        whose = need.name or ("a character" if need.character is None else f"character {need.character}")
        if need.name and need.character is not None:
            whose = f"{need.name} ({need.character})"
        scopes = ", ".join(need.scopes) or "no scope"
        has = "THERE IS NO TOKEN for it" if need.missing else "there is a token"
        yield printable(f"{plural(need.jobs, 'job')} as {whose} ({scopes}): {has}")
    for remark in _remarks(bill):
        yield from wrapped(remark, width=width)
    yield from _files(bill)
    if bill.totals.wrong < bill.totals.jobs or bill.ok:
        yield _time(bill)


def _least(number: int, cost: Cost) -> str:
    return f"{number:,}+" if cost.unknown else f"{number:,}"


def _jobs(bill: Bill, width: int | None) -> Iterator[str]:
    several = len({line.order for line in bill.jobs}) > 1
    heads = [
        "in",
        "job",
        "jobs",
        "done earlier",
        "requests",
        "conditional",
        "full",
        "from store",
        "not in store",
        "refused",
        "tokens",
        "files",
        "replaced",
        "WRONG",
    ]
    shown = bill.jobs[:_MOST_LINES]
    rows = [[line.order if several else "", _named(line), *_cells(line)] for line in shown]
    if len(bill.jobs) > len(shown):
        rows.append(["", f"and {len(bill.jobs) - len(shown):,} more", *[""] * (len(heads) - 2)])
    if len(bill.jobs) > 1:
        rows.append(["", "in all", *_cells(bill.totals)])
    always = ("job", "jobs", "requests", "from store")
    align = "ll".ljust(len(heads), "r")
    yield from table(heads, rows, align=align, width=width, blank=("", "0"), always=always)


def _cells(cost: Cost) -> Iterator[str]:
    yield f"{cost.jobs:,}"
    yield f"{cost.spared:,}"
    yield _least(cost.requests, cost)
    yield f"{cost.conditional:,}"
    yield f"{cost.full:,}"
    yield f"{cost.from_store:,}"
    yield f"{cost.missing:,}"
    yield f"{cost.refused:,}"
    tokens = sum(cost.tokens.values())
    yield _least(tokens, cost) if tokens else "0"
    yield f"{cost.files:,}"
    yield f"{cost.replaced:,}"
    yield f"{cost.wrong:,}"


def _named(line: BillLine) -> str:
    words = [line.job]
    is_named = line.job.replace("_", "").lower() != line.op_id.lower()
    if line.parameters and line.table is None and not is_named:
        words += [f"{name}={shortened(value)}" for name, value in line.parameters.items()]
    if line.table is not None:
        words.append(f"for each row of {line.table}" if line.table != "for_each" else "for each row")
    return " ".join(words)


def _limits(limits: Sequence[LimitNeed], width: int | None) -> Iterator[str]:
    heads = ("limit", "whose", "needed", "at most", "left now", "of", "window", "blocked for", "takes")
    may_be_more = any(need.at_most != need.needed for need in limits)
    rows: list[list[Any]] = [
        [
            need.bucket,
            need.user or "this address",
            f"{need.needed:,}",
            f"{need.at_most:,}" if may_be_more else "",
            f"{need.left:,}",
            f"{need.of:,}",
            duration_text(need.window_s),
            duration_text(need.blocked_for_s) if need.blocked_for_s else "",
            duration_text(need.takes_s) if need.takes_s else "fits now",
        ]
        for need in limits
    ]
    yield from table(heads, rows, align="llrrrrrrr", width=width, blank=("",))


def _remarks(bill: Bill) -> Iterator[str]:
    sums = bill.totals
    if sums.unknown:
        yield (
            f"{plural(sums.unknown, 'job')}: only the answers will tell how many requests follow on the first"
            " (pages that are not in the store, walks by cursor or id, recipes); every number with + is the"
            " least"
        )
    if sums.without_bucket:
        yield (
            f"{plural(sums.without_bucket, 'request')} without a rate limit: {_counts(sums.without_bucket)}"
        )
    if sums.spared:
        yield f"{plural(sums.spared, 'job')} done earlier, and not to be done again"
    if sums.in_doubt:
        yield (
            f"{plural(sums.in_doubt, 'job')} that may have been done: not sent again, as that would write"
            " twice, and reported as failed"
        )
    if sums.looked_up:
        jobs = plural(sums.looked_up, "job")
        yield f"{jobs}: the corporation or alliance of the character is looked up when the run comes to it"
    if sums.refused:
        yield (
            f"{plural(sums.refused, 'request')} refused by ESI a moment ago: not sent again, and their jobs"
            " will fail (--refresh asks again)"
        )
    if sums.missing:
        yield f"{plural(sums.missing, 'answer')} not in the store: offline, their jobs would fail"


def _counts(requests: int) -> str:
    if requests == 1:
        return "it counts against the error limit of this address, and only if it fails"
    return "they count against the error limit of this address, and only if they fail"


def _files(bill: Bill) -> Iterator[str]:
    sums = bill.totals
    if not sums.files:
        return
    there = ""
    if sums.replaced:
        some = "all" if sums.replaced == sums.files else f"{sums.replaced:,}"
        there = f"; {some} of them {'is' if some == '1' else 'are'} there now, and will be replaced"
    yield f"{plural(sums.files, 'file')} to be written{there}:"
    paths = _first(bill)
    yield from (f"  {printable(near(one.path))}{' (replaced)' if one.replaces else ''}" for one in paths)
    if sums.files > len(paths):
        yield f"  and {sums.files - len(paths):,} more"


def _first(bill: Bill) -> list[PlannedFile]:
    """Return some files, of each line as many as of every other as long as there are."""
    found: list[PlannedFile] = []
    for place in range(_MOST_FILES):
        found += [line.paths[place] for line in bill.jobs if place < len(line.paths)]
    return found[:_MOST_FILES]


def _time(bill: Bill) -> str:
    sums = bill.totals
    if not sums.requests:
        return "nothing is sent; it takes no longer than reading and writing files"
    tightest = bill.limits[0] if bill.limits and bill.limits[0].takes_s >= bill.takes_s else None
    about = "at least " if sums.unknown else "about "
    if tightest is not None and tightest.takes_s > 0:
        whose = f" of {tightest.user}" if tightest.user else ""
        why = f"no faster than {tightest.bucket}{whose} lets requests through"
    else:
        noun = "request" if sums.requests == 1 and not sums.unknown else "requests"
        why = f"{_least(sums.requests, sums)} {noun} of some {duration_text(bill.latency_s)}"
        why += f", {plural(bill.workers, 'at once').removesuffix('s')}"
    return f"time: {about}{duration_text(max(bill.takes_s, bill.latency_s))} ({why})"
