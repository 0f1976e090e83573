"""Tokens go to the configured hosts, in the header made for them, over checked connections; nowhere else."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from esi_fetch import Esi, Job
from esi_fetch.errors import (
    CharacterError,
    ConnectionFailedError,
    EsiFetchError,
    JobFileError,
    ParameterError,
    RequestRefusedError,
    SettingsError,
    SignInError,
    UnknownOperationError,
)
from esi_fetch.model.files import read_jobs
from tests.auth.conftest import CLIENT, WALLET, WHO, World, end_of
from tests.wire import Reply, WireServer

OP = "GetCharactersCharacterIdWallet"


@pytest.fixture
def stranger() -> Iterator[WireServer]:
    """Another host, which notes what it is sent."""
    with WireServer(lambda seen: Reply(body=1.0)) as server:
        yield server


class TestRedirects:
    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_of_esi(self, stranger: WireServer, tmp_path: Path, status: int) -> None:
        """A redirect, wherever it leads, is not followed: it is an answer that is no data."""
        with (
            WireServer(lambda seen: Reply(status, headers={"Location": f"{stranger.url}/x"})) as server,
            Esi(base_url=server.url, home=tmp_path, tokens={WHO: "hush"}, retries=0) as esi,
        ):
            with pytest.raises(RequestRefusedError, match=str(status)):
                esi.get(OP)
            assert [seen.headers["authorization"] for seen in server.seen] == ["Bearer hush"]
        assert stranger.seen == []

    @pytest.mark.parametrize(
        "path", ["/v2/oauth/token", "/oauth/jwks", "/.well-known/oauth-authorization-server"]
    )
    def test_of_the_sign_in(self, world: World, stranger: WireServer, path: str) -> None:
        """The sign-in's redirects are not followed either: codes and tokens stay where they belong."""
        world.sandbox.faults.add(path, status=307, body={}, headers={"Location": stranger.url})
        with pytest.raises(SignInError):
            world.sign_in()
        assert stranger.seen == []

    def test_of_a_renewal(self, world: World, stranger: WireServer) -> None:
        """Neither is one that comes when a token is renewed."""
        esi = world.esi()
        world.sign_in(esi=esi)
        world.sandbox.faults.add(
            "/v2/oauth/token", status=308, body={}, headers={"Location": stranger.url}, times=None
        )
        with pytest.raises(EsiFetchError):
            esi.renew(WHO)
        assert stranger.seen == []


def test_tokens_stand_in_no_address(world: World) -> None:
    """No token, code or verifier is in any URL that is asked, of ESI or of the sign-in."""
    esi = world.esi(local=False)
    world.sign_in(esi=esi)
    esi.get(OP)
    esi.renew(WHO)
    esi.logout(WHO)
    secrets = set()
    for seen in world.sandbox.requests:
        if (bearer := seen.headers.get("authorization")) is not None:
            secrets.add(bearer.removeprefix("Bearer "))
        if seen.method == "POST":
            form = dict(pair.split("=") for pair in seen.body.decode().split("&"))
            secrets |= {
                form[name] for name in ("code", "code_verifier", "refresh_token", "token") if name in form
            }
    assert len(secrets) == 4
    for seen in world.sandbox.requests:
        assert not any(secret in seen.url for secret in secrets)
        assert "token" not in seen.query
        # Where it is asked without one, nothing else stands in for it.
        assert seen.headers.get("authorization", "Bearer ").startswith("Bearer ")


