"""Data sets are kept for as long as all they are made from holds, and never served when older."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from esi_fetch import Esi, Job
from esi_fetch.clock import HeldClock
from esi_fetch.errors import InputError, NotInStoreError, ServerError, UnknownRecipeError
from esi_fetch.model.result import Result, Source
from esi_fetch.recipes import character_overview, market_summary, refresh, region_names, stations
from esi_fetch.sandbox import Sandbox
from esi_fetch.sandbox.goods import WITHOUT_HISTORY
from tests.recipes.conftest import Make

REGIONS = Job(recipe="region-names")
ROLL_S = 3 * 3600 + 300  # from 08:00 to 11:05 UTC


def result_of(esi: Esi, job: Job = REGIONS, *, refresh: bool = False) -> Result:
    done = esi.fetch(job, refresh=refresh).result
    assert done is not None
    return done


def test_a_static_one_holds_until_the_games_data_rolls(esi: Esi, sandbox: Sandbox, clock: HeldClock) -> None:
    """Until 11:05 UTC nothing is asked, although names alone would be asked again after an hour."""
    first = result_of(esi)
    assert first.expires_at == datetime(2027, 1, 15, 11, 5, tzinfo=timezone.utc)
    clock.advance(ROLL_S - 1)
    again = result_of(esi)
    assert (again.source, again.requests) == (Source.LOCAL, 0)
    assert again.data == first.data
    assert sandbox.count() == 2
    clock.advance(2)
    assert result_of(esi).requests == 2


def test_it_never_outlives_its_parts(clock: HeldClock, make: Make) -> None:
    """Where what it is made from expires sooner, so does it."""
    with Sandbox(clock=clock, ttl_s=60) as short:
        esi = make(base_url=short.url)
        region_names(esi)
        clock.advance(61)
        assert result_of(esi).requests > 0


def test_refresh_makes_it_anew(esi: Esi, sandbox: Sandbox) -> None:
    """On demand it is made again, and ESI is asked whether anything has changed."""
    result_of(esi)
    again = result_of(esi, refresh=True)
    assert again.sources["not_modified"] == 1
    assert sandbox.count() == 4


def test_offline_it_is_served_however_old(make: Make, clock: HeldClock) -> None:
    """Without ESI, what is kept is used; what was never made is an error."""
    rows = region_names(make())
    clock.advance(10 * 86_400)
    offline = make(offline=True)
    assert region_names(offline) == rows
    with pytest.raises(NotInStoreError):
        offline.recipe("solar-systems")


def test_offline_it_is_made_of_what_is_there(make: Make, sandbox: Sandbox) -> None:
    """Offline a data set that is not kept is made of answers that are, and not kept as if it were new."""
    online = make()
    rows = region_names(online)
    assert online.store is not None
    online.store.drop_data_sets()
    offline = make(offline=True)
    assert region_names(offline) == rows
    assert online.store.data_sets() == []


def test_when_esi_is_down_an_old_one_stands_in(make: Make, sandbox: Sandbox, clock: HeldClock) -> None:
    """A data set that is not too old is served as stale, also where its parts are gone."""
    esi = make()
    rows = region_names(esi)
    clock.advance(ROLL_S + 1)
    for op in ("GetUniverseRegions", "PostUniverseNames"):
        sandbox.faults.add(op, status=502, times=None)
    down = result_of(esi)
    assert (down.data, down.source) == (rows, Source.STALE)
    # What was made of old parts is not kept as if it were new.
    assert esi.store is not None
    assert not esi.store.data_sets()[0].is_fresh(clock.now())
    with pytest.raises(ServerError):
        region_names(make(max_stale=0))


def test_without_a_store_it_is_made_each_time(make: Make, sandbox: Sandbox) -> None:
    """With local=False nothing is kept, and everything works."""
    esi = make(local=False)
    assert region_names(esi) == region_names(esi)
    assert sandbox.count() == 4


def test_what_it_was_made_from_is_told(esi: Esi) -> None:
    """The store lists data sets with their category, their parameters and their operations."""
    esi.recipe("stations", region="Domain")
    assert esi.store is not None
    (kept,) = esi.store.data_sets()
    assert (kept.name, kept.category, kept.parameters) == ("stations", "static", {"region": ["Domain"]})
    assert "GetUniverseSystemsSystemId" in kept.made_from
    assert kept.character is None


def test_what_is_kept_can_be_made_anew(make: Make, sandbox: Sandbox) -> None:
    """All data sets, or those of a recipe or category, are made again as they were asked for."""
    esi = make(tokens={90000001: Sandbox.token(90000001)})
    region_names(esi)
    stations(esi, region="Domain")
    market_summary(esi, region="Delve", type="Tritanium")
    character_overview(esi)
    esi.recipe("names", ids=[34])  # of which the answers are kept, and no data set
    assert esi.store is not None
    before = {one.name: one.parameters for one in esi.store.data_sets()}
    report = refresh(esi)
    assert report.ok
    assert {job.recipe: job.parameters for job in report} == before
    assert [job.recipe for job in refresh(esi, category="static")] == ["region-names", "stations"]
    assert [job.parameters for job in refresh(esi, "stations")] == [{"region": ["Domain"]}]
    assert len(refresh(esi, "solar-systems")) == 0
    sandbox.clear()
    refresh(esi, "region_names")
    assert sandbox.count(304, op_id="GetUniverseRegions") == 1
    with pytest.raises(UnknownRecipeError):
        refresh(esi, "regions")
    with pytest.raises(InputError, match="offline"):
        refresh(make(offline=True, tokens={90000001: "x"}))


def test_what_can_not_be_made_anew_stays(make: Make, sandbox: Sandbox) -> None:
    """When ESI fails, the data set that was there is kept, and the others are made."""
    esi = make(max_stale=0)
    region_names(esi)
    rows = stations(esi, region=10000043)
    sandbox.faults.add("GetUniverseSystemsSystemId", status=502, times=None)
    report = refresh(esi)
    assert [job.result.ok for job in report if job.result] == [True, False]
    assert stations(esi, region=10000043) == rows


def test_data_sets_of_others_are_left_alone(esi: Esi) -> None:
    """What somebody else keeps in the store under a name of their own is no recipe's."""
    region_names(esi)
    assert esi.store is not None
    esi.store.save_data_set("my own", [1], category="static", made_from=())
    assert [job.recipe for job in refresh(esi)] == ["region-names"]


