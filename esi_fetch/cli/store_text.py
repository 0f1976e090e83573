"""The local store in words and tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from esi_fetch.cli.console import plural, printable, shortened, table, terminal_width
from esi_fetch.cli.summary import moment
from esi_fetch.model.codec import to_plain
from esi_fetch.run import Refreshed
from esi_fetch.store import DataSet, Exported, Group, Imported, Listed, StoreChange, StoreReport
from esi_fetch.store.report import By, moment_of
from esi_fetch.units import size_text

__all__ = [
    "change_lines",
    "contents",
    "export_lines",
    "import_lines",
    "refresh_lines",
    "report_lines",
    "report_rows",
]

_COLUMNS = ("answers", "fresh", "stale", "on disk", "decoded", "fetched from", "to", "confirmed from", "to")


def report_lines(report: StoreReport, by: By) -> Iterator[str]:
    """Give the lines of a report."""
    groups = report.by(by)
    width = terminal_width()
    if groups:
        rows = [(_subject(group, by), *_cells(group)) for group in groups]
        if len(groups) > 1 and by != "parameter":  # one answer may have several parameters
            rows.append(("together", *_cells(report.total)))
        yield from table((by, *_COLUMNS), rows, align="lrrrrrllll", width=width)
    if report.data_sets:
        if groups:
            yield ""
        heads = ["data set", "for", "category", "character", "rows", "on disk", "decoded", "made", "expires"]
        rows = [tuple(_data_set_cells(each)) for each in report.data_sets]
        if len({each.origin for each in report.data_sets}) > 1:
            heads.append("of")
            rows = [(*row, each.origin) for row, each in zip(rows, report.data_sets, strict=True)]
        yield from table(heads, rows, align="llllrrrlll"[: len(heads)], width=width)
    if groups or report.data_sets:
        yield ""
    yield from _facts(report)


def _facts(report: StoreReport) -> Iterator[str]:
    yield f"{plural(report.total.entries, 'answer')} in {printable(report.path or 'memory')}"
    rows: list[tuple[str, str, str]] = [("file", size_text(report.file_size), "")]
    if report.total.entries:
        rows.append(
            ("answers", size_text(report.total.size), f"{size_text(report.total.decoded_size)} decoded")
        )
    for name, entry in (("oldest", report.oldest), ("newest", report.newest), ("biggest", report.biggest)):
        if entry is not None:
            rows.append((name, *_one(name, entry)))
    rows += [
        (name, f"{count:,}", "")
        for name, count in (
            ("remembered refusals", report.refusals),
            ("bookmarks", report.bookmarks),
            ("unreadable", report.unreadable),
            ("of unknown decoded size", report.total.unknown_sizes),
        )
        if count
    ]
    yield from (f"  {line}" for line in table((), rows, align="lll", width=terminal_width()))


def report_rows(report: StoreReport, by: By) -> list[dict[str, Any]]:
    """Return the lines of a report for programs."""
    groups = to_plain(report.by(by))
    return [{by: group.pop("name"), **group} for group in groups]


def contents(change: StoreChange) -> str:
    """Return what a change is about, in words."""
    counts = {
        "answer": change.entries,
        "data set": change.data_sets,
        "remembered refusal": change.refusals,
        "bookmark": change.bookmarks,
    }
    parts = ", ".join(plural(number, noun) for noun, number in counts.items() if number)
    return f"{parts} ({size_text(change.size)})" if change.size else parts


def change_lines(change: StoreChange, deed: str) -> Iterator[str]:
    """Give the lines that say what was deleted, or has expired."""
    if not change.count:
        yield f"nothing {'would be' if change.dry_run else 'was'} {deed}"
        return
    yield f"{'would be ' if change.dry_run else ''}{deed}: {contents(change)}"
    if deed == "deleted" and not change.dry_run:
        given_back = max(0, change.file_size_before - change.file_size)
        takes = size_text(change.file_size)
        yield f"given back to the disk: {size_text(given_back)}; the store takes {takes} now"


def refresh_lines(done: Refreshed) -> Iterator[str]:
    """Give the lines that say what a refresh has done."""
    meant = done.entries - sum(done.left.values())
    if done.dry_run:
        yield f"would ask again for {plural(meant, 'answer')}, in {plural(len(done.report), 'job')}"
    elif not meant:
        yield "nothing was asked again"
    else:
        totals = done.report.totals
        yield (
            f"asked again for {plural(meant, 'answer')}: {done.confirmed:,} unchanged, {done.changed:,} new"
            + (f", {totals.failed:,} of {plural(len(done.report), 'job')} failed" if totals.failed else "")
            + f"; {plural(totals.requests, 'request')}"
        )
    for why, count in sorted(done.left.items()):
        yield f"left as they are: {plural(count, 'answer')} ({why})"


def export_lines(written: Exported) -> Iterator[str]:
    """Give the lines that say what was exported."""
    what = f"{plural(written.entries, 'answer')} and {plural(written.data_sets, 'data set')}"
    yield f"written to {printable(written.path)}: {what} ({size_text(written.file_size)})"
    if written.private:
        yield f"left out, as they are private: {written.private:,}; --include-private takes them along"


def import_lines(taken: Imported) -> Iterator[str]:
    """Give the lines that say what was taken in."""
    will = "would be taken in" if taken.dry_run else "taken in"
    yield f"{will}: {plural(taken.entries, 'answer')} and {plural(taken.data_sets, 'data set')}"
    if taken.older:
        yield f"already there, the same or newer: {taken.older:,}"
    if taken.private:
        yield f"left out, as they are private: {taken.private:,}; --include-private takes them in"
    for why, count in sorted(taken.refused.items()):
        yield f"refused: {count:,} ({why})"


def _subject(group: Group, by: By) -> str:
    if by == "character":
        return "nobody" if group.name is None else str(group.name)
    return str(group.name)


def _cells(group: Group) -> Iterable[Any]:
    yield f"{group.entries:,}"
    yield f"{group.fresh:,}"
    yield f"{group.stale:,}"
    yield size_text(group.size)
    yield size_text(group.decoded_size)
    yield from map(_short, (group.fetched_first, group.fetched_last))
    yield from map(_short, (group.validated_first, group.validated_last))


def _data_set_cells(data_set: DataSet) -> Iterable[Any]:
    yield data_set.name
    yield printable(" ".join(f"{name}={shortened(value)}" for name, value in data_set.parameters.items()))
    yield data_set.category.value
    yield "nobody" if data_set.character is None else data_set.character
    yield f"{data_set.rows:,}"
    yield size_text(data_set.size)
    yield size_text(data_set.decoded_size)
    yield _short(moment_of(data_set.made_at))
    yield "never" if data_set.expires_at is None else _short(moment_of(data_set.expires_at))


def _one(name: str, entry: Listed) -> tuple[str, str]:
    asked = " ".join(f"{key}={shortened(value)}" for key, value in (entry.parameters or {}).items())
    text = printable(f"{entry.op_id} {asked}")
    if name == "biggest":
        return size_text(entry.size), text
    when = moment_of(entry.validated_at)
    return ("" if when is None else moment(when)), text


def _short(when: datetime | None) -> str:
    return "" if when is None else when.strftime("%Y-%m-%d %H:%M")
