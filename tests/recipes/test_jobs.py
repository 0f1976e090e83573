"""A recipe in a job file is a job like any other: checked, planned, billed, run, resumed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from esi_fetch import Callback, Esi, Job, WorkOrder, read_jobs, write_jobs
from esi_fetch.catalog import recipe, recipe_named, recipes_there_are
from esi_fetch.cli.job_files import job_problems
from esi_fetch.clock import HeldClock
from esi_fetch.errors import InputError, JobFileError, UnknownOperationError, UnknownRecipeError
from esi_fetch.model.events import Event, PageFinished, PagesFound
from esi_fetch.model.for_each import ForEach
from esi_fetch.observers.run_view import RunView
from esi_fetch.sandbox import Sandbox
from esi_fetch.sandbox.places import universe
from tests.recipes.conftest import Make

SYSTEMS = Job(recipe="solar-systems", parameters={"region": "Domain"})

FILE = """\
name: places
jobs:
  - recipe: stations
    for_each: [{region: The Forge, label: forge}, {region: Domain, label: domain}]
    callbacks: [{callback_id: save_csv, kwargs: {path: "${recipe}-${region}-${label}.csv"}}]
  - recipe: region-names
    callbacks: [{callback_id: save_json, kwargs: {path: regions.json}}]
"""


def saved(path: str) -> tuple[Callback, ...]:
    return (Callback("save_json", {"path": path}),)


@pytest.mark.parametrize("name", ["market-summary", "Market_Summary"])
def test_who_takes_a_recipe_for_an_operation_is_told(esi: Esi, name: str) -> None:
    """Where an operation is wanted and a recipe named, the error says how recipes are asked for."""
    for ask in (esi.get, esi.frame, lambda op: esi.fetch(Job(op))):
        with pytest.raises(UnknownOperationError, match=r"is a recipe, .* recipe: market-summary$"):
            ask(name)
    with pytest.raises(UnknownOperationError, match="did you mean"):
        esi.get("market-orders")


def test_a_job_file_may_name_recipes(esi: Esi, tmp_path: Path) -> None:
    """Recipes take the place of operations, rows of tables that of parameters, and callbacks get the rows."""
    path = tmp_path / "places.yaml"
    path.write_text(FILE, encoding="utf-8")
    order = read_jobs(path)
    assert isinstance(order, WorkOrder)
    report = esi.run(order, output=tmp_path / "out")
    assert [job.label for job in report] == [
        "stations [region=The Forge label=forge]",
        "stations [region=Domain label=domain]",
        "region-names",
    ]
    assert report.ok, [job.result.error for job in report if job.result]
    lines = (tmp_path / "out/stations-Domain-domain.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("station_id,name,system_id,system_name,security")
    assert len(lines) == 1 + len(universe().regions[10000043].stations)
    assert json.loads((tmp_path / "out/regions.json").read_text())[0]["name"] == "Delve"


def test_it_is_written_as_it_was_read(tmp_path: Path) -> None:
    """A job with a recipe survives files and plain data."""
    path = tmp_path / "job.yaml"
    write_jobs(SYSTEMS, path)
    assert path.read_text() == "recipe: solar-systems\nparameters:\n  region: Domain\n"
    assert read_jobs(path) == SYSTEMS
    assert Job.from_dict(SYSTEMS.to_dict()) == SYSTEMS
    table = ForEach(Job(recipe="stations"), [{"region": "Domain"}])
    write_jobs(table, path)
    assert path.read_text().startswith("recipe: stations\nfor_each:\n")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{recipe: stations, op_id: GetStatus}", "recipe: stands in place of op_id"),
        ("{recipe: ''}", "recipe: is empty; it names a recipe"),
        ("{recipe: 5}", "recipe: expected text, found the number 5"),
        ("{recipe: stations, jobs: []}", "has both recipe and jobs"),
        ("{parameters: {}}", r"neither a job \(op_id or recipe is missing\)"),
    ],
)
def test_files_that_are_wrong(tmp_path: Path, text: str, complaint: str) -> None:
    """What is wrong with the key is told."""
    (tmp_path / "x.yaml").write_text(text)
    with pytest.raises(JobFileError, match=complaint):
        read_jobs(tmp_path / "x.yaml")


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({}, "op_id: expected an operation's name, found a str: ''"),
        ({"recipe": ""}, "recipe: expected a recipe's name"),
        ({"recipe": 5}, "recipe: expected a recipe's name, found a int: 5"),
        ({"op_id": "GetStatus", "recipe": "stations"}, "recipe: stands in place of op_id"),
    ],
)
def test_jobs_that_are_wrong(given: dict[str, Any], complaint: str) -> None:
    """A job asks for one thing."""
    with pytest.raises(InputError, match=complaint):
        Job(**given)


def test_everything_wrong_is_told_in_one_go(esi: Esi, sandbox: Sandbox) -> None:
    """Unknown recipes, parameters and options are found before anything is sent, with the nearest words."""
    jobs = [
        Job(recipe="solar-sistems"),
        Job(recipe="stations", parameters={"regions": 5}),
        Job(recipe="names", parameters={"ids": "x"}),
        Job(recipe="stations", since_last=True),
        Job(recipe="stations", character=5),
    ]
    with pytest.raises(InputError) as caught:
        esi.run(jobs)
    assert [str(problem) for problem in caught.value.problems] == [
        "job 1 'solar-sistems': recipe: unknown recipe 'solar-sistems' (did you mean 'solar-systems'?)",
        "job 2 'stations': parameters.regions: stations has no parameter 'regions' (did you mean 'region'?)",
        "job 3 'names': parameters.ids[0]: expected an integer, found 'x'",
        "job 4 'stations': since_last: is for operations that are walked by cursor, and stations is not",
        "job 5 'stations': character: stations is made from public data alone; leave it out",
    ]
    assert sandbox.count() == 0
    assert [str(problem) for problem in job_problems(jobs[0], esi.operations)] == [
        "recipe: unknown recipe 'solar-sistems' (did you mean 'solar-systems'?)"
    ]


def test_the_bill_tells_the_first_stage_and_what_the_store_knows(
    esi: Esi, sandbox: Sandbox, clock: HeldClock
) -> None:
    """A recipe is planned as far as the store has answers, and nothing is sent for it."""
    by_id = Job(recipe="solar-systems", parameters={"region": 10000043})
    cold = esi.plan([by_id]).totals
    assert (cold.jobs, cold.requests, cold.unknown) == (1, 1, 1)
    # Of a name, even which region it is has to be asked first.
    assert esi.plan([SYSTEMS]).totals.requests == 1
    assert sandbox.count() == 0
    sent = esi.run([by_id]).totals.requests
    kept = esi.plan([by_id]).totals
    assert (kept.requests, kept.unknown, kept.from_store) == (0, 0, 1)
    assert esi.store is not None
    esi.store.drop_data_sets()
    from_parts = esi.plan([by_id]).totals
    assert (from_parts.requests, from_parts.unknown, from_parts.from_store) == (0, 0, sent)
    clock.advance(86_400)
    expired = esi.plan([by_id]).totals
    assert (expired.requests, expired.conditional, expired.unknown) == (sent, sent, 0)
    done = esi.run([by_id])
    assert (done.totals.requests, done.totals.not_modified) == (sent, 0)  # all static tags change daily


def test_unknown_ids_are_in_the_bill_too(esi: Esi) -> None:
    """What ESI has refused a moment ago would not be asked again."""
    job = Job(recipe="names", parameters={"ids": [34, 35, 89_999_999]})
    assert esi.plan([job]).totals.requests == 1
    sent = esi.run([job]).totals.requests
    assert sent == 4
    # Every question of the search is answered by now, or known to be refused.
    again = esi.plan([job]).totals
    report = esi.run([job])
    assert (again.requests, again.unknown) == (report.totals.requests, 0) == (0, 0)
    # In another list the others are asked about without it.
    more = Job(recipe="names", parameters={"ids": [34, 35, 36, 89_999_999]})
    assert esi.plan([more]).totals.requests == esi.run([more]).totals.requests == 1


def test_a_run_that_was_stopped_goes_on(make: Make, tmp_path: Path, sandbox: Sandbox) -> None:
    """What the first run had done is not done again; what it lacked is asked for, and no more."""
    jobs = [
        Job(recipe="region-names", callbacks=saved("regions.json")),
        Job(recipe="solar-systems", parameters={"region": "Domain"}, callbacks=saved("systems.json")),
    ]
    sandbox.faults.add("GetUniverseSystemsSystemId", status=502, times=None, skip=3)
    first = make(workers=1).run(jobs, output=tmp_path, journal=True)
    assert [job.result.ok for job in first if job.result] == [True, False]
    sandbox.faults.clear()
    sandbox.clear()
    second = make().run(jobs, output=tmp_path, resume=True)
    assert second.ok
    assert [job.result.resumed for job in second if job.result] == [True, False]
    systems = len([one for one in universe().systems.values() if one.region_id == 10000043])
    assert sandbox.count() == systems - 3
    assert len(json.loads((tmp_path / "systems.json").read_text())) == systems


@pytest.mark.parametrize(
    "job",
    [SYSTEMS, Job(recipe="market-summary", parameters={"region": ["The Forge", "Domain"]})],
    ids=lambda job: job.recipe,
)
def test_parts_are_seen_as_pages(make: Make, job: Job) -> None:
    """Whoever watches sees how many parts there are, pages of sets among them, and how many have come."""
    heard: list[Event] = []
    view = RunView(clock=HeldClock())
    esi = make(observers=[heard.append, view.observe])
    report = esi.run([job])
    result = report.jobs[0].result
    assert result is not None
    found = [event.pages for event in heard if isinstance(event, PagesFound)]
    finished = sorted(event.page for event in heard if isinstance(event, PageFinished))
    assert found[-1] == result.pages
    assert finished == list(range(1, result.pages + 1))
    seen = view.look().pages
    assert seen is not None
    assert (seen.done, seen.total) == (result.pages, result.pages)


def test_parts_are_fetched_side_by_side(make: Make, sandbox: Sandbox) -> None:
    """Within one job of a run, its parts have as many requests under way as there are workers."""
    sandbox.manners.latency_s = 0.05
    make(workers=8).run([SYSTEMS])
    assert 1 < sandbox.most_in_flight <= 8


SCRIPT = """
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

