"""Whose token a job gets, and what follows from the character it is asked as."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from esi_fetch import Callback, Esi, Job
from esi_fetch.auth import Holder, find_character
from esi_fetch.catalog import Catalog, bundled
from esi_fetch.errors import CharacterError, NotInStoreError, ParameterError
from esi_fetch.sandbox import people
from tests.auth.conftest import OTHER, SKILLS, WALLET, WHO, World, end_of

OP = "GetCharactersCharacterIdWallet"
CORPORATION = "GetCorporationsCorporationIdWallets"
ALLIANCE = "GetAlliancesAllianceIdContacts"
WALLETS = "esi-wallet.read_corporation_wallets.v1"
ALLIED = "esi-alliances.read_contacts.v1"
LOOKUP = "GetCharactersDetail"


def alone() -> int:
    """Return a character in no alliance."""
    found = (who for who in people.CHARACTERS[:500] if people.alliance_of(people.employer(who)) is None)
    return next(found)


def allied() -> int:
    """Return a character in an alliance."""
    found = (who for who in people.CHARACTERS[:500] if people.alliance_of(people.employer(who)) is not None)
    return next(found)


def problem(esi: Esi, job: Job) -> str:
    with pytest.raises(CharacterError) as caught:
        esi.fetch(job)
    return str(caught.value)


class TestChoice:
    def test_the_only_one_is_chosen(self, world: World) -> None:
        """Where one character alone has the scope it is used, and its id is filled in."""
        esi = world.esi()
        world.sign_in(esi=esi)
        world.sign_in(OTHER, scopes=[SKILLS], esi=esi)
        esi.get(OP)
        assert world.asked(f"/characters/{WHO}/wallet") == 1

    def test_the_one_whose_data_it_is(self, world: World) -> None:
        """With several, the one that character_id names is used."""
        esi = world.esi()
        world.sign_in(esi=esi)
        world.sign_in(OTHER, esi=esi)
        esi.get(OP, character_id=str(OTHER))
        assert world.asked(f"/characters/{OTHER}/wallet") == 1

    @pytest.mark.parametrize("spell", [str, int, lambda number: people.name(number)[1].upper()])
    def test_by_id_or_name(self, world: World, spell: Any) -> None:
        """A job names a character by id, or by name in any case."""
        esi = world.esi()
        world.sign_in(esi=esi)
        world.sign_in(OTHER, esi=esi)
        esi.get(OP, character=spell(WHO))
        assert world.asked(f"/characters/{WHO}/wallet") == 1

    def test_several_could(self, world: World) -> None:
        """Where several could, the job has to say which, and is told who there is; nothing is sent."""
        esi = world.esi()
        names = [str(world.sign_in(who, esi=esi)) for who in (WHO, OTHER)]
        world.sandbox.clear()
        said = problem(esi, Job(OP))
        assert said == (
            f"character: needs a token with the scope {WALLET}, and several characters have one; name one of"
            f" them: {', '.join(names)}"
        )
        assert world.sandbox.requests == []

    def test_nobody_has_signed_in(self, world: World) -> None:
        """The command that would help is named."""
        command = f"esi-fetch auth login --scope {WALLET}"
        assert problem(world.esi(), Job(OP)) == (
            f"character: needs a token with the scope {WALLET}; sign in: {command}"
        )

    def test_the_only_one_does_not_allow_it(self, world: World) -> None:
        """The command names the scope that is missing, and those that would be lost otherwise."""
        esi = world.esi()
        who = world.sign_in(scopes=[SKILLS], esi=esi)
        command = f"esi-fetch auth login --scope {SKILLS} --scope {WALLET}"
        expected = f"character: {who} has not allowed the scope {WALLET}; sign in again: {command}"
        assert problem(esi, Job(OP)) == expected
        assert problem(esi, Job(OP, character=WHO)) == expected
        assert problem(esi, Job(OP, {"character_id": WHO})) == expected

    def test_none_of_several_allows_it(self, world: World) -> None:
        """Who there is is told."""
        esi = world.esi()
        for who in (WHO, OTHER):
            world.sign_in(who, scopes=[SKILLS], esi=esi)
        assert "none of these has it: " in problem(esi, Job(OP))

    def test_data_of_somebody_else(self, world: World) -> None:
        """Data of a character that has not signed in needs that one, or a decision."""
        esi = world.esi()
        world.sign_in(esi=esi)
        assert f"of character {OTHER}; sign in" in problem(esi, Job(OP, {"character_id": OTHER}))
        assert esi.fetch(Job(OP, {"character_id": OTHER}, character=WHO)).result.status == 403  # type: ignore[union-attr]

    def test_misspelt_names(self, world: World) -> None:
        """A name nobody has gets the nearest one, or the command that would help."""
        esi = world.esi()
        name = world.sign_in(esi=esi).name
        assert f"did you mean {name!r}" in problem(esi, Job(OP, character=f"{name}x"))
        assert "esi-fetch auth login" in problem(esi, Job(OP, character="Nobody of ours"))
        assert "there are tokens for: " in problem(esi, Job("GetStatus", character="Nobody of ours"))

    def test_public_data_needs_nobody(self, world: World) -> None:
        """What needs no token is asked without one, whoever has signed in."""
        esi = world.esi()
        world.sign_in(esi=esi)
        esi.get("GetStatus")
        assert "authorization" not in world.sandbox.requests[-1].headers


class TestFilledIn:
    def test_everything_else_is_still_missed(self, world: World) -> None:
        """Only what follows from the character is filled in."""
        esi = world.esi()
        world.sign_in(scopes=["esi-calendar.read_calendar_events.v1"], esi=esi)
        with pytest.raises(ParameterError, match=r"parameters\.event_id: missing") as caught:
            esi.get("GetCharactersCharacterIdCalendarEventId")
        assert len(caught.value.problems) == 1

    def test_public_data_of_a_named_character(self, world: World) -> None:
        """A job that names a character need not name it twice; one that names none has to say whose."""
        esi = world.esi()
        world.sign_in(esi=esi)
        assert esi.get(LOOKUP, character=WHO)["name"] == people.name(WHO)[1]  # type: ignore[index]
        with pytest.raises(ParameterError, match=r"parameters\.character_id: missing"):
            esi.get(LOOKUP)

    def test_corporation_is_looked_up_once(self, world: World) -> None:
        """Where the character belongs is asked once for all jobs, through the store, without its token."""
        esi = world.esi()
        world.sign_in(scopes=[WALLETS], esi=esi)
        report = esi.run([Job(CORPORATION, name=str(number)) for number in range(8)])
        assert report.totals.ok == 8
        assert world.asked(f"/corporations/{people.employer(WHO)}/wallets") == 1
        (lookup,) = [seen for seen in world.sandbox.requests if seen.op_id == LOOKUP]
        assert "authorization" not in lookup.headers
        world.esi().get(CORPORATION)
        assert world.sandbox.count(op_id=LOOKUP) == 1

    def test_without_a_store(self, world: World) -> None:
        """Without a store it is remembered by the client, until it expires."""
        esi = world.esi(local=False)
        world.sign_in(scopes=[WALLETS], esi=esi)
        for _ in range(3):
            esi.get(CORPORATION)
        assert world.sandbox.count(op_id=LOOKUP) == 1
        world.clock.advance(2 * 86_400)
        esi.get(CORPORATION)
        assert world.sandbox.count(op_id=LOOKUP) == 2

    def test_alliance(self, world: World) -> None:
        """The alliance is looked up likewise; a character in none fails its job, and says why."""
        esi = world.esi()
        world.sign_in(allied(), scopes=[ALLIED], esi=esi)
        world.sign_in(alone(), scopes=[ALLIED], esi=esi)
        jobs = [Job(ALLIANCE, character=allied()), Job(ALLIANCE, character=alone())]
        one, two = [job.result for job in esi.run(jobs)]
        assert one is not None
        assert one.ok
        assert two is not None
        assert two.error is not None
        assert two.error.message == (
            f"parameters.alliance_id: missing, and character {alone()} is in no alliance"
        )
        # By now it is known, and told before anything is sent.
        with pytest.raises(ParameterError, match="is in no alliance"):
            esi.get(ALLIANCE, character=alone())

    def test_nothing_is_sent_for_a_plan(self, world: World) -> None:
        """The bill counts the lookup, once, and names in the path what is not known yet."""
        esi = world.esi()
        world.sign_in(scopes=[WALLETS], esi=esi)
        world.sandbox.clear()
        callback = Callback("save_json", {"path": "${corporation_id}/${character_id}${name}.json"})
        jobs = [
            Job(CORPORATION, callbacks=[callback], name=str(number), attributes={"character_id": ""})
            for number in range(2)
        ]
        bill = esi.plan(jobs, output="out")
        assert bill.ok
        assert bill.totals.requests == 2
        assert bill.totals.looked_up == 2
        names = [Path(one.path).parent.name for line in bill.jobs for one in line.paths]
        assert names == [f"(corporation_id of {WHO})"] * 2
        assert world.sandbox.requests == []

    def test_tables_may_say_whose_token_it_is(self, world: World, tmp_path: Path) -> None:
        """The column `character` overrules the job's character, row by row; an empty cell leaves it."""
        esi = world.esi()
        world.sign_in(WHO, scopes=[WALLET], esi=esi)
        world.sign_in(OTHER, scopes=[WALLET], esi=esi)
        job = Job(OP, callbacks=[Callback("save_json", {"path": "${character}-${character_id}.json"})])
        rows = job.for_each([{"character": str(OTHER)}, {"character": WHO}])
        report = esi.run(rows, output=tmp_path / "out")
        assert [each.result and each.result.character for each in report] == [OTHER, WHO]
        assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
            f"{who}-{who}.json" for who in sorted((WHO, OTHER))
        ]
        some = replace(job, character=WHO, callbacks=()).for_each([{"character": None}, {"character": OTHER}])
        assert [each.result and each.result.character for each in esi.run(some)] == [WHO, OTHER]
        with pytest.raises(CharacterError, match="no token for character 'Nobody'"):
            esi.run(job.for_each([{"character": "Nobody"}]))
        with pytest.raises(
            ParameterError, match="column 'character': expected a character's id or name, found True"
        ):
            esi.run(job.for_each([{"character": True}]))
        recipe = Job(recipe="character-overview").for_each([{"character": WHO}])
        with pytest.raises(CharacterError, match="has not allowed the scope esi-assets"):
            esi.run(recipe)

    def test_a_bill_does_without_what_a_token_does_not_allow(self, world: World) -> None:
        """A recipe followed through the store leaves out parts that lack their scope, as the run does."""
        esi = world.esi()
        needed = ["GetCharactersCharacterIdAssets", "GetCharactersCharacterIdOrders", OP]
        world.sandbox.sso.manners.sign_in_as = WHO
        esi.login(operations=needed, browser=False, ask=end_of)
        overview = Job(recipe="character-overview")
        assert esi.run(overview).ok
        assert esi.store is not None
        esi.store.expire()
        bill = esi.plan(overview)
        assert bill.problems == ()
        assert bill.totals.jobs == 1
        assert bill.totals.requests == esi.run(overview).totals.requests

    def test_of_public_data_such_a_column_is_but_a_word(self, world: World, tmp_path: Path) -> None:
        """Where no token is needed, a column `character` is a value for paths like any other."""
        job = Job(LOOKUP, callbacks=[Callback("save_json", {"path": "${character}.json"})])
        table = [{"character_id": WHO, "character": "somebody"}]
        assert world.esi().run(job.for_each(table), output=tmp_path / "out").ok
        assert (tmp_path / "out/somebody.json").exists()

    def test_paths_may_name_whose_token_it_is(self, world: World, tmp_path: Path) -> None:
        """`${character_id}` is whose token is used, by any job; attributes and --set overrule it."""
        esi = world.esi()
        world.sign_in(scopes=[WALLETS], esi=esi)
        job = Job(CORPORATION, callbacks=[Callback("save_json", {"path": "${character_id}.json"})])
        esi.run([job, replace(job, attributes={"character_id": "mine"})], output=tmp_path / "out")
        esi.run(job, output=tmp_path / "out", values={"character_id": "yours"})
        written = sorted(path.name for path in (tmp_path / "out").iterdir())
        assert written == [f"{WHO}.json", "mine.json", "yours.json"]

    def test_paths_have_what_was_looked_up(self, world: World, tmp_path: Path) -> None:
        """Files are named by what the run found out; --set overrules it."""
        esi = world.esi()
        world.sign_in(scopes=[WALLETS], esi=esi)
        job = Job(CORPORATION, callbacks=[Callback("save_json", {"path": "${corporation_id}.json"})])
        esi.run(job, output=tmp_path / "a")
        esi.run(job, output=tmp_path / "b")
        world.esi(local=False).run(job, output=tmp_path / "c", values={"corporation_id": "mine"})
        written = [path.relative_to(tmp_path).as_posix() for path in sorted(tmp_path.rglob("*.json"))]
        assert [name for name in written if not name.startswith("home")] == [
            f"a/{people.employer(WHO)}.json",
            f"b/{people.employer(WHO)}.json",
            "c/mine.json",
        ]

    def test_lookup_that_fails(self, world: World) -> None:
        """A lookup that fails fails its job."""
        esi = world.esi(retries=0)
        world.sign_in(scopes=[WALLETS], esi=esi)
        world.sandbox.faults.add(LOOKUP, status=502)
        result = esi.fetch(Job(CORPORATION)).result
        assert result is not None
        assert result.error is not None
        assert result.error.status == 502
        assert esi.fetch(Job(CORPORATION)).result.ok  # type: ignore[union-attr]

    def test_offline(self, world: World) -> None:
        """Offline, the store has to know where the character belongs; however long ago."""
        esi = world.esi()
        world.sign_in(scopes=[WALLETS], esi=esi)
        with pytest.raises(NotInStoreError):
            world.esi(remote=False).get(CORPORATION)
        rows = esi.get(CORPORATION)
        world.clock.advance(10 * 86_400)
        world.sandbox.clear()
        assert world.esi(remote=False).get(CORPORATION) == rows
        assert world.sandbox.requests == []

    def test_table_without_such_a_column(self, world: World) -> None:
        """Rows of a table need not name the character either."""
        esi = world.esi()
        world.sign_in(scopes=["esi-calendar.read_calendar_events.v1"], esi=esi)
        (event, *_) = esi.get("GetCharactersCharacterIdCalendar", max_records=1)
        job = Job("GetCharactersCharacterIdCalendarEventId").for_each([{"event_id": event["event_id"]}])
        assert esi.run([job]).totals.ok == 1


