"""Signing in: a browser that comes back, or the address it ended at."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from esi_fetch import Esi
from esi_fetch.auth.listener import listening
from esi_fetch.errors import ConnectionFailedError, InputError, ServerError, SettingsError, SignInError
from esi_fetch.sandbox.sso_keys import signed
from tests.auth.conftest import PATIENCE_S, SKILLS, WALLET, WHO, World, end_of, look
from tests.wire import Reply, WireServer, script

STATE = "the-state"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@pytest.fixture
def callback_url() -> str:
    return f"http://localhost:{free_port()}/callback"


class Browser:
    """Shows pages in a thread of its own, as the system's browser does; goes wherever it is sent."""

    def __init__(self, visit: Callable[[str], str]) -> None:
        self._visit = visit
        self._thread = threading.Thread()
        self.page = ""

    def __call__(self, url: str) -> None:
        def visit() -> None:
            self.page = self._visit(url)

        self._thread = threading.Thread(target=visit)
        self._thread.start()

    def close(self) -> str:
        self._thread.join(PATIENCE_S)
        return self.page


def accept(url: str) -> str:
    return look(end_of(url))[2]


class TestBrowser:
    def test_browser_comes_back(self, world: World, callback_url: str) -> None:
        """Who signs in is said to the caller and in the browser, and is there from then on."""
        world.sandbox.sso.manners.sign_in_as = WHO
        browser, esi = Browser(accept), world.esi(callback_url=callback_url)
        character = esi.login(WALLET, browse=browser)
        assert (character.character_id, character.scopes) == (WHO, (WALLET,))
        assert f"Signed in as {character.name}" in browser.close()
        assert esi.characters() == [character]
        assert esi.get("GetCharactersCharacterIdWallet") > 0
        assert world.esi().characters() == [character]

    def test_scopes_of_operations(self, world: World, callback_url: str) -> None:
        """Scopes are named, or looked up for operations; what needs none adds nothing."""
        world.sandbox.sso.manners.sign_in_as = WHO
        browser, esi = Browser(accept), world.esi(callback_url=callback_url)
        operations = ["get_characters_character_id_wallet", "GetStatus"]
        assert esi.login([SKILLS], operations=operations, browse=browser).scopes == (SKILLS, WALLET)
        browser.close()

    def test_what_the_browser_is_shown(self, world: World) -> None:
        """The address asks for a code, with a state, and the challenge of PKCE; no secret is in it."""
        world.sandbox.sso.manners.sign_in_as = WHO
        shown: list[str] = []

        def paste(url: str) -> str:
            shown.append(url)
            return end_of(url)

        esi = world.esi()
        esi.login([WALLET, SKILLS], browser=False, ask=paste)
        esi.login([WALLET, SKILLS], browser=False, ask=paste)
        first, second = [{n: v for n, (v,) in parse_qs(urlsplit(url).query).items()} for url in shown]
        assert first["scope"] == f"{SKILLS} {WALLET}"
        assert first["code_challenge_method"] == "S256"
        assert first["redirect_uri"] == "http://localhost:8635/callback"
        assert len(first["code_challenge"]) == 43
        assert len(first["state"]) >= 32
        assert not {first[name] for name in ("state", "code_challenge")} & set(second.values())
        sent = [parse_qs(seen.body.decode()) for seen in world.sandbox.requests if seen.method == "POST"]
        assert all(len(form["code_verifier"][0]) >= 43 for form in sent)
        assert all(seen.query == {} for seen in world.sandbox.requests if seen.method == "POST")

    def test_player_says_no(self, world: World, callback_url: str) -> None:
        """Who says no is told so, on both sides."""
        browser = Browser(lambda url: look(end_of(f"{url}&character_id=none"))[2])
        with pytest.raises(SignInError, match="nobody was signed in: access_denied: the player said no"):
            world.esi(callback_url=callback_url).login(WALLET, browse=browser)
        assert "Not signed in" in browser.close()

    def test_nobody_comes(self, world: World, callback_url: str) -> None:
        """Waiting has an end, and the port is free thereafter."""
        with pytest.raises(SignInError, match="nobody came back from the browser within 0 s"):
            world.esi(callback_url=callback_url).login(WALLET, timeout=0.05, browse=lambda url: None)
        socket.create_server(("127.0.0.1", urlsplit(callback_url).port or 0)).close()

    def test_browser_is_told_of_failures(self, world: World, callback_url: str) -> None:
        """When the code is not taken the browser does not say that all is well."""
        world.sandbox.sso.manners.sign_in_as = WHO
        world.sandbox.sso.manners.code_s = 0.0
        browser, esi = Browser(accept), world.esi(callback_url=callback_url)
        with pytest.raises(SignInError, match="invalid_grant: the code is unknown"):
            esi.login(WALLET, browse=browser)
        assert "Not signed in" in browser.close()
        assert esi.characters() == []

    def test_port_in_use(self, world: World, callback_url: str) -> None:
        """A port that somebody else has is told, with what to do."""
        with (
            socket.create_server(("127.0.0.1", urlsplit(callback_url).port or 0)),
            pytest.raises(InputError, match=r"callback_url: can't listen on port \d+ \(it is in use\)"),
        ):
            world.esi(callback_url=callback_url).login(WALLET, browse=lambda url: None)

    @pytest.mark.parametrize("url", ["https://localhost/callback", "http://10.0.0.1:8635/callback"])
    def test_callback_that_leads_elsewhere(self, world: World, url: str) -> None:
        """Only this machine can be listened on."""
        with pytest.raises(InputError, match="does not lead to a listener on this machine"):
            world.esi(callback_url=url).login(WALLET, browse=lambda shown: None)