def test_what_was_said_about_it_is_said_again(esi: Esi, clock: HeldClock) -> None:
    """A data set from the store is as old as its oldest part, and its remarks come with it."""
    job = Job(recipe="market-history", parameters={"region": "Delve", "type": [34, WITHOUT_HISTORY]})
    esi.get("GetMarketsRegionIdHistory", region_id=10000060, type_id=34)
    clock.advance(600)
    first = result_of(esi, job)
    clock.advance(60)
    again = result_of(esi, job)
    assert again.requests == 0
    assert again.remarks == first.remarks == ("ESI has no history of Veldspar in Delve",)
    assert (again.fetched_at, again.snapshot_at) == (first.fetched_at, first.snapshot_at)
    assert again.fetched_at == datetime(2027, 1, 15, 8, 0, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    "about", [{}, {"fetched_at": "soon", "snapshot_at": 1e300, "remarks": 5}, {"remarks": [None]}]
)
def test_what_a_stranger_said_about_it_does_no_harm(
    esi: Esi, clock: HeldClock, about: dict[str, Any]
) -> None:
    """Whatever stands beside the rows in a store that came from elsewhere, the rows are served."""
    assert esi.store is not None
    esi.store.save_data_set(
        "region-names",
        [{"region_id": 1}],
        category="static",
        made_from=(),
        expires_at=clock.now() + 9,
        about=about,
    )
    done = result_of(esi)
    assert done.data == [{"region_id": 1}]
    assert done.fetched_at == datetime(2027, 1, 15, 8, 0, tzinfo=timezone.utc)
