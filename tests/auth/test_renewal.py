"""Tokens are renewed in time, once, and safely; who is refused fails alone, and is told what mends it."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from esi_fetch import Esi, Job, WorkOrder
from esi_fetch.errors import (
    ConnectionFailedError,
    ForbiddenError,
    RateLimitedError,
    ServerError,
    TokenError,
    UnauthorizedError,
)
from esi_fetch.model.events import RetryScheduled
from esi_fetch.sandbox.sso_keys import signed
from tests.auth.conftest import CLIENT, OTHER, PATIENCE_S, SKILLS, WALLET, WHO, World

OP = "GetCharactersCharacterIdWallet"


def wallet(esi: Esi, who: int | None = None) -> Any:
    return esi.get(OP, character=who, refresh=True)


def expire(world: World) -> None:
    world.clock.advance(1200)


def until(condition: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    """Wait until another process has come so far."""
    never = threading.Event()
    while not condition():
        assert process.poll() is None, process.communicate()
        never.wait(0.002)


class TestInTime:
    def test_a_token_that_lives_is_not_renewed(self, world: World) -> None:
        """The token of the sign-in is used while it lives, by other clients too."""
        world.sign_in()
        world.clock.advance(1100)
        for esi in (world.esi(), world.esi()):
            assert wallet(esi) == wallet(esi)
        assert world.sandbox.sso.renewals() == 0

    def test_renewed_before_it_expires(self, world: World) -> None:
        """In the last minute of its life it is renewed, before a request is refused for it."""
        esi = world.esi()
        world.sign_in(esi=esi)
        world.clock.advance(1141)
        wallet(esi)
        assert world.sandbox.sso.renewals() == 1
        assert world.sandbox.count(401) == 0

    def test_tokens_that_live_shortly(self, world: World) -> None:
        """Of a short life only the last tenth is not used."""
        world.sandbox.sso.manners.access_s = 10.0
        esi = world.esi()
        world.sign_in(esi=esi)
        world.clock.advance(8.9)
        wallet(esi)
        assert world.sandbox.sso.renewals() == 0
        world.clock.advance(0.2)
        wallet(esi)
        assert world.sandbox.sso.renewals() == 1

    def test_what_was_renewed_is_kept(self, world: World) -> None:
        """The next process finds the new token, and what is known of the character is up to date."""
        world.sign_in()
        expire(world)
        wallet(world.esi())
        wallet(world.esi())
        assert world.sandbox.sso.renewals() == 1
        (known,) = world.esi().characters()
        assert known.used_at.timestamp() == world.clock.now()
        assert known.expires_at.timestamp() == world.clock.now() + 1200
        assert known.signed_in_at.timestamp() == world.clock.now() - 1200

    def test_last_month(self, world: World) -> None:
        """A refresh token that is not used for weeks is said to be dying; using it helps."""
        esi = world.esi()
        character = world.sign_in(esi=esi)
        assert not character.is_dying(world.clock.now())
        world.clock.advance(24 * 86_400)
        assert character.is_dying(world.clock.now())
        assert not esi.renew(WHO).is_dying(world.clock.now())


class TestOnce:
    def test_threads(self, world: World) -> None:
        """Sixteen jobs at once, on one client, renew a token once."""
        esi = world.esi(local=False)
        world.sign_in(esi=esi)
        expire(world)
        world.sandbox.faults.add("/v2/oauth/token", delay_s=0.2)
        report = esi.run([Job(OP, {"character_id": WHO}, name=str(n)) for n in range(16)])
        assert report.totals.ok == 16
        assert world.sandbox.sso.renewals() == 1

    def test_clients(self, moving: Callable[..., World]) -> None:
        """Clients in one process that share a folder renew a token once."""
        world = moving()
        world.sign_in()
        world.outlive()
        clients = [world.esi(local=False) for _ in range(4)]
        ready = threading.Barrier(4)

        def ask(esi: Esi) -> float:
            ready.wait(PATIENCE_S)
            return float(wallet(esi))

        with ThreadPoolExecutor(4) as pool:
            assert len(set(pool.map(ask, clients))) == 1
        assert world.sandbox.sso.renewals() == 1

    def test_processes(self, moving: Callable[..., World]) -> None:
        """Four processes of four threads each renew a token once, however long the sign-in takes."""
        world = moving()
        world.sign_in()
        world.outlive()
        world.sandbox.faults.add("/v2/oauth/token", delay_s=0.5, times=None)
        script = f"""