class TestListener:
    def test_it_hears_this_machine_alone(self, callback_url: str) -> None:
        """It is bound to 127.0.0.1, whatever other addresses the machine has."""
        port = urlsplit(callback_url).port
        with listening(callback_url, state=STATE):
            socket.create_connection(("127.0.0.1", port or 0), timeout=PATIENCE_S).close()
            # Another loopback address stands for all that are not 127.0.0.1.
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(("127.0.0.2", port or 0), timeout=PATIENCE_S)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port or 0), timeout=PATIENCE_S)

    @pytest.mark.parametrize(
        ("query", "status"),
        [
            ({"code": "x"}, 400),
            ({"code": "x", "state": "other"}, 400),
            ({"code": "x", "state": ""}, 400),
            ({"error": "access_denied", "state": "other"}, 400),
            ({"state": STATE}, 400),
        ],
    )
    def test_strangers_change_nothing(self, callback_url: str, query: dict[str, str], status: int) -> None:
        """Who does not know the state is sent away, and the one who does is heard all the same."""
        with listening(callback_url, state=STATE) as wait:
            assert look(f"{callback_url}?{urlencode(query)}")[0] == status
            assert look(callback_url.replace("/callback", "/favicon.ico"))[0] == 404
            thread = threading.Thread(target=look, args=(f"{callback_url}?code=c&state={STATE}",))
            thread.start()
            arrival = wait(PATIENCE_S)
            assert arrival.code == "c"
            arrival.show("done", "done")
            thread.join(PATIENCE_S)

    def test_one_request_is_taken(self, callback_url: str) -> None:
        """A second one with the right state is too late; the first one gets its page."""
        pages: list[Any] = []
        with listening(callback_url, state=STATE) as wait:
            url = f"{callback_url}?code=c&state={STATE}"
            thread = threading.Thread(target=lambda: pages.append(look(url)))
            thread.start()
            arrival = wait(PATIENCE_S)
            assert look(url)[0] == 400
            arrival.show("<b>Done", "now & here")
            arrival.show("too late", "")
            arrival.wait_shown()
            thread.join(PATIENCE_S)
        status, _, page = pages[0]
        assert status == 200
        assert "<h1>&lt;b&gt;Done</h1><p>now &amp; here</p>" in page

    def test_connections_that_say_nothing_hold_up_nobody(self, callback_url: str) -> None:
        """Browsers open connections in advance; the request comes through beside them."""
        port = urlsplit(callback_url).port or 0
        with listening(callback_url, state=STATE) as wait:
            idle = [socket.create_connection(("127.0.0.1", port)) for _ in range(3)]
            thread = threading.Thread(target=look, args=(f"{callback_url}?code=c&state={STATE}",))
            thread.start()
            wait(PATIENCE_S).show("done", "done")
            thread.join(PATIENCE_S)
            for each in idle:
                each.close()

    def test_nothing_is_said_about_requests(
        self, callback_url: str, capfd: pytest.CaptureFixture[str]
    ) -> None:
        """Addresses with codes in them are printed nowhere."""
        with listening(callback_url, state=STATE):
            look(f"{callback_url}?code=the-code&state=wrong")
        assert capfd.readouterr() == ("", "")


