"""What one character may see is never given to another, or to nobody, whichever way it is asked for."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from esi_fetch import Callback, Esi, Job
from esi_fetch.errors import CharacterError, ForbiddenError, JobError, NotInStoreError
from esi_fetch.sandbox import Sandbox
from tests.wire import Reply, Seen, WireServer

MINE, THEIRS = 90000001, 90000002
# The same URL for both: whose data it is shows in the token alone.
ONE = ("GetCorporationsCorporationIdWallets", {"corporation_id": 98000001})
PAGED = ("GetCorporationsCorporationIdAssets", {"corporation_id": 98000001})
PUBLIC = ("GetStatus", {})
QUESTIONS = [ONE, PAGED]
SECRET = "secret of the first"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A local ESI with characters."""
    with Sandbox(page_size=20, orders_pages=1) as running:
        yield running


class Esis:
    """An ESI that shows a corporation's data to its director, whose token changes, and to nobody else."""

    def __init__(self) -> None:
        self.token = "first"
        self.is_down = False

    def __call__(self, seen: Seen) -> Reply:
        if self.is_down:
            return Reply(status=503, body={"error": "down"})
        if seen.target.startswith("/status"):
            return Reply(body={"players": 1}, headers={"Cache-Control": "max-age=3600", "ETag": '"public"'})
        who = seen.headers.get("authorization", "")
        if who != f"Bearer {self.token}":
            return Reply(status=403 if who else 401, body={"error": "Forbidden"})
        headers = {
            "Cache-Control": "private, max-age=60",
            "ETag": '"mine"',
            "Last-Modified": "Sun, 27 Sep 2026 04:25:14 GMT",
        }
        if "assets" in seen.target:
            row = {"item_id": int(seen.target[-1]), "name": SECRET}
            return Reply(body=[row], headers={**headers, "X-Pages": "2"})
        return Reply(body=[{"division": 1, "name": SECRET}], headers=headers)


@pytest.fixture
def esi_itself() -> Esis:
    """What the server says."""
    return Esis()


@pytest.fixture
def server(esi_itself: Esis) -> Iterator[WireServer]:
    """The server that says it."""
    with WireServer(esi_itself) as running:
        yield running


@pytest.fixture
def client(server: WireServer, esi_itself: Esis, tmp_path: Path) -> Iterator[Callable[..., Esi]]:
    """Make clients that share one store; the first character's token is always the current one."""
    made: list[Esi] = []

    def make(**settings: Any) -> Esi:
        tokens = {MINE: lambda: esi_itself.token, THEIRS: "not-a-director"}
        fixed = {"base_url": server.url, "home": tmp_path / "home", "retries": 0, "tokens": tokens}
        made.append(Esi(**{**fixed, **settings}))
        return made[-1]

    yield make
    for esi in made:
        esi.close()


def by_get(esi: Esi, op: str, parameters: dict[str, Any], character: int | None, **more: Any) -> Any:
    return esi.get(op, character=character, **parameters, **more)


def by_pages(esi: Esi, op: str, parameters: dict[str, Any], character: int | None, **more: Any) -> Any:
    return [row for page in esi.pages(op, character=character, **parameters, **more) for row in page]


def of_job(job: Job) -> Any:
    assert job.result is not None
    if job.result.error is not None:
        raise PermissionError(job.result.error.message)
    return job.result.data


def by_fetch(esi: Esi, op: str, parameters: dict[str, Any], character: int | None, **more: Any) -> Any:
    return of_job(esi.fetch(Job(op, parameters, character=character), **more))


def by_run(esi: Esi, op: str, parameters: dict[str, Any], character: int | None, **more: Any) -> Any:
    (job,) = esi.run([Job(op, parameters, character=character)], **more)
    return of_job(job)


def by_stream(esi: Esi, op: str, parameters: dict[str, Any], character: int | None, **more: Any) -> Any:
    (job,) = esi.stream([Job(op, parameters, character=character)], **more)
    return of_job(job)