class TestHosts:
    @pytest.mark.parametrize(
        "url",
        ["http://esi.evetech.net", "http://10.0.0.1", "http://localhost.evil.example", "ftp://localhost"],
    )
    @pytest.mark.parametrize("setting", ["base_url", "sso_url"])
    def test_without_encryption(self, setting: str, url: str) -> None:
        """Only this machine is asked without encryption."""
        with pytest.raises(SettingsError, match=f"argument {setting}"):
            Esi("me@example.com", **{setting: url})

    @pytest.mark.parametrize(
        "line", ["base_url: http://evil", "host: evil", "headers: {Host: evil}", "tokens: {}"]
    )
    def test_job_files_name_no_host(self, tmp_path: Path, line: str) -> None:
        """A job file says what is asked, not whom, and with which token."""
        file = tmp_path / "job.yaml"
        file.write_text(f"op_id: {OP}\nparameters: {{character_id: 7}}\n{line}\n")
        with pytest.raises(JobFileError, match="unknown key"):
            read_jobs(file)

    @pytest.mark.parametrize(
        "value", ["../../evil", "7/..//evil.example/", "7@evil.example", "//evil.example"]
    )
    def test_parameters_name_no_host(self, stranger: WireServer, tmp_path: Path, value: str) -> None:
        """Whatever a parameter is, the request goes to the same host, as one segment of its path."""
        with Esi(base_url=stranger.url, home=tmp_path, tokens={WHO: "hush"}, retries=0) as esi:
            with pytest.raises(ParameterError):
                esi.fetch(Job(OP, {"character_id": value}, character=WHO))
            with pytest.raises(UnknownOperationError):
                esi.fetch(Job(f"https://evil.example/{OP}"))
            job = Job("GetKillmailsKillmailIdKillmailHash", {"killmail_id": 1, "killmail_hash": value})
            esi.fetch(job)
        assert all(seen.target.count("/") <= 3 for seen in stranger.seen)

    def test_sandboxes_and_eve_are_kept_apart(self, world: World) -> None:
        """A character that signed in at one sign-in is not used with another one."""
        world.sign_in()
        esi = world.esi(sso_url="https://login.eveonline.com")
        assert esi.characters() == []
        with pytest.raises(CharacterError, match="esi-fetch auth login"):
            esi.get(OP)

    def test_other_tokens_of_the_system_are_not_sent(
        self, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A .netrc puts nothing into requests, of ESI or of the sign-in."""
        (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password netrc-secret\n")
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
        esi = world.esi()
        world.sign_in(esi=esi)
        esi.get("GetStatus")
        esi.get(OP)
        kinds = {seen.headers.get("authorization", "").partition(" ")[0] for seen in world.sandbox.requests}
        assert kinds == {"", "Bearer"}


class _Tls(WireServer):
    """A server with a certificate that nobody has vouched for."""

    def __init__(self, folder: Path) -> None:
        super().__init__(lambda seen: Reply(body=1.0))
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
        now = datetime.now(timezone.utc)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(1)
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .sign(key, hashes.SHA256())
        )
        pem = certificate.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        (folder / "server.pem").write_bytes(pem)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "server.pem")
        self._listener = context.wrap_socket(self._listener, server_side=True)
        self.url = self.url.replace("http:", "https:")


class TestCertificates:
    @pytest.mark.parametrize(
        "environment",
        [
            {},
            {"REQUESTS_CA_BUNDLE": "", "CURL_CA_BUNDLE": ""},
            {"PYTHONHTTPSVERIFY": "0"},
            {"CURL_CA_BUNDLE": ""},
        ],
    )
    def test_environment_switches_nothing_off(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]
    ) -> None:
        """A certificate that nobody trusts ends it, whatever the environment says."""
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        with (
            _Tls(tmp_path) as server,
            Esi(base_url=server.url, home=tmp_path / "home", tokens={WHO: "hush"}, retries=0) as esi,
            pytest.raises(ConnectionFailedError, match="TLS failed"),
        ):
            esi.get(OP)
        assert server.seen == []

    def test_sign_in_checks_them_too(self, tmp_path: Path) -> None:
        """The sign-in's certificate is checked before anything is sent."""
        with (
            _Tls(tmp_path) as server,
            Esi(
                base_url="http://127.0.0.1:1",
                sso_url=server.url,
                home=tmp_path / "home",
                client_id=CLIENT,
                retries=0,
            ) as esi,
            pytest.raises(ConnectionFailedError, match="TLS failed"),
        ):
            esi.login(WALLET, browser=False, ask=end_of)
        assert server.seen == []

    def test_code_switches_nothing_off(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        """Even a session whose ``verify`` was set to False asks no other machine without."""
        with Esi("me@example.com", home=tmp_path / "home", tokens={WHO: "hush"}, retries=0) as esi:
            esi._parts.ready().session.verify = False
            with pytest.raises(ConnectionFailedError, match="certificates are checked, always"):
                esi.get(OP)
        with _Tls(tmp_path) as server, Esi(base_url=server.url, home=tmp_path / "home", retries=0) as esi:
            esi._parts.ready().session.verify = False
            monkeypatch.setattr("warnings.warn", lambda *args, **kwargs: None)
            assert esi.fetch(Job("GetStatus")).result is not None
        assert len(server.seen) == 1


def test_tokens_are_asked_for_with_who_asks(world: World) -> None:
    """The sign-in's operators can see who is asking, as ESI's can."""
    world.sign_in(esi=world.esi(user_agent="my-scripts/1.0 (me@example.com)"))
    agents = {seen.headers["user-agent"] for seen in world.sandbox.requests if seen.method == "POST"}
    assert all(agent.startswith("my-scripts/1.0 (me@example.com) esi_fetch/") for agent in agents)
    assert agents


def test_token_for_another_application(world: World) -> None:
    """A token for another application of the same player is refused."""
    esi = world.esi()
    world.sign_in(esi=esi)
    other = world.sandbox.sso.access_token(WHO, scopes=[WALLET], client_id="another application")
    body = {"access_token": other, "refresh_token": "r", "expires_in": 1200}
    world.sandbox.faults.add("/v2/oauth/token", body=body)
    with pytest.raises(EsiFetchError, match="meant for"):
        esi.renew(WHO)
