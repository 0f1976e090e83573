"""A refresh token in the environment, as cron jobs and containers have it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from esi_fetch import Callback, Esi, Job
from esi_fetch.errors import CharacterError, NotInStoreError, SettingsError, TokenError
from tests.auth.conftest import CLIENT, OTHER, SKILLS, WALLET, WHO, World

OP = "GetCharactersCharacterIdWallet"
SCOPES_OF_OVERVIEW = (
    "esi-assets.read_assets.v1",
    "esi-markets.read_character_orders.v1",
    "esi-wallet.read_character_wallet.v1",
)


@pytest.fixture
def given(world: World, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Put a refresh token into the environment."""

    def give(who: int = WHO, scopes: tuple[str, ...] = (WALLET, SKILLS)) -> str:
        token = world.sandbox.sso.grant(who, scopes=scopes, client_id=CLIENT)
        monkeypatch.setenv("ESI_FETCH_REFRESH_TOKEN", f" {token}\n")
        return token

    return give


def renewals(world: World) -> int:
    return world.sandbox.sso.renewals()


def test_it_is_all_that_is_needed(world: World, given: Callable[..., str]) -> None:
    """Without signing in anywhere, the character's data is fetched; its id need not be known."""
    given()
    assert world.esi().get(OP) > 0
    assert world.esi().get(OP, character_id=WHO) > 0
    assert renewals(world) == 1
    (seen,) = [seen for seen in world.sandbox.requests if seen.op_id == OP]
    assert seen.path == f"/characters/{WHO}/wallet"


def test_nothing_is_sent_before_the_run(world: World, given: Callable[..., str]) -> None:
    """Checking and planning ask nobody whose token it is."""
    given()
    esi = world.esi()
    bill = esi.plan([Job(OP), Job("GetCorporationsCorporationIdContacts")])
    assert bill.ok
    assert bill.totals.requests >= 2
    assert world.sandbox.requests == []
    assert [need.missing for need in bill.characters] == [False, False]


def test_paths_name_whose_token_the_run_has_found(
    world: World, given: Callable[..., str], tmp_path: Path
) -> None:
    """`${character_id}` is told by the token, of recipes too; until then a plan has words in its place."""
    given(scopes=SCOPES_OF_OVERVIEW)
    job = Job(
        recipe="character-overview", callbacks=[Callback("save_json", {"path": "${character_id}.json"})]
    )
    esi = world.esi()
    bill = esi.plan(job, output=tmp_path)
    assert bill.ok
    (path,) = bill.jobs[0].paths
    assert Path(path.path).name == "(character_id of the character).json"
    report = esi.run(job, output=tmp_path)
    assert report.ok
    assert (tmp_path / f"{WHO}.json").exists()


def test_scopes_are_known_once_it_was_used(world: World, given: Callable[..., str]) -> None:
    """What it does not allow fails the job the first time; then it is told before anything is sent."""
    given(scopes=(SKILLS,))
    esi = world.esi()
    result = esi.fetch(Job(OP)).result
    assert result is not None
    assert result.error is not None
    assert "has not allowed the scope esi-wallet" in result.error.message
    with pytest.raises(CharacterError, match="ESI_FETCH_REFRESH_TOKEN"):
        world.esi().fetch(Job(OP))
    assert world.sandbox.count(op_id=OP) == 0