WAYS = [by_get, by_pages, by_fetch, by_run, by_stream]
REFUSED = (JobError, CharacterError, PermissionError)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question[0])
@pytest.mark.parametrize("way", WAYS)
def test_every_way_of_asking_keeps_them_apart(client: Any, esi_itself: Esis, way: Any, question: Any) -> None:
    """Fresh, refreshed, offline, with ESI down, with a renewed token: the others get nothing."""
    op, parameters = question
    mine = way(client(), op, parameters, MINE)
    assert SECRET in str(mine)
    for renewal in ("second", "third"):
        esi_itself.token = renewal
        assert way(client(), op, parameters, MINE) == mine
        assert way(client(), op, parameters, MINE, refresh=True) == mine
        for more in ({}, {"refresh": True}):
            with pytest.raises(REFUSED):
                way(client(), op, parameters, THEIRS, **more)
        with pytest.raises(REFUSED):  # nobody: there are two who could be meant
            way(client(), op, parameters, None)
        with pytest.raises(REFUSED):
            way(client(tokens={}), op, parameters, None)
        assert way(client(offline=True), op, parameters, MINE) == mine
        with pytest.raises(REFUSED):
            way(client(offline=True), op, parameters, THEIRS)
    esi_itself.is_down = True
    assert way(client(), op, parameters, MINE, refresh=True) == mine  # stale, and still its own
    with pytest.raises(REFUSED):
        way(client(remember_refusals=0), op, parameters, THEIRS, refresh=True)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question[0])
def test_a_token_that_is_renewed_finds_what_the_one_before_has_fetched(
    client: Any, esi_itself: Esis, server: WireServer, question: Any
) -> None:
    """Who somebody is counts, not which token they hold: nothing is asked for twice."""
    op, parameters = question
    first = client().get(op, character=MINE, **parameters)
    asked = len(server.seen)
    esi_itself.token = "second"
    assert client().get(op, character=MINE, **parameters) == first
    assert len(server.seen) == asked


def test_threads_that_ask_as_both_do_not_mix_them(client: Any) -> None:
    """Jobs of both characters in one run each get their own answer."""
    jobs = [Job(*ONE, character=who) for who in (MINE, THEIRS) * 10]
    for job in client(workers=8).run(jobs, refresh=True):
        assert (job.result.error is None) == (job.character == MINE)
        assert (SECRET in str(job.result.data)) == (job.character == MINE)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question[0])
def test_a_bill_does_not_count_on_others_answers(client: Any, question: Any) -> None:
    """What one character has fetched is no answer from the store for another."""
    op, parameters = question
    client().get(op, character=MINE, **parameters)
    mine = client().plan([Job(op, parameters, character=MINE)]).totals
    theirs = client().plan([Job(op, parameters, character=THEIRS)]).totals
    assert (mine.from_store > 0, mine.requests) == (True, 0)
    assert (theirs.from_store, theirs.requests) == (0, 1)


def test_files_and_reports_of_a_run_have_only_what_it_may_see(client: Any, tmp_path: Path) -> None:
    """The other character's run writes no file, and its report has none of the data."""
    client().get(ONE[0], character=MINE, **ONE[1])
    saved = Callback("save_json", {"path": "wallets.json"})
    report = client().run([Job(*ONE, callbacks=[saved], character=THEIRS)], output=tmp_path / "out")
    assert not (tmp_path / "out" / "wallets.json").exists()
    assert SECRET not in json.dumps(report.to_dict())