import sys
from esi_fetch import Esi, Job
esi = Esi(local=False, workers=4)
sys.stdout.write("ready\\n"); sys.stdout.flush()
sys.stdin.readline()
report = esi.run([Job("{OP}", name=str(number)) for number in range(4)])
print(report.totals.ok)
"""
        processes = [world.start(script) for _ in range(4)]
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        outputs = [process.communicate("go\n", timeout=60) for process in processes]
        assert [output[0] for output in outputs] == ["4\n"] * 4, outputs
        assert world.sandbox.sso.renewals() == 1


class TestRefusedByEsi:
    @pytest.mark.parametrize("status", [401, 403])
    def test_token_is_renewed_and_the_request_repeated(self, world: World, status: int) -> None:
        """A token that ESI takes for expired is renewed, once, and what was asked is asked again."""
        world.sandbox.sso.manners.expired_status = status
        heard: list[RetryScheduled] = []
        esi = world.esi(observers=[lambda e: heard.append(e) if isinstance(e, RetryScheduled) else None])
        world.sign_in(esi=esi)
        world.sandbox.sso.expire(WHO)
        world.clock.advance(61)
        job = esi.fetch(Job(OP))
        assert job.result is not None
        assert job.result.ok
        assert (job.result.requests, job.result.retries) == (2, 1)
        assert world.sandbox.sso.renewals() == 1
        assert [event.reason for event in heard] == [f"status {status}: the token was refused, and renewed"]

    def test_somebody_else_has_renewed_it(self, world: World) -> None:
        """Where another client has a newer token by then, that is used."""
        one, two = world.esi(local=False), world.esi(local=False)
        world.sign_in(esi=one)
        wallet(two)
        world.sandbox.sso.expire(WHO)
        world.clock.advance(61)
        wallet(one)
        wallet(two)
        assert world.sandbox.sso.renewals() == 1

    def test_once_is_enough(self, world: World) -> None:
        """When the new token is refused as well the job fails; the next job does not renew it again."""
        esi = world.esi(local=False)
        world.sign_in(esi=esi)
        world.clock.advance(61)
        world.sandbox.faults.add(OP, status=401, body={"error": "token is expired"}, times=None)
        for _ in range(3):
            with pytest.raises(UnauthorizedError) as caught:
                wallet(esi)
        assert world.sandbox.sso.renewals() == 1
        assert len(caught.value.attempts) == 1

    def test_other_refusals_say_nothing_about_the_token(self, world: World) -> None:
        """A 403 for want of a role or scope renews nothing."""
        esi = world.esi()
        world.sign_in(esi=esi)
        world.clock.advance(61)
        world.sandbox.faults.add(OP, status=403, body={"error": "Character does not have required role(s)"})
        with pytest.raises(ForbiddenError):
            wallet(esi)
        assert world.sandbox.sso.renewals() == 0

    def test_writing_is_repeated_too(self, world: World) -> None:
        """What writes was not done when its token was refused, and is sent again."""
        scope = "esi-ui.write_waypoint.v1"
        esi = world.esi()
        world.sign_in(scopes=[scope], esi=esi)
        world.sandbox.sso.expire(WHO)
        world.clock.advance(61)
        parameters = {"add_to_beginning": True, "clear_other_waypoints": False, "destination_id": 30000142}
        job = esi.fetch(Job("PostUiAutopilotWaypoint", parameters))
        assert job.result is not None
        assert job.result.ok, job.result.error
        assert world.asked("/ui/autopilot/waypoint") == 2

    def test_given_tokens(self, world: World) -> None:
        """A token that was given as text can't be renewed; a function is asked once more."""
        token = world.sandbox.sso.access_token(WHO, scopes=[WALLET])
        fresh = [token, world.sandbox.token(WHO)]
        world.sandbox.sso.expire(WHO)
        with pytest.raises(UnauthorizedError):
            wallet(world.esi(tokens={WHO: token}))
        assert world.sandbox.count(op_id=OP) == 1
        assert wallet(world.esi(tokens={WHO: lambda: fresh.pop(0) if len(fresh) > 1 else fresh[0]})) > 0


