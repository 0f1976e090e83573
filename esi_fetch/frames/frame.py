"""A job's data as a DataFrame.

Order of operations:

1. what the operation's schema promises is the layout (:func:`~esi_fetch.columns.layout_of`)
2. page by page, columns are converted, strictly; a page's rows are forgotten before the next one is decoded
3. should anything not fit, all pages are looked through, the layout is widened, and 2. begins again
4. where it came from is noted in ``attrs``
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from esi_fetch.catalog import Catalog, known_operation
from esi_fetch.columns import (
    Column,
    Layout,
    Misfit,
    Splitter,
    layout_of,
    portions,
    provenance,
    rows_of,
    surveyed,
)
from esi_fetch.errors import InputError
from esi_fetch.frames.arrays import Collector
from esi_fetch.model.job import Job

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Part", "frame_of_job", "frame_of_parts", "need_pandas"]


def need_pandas() -> None:
    """Make sure that there is pandas, before anything is fetched for it.

    Raises:
        InputError: It is not installed.
    """
    try:
        import pandas  # noqa: F401
    except ImportError as error:
        raise InputError("frames need pandas: pip install 'esi-fetch[frames]'") from error


def frame_of_job(job: Job, *, catalog: Catalog) -> pd.DataFrame:
    """Return the data of a job that has succeeded.

    Args:
        job: The job, with its result.
        catalog: Says which columns there are, and of which types; an operation that it does not know has
            the columns that its rows show.
    """
    operation = known_operation(job, catalog)
    assert job.result is not None  # noqa: S101 - it has succeeded
    result, layout = job.result, layout_of(operation, job.result)
    part = Part(lambda: portions(rows_of(result, layout)), layout.names)
    frame = frame_of_parts([part], layout=layout)
    frame.attrs.update(provenance(job, operation))
    return frame


@dataclass(frozen=True)
class Part:
    """Rows of one job.

    Attributes:
        pages: Yields them a page at a time, anew at every call.
        names: The columns that they have, as far as is known.
        constants: Columns that have one value in all of them.
    """

    pages: Callable[[], Iterator[Sequence[Any]]]
    names: tuple[str, ...]
    constants: Mapping[str, Any] = field(default_factory=dict)


def frame_of_parts(
    parts: Sequence[Part], *, layout: Layout, constants: Sequence[Column] = ()
) -> pd.DataFrame:
    """Return the rows of all parts, one part below the other.

    Args:
        parts: The parts.
        layout: The columns that are promised.
        constants: Further columns, in front of them; their values are the parts' ``constants``.
    """
    try:
        return _converted(parts, layout, constants)
    except Misfit:
        layout = surveyed((page for part in parts for page in part.pages()), layout)
        parts = [Part(part.pages, layout.names, part.constants) for part in parts]
        return _converted(parts, layout, constants)


def _converted(parts: Sequence[Part], layout: Layout, constants: Sequence[Column]) -> pd.DataFrame:
    import pandas as pd

    collectors = {column.name: Collector(column) for column in layout.columns}
    fixed = {column.name: Collector(column) for column in constants}
    splitters: dict[tuple[str, ...], Splitter] = {}
    total = 0
    for part in parts:
        splitter = splitters.get(part.names)
        if splitter is None:
            splitter = splitters[part.names] = Splitter(part.names)
        has = set(part.names)
        absent = [each for name, each in collectors.items() if name not in has]
        count = 0
        for page in part.pages():
            for name, (values, types) in zip(part.names, splitter.split(page), strict=True):
                collectors[name].add(values, types)
            count += len(page)
        for collector in absent if count else ():
            collector.add([None] * count, {type(None)})
        for name, collector in fixed.items() if count else ():
            value = part.constants.get(name)
            collector.add([value] * count, {type(value)})
        total += count
    arrays = {name: collector.array() for name, collector in {**fixed, **collectors}.items()}
    # Each array is ours alone: copying them into blocks would need the memory twice.
    frame: pd.DataFrame = pd.DataFrame(arrays, index=pd.RangeIndex(total), copy=False)
    return frame