def test_bill_names_characters(world: World) -> None:
    """The bill says whose tokens are needed, what for, and which are missing."""
    esi = world.esi()
    character = world.sign_in(scopes=[WALLET], esi=esi)
    world.sandbox.clear()
    bill = esi.plan([Job(OP), Job("GetCharactersCharacterIdSkills"), Job("GetStatus")])
    assert [(need.character, need.name, need.scopes, need.missing) for need in bill.characters] == [
        (WHO, character.name, (WALLET,), False),
        (None, "", (SKILLS,), True),
    ]
    assert "esi-fetch auth login" in str(bill.problems[0])
    assert world.sandbox.requests == []


def test_names_that_two_have(world: World) -> None:
    """A name that does not tell who is meant is refused, with the ids."""
    known = [Holder(1, "Bob"), Holder(2, "bob"), Holder(3, "Alice")]
    with pytest.raises(CharacterError, match=r"'BOB' may be any of Bob \(1\), bob \(2\); say which by id"):
        find_character(known, "BOB")
    assert find_character(known, 2) is known[1]
    many = [Holder(number) for number in range(1, 12)]
    with pytest.raises(CharacterError, match=r"there are tokens for: 1, 2, 3, 4, 5, 6, 7, 8 and 3 more"):
        find_character(many, 99)


