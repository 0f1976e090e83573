"""What goes along with requests to the sign-in, and what does not."""

from __future__ import annotations

from esi_fetch.auth import Patience, Reply
from esi_fetch.clock import HeldClock
from esi_fetch.transport import LiveSockets, SsoWire, retry_policy
from tests import wire


def test_cookies_of_one_answer_do_not_go_along_with_the_next_request() -> None:
    """What the sign-in has said to one character is not shown with another one's token."""
    reply = wire.Reply(headers={"Set-Cookie": "who=90000001; Path=/"}, body={})
    with wire.WireServer(wire.script(reply)) as server:
        asking = SsoWire(
            sso_url=server.url,
            policy=retry_policy(0),
            sockets=LiveSockets(),
            clock=HeldClock(),
            timeout_s=5.0,
            who="me",
        )
        for _ in range(2):
            assert asking.get(f"{server.url}/oauth/jwks", patience=Patience()) == Reply(200, b"{}")
        asking.close()
    assert ["cookie" in seen.headers for seen in server.seen] == [False, False]