class TestRefusedBySignIn:
    def test_jobs_of_that_character_alone_fail(self, world: World) -> None:
        """Who took back what they allowed fails, with the command that mends it; others are well."""
        esi = world.esi()
        character = world.sign_in(esi=esi)
        world.sign_in(OTHER, esi=esi)
        expire(world)
        world.sandbox.sso.withdraw(WHO)
        jobs = [Job(OP, character=WHO), Job("GetStatus"), Job(OP, character=OTHER), Job(OP, character=WHO)]
        report = esi.run(jobs)
        assert [job.result.ok for job in report if job.result] == [False, True, True, False]
        errors = [job.result.error for job in report if job.result and job.result.error]
        assert {error.type for error in errors} == {"TokenError"}
        for error in errors:
            assert error.message == (
                f"{character} has to sign in again (invalid_grant: Invalid refresh token. Token"
                f" missing/expired.): esi-fetch auth login --scope {SKILLS} --scope {WALLET}"
            )
        # Refused once, it is not asked again for each job.
        assert world.asked("/v2/oauth/token") == 4

    def test_scope_that_the_application_gave_up(self, world: World) -> None:
        """A renewal that is refused for its scopes has to be signed in again as well."""
        esi = world.esi(local=False)
        world.sign_in(esi=esi)
        expire(world)
        told = {"error": "invalid_scope", "error_description": "The requested scope is not allowed."}
        world.sandbox.faults.add("/v2/oauth/token", status=400, body=told)
        with pytest.raises(TokenError, match=r"has to sign in again .*invalid_scope.* --scope"):
            wallet(esi)

    def test_passing_nonsense(self, world: World) -> None:
        """A sign-in that makes no sense for a moment fails jobs of that moment, not all of a long session."""
        esi = world.esi(local=False)
        world.sign_in(esi=esi)
        expire(world)
        world.sandbox.faults.add("/v2/oauth/token", body="<html>")
        for _ in range(2):
            with pytest.raises(TokenError, match="answered without a token"):
                wallet(esi)
        world.clock.advance(15)
        assert wallet(esi) > 0

    def test_application_that_is_refused(self, world: World) -> None:
        """What is wrong with the application is told, with whose token it is about."""
        esi = world.esi(local=False)
        character = world.sign_in(esi=esi)
        expire(world)
        world.sandbox.sso.manners.client_secret = "now there is one"
        with pytest.raises(TokenError, match="can't be renewed: invalid_client") as caught:
            wallet(esi)
        assert str(character) in str(caught.value)

    def test_signing_in_again_mends_it(self, world: World) -> None:
        """A client that was refused goes on when the character has signed in again, elsewhere too."""
        esi = world.esi()
        world.sign_in(esi=esi)
        expire(world)
        world.sandbox.sso.withdraw(WHO)
        with pytest.raises(TokenError):
            wallet(esi)
        world.sign_in(esi=world.esi())
        assert wallet(esi) > 0

    def test_signed_out_elsewhere(self, world: World) -> None:
        """Who was signed out by another process is not known any more."""
        esi = world.esi()
        world.sign_in(esi=esi)
        (job,) = esi.prepare([("", WorkOrder((Job(OP),)))])
        world.esi().logout(WHO)
        expire(world)
        report = esi.run_prepared([job])
        (done,) = report
        assert done.result is not None
        assert done.result.error is not None
        assert "is not signed in: esi-fetch auth login" in done.result.error.message

    def test_nothing_stands_in_for_what_was_taken_back(self, world: World) -> None:
        """What a character does not allow any more is not shown from the store either."""
        esi = world.esi()
        world.sign_in(esi=esi)
        wallet(esi)
        expire(world)
        world.sandbox.sso.withdraw(WHO)
        with pytest.raises(TokenError):
            esi.get(OP)

    @pytest.mark.parametrize("change", ["other character", "other owner", "other key"])
    def test_answers_that_are_not_this_character_s(self, world: World, change: str) -> None:
        """A renewal that comes back with somebody else's token, or a forged one, is refused and not kept."""
        esi = world.esi()
        world.sign_in(esi=esi)
        expire(world)
        claims = world.sandbox.sso.claims(WHO, scopes=[WALLET], client_id=CLIENT)
        key: Any = None
        if change == "other character":
            claims["sub"] = f"CHARACTER:EVE:{OTHER}"
        elif change == "other owner":
            claims["owner"] = "somebody else's"
        else:
            key = "k" * 64
        token = signed(claims, key=key, headers={"alg": "HS256"} if key else None)
        body = {"access_token": token, "refresh_token": "theirs", "expires_in": 1200}
        world.sandbox.faults.add("/v2/oauth/token", body=body)
        with pytest.raises(TokenError, match=r"other|another|not to be trusted"):
            wallet(esi)
        assert token not in (world.home / "tokens.json").read_text()
        assert wallet(world.esi()) > 0, "the refresh token of the character itself is still there"
        assert "theirs" not in (world.home / "tokens.json").read_text()


