"""Two characters in one run: separate buckets, separate entries, separate failures."""

from __future__ import annotations

import pytest

from esi_fetch import Job
from esi_fetch.errors import CharacterError
from tests.auth.conftest import OTHER, SKILLS, WALLET, WHO, World

OP = "GetCharactersCharacterIdWallet"
CORPORATION = "GetCorporationsCorporationIdWallets"
WALLETS = "esi-wallet.read_corporation_wallets.v1"


def test_each_has_their_own(world: World) -> None:
    """Each job goes out with its character's token, and its data is that character's, from the store too."""
    esi = world.esi()
    for who in (WHO, OTHER):
        world.sign_in(who, esi=esi)
    world.sandbox.clear()
    jobs = [Job(OP, character=who) for who in (WHO, OTHER, WHO, OTHER)]
    results = [job.result for job in esi.run(jobs)]
    data = [result.data for result in results if result]
    assert data[0] == data[2] != data[1] == data[3]
    sent = {seen.path: seen.headers["authorization"] for seen in world.sandbox.requests}
    assert sorted(sent) == [f"/characters/{WHO}/wallet", f"/characters/{OTHER}/wallet"]
    assert len(set(sent.values())) == 2
    assert len(world.sandbox.requests) == 2


def test_same_question_by_two(world: World) -> None:
    """What two characters may see of one thing is two entries: one's answer is never given to the other."""
    esi = world.esi()
    for who in (WHO, OTHER):
        world.sign_in(who, scopes=[WALLETS], esi=esi)
    for who in (WHO, OTHER):
        esi.get(CORPORATION, corporation_id=98000001, character=who)
    asked = [seen for seen in world.sandbox.requests if seen.path == "/corporations/98000001/wallets"]
    assert len({seen.headers["authorization"] for seen in asked}) == len(asked) == 2
    assert all("if-none-match" not in seen.headers for seen in asked)


def test_buckets(world: World) -> None:
    """An empty bucket of one holds up nobody else, and each one's use is counted as theirs."""
    esi = world.esi(max_wait=5, local=False)
    for who in (WHO, OTHER):
        world.sign_in(who, esi=esi)
    world.sandbox.limits.exhaust("char-wallet", user=f"character:{WHO}")
    one, two = [job.result for job in esi.run([Job(OP, character=who) for who in (WHO, OTHER)])]
    assert one is not None
    assert two is not None
    assert (one.ok, two.ok) == (False, True)
    users = {view.user: view for view in esi.limits() if view.bucket == "char-wallet"}
    assert sorted(users) == [f"character:{WHO}", f"character:{OTHER}"]
    assert users[f"character:{OTHER}"].left > 100 > users[f"character:{WHO}"].left


def test_failures(world: World) -> None:
    """What one character is refused, or did not allow, is their jobs' matter alone."""
    esi = world.esi()
    world.sign_in(WHO, esi=esi)
    world.sign_in(OTHER, scopes=[WALLET], esi=esi)
    world.clock.advance(1200)
    world.sandbox.sso.withdraw(WHO)
    report = esi.run([Job(OP, character=WHO), Job(OP, character=OTHER), Job(OP, {"character_id": OTHER})])
    assert [job.result.character for job in report if job.result] == [WHO, OTHER, OTHER]
    assert [job.result.ok for job in report if job.result] == [False, True, True]
    with pytest.raises(CharacterError) as caught:
        esi.run([Job("GetCharactersCharacterIdSkills", character=OTHER), Job("GetStatus")])
    assert SKILLS in str(caught.value)
    # Refusals of one are not remembered for the other.
    world.sandbox.faults.add(OP, status=403, body={"error": "Forbidden"})
    esi.fetch(Job(OP, character=OTHER), refresh=True)
    assert esi.fetch(Job(OP, character=OTHER)).result.status == 403  # type: ignore[union-attr]
    world.sign_in(WHO, esi=esi)
    assert esi.fetch(Job(OP, character=WHO)).result.ok  # type: ignore[union-attr]