class TestPasted:
    @pytest.mark.parametrize(
        ("pasted", "words"),
        [
            ("http://localhost:8635/callback?code=x&state=wrong", "does not belong to the sign-in"),
            ("http://localhost:8635/callback", "does not belong to the sign-in"),
            ("", "does not belong to the sign-in"),
        ],
    )
    def test_wrong_addresses(self, world: World, pasted: str, words: str) -> None:
        """What does not come from this sign-in is refused, and nothing is asked for it."""
        with pytest.raises(InputError, match=words):
            world.esi().login(WALLET, browser=False, ask=lambda url: pasted)
        assert world.asked("/v2/oauth/token") == 0

    def test_address_without_a_code(self, world: World) -> None:
        """An address that was cut off is told."""

        def ask(url: str) -> str:
            (state,) = parse_qs(urlsplit(url).query)["state"]
            return f"http://localhost:8635/callback?state={state}"

        with pytest.raises(InputError, match="no code in it"):
            world.esi().login(WALLET, browser=False, ask=ask)

    def test_by_input(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        """In a notebook without a browser, ``input`` shows the address and takes the other one."""
        world.sandbox.sso.manners.sign_in_as = WHO

        def typed(prompt: str) -> str:
            (url,) = [line for line in prompt.splitlines() if line.startswith("http")]
            return f"  '{end_of(url)}'\n"

        monkeypatch.setattr("builtins.input", typed)
        assert world.esi().login(WALLET, browser=False).character_id == WHO


def test_system_s_browser(world: World, callback_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """If nothing else is said the system's browser is used, and one that returns late holds nothing up."""
    world.sandbox.sso.manners.sign_in_as = WHO
    visited = threading.Event()

    def late(url: str) -> None:
        accept(url)
        visited.set()

    monkeypatch.setattr("webbrowser.open", late)
    assert world.esi(callback_url=callback_url).login(WALLET).character_id == WHO
    assert visited.wait(PATIENCE_S)


def test_no_browser_to_open(
    world: World, callback_url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Where no browser can be opened, the address is told."""
    tried = threading.Event()

    def fail(url: str) -> bool:
        tried.set()
        return False

    monkeypatch.setattr("webbrowser.open", fail)
    with pytest.raises(SignInError, match="nobody came back"):
        world.esi(callback_url=callback_url).login(WALLET, timeout=0.3)
    assert tried.wait(PATIENCE_S)
    assert f"open this address in one on this machine: {world.sandbox.url}/v2/oauth/authorize" in caplog.text


def test_without_an_application(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a client id, the error says where to get one and what to enter; nothing is sent."""
    monkeypatch.delenv("ESI_FETCH_CLIENT_ID", raising=False)
    with pytest.raises(SettingsError, match=r"developers\.eveonline\.com") as caught:
        world.esi(client_id=None).login(WALLET, browser=False, ask=end_of)
    assert "http://localhost:8635/callback" in str(caught.value)
    assert "ESI_FETCH_CLIENT_ID" in str(caught.value)
    assert world.sandbox.requests == []


@pytest.mark.parametrize(
    ("scopes", "words"),
    [
        ("esi-wallet.read_character_walet.v1", "did you mean 'esi-wallet.read_character_wallet.v1'"),
        ((), "Name scopes"),
    ],
)
def test_scopes_are_checked(world: World, scopes: Any, words: str) -> None:
    """A misspelt scope would end at an error page that helps nobody; nothing is sent for it."""
    with pytest.raises(InputError, match=words):
        world.esi().login(scopes, browser=False, ask=end_of)
    with pytest.raises(InputError, match="GetNothing"):
        world.esi().login(operations="GetNothing", browser=False, ask=end_of)
    assert world.sandbox.requests == []


def test_public_data_is_a_scope(world: World) -> None:
    """A scope that no operation needs, and that there is, may be asked for."""
    assert world.sign_in(scopes=["publicData"]).scopes == ("publicData",)


def test_offline_forbids_it(world: World) -> None:
    """Nobody signs in offline."""
    esi = world.esi(remote=False)
    with pytest.raises(InputError, match="offline"):
        esi.login(WALLET)
    with pytest.raises(InputError, match="offline"):
        esi.logout(WHO)


def test_secret_is_used_where_there_is_one(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """An application with a secret proves that it knows it; the secret is kept nowhere."""
    world.sandbox.sso.manners.client_secret = "the secret"
    with pytest.raises(SignInError, match="invalid_client: the secret is wrong"):
        world.sign_in()
    monkeypatch.setenv("ESI_FETCH_CLIENT_SECRET", "the secret")
    esi = world.esi()
    world.sign_in(esi=esi)
    esi.renew(WHO)
    esi.logout(WHO)
    assert not any(b"the secret" in path.read_bytes() for path in world.home.rglob("*") if path.is_file())
    assert "the secret" not in repr(esi.settings)


def test_signing_in_again_replaces(world: World) -> None:
    """A character that signs in again allows what is asked then; another one comes beside it."""
    esi = world.esi()
    world.sign_in(esi=esi)
    world.sign_in(scopes=[SKILLS], esi=esi)
    world.sign_in(90000002, scopes=[WALLET], esi=esi)
    found = {each.character_id: each.scopes for each in esi.characters()}
    assert found == {WHO: (SKILLS,), 90000002: (WALLET,)}
    assert "Secret" not in repr(esi.characters())


def test_lost_scopes_are_warned_of(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """Who signs in again for less is told what is lost, and the command that has it all."""
    esi = world.esi()
    world.sign_in(scopes=[WALLET], esi=esi)
    world.sign_in(scopes=[WALLET, SKILLS], esi=esi)
    assert caplog.messages == []
    who = world.sign_in(scopes=[SKILLS], esi=esi)
    assert caplog.messages == [
        f"{who} allowed {WALLET} until now, and has not allowed it again; to have all of it: esi-fetch auth"
        f" login --scope {SKILLS} --scope {WALLET}"
    ]


def test_forged_answer(world: World) -> None:
    """Tokens that the sign-in did not sign are not kept, though they come from where they should."""
    forged = signed(
        world.sandbox.sso.claims(WHO, scopes=[WALLET], client_id="the-client-id"),
        key="k" * 64,
        headers={"alg": "HS256"},
    )
    body = {"access_token": forged, "refresh_token": "r", "expires_in": 1200}
    world.sandbox.faults.add("/v2/oauth/token", body=body)
    with pytest.raises(SignInError, match="not to be trusted"):
        world.sign_in()
    assert world.esi().characters() == []


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"access_token": "x", "expires_in": 1}, "no refresh token"),
        ({"access_token": "x", "refresh_token": "r"}, "without saying how long"),
        ({"access_token": "x", "refresh_token": "r", "expires_in": True}, "without saying how long"),
        ({"refresh_token": "r", "expires_in": 1}, "without a token"),
        ([1], "without a token"),
        ("<html>", "without a token"),
    ],
)
def test_senseless_answer(world: World, body: Any, words: str) -> None:
    """What makes no sense is refused, in words."""
    world.sandbox.faults.add("/v2/oauth/token", body=body)
    with pytest.raises(SignInError, match=words):
        world.sign_in()


def test_refusals_repeat_no_secret(world: World) -> None:
    """Whatever the sign-in repeats of what it was sent, errors do not."""

    def ask(url: str) -> str:
        back = end_of(url)
        (code,) = parse_qs(urlsplit(back).query)["code"]
        told = {"error": "invalid_grant", "error_description": f"no such code: {code}\x1b[0m {'x' * 300}"}
        world.sandbox.faults.add("/v2/oauth/token", status=400, body=told)
        codes.append(code)
        return back

    codes: list[str] = []
    world.sandbox.sso.manners.sign_in_as = WHO
    with pytest.raises(SignInError, match="invalid_grant: no such code: …") as caught:
        world.esi().login(WALLET, browser=False, ask=ask)
    assert codes[0] not in str(caught.value)
    assert len(str(caught.value)) <= 200


class TestUnreachable:
    def test_no_sign_in_there(self, world: World) -> None:
        """An address that is no sign-in is told, with the setting that may be wrong."""
        with (
            WireServer(script(Reply(404, body={"error": "x"}))) as server,
            pytest.raises(SignInError, match=r"does not describe a sign-in .*is sso_url right"),
        ):
            world.esi(sso_url=server.url).login(WALLET, browser=False, ask=end_of)

    def test_nobody_there(self, world: World) -> None:
        """A sign-in that can't be reached is told."""
        esi = world.esi(sso_url=f"http://127.0.0.1:{free_port()}", retries=1)
        with pytest.raises(ConnectionFailedError, match="gave no answer after 2 attempts"):
            esi.login(WALLET, browser=False, ask=end_of)

    def test_only_errors(self, world: World) -> None:
        """A sign-in that answers 5xx to all attempts is told; one that recovers is not."""
        world.sandbox.faults.add("/v2/oauth/token", status=503, times=2)
        assert world.sign_in(esi=world.esi(retries=2)).character_id == WHO
        world.sandbox.faults.add("/v2/oauth/token", status=503, times=None)
        with pytest.raises(ServerError, match="answered 503 after 2 attempts"):
            world.sign_in(esi=world.esi(retries=1))

    @pytest.mark.parametrize("endpoint", ["http://evil.example/token", "ftp://127.0.0.1/", ""])
    def test_unsafe_endpoints(self, world: World, endpoint: str) -> None:
        """Endpoints without encryption are not used, wherever the sign-in says they are."""
        told = {"token_endpoint": endpoint, "authorization_endpoint": endpoint}
        with (
            WireServer(script(Reply(body=told))) as server,
            pytest.raises(SignInError, match="names no safe authorization_endpoint"),
        ):
            world.esi(sso_url=server.url).login(WALLET, browser=False, ask=end_of)

    def test_no_keys(self, world: World) -> None:
        """Without keys nothing can be checked, and nobody is signed in."""
        world.sandbox.faults.add("/oauth/jwks", status=404)
        with pytest.raises(SignInError, match="does not give its public keys"):
            world.sign_in()


def test_without_pyjwt(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra, the error names the command that installs it, before anything is asked."""
    monkeypatch.setitem(sys.modules, "jwt", None)
    esi = Esi(base_url=world.sandbox.url, sso_url=world.sandbox.url, home=world.home, client_id="x")
    with esi, pytest.raises(InputError, match=r"pip install 'esi-fetch\[sso\]'"):
        esi.login(WALLET, browser=False, ask=end_of)
    assert world.sandbox.requests == []