class TestUnreachable:
    def test_an_outage_is_an_outage(self, world: World) -> None:
        """A sign-in that does not answer fails its jobs as an ESI that does not; others are well."""
        esi = world.esi(retries=0)
        world.sign_in(esi=esi)
        expire(world)
        world.sandbox.faults.add("/v2/oauth/token", status=502, times=None)
        with pytest.raises(ServerError, match="answered 502") as caught:
            wallet(esi)
        assert caught.value.job is not None
        assert esi.get("GetStatus")
        # For a while it is not asked again for each job.
        with pytest.raises(ServerError):
            wallet(esi)
        assert world.asked("/v2/oauth/token") == 2
        world.sandbox.faults.clear()
        world.clock.advance(15)
        assert wallet(esi) > 0

    def test_stale_data_stands_in(self, world: World) -> None:
        """During an outage of the sign-in, what is stored is used, and marked."""
        esi = world.esi(retries=0)
        world.sign_in(esi=esi)
        first = esi.fetch(Job(OP)).result
        expire(world)
        world.sandbox.faults.add("/v2/oauth/token", reset=True, times=None)
        second = esi.fetch(Job(OP)).result
        assert first is not None
        assert second is not None
        assert (second.source.value if second.source else "", second.data) == ("stale", first.data)

    def test_connection_lost(self, world: World) -> None:
        """Without stored data, the error names the sign-in."""
        esi = world.esi(retries=1, local=False)
        world.sign_in(esi=esi)
        expire(world)
        world.sandbox.faults.add("/v2/oauth/token", reset=True, times=None)
        host = re.escape(world.sandbox.url.partition("//")[2])
        with pytest.raises(ConnectionFailedError, match=f"{host} gave no answer after 2 attempts"):
            wallet(esi)

    def test_short_outages_are_got_over(self, world: World) -> None:
        """Requests for tokens are repeated like others."""
        esi = world.esi(retries=3)
        world.sign_in(esi=esi)
        expire(world)
        world.sandbox.faults.add("/v2/oauth/token", status=503, headers={"Retry-After": "7"}, times=2)
        world.sandbox.faults.add("/v2/oauth/token", reset=True)
        assert wallet(esi) > 0
        assert max(world.clock.waits) == 7.0

    def test_limits_of_the_sign_in(self, world: World) -> None:
        """After a 429 nobody asks before its time, whichever character it is for."""
        esi = world.esi()
        world.sign_in(esi=esi)
        world.sign_in(OTHER, esi=esi)
        expire(world)
        world.sandbox.sso.manners.limit = (1, 40.0)
        assert wallet(esi, WHO) > 0
        assert wallet(esi, OTHER) > 0
        assert world.sandbox.count(429) == 1
        assert 40.0 in world.clock.waits

    def test_limits_that_take_too_long(self, world: World) -> None:
        """Who is told to wait for longer than the job may wait fails, and says so."""
        esi = world.esi(max_wait=30, local=False)
        world.sign_in(esi=esi)
        expire(world)
        world.sandbox.faults.add("/v2/oauth/token", status=429, headers={"Retry-After": "40"})
        with pytest.raises(RateLimitedError, match="can't be asked for another 40 s"):
            wallet(esi)

    def test_ctrl_c_ends_it(self, moving: Callable[..., World]) -> None:
        """A sign-in that hangs holds up nobody who is told to stop."""
        world = moving()
        world.sign_in()
        world.outlive()
        world.sandbox.faults.add("/v2/oauth/token", hang=True)
        script = f"""
from esi_fetch import Esi, Job
from esi_fetch.run import RunInterrupted
try:
    Esi(local=False).run(Job("{OP}"))
except RunInterrupted as stopped:
    print(stopped.report.jobs[0].result.state.value)
"""
        process = world.start(script)
        until(lambda: world.asked("/v2/oauth/token") > 1, process)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE_S)
        assert out.splitlines()[-1] == "cancelled", err


