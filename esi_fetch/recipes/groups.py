"""Market groups as a tree, and the types that hang in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from esi_fetch.catalog import Asker
from esi_fetch.errors import Problem, UnknownNameError, did_you_mean
from esi_fetch.recipes.data_sets import Named, Row, data_set, ids_of
from esi_fetch.recipes.naming import name_in, names_of
from esi_fetch.recipes.schemas import (
    FLAG,
    ID,
    MARKET_GROUP,
    REGION,
    SOME_REGION,
    TEXT,
    TYPES,
    VOLUME,
    said,
)

__all__ = [
    "Group",
    "all_groups",
    "market_groups",
    "market_lookup",
    "market_types",
    "type_names",
    "types_below",
]

GROUPS_FROM = ("GetMarketsGroups", "GetMarketsGroupsMarketGroupId")

# The attribute of a type that the game shows as its meta level.
_META_LEVEL = 633

_BETWEEN = " > "
_MOST_TOLD = 5


@dataclass(frozen=True)
class Group:
    """A market group.

    Attributes:
        group_id: Its id.
        name: Its name; groups in different places may have the same.
        parent_id: The group it is in; None at the top.
        types: The types that are in it itself.
        path: The names from the top down to it: ``Ships > Frigates``.
        depth: How many groups it is in.
    """

    group_id: int
    name: str
    parent_id: int | None
    types: Sequence[int]
    path: str = ""
    depth: int = 0


def all_groups(ask: Asker) -> dict[int, Group]:
    """Return every market group by its id, each after the one it is in, those of one group by name."""
    found = ask.each(
        "GetMarketsGroupsMarketGroupId",
        [{"market_group_id": group_id} for group_id in ask.get("GetMarketsGroups")],
        pick=lambda data: Group(
            data["market_group_id"], data["name"], data.get("parent_group_id"), data["types"]
        ),
    )
    return _as_tree({group.group_id: group for group in found if group is not None})


def _as_tree(groups: Mapping[int, Group]) -> dict[int, Group]:
    below: dict[int | None, list[Group]] = {}
    for group in groups.values():
        # One whose parent is not there stands at the top, rather than nowhere.
        below.setdefault(group.parent_id if group.parent_id in groups else None, []).append(group)
    placed: dict[int, Group] = {}

    def place(group: Group, over: Sequence[str]) -> None:
        names = [*over, group.name]
        placed[group.group_id] = Group(
            group.group_id, group.name, group.parent_id, group.types, _BETWEEN.join(names), len(over)
        )
        for one in sorted(below.get(group.group_id, ()), key=_by_name):
            if one.group_id not in placed:
                place(one, names)

    for top in sorted(below.get(None, ()), key=_by_name):
        place(top, [])
    for group in groups.values():
        if group.group_id not in placed:  # groups that are in each other; ESI has none, so far
            place(group, [])
    return placed


def _by_name(group: Group) -> tuple[str, int]:
    return group.name, group.group_id


def types_below(groups: Mapping[int, Group], which: Named) -> list[int]:
    """Return the types in a market group and in all groups below it.

    Args:
        groups: All market groups.
        which: The group, by id, by name or by path.

    Raises:
        UnknownNameError: There is none, or there are several.
    """
    wanted = {_the_group(groups, which).group_id}
    for group in groups.values():  # each stands after its parent
        if group.parent_id in wanted:
            wanted.add(group.group_id)
    there = [group for group in groups.values() if group.group_id in wanted]
    return list(dict.fromkeys(type_id for group in there for type_id in group.types))


def _the_group(groups: Mapping[int, Group], which: Named) -> Group:
    if isinstance(which, int):
        if which in groups:
            return groups[which]
        what = f"there is no market group {which}"
    else:
        text = _plain(which)
        by_path = [group for group in groups.values() if _plain(group.path) == text]
        found = by_path or [group for group in groups.values() if _plain(group.name) == text]
        if len(found) == 1:
            return found[0]
        if found:
            told = "; ".join(f"{group.path} ({group.group_id})" for group in found[:_MOST_TOLD])
            more = f"; and {len(found) - _MOST_TOLD} more" if len(found) > _MOST_TOLD else ""
            what = f"{which!r} is the name of {len(found)} market groups; say which: {told}{more}"
        else:
            near = did_you_mean(which, [group.name for group in groups.values()])
            what = f"no market group has the name {which!r}{near}"
    raise UnknownNameError(problems=[Problem("parameters.market_group", what)])


def _plain(text: str) -> str:
    return _BETWEEN.strip().join(part.strip() for part in text.casefold().split(_BETWEEN.strip()))


@data_set(
    "market-groups",
    category="static",
    made_from=GROUPS_FROM,
    columns={
        "market_group_id": ID,
        "name": TEXT,
        "path": said(TEXT, "the names from the top down: `Ships > Frigates`"),
        "parent_group_id": said(ID, "null at the top"),
        "depth": said(ID, "how many groups it is in"),
        "types": said(ID, "how many types are in it itself"),
    },
)
def market_groups(ask: Asker) -> list[Row]:
    """Market groups as a tree: each after the one it is in, with its path."""
    return [
        {
            "market_group_id": group.group_id,
            "name": group.name,
            "path": group.path,
            "parent_group_id": group.parent_id,
            "depth": group.depth,
            "types": len(group.types),
        }
        for group in all_groups(ask).values()
    ]


@data_set(
    "type-names",
    category="static",
    made_from=("GetUniverseTypes", "PostUniverseNames", *GROUPS_FROM),
    parameters=(MARKET_GROUP,),
    columns={"type_id": ID, "name": TEXT},
)
def type_names(ask: Asker, *, market_group: Named | None = None) -> list[Row]:
    """Types with their names: all that ESI lists, or those in a market group and below it."""
    if market_group is None:
        type_ids: Iterable[int] = ask.get("GetUniverseTypes")
    else:
        type_ids = types_below(all_groups(ask), market_group)
    named = names_of(ask, type_ids)
    return [{"type_id": type_id, "name": name_in(named, type_id)} for type_id in sorted(set(type_ids))]


@data_set(
    "market-types",
    category="dynamic",
    made_from=("GetMarketsRegionIdTypes", "PostUniverseNames"),
    parameters=(REGION,),
    columns={"region_id": ID, "type_id": ID, "name": TEXT},
)
def market_types(ask: Asker, *, region: Named | Sequence[Named]) -> list[Row]:
    """Types that there are orders for in regions, with their names."""
    listed = [(region_id, type_id) for region_id in ids_of(region) for type_id in types_in(ask, region_id)]
    named = names_of(ask, [type_id for _, type_id in listed])
    return [
        {"region_id": region_id, "type_id": type_id, "name": name_in(named, type_id)}
        for region_id, type_id in listed
    ]


def types_in(ask: Asker, region_id: int) -> list[int]:
    """Return the types that there are orders for in a region, sorted."""
    return sorted(set(ask.get("GetMarketsRegionIdTypes", region_id=region_id)))


@data_set(
    "market-lookup",
    category="derived",
    made_from=(*GROUPS_FROM, "GetMarketsRegionIdTypes", "GetUniverseTypesTypeId"),
    parameters=(SOME_REGION, MARKET_GROUP, TYPES),
    columns={
        "type_id": ID,
        "name": TEXT,
        "market_group_id": said(ID, "null for what is in none"),
        "market_group_path": said(TEXT, "`Ships > Frigates`"),
        "meta_level": said(ID, "attribute 633; null where a type has none"),
        "volume": said(VOLUME, "of one, assembled"),
        "packaged_volume": said(VOLUME, "of one, packaged"),
        "tradable": said(FLAG, "published, and in a market group"),
    },
)
def market_lookup(
    ask: Asker,
    *,
    region: Named | Sequence[Named] | None = None,
    market_group: Named | None = None,
    type: Named | Sequence[Named] | None = None,
) -> list[Row]:
    """What there is to know of types that are traded: name, market group, meta level, volume.

    Without parameters, of all types in market groups, which are told one by one: some twenty thousand
    requests, once a day at most. Several parameters together narrow it down.
    """
    groups = all_groups(ask)
    chosen: list[set[int]] = []
    if type is not None:
        chosen.append(set(ids_of(type)))
    if region is not None:
        chosen.append({type_id for region_id in ids_of(region) for type_id in types_in(ask, region_id)})
    if market_group is not None:
        chosen.append(set(types_below(groups, market_group)))
    if not chosen:
        chosen.append({type_id for group in groups.values() for type_id in group.types})
    rows = ask.each(
        "GetUniverseTypesTypeId",
        [{"type_id": type_id} for type_id in sorted(set.intersection(*chosen))],
        pick=lambda data: _looked_up(data, groups),
    )
    return [row for row in rows if row is not None]


def _looked_up(data: Row, groups: Mapping[int, Group]) -> Row:
    group = groups.get(data.get("market_group_id") or -1)
    levels = [
        each["value"] for each in data.get("dogma_attributes") or () if each["attribute_id"] == _META_LEVEL
    ]
    return {
        "type_id": data["type_id"],
        "name": data["name"],
        "market_group_id": data.get("market_group_id"),
        "market_group_path": group.path if group is not None else None,
        "meta_level": int(levels[0]) if levels else None,
        "volume": data.get("volume"),
        "packaged_volume": data.get("packaged_volume"),
        "tradable": bool(data.get("published")) and data.get("market_group_id") is not None,
    }