def test_catalog_without_the_lookup(world: World) -> None:
    """A catalog that can't tell where characters belong is told, and the id can be given."""
    full = bundled()
    catalog = Catalog({name: full[name] for name in (OP, CORPORATION)}, date=full.date)
    esi = world.esi(catalog=catalog)
    world.sign_in(scopes=[WALLETS], esi=esi)
    result = esi.fetch(Job(CORPORATION)).result
    assert result is not None
    assert result.error is not None
    assert "the catalog has no operation to look it up with" in result.error.message
    assert esi.plan(Job(CORPORATION)).ok
    assert esi.get(CORPORATION, corporation_id=people.employer(WHO))


def test_recipes_of_private_data(world: World) -> None:
    """A recipe is made with one token that has all its scopes, chosen like any other."""
    esi = world.esi()
    with pytest.raises(CharacterError, match="esi-fetch auth login --scope") as caught:
        esi.fetch(Job(recipe="character-overview"))
    (said,) = caught.value.problems
    scopes = re.findall(r"--scope (\S+)", said.what)
    assert len(scopes) > 1
    world.sign_in(scopes=scopes[:1], esi=esi)
    world.sign_in(OTHER, scopes=scopes, esi=esi)
    result = esi.fetch(Job(recipe="character-overview")).result
    assert result is not None
    assert result.ok, result.error
    assert result.character == OTHER