class TestRotation:
    def test_the_new_one_is_used_next(self, world: World) -> None:
        """Where each renewal gives a new refresh token, one after the other is used, by any client."""
        world.sandbox.sso.manners.rotates = True
        world.sign_in()
        for _ in range(3):
            expire(world)
            assert wallet(world.esi()) > 0
        assert world.sandbox.sso.renewals() == 3

    def test_killed_after_the_answer(self, moving: Callable[..., World]) -> None:
        """A process that is killed before it can use, or even check, the new token loses nothing."""
        world = moving()
        world.sandbox.sso.manners.rotates = True
        world.sign_in()
        before = json.loads((world.home / "tokens.json").read_text())["characters"][0]["secret"]
        world.sandbox.sso.expire(WHO)
        world.sandbox.faults.add("/oauth/jwks", hang=True)
        process = world.start(f"from esi_fetch import Esi; Esi().renew({WHO})")
        until(lambda: world.asked("/oauth/jwks") > 1, process)
        process.kill()
        process.wait(PATIENCE_S)
        after = json.loads((world.home / "tokens.json").read_text())["characters"][0]["secret"]
        assert after["refresh_token"] == before["refresh_token"]
        assert after["next_refresh_token"] not in ("", before["refresh_token"])
        world.sandbox.faults.clear()
        esi = world.esi()
        esi.renew(WHO)
        assert wallet(esi) > 0

    def test_killed_while_it_is_used(self, moving: Callable[..., World]) -> None:
        """The new token is kept before the first request goes out with it."""
        world = moving()
        world.sandbox.sso.manners.rotates = True
        world.sign_in()
        world.outlive()
        world.sandbox.faults.add(OP, hang=True)
        process = world.start(f'from esi_fetch import Esi; Esi(local=False).get("{OP}")')
        until(lambda: world.sandbox.count(op_id=OP) > 0, process)
        process.kill()
        process.wait(PATIENCE_S)
        world.sandbox.faults.clear()
        assert wallet(world.esi()) > 0
        assert world.sandbox.sso.renewals() == 1
        world.esi().renew(WHO)

    def test_killed_anywhere(self, moving: Callable[..., World]) -> None:
        """Killed at any moment between two answers, the next process goes on."""
        world = moving()
        world.sandbox.sso.manners.rotates = True
        world.sign_in()
        script = f"""
from esi_fetch import Esi
esi = Esi()
while True:
    esi.renew({WHO})
    print("renewed", flush=True)
"""
        for _ in range(3):
            process = world.start(script)
            assert process.stdout is not None
            process.stdout.readline()
            # Of an answer that is lost on its way nobody could know what was in it.
            planted = world.sandbox.faults.add("/v2/oauth/token", hang=True, status=503, times=None)
            until(lambda planted=planted: planted.hits > 0, process)  # type: ignore[misc]
            process.kill()  # nothing that was answered is on its way
            process.wait(PATIENCE_S)
            world.sandbox.faults.clear()
            json.loads((world.home / "tokens.json").read_text())
        world.esi().renew(WHO)

    def test_the_old_one_is_tried_where_the_new_one_is_refused(self, world: World) -> None:
        """A new token that is good for nothing does not sign anybody out."""
        esi = world.esi()
        world.sign_in(esi=esi)
        file = world.home / "tokens.json"
        plain = json.loads(file.read_text())
        plain["characters"][0]["secret"]["next_refresh_token"] = "never heard of"
        file.write_text(json.dumps(plain))
        esi.renew(WHO)
        assert json.loads(file.read_text())["characters"][0]["secret"]["next_refresh_token"] == ""

    @pytest.mark.parametrize("rotates", [True, False])
    def test_a_full_disk_loses_nothing_while_the_process_lives(
        self, moving: Callable[..., World], rotates: bool
    ) -> None:
        """What can't be kept is used on; a warning says so where a new refresh token would be lost."""
        world = moving()
        world.sandbox.sso.manners.rotates = rotates
        world.sign_in()
        script = f"""
import logging, resource, sys
from esi_fetch import Esi
logging.basicConfig(stream=sys.stdout)
esi = Esi()
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
esi.renew({WHO})
esi.renew({WHO})
print("still here")
"""
        out, err = world.start(script).communicate(timeout=60)
        assert err == ""
        assert out.count("can't be kept") == rotates
        assert out.endswith("still here\n")
        assert world.sandbox.sso.renewals() == 2


def test_logging_out_revokes(world: World) -> None:
    """Who signs out is forgotten here and there; the token opens nothing any more."""
    esi = world.esi()
    world.sign_in(esi=esi)
    token = json.loads((world.home / "tokens.json").read_text())["characters"][0]["secret"]["refresh_token"]
    assert esi.logout(str(WHO)).character_id == WHO
    assert esi.characters() == []
    assert not world.sandbox.sso._refresh
    assert token not in (world.home / "tokens.json").read_text()


def test_logging_out_without_an_answer(world: World) -> None:
    """Who can't be signed out there is forgotten here all the same, and told."""
    esi = world.esi(retries=0)
    world.sign_in(esi=esi)
    world.sandbox.faults.add("/v2/oauth/revoke", status=503)
    with pytest.raises(ServerError):
        esi.logout(WHO)
    assert esi.characters() == []
