"""Turns that machines share through a Redis server."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from esi_fetch.auth.redis_turns import LEASE_S, RedisTurns
from esi_fetch.clock import HeldClock
from tests.auth.conftest import WHO, World
from tests.redis_server import RedisServer, running_redis

OP = "GetCharactersCharacterIdWallet"
PASSWORD = "very/secret"


@pytest.fixture
def server() -> Iterator[RedisServer]:
    with running_redis(password=PASSWORD) as made:
        yield made


@pytest.fixture
def turns(server: RedisServer) -> Iterator[Callable[[], RedisTurns]]:
    made: list[RedisTurns] = []

    def make() -> RedisTurns:
        made.append(RedisTurns(server.url))
        return made[-1]

    yield make
    for each in made:
        each.close()


def test_one_at_a_time_has_a_turn(turns: Callable[[], RedisTurns]) -> None:
    """Others have theirs; it is given up by who has it, and by nobody else."""
    one, two = turns(), turns()
    assert one.take(1)
    assert not one.take(1)
    assert not two.take(1)
    assert two.take(2)
    two.release(1)
    assert not two.take(1)
    one.release(1)
    assert two.take(1)


def test_a_turn_ends_by_itself(server: RedisServer, turns: Callable[[], RedisTurns]) -> None:
    """Whoever died with it does not keep it; who comes back late does not take the next one's."""
    one, two = turns(), turns()
    assert one.take(1)
    (name,) = server.client().keys("esi_fetch:auth:*")
    assert 0 < server.client().ttl(name) <= LEASE_S
    server.client().delete(name)
    assert two.take(1)
    one.release(1)
    assert not one.take(1)


def test_without_the_server_the_work_goes_on(
    server: RedisServer, turns: Callable[[], RedisTurns], caplog: pytest.LogCaptureFixture
) -> None:
    """It is told once, without a password."""
    one = turns()
    server.kill()
    assert one.take(1)
    assert one.take(2)
    one.release(1)
    (told,) = caplog.messages
    assert "other machines may renew tokens at the same time" in told
    assert PASSWORD not in told + repr(one)
    assert "very%2Fsecret" not in told + repr(one)


def test_machines_renew_a_token_one_after_the_other(
    server: RedisServer, moving: Callable[..., World]
) -> None:
    """Processes that can't see each other's file locks renew a token once, and use what the first one got."""
    world = moving()
    world.sign_in()
    world.outlive()
    world.sandbox.faults.add("/v2/oauth/token", delay_s=0.5, times=None)
    script = f"""
import sys
from esi_fetch import Esi
from esi_fetch.auth.keeper import Keeper
Keeper._can_lock = lambda self: False
esi = Esi(local=False)
sys.stdout.write("ready\\n"); sys.stdout.flush()
sys.stdin.readline()
print(esi.get("{OP}", character_id={WHO}) > 0)
esi.close()
"""
    processes = [world.start(script, ESI_FETCH_REDIS_URL=server.url) for _ in range(4)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    outputs = [process.communicate("go\n", timeout=60) for process in processes]
    assert [output[0] for output in outputs] == ["True\n"] * 4, outputs
    assert world.sandbox.sso.renewals() == 1


def test_a_turn_that_somebody_has_is_waited_for(
    server: RedisServer, turns: Callable[[], RedisTurns], world: World
) -> None:
    """Renewing goes on when the other one has given it up."""
    other = turns()

    class Clock(HeldClock):
        """Gives up the turn in the third wait for it."""

        def wait(self, event: threading.Event, timeout_s: float) -> bool:
            assert world.sandbox.sso.renewals() == 0
            if len(self.waits) == 2:
                other.release(WHO)
            return super().wait(event, timeout_s)

    world.sign_in()
    world.clock.advance(1200)
    clock = Clock(world.clock.now())
    assert other.take(WHO)
    assert world.esi(redis_url=server.url, local=False, clock=clock).get(OP, character_id=WHO) > 0
    assert len(clock.waits) == 3
    assert world.sandbox.sso.renewals() == 1