if __name__ == "__main__":
    from esi_fetch import Esi, Job
    jobs = [Job(recipe="region-names"), Job(recipe="stations", parameters={"region": "Domain"})]
    pool = ProcessPoolExecutor(1, get_context("spawn"))
    with Esi(base_url=sys.argv[1], home=sys.argv[2]) as esi, pool:
        report = esi.run(jobs, executor=pool)
    print([len(job.result.data) for job in report])
"""


def test_worker_processes_know_recipes(sandbox: Sandbox, tmp_path: Path) -> None:
    """A process that has imported nothing but its work makes recipes, and says what it got."""
    (tmp_path / "script.py").write_text(SCRIPT)
    with Sandbox() as running:
        told = subprocess.run(
            [sys.executable, "-W", "error", "script.py", running.url, str(tmp_path / "h")],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=120,
        )
    assert (told.stdout, told.stderr) == ("[7, 4]\n", "")


def test_recipes_are_registered_with_what_they_take() -> None:
    """A function that does not take the recipe's parameters is refused; names are found in any spelling."""
    with pytest.raises(TypeError, match="the function takes"):

        @recipe("wrong", category="static", made_from=(), columns={})
        def wrong(ask: Any, *, surprise: int) -> list[dict[str, Any]]:
            return []

    assert recipe_named("Region_Names") is recipe_named("region-names")
    assert "wrong" not in [one.name for one in recipes_there_are()]
    with pytest.raises(UnknownRecipeError, match="there are names, ids"):
        recipe_named("qqqq")