def test_signed_in_characters_are_left_alone(
    world: World, given: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the environment has a token it is the only one that is used, and nobody is signed out by it."""
    world.sign_in()
    world.sign_in(OTHER)
    given()
    with pytest.raises(CharacterError):
        world.esi(local=False).get(OP, character=OTHER)
    assert world.esi(local=False).get(OP) > 0
    monkeypatch.delenv("ESI_FETCH_REFRESH_TOKEN")
    esi = world.esi()
    assert [each.character_id for each in esi.characters()] == sorted([WHO, OTHER], key=_names(esi).get)
    assert esi.get(OP, character=OTHER) > 0
    assert renewals(world) == 1


def _names(esi: Esi) -> dict[int, str]:
    return {each.character_id: each.name.casefold() for each in esi.characters()}


def test_new_refresh_tokens_are_kept(world: World, given: Callable[..., str]) -> None:
    """When the sign-in gives a new one, the next run goes on with that; the environment may stay as it is."""
    world.sandbox.sso.manners.rotates = True
    token = given()
    for _ in range(3):
        assert world.esi(local=False).get(OP) > 0
        world.clock.advance(1200)
    assert renewals(world) == 3
    text = (world.home / "tokens.json").read_text()
    assert token not in text
    assert len(json.loads(text)["characters"]) == 1


def test_another_token_begins_anew(world: World, given: Callable[..., str]) -> None:
    """A new token in the environment is another character's, perhaps."""
    given()
    world.esi(local=False).get(OP)
    given(OTHER)
    world.esi(local=False).get(OP)
    assert world.asked(f"/characters/{OTHER}/wallet") == 1
    assert renewals(world) == 2


def test_folder_that_can_t_be_written_to(
    world: World, given: Callable[..., str], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Where nothing can be kept it works all the same; a new refresh token that is lost is warned of."""
    (tmp_path / "file").write_text("")
    folder = tmp_path / "file" / "tokens"
    given()
    esi = world.esi(token_dir=folder, local=False)
    assert esi.get(OP) > 0
    world.clock.advance(1200)
    assert esi.get(OP) > 0
    assert "can't be kept" not in caplog.text
    world.sandbox.sso.manners.rotates = True
    for _ in range(3):
        world.clock.advance(1200)
        assert esi.get(OP) > 0
    assert caplog.text.count("ESI_FETCH_REFRESH_TOKEN may be good no more") == 1


def test_killed_before_it_is_known_whose_it_is(world: World, given: Callable[..., str]) -> None:
    """A new refresh token that came with an answer nobody could check is not lost."""
    world.sandbox.sso.manners.rotates = True
    given()
    world.sandbox.faults.add("/oauth/jwks", status=404)
    with pytest.raises(TokenError):
        world.esi(local=False).get(OP)
    assert world.esi(local=False).get(OP) > 0
    assert [each["character_id"] for each in _kept(world)] == [WHO]


def _kept(world: World) -> list[dict[str, int]]:
    characters: list[dict[str, int]] = json.loads((world.home / "tokens.json").read_text())["characters"]
    return characters


def test_refused(world: World, given: Callable[..., str]) -> None:
    """A token that is good no more fails the jobs that need it, says so, and is not asked for each job."""
    given()
    world.sandbox.sso.withdraw(WHO)
    esi = world.esi()
    report = esi.run([Job(OP), Job("GetStatus"), Job(OP, name="again")])
    assert [job.result.ok for job in report if job.result] == [False, True, False]
    assert world.asked("/v2/oauth/token") == 1
    with pytest.raises(TokenError, match="refuses the refresh token in ESI_FETCH_REFRESH_TOKEN"):
        esi.get(OP)


def test_threads_learn_it_once(world: World, given: Callable[..., str]) -> None:
    """Many jobs at once use it once."""
    given()
    world.sandbox.faults.add("/v2/oauth/token", delay_s=0.1)
    report = world.esi(local=False).run([Job(OP, name=str(number)) for number in range(12)])
    assert report.totals.ok == 12
    assert renewals(world) == 1


def test_offline(world: World, given: Callable[..., str]) -> None:
    """Offline nobody is asked; what is known by then does."""
    given()
    with pytest.raises(NotInStoreError, match="only ESI's sign-in can tell"):
        world.esi(remote=False).get(OP)
    first = world.esi().get(OP)
    assert world.esi(remote=False).get(OP) == first


def test_without_an_application(world: World, given: Callable[..., str]) -> None:
    """A refresh token alone is not enough, which is told at once."""
    given()
    with pytest.raises(SettingsError, match="client_id: not set: ESI_FETCH_REFRESH_TOKEN is"):
        world.esi(client_id=None)


@pytest.mark.parametrize("wrong", ["two words", "sécret"])
def test_what_can_be_no_token(world: World, monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    """What can be no token is refused unseen."""
    monkeypatch.setenv("ESI_FETCH_REFRESH_TOKEN", wrong)
    with pytest.raises(CharacterError, match="can't be a refresh token") as caught:
        world.esi()
    assert wrong not in str(caught.value)


def test_given_tokens_go_first(world: World, given: Callable[..., str]) -> None:
    """Who gives tokens in Python means those."""
    given()
    assert world.esi(tokens={OTHER: world.sandbox.token(OTHER)}).get(OP) > 0
    assert renewals(world) == 0