def test_the_store_tells_whose_is_what_and_no_more(client: Any, tmp_path: Path) -> None:
    """A report names characters and shows no data; an export of all has nothing private, unless told."""
    esi = client()
    esi.get(*PUBLIC[:1])
    for op, parameters in QUESTIONS:
        esi.get(op, character=MINE, **parameters)
    assert {group.name: group.entries for group in esi.store.report().by("character")} == {None: 1, MINE: 3}
    assert SECRET not in json.dumps(esi.store.report().to_dict())
    esi.store.export(tmp_path / "public.esi")
    assert str(MINE).encode() not in (tmp_path / "public.esi").read_bytes()
    esi.store.export(tmp_path / "all.esi", include_private=True)
    elsewhere = client(home=tmp_path / "elsewhere")
    assert elsewhere.store.import_(tmp_path / "all.esi").private == 3
    assert elsewhere.store.import_(tmp_path / "all.esi", include_private=True).entries == 3
    offline = client(home=tmp_path / "elsewhere", offline=True)
    assert SECRET in str(offline.get(ONE[0], character=MINE, **ONE[1]))
    with pytest.raises(NotInStoreError):
        offline.get(ONE[0], character=THEIRS, **ONE[1])


def test_forgetting_one_leaves_the_other(client: Any, esi_itself: Esis) -> None:
    """After a purge of a character nothing of it is served, and all of the other one is."""
    esi = client()
    esi.get(ONE[0], character=MINE, **ONE[1])
    esi_itself.token = "not-a-director"  # now the other one is the director
    client(tokens={THEIRS: "not-a-director"}).get(ONE[0], character=THEIRS, **ONE[1])
    assert esi.store.purge(character=MINE).entries == 1
    with pytest.raises(NotInStoreError):
        client(offline=True).get(ONE[0], character=MINE, **ONE[1])
    assert SECRET in str(client(offline=True).get(ONE[0], character=THEIRS, **ONE[1]))


def test_refreshing_asks_as_whoever_it_belongs_to(client: Any, esi_itself: Esis, server: WireServer) -> None:
    """A refresh as one character does not renew another one's entries, nor with another one's token."""
    client().get(ONE[0], character=MINE, **ONE[1])
    esi_itself.token = "second"
    asked = len(server.seen)
    assert client().store.refresh(character=THEIRS).entries == 0
    assert client().store.refresh().confirmed + client().store.refresh().changed >= 1
    assert {seen.headers["authorization"] for seen in server.seen[asked:]} == {"Bearer second"}


def test_data_sets_are_apart_too(client: Any) -> None:
    """What was computed from a character's data is found for that character alone."""
    store = client().store
    store.save_data_set("overview", [SECRET], category="dynamic", made_from=[ONE[0]], character=MINE)
    assert store.find_data_set("overview", character=MINE).data == [SECRET]
    assert store.find_data_set("overview", character=THEIRS) is None
    assert store.find_data_set("overview") is None


def test_a_token_is_never_kept(client: Any, esi_itself: Esis, tmp_path: Path) -> None:
    """Whatever the store holds, no byte of it is a token."""
    esi_itself.token = "a-token-to-look-for"
    client().get(ONE[0], character=MINE, **ONE[1])
    with pytest.raises(ForbiddenError):
        client().get(ONE[0], character=THEIRS, **ONE[1])
    for path in (tmp_path / "home").rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert b"a-token-to-look-for" not in content
            assert b"not-a-director" not in content


def test_recipes_keep_them_apart(sandbox: Sandbox, tmp_path: Path) -> None:
    """A data set made of one character's answers is not served to another, offline either."""
    tokens = {who: sandbox.token(who) for who in (MINE, THEIRS)}
    settings: dict[str, Any] = {"base_url": sandbox.url, "home": tmp_path / "sandbox", "retries": 0}
    with Esi(**settings, tokens=tokens) as esi:
        mine = esi.recipe("character-overview", character=MINE)
    with Esi(**settings, tokens=tokens, offline=True) as esi:
        assert esi.recipe("character-overview", character=MINE) == mine
        with pytest.raises(NotInStoreError):
            esi.recipe("character-overview", character=THEIRS)
    with Esi(**settings, tokens={THEIRS: tokens[THEIRS]}) as esi:
        assert esi.recipe("character-overview", character=THEIRS) != mine
        with pytest.raises(CharacterError):
            esi.recipe("character-overview", character=MINE)
