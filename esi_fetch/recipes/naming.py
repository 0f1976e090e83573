"""Names for ids, and ids for names, in lists of any length.

ESI takes a thousand ids at a time, and refuses all of them when it does not know one. Which one that is has
to be found by asking for fewer; and refusals are what an address may have only a hundred of a minute. So a
chunk that is refused is asked for in ten parts, and those that are refused in ten parts again: three refusals
for each unknown id and one for the chunk, where halving would take ten. An id that was refused alone is
remembered like any refusal, and left out of later chunks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from esi_fetch.catalog import Asker
from esi_fetch.errors import AnswerError, NotFoundError
from esi_fetch.fetch.resolving import CATEGORIES
from esi_fetch.recipes.data_sets import Row, data_set
from esi_fetch.recipes.schemas import ID, TEXT, parameter, said
from esi_fetch.units import plural

__all__ = ["first_few", "has_name", "ids", "name_in", "names", "names_of"]

_NAMES = "PostUniverseNames"
_IDS_A_REQUEST = 1000  # ESI's bound on the body of PostUniverseNames
_NAMES_A_REQUEST = 500  # … and on that of PostUniverseIds
_PARTS = 10
_LONGEST_NAME = 100  # characters that PostUniverseIds takes

# The document of PostUniverseNames lists the kinds of things it knows. Planets, moons, belts, stars and gates
# are none of them, nor are structures and items, and each has a range of ids to itself
# (https://developers.eveonline.com/docs/guides/id-ranges/): asked about, they would only be refused.
_WITHOUT_NAMES = (range(40_000_000, 60_000_000), range(10**12, 2**63))
_MOST_TOLD = 10


def has_name(some_id: int) -> bool:
    """Return whether an id can be that of something which ESI tells the name of."""
    return some_id >= 0 and not any(some_id in without for without in _WITHOUT_NAMES)


def names_of(ask: Asker, ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Return name and category of those of the ids that ESI knows."""
    # Sorted, so that the same ids in another order make the same requests, which the store can answer, and
    # that those of one kind stand together: unknown ones seldom come alone.
    wanted = sorted({some_id for some_id in ids if has_name(some_id)})
    chunks = list(_cut(wanted, _IDS_A_REQUEST))
    known = ask.known(_NAMES, [{"body": chunk} for chunk in chunks])
    chunks = [
        chunk if is_known else _without_refused(ask, chunk)
        for chunk, is_known in zip(chunks, known, strict=True)
    ]
    chunks = [chunk for chunk in chunks if chunk]
    found: dict[int, tuple[str, str]] = {}
    while chunks:
        answers = ask.each(_NAMES, [{"body": chunk} for chunk in chunks], pick=_named, absent=_is_unknown)
        refused_chunks = []
        for chunk, answer in zip(chunks, answers, strict=True):
            if answer is not None:
                found.update(answer)
            elif len(chunk) > 1:
                refused_chunks.append(chunk)
        chunks = [part for chunk in refused_chunks for part in _cut(chunk, -(-len(chunk) // _PARTS))]
    return found


def name_in(named: Mapping[int, tuple[str, str]], some_id: int) -> str | None:
    """Return the name of an id in what :func:`names_of` has found; None where it is not known."""
    return named.get(some_id, (None,))[0]


def first_few(things: Sequence[object]) -> str:
    """Return some things as a remark lists them: the first ones, and how many more there are."""
    told = ", ".join(map(str, things[:_MOST_TOLD]))
    return f"{told} and {len(things) - _MOST_TOLD:,} more" if len(things) > _MOST_TOLD else told


def _without_refused(ask: Asker, ids: Sequence[int]) -> list[int]:
    """Return those of the ids that ESI has not refused alone a moment ago."""
    refused = ask.refused(_NAMES, [{"body": [some_id]} for some_id in ids])
    return [some_id for some_id, is_refused in zip(ids, refused, strict=True) if not is_refused]


def _named(answer: Any) -> dict[int, tuple[str, str]]:
    return {entry["id"]: (entry["name"], entry["category"]) for entry in answer}


def _is_unknown(error: AnswerError) -> bool:
    return isinstance(error, NotFoundError)


def _cut(ids: Sequence[Any], size: int) -> Iterable[list[Any]]:
    for start in range(0, len(ids), size):
        yield list(ids[start : start + size])


def _remark_unknown(ask: Asker, unknown: Sequence[object], *, what: str) -> None:
    if unknown:
        ask.remark(f"{plural(len(unknown), what)} unknown to ESI: {first_few(unknown)}")


@data_set(
    "names",
    category="dynamic",
    made_from=("PostUniverseNames",),
    parameters=(
        parameter(
            "ids",
            {"type": "array", "items": {"type": "integer", "format": "int64"}},
            "ids of anything that has a name, any number of them",
            required=True,
        ),
    ),
    columns={
        "id": said(ID, "as given"),
        "name": said(TEXT, "null for an id that ESI does not know"),
        "category": said(TEXT, "`character`, `inventory_type`, `region` …; null likewise"),
    },
    keeps=False,
)
def names(ask: Asker, *, ids: Sequence[int]) -> list[Row]:
    """Names for ids of any kind, in any number.

    There is a row for each id, in the order given, as often as it was given.
    """
    found = names_of(ask, ids)
    _remark_unknown(ask, [one for one in dict.fromkeys(ids) if one not in found], what="id")
    rows = []
    for some_id in ids:
        name, category = found.get(some_id, (None, None))
        rows.append({"id": some_id, "name": name, "category": category})
    return rows


@data_set(
    "ids",
    category="dynamic",
    made_from=("PostUniverseIds",),
    parameters=(
        parameter(
            "names",
            {"type": "array", "items": {"type": "string"}},
            "exact names, in any case, any number of them",
            required=True,
        ),
    ),
    columns={
        "name": said(TEXT, "as given"),
        "id": said(ID, "null for a name that nothing has"),
        "category": said(TEXT, "`character`, `inventory_type`, `region` …; null likewise"),
    },
    keeps=False,
)
def ids(ask: Asker, *, names: Sequence[str]) -> list[Row]:
    """Ids for names of any kind, in any number.

    There is a row for each name, in the order given, as often as it was given; and one for each thing, where
    several have the same name.
    """
    # One that is too long is refused with all others of its chunk.
    wanted = sorted({name for name in names if 0 < len(name) <= _LONGEST_NAME})
    chunks = [{"body": chunk} for chunk in _cut(wanted, _NAMES_A_REQUEST)]
    found: dict[str, set[tuple[str, int]]] = {}
    for answer in ask.each("PostUniverseIds", chunks, pick=lambda answer: answer):
        for category, many in CATEGORIES.items():
            for entry in (answer or {}).get(many) or ():
                found.setdefault(entry["name"].casefold(), set()).add((category, entry["id"]))
    _remark_unknown(ask, [one for one in dict.fromkeys(names) if one.casefold() not in found], what="name")
    rows: list[Row] = []
    for name in names:
        hits = sorted(found.get(name.casefold(), ()))
        rows += [{"name": name, "id": some_id, "category": category} for category, some_id in hits]
        if not hits:
            rows.append({"name": name, "id": None, "category": None})
    return rows
