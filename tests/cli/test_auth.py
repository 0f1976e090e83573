"""``esi-fetch auth``: as people and cron jobs use it."""

from __future__ import annotations

import json
import subprocess
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from esi_fetch.cli import auth as auth_command
from esi_fetch.sandbox import Sandbox
from tests.auth.conftest import OTHER, SKILLS, WALLET, WHO, end_of, look
from tests.cli.conftest import Invoke, Spawn

OP = "GetCharactersCharacterIdWallet"
NAME = "Wixeni Xule"
PATIENCE_S = 20.0


@pytest.fixture
def place(place: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with settings that lead to the sandbox's sign-in as well."""
    monkeypatch.setenv("ESI_FETCH_SSO_URL", sandbox.url)
    monkeypatch.setenv("ESI_FETCH_CLIENT_ID", "the-client-id")
    return place


@pytest.fixture
def login(sandbox: Sandbox, spawn: Spawn) -> Callable[..., tuple[int, str, str]]:
    """Sign a character in with a pipe, as on a server without a browser."""

    def sign_in(who: int, *args: str) -> tuple[int, str, str]:
        sandbox.sso.manners.sign_in_as = who
        process = spawn("auth", "login", "--no-browser", *args, stdin=subprocess.PIPE)
        assert process.stdout is not None
        url = process.stdout.readline().decode().strip()
        answer = end_of(url) if url else ""
        out, err = process.communicate(f"{answer}\n".encode(), timeout=PATIENCE_S)
        return process.returncode, url + out.decode(), err.decode()

    return sign_in


class TestLogin:
    def test_with_a_pipe(self, login: Any, invoke: Invoke) -> None:
        """The address stands alone on a line of standard output; all else is said on standard error."""
        status, out, err = login(WHO, "--scope", WALLET)
        assert status == 0, err
        assert out.count("http") == 1 + out.count("redirect_uri=http")
        assert f"signed in as {NAME} ({WHO}), for {WALLET}" in err
        assert "kept in" in err
        assert float(invoke("get", OP).stdout) > 0

    def test_with_a_browser(self, sandbox: Sandbox, invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
        """The browser is opened, and says that all is well; the address is shown for those that have none."""
        sandbox.sso.manners.sign_in_as = WHO
        pages: list[str] = []
        threads: list[threading.Thread] = []

        def browse(url: str) -> None:
            threads.append(threading.Thread(target=lambda: pages.append(look(end_of(url))[2])))
            threads[-1].start()

        monkeypatch.setattr(auth_command, "open_browser", browse)
        result = invoke("auth", "login", "--for", OP, "--callback-url", f"http://localhost:{_free()}/back")
        threads[0].join(PATIENCE_S)
        assert result.exit_code == 0, result.stderr
        assert f"Signed in as {NAME}" in pages[0]
        assert "Opening the browser" in result.stderr
        assert f"{sandbox.url}/v2/oauth/authorize?" in result.stderr
        assert result.stdout == ""

    def test_nobody_comes(self, invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
        """Waiting ends, with status 1."""
        monkeypatch.setattr(auth_command, "open_browser", lambda url: None)
        url = f"http://localhost:{_free()}/callback"
        result = invoke("auth", "login", "--scope", WALLET, "--wait", "0.1s", "--callback-url", url)
        assert result.exit_code == 1
        assert "error: nobody came back from the browser" in result.stderr

    def test_ctrl_c(self, spawn: Spawn) -> None:
        """Ctrl-C ends the waiting."""
        import signal

        process = spawn(
            "auth", "login", "--scope", WALLET, "--callback-url", f"http://localhost:{_free()}/callback",
            env={"BROWSER": "true"},
        )  # fmt: skip
        assert process.stderr is not None
        while b"Waiting" not in process.stderr.readline():
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_S) == 130

    def test_without_an_application(self, invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
        """Newcomers are told where to register one, and what to enter there."""
        monkeypatch.delenv("ESI_FETCH_CLIENT_ID")
        result = invoke("auth", "login", "--scope", WALLET)
        assert result.exit_code == 2
        for words in ("developers.eveonline.com", "http://localhost:8635/callback", "ESI_FETCH_CLIENT_ID"):
            assert words in result.stderr

    @pytest.mark.parametrize(
        ("args", "words"),
        [
            ((), "Name scopes"),
            (("--scope", "esi-wallet.read_character_walet.v1"), "did you mean 'esi-wallet.read_character"),
            (("--for", "GetWallet"), "GetWallet"),
            (("--for", "GetStatus"), "nobody has to sign in for GetStatus"),
            (("--scope", WALLET, "--callback-url", "nowhere"), "--callback-url: expected a URL"),
        ],
    )
    def test_wrong_input(self, invoke: Invoke, sandbox: Sandbox, args: tuple[str, ...], words: str) -> None:
        """What is wrong is said before anything is sent, with status 2."""
        result = invoke("auth", "login", *args)
        assert result.exit_code == 2
        assert words in result.stderr
        assert sandbox.requests == []

    def test_nothing_pasted(self, invoke: Invoke) -> None:
        """An input that ends is told."""
        result = invoke("auth", "login", "--scope", WALLET, "--no-browser", input="")
        assert result.exit_code == 2
        assert "no address was given" in result.stderr

    def test_sign_in_away(self, invoke: Invoke, sandbox: Sandbox) -> None:
        """A sign-in that does not answer is status 3."""
        sandbox.faults.add("/.well-known/*", status=503, times=None)
        result = invoke("auth", "login", "--scope", WALLET, "--no-browser", input="")
        assert result.exit_code == 3
        assert "answered 503" in result.stderr

    def test_less_than_was_asked(self, sandbox: Sandbox, invoke: Invoke, login: Any) -> None:
        """What was not allowed is warned of."""
        token = sandbox.sso.access_token(WHO, scopes=[WALLET], client_id="the-client-id")
        body = {"access_token": token, "refresh_token": "r", "expires_in": 1200}
        sandbox.faults.add("/v2/oauth/token", body=body)
        status, _, err = login(WHO, "--scope", WALLET, "--scope", SKILLS)
        assert status == 0
        assert f"warning: not allowed: {SKILLS}" in err


def _free() -> int:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


class TestList:
    def test_nobody(self, invoke: Invoke) -> None:
        """Without anybody, what to do is said; programs get an empty list."""
        result = invoke("auth", "list")
        assert (result.exit_code, result.stdout) == (0, "")
        assert "esi-fetch auth login" in result.stderr
        assert json.loads(invoke("auth", "list", "--format", "json").stdout) == []

    def test_everybody(self, invoke: Invoke, login: Any, sandbox: Sandbox) -> None:
        """A line for each, by name: id, last use, how long it is good, scopes; nothing is sent."""
        for who in (OTHER, WHO):
            login(who, "--scope", WALLET, "--scope", SKILLS)
        sandbox.clear()
        lines = invoke("auth", "list").stdout.splitlines()
        assert lines[0].split("  ")[0] == "character"
        assert len(lines) == 3
        (line,) = [line for line in lines if str(WHO) in line]
        assert line.startswith(NAME)
        assert line.endswith(f"{SKILLS} {WALLET}")
        plain = json.loads(invoke("auth", "list", "--format", "json").stdout)
        (row,) = [each for each in plain if each["character_id"] == WHO]
        assert row["scopes"] == [SKILLS, WALLET]
        used, again = (
            datetime.fromisoformat(row[n].replace("Z", "+00:00")) for n in ("used_at", "sign_in_again_by")
        )
        assert again - used == timedelta(days=30)
        assert not row["dying"]
        assert sandbox.requests == []

    def test_dying(self, invoke: Invoke, login: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        """Who was not used for weeks is warned of, with the command that helps."""
        login(WHO, "--scope", WALLET)
        later = time.time() + 25 * 86_400
        monkeypatch.setattr("time.time", lambda: later)
        result = invoke("auth", "list")
        assert f"warning: {NAME} ({WHO}): not used since" in result.stderr
        assert f"esi-fetch auth refresh {WHO}" in result.stderr
        assert "is renewed when needed" in result.stdout


class TestRefresh:
    def test_all_or_some(self, invoke: Invoke, login: Any, sandbox: Sandbox) -> None:
        """All are renewed, or those named, by name or id, each once."""
        for who in (OTHER, WHO):
            login(who, "--scope", WALLET)
        result = invoke("auth", "refresh")
        assert result.exit_code == 0
        assert result.stderr.count("good until") == 2
        assert sandbox.sso.renewals() == 2
        invoke("auth", "refresh", NAME.upper(), str(WHO))
        assert (sandbox.sso.renewals(WHO), sandbox.sso.renewals(OTHER)) == (2, 1)

    def test_nobody(self, invoke: Invoke) -> None:
        """Without anybody there is nothing to do; a name nobody has is wrong."""
        assert invoke("auth", "refresh").exit_code == 0
        result = invoke("auth", "refresh", "Bob")
        assert result.exit_code == 2
        assert "no token for character 'Bob'" in result.stderr

    def test_some_are_refused(self, invoke: Invoke, login: Any, sandbox: Sandbox) -> None:
        """Who is refused is told, with the command that mends it, and the others are renewed."""
        for who in (OTHER, WHO):
            login(who, "--scope", WALLET)
        sandbox.sso.withdraw(WHO)
        result = invoke("auth", "refresh")
        assert result.exit_code == 1
        assert f"error: {NAME} ({WHO}) has to sign in again" in result.stderr
        assert f"esi-fetch auth login --scope {WALLET}" in result.stderr
        assert sandbox.sso.renewals(OTHER) == 1

    def test_sign_in_away(self, invoke: Invoke, login: Any, sandbox: Sandbox) -> None:
        """A sign-in that does not answer is status 3."""
        login(WHO, "--scope", WALLET)
        sandbox.faults.add("/v2/oauth/token", reset=True, times=None)
        assert invoke("auth", "refresh").exit_code == 3


class TestLogout:
    def test_one(self, invoke: Invoke, login: Any, sandbox: Sandbox) -> None:
        """Who is named is signed out here and there; others stay."""
        for who in (OTHER, WHO):
            login(who, "--scope", WALLET)
        result = invoke("auth", "logout", NAME)
        assert (result.exit_code, result.stderr) == (0, f"{NAME} ({WHO}) is signed out\n")
        assert str(WHO) not in invoke("auth", "list").stdout
        assert len(sandbox.sso._refresh) == 1
        assert invoke("auth", "logout", "--all").exit_code == 0
        assert not sandbox.sso._refresh

    def test_who(self, invoke: Invoke) -> None:
        """Nobody is signed out by mistake."""
        assert invoke("auth", "logout").exit_code == 2
        assert invoke("auth", "logout", "x", "--all").exit_code == 2
        assert invoke("auth", "logout", "x").exit_code == 2

    def test_not_revoked(self, invoke: Invoke, login: Any, sandbox: Sandbox) -> None:
        """Where the sign-in does not answer the token is forgotten here, and where to revoke it is told."""
        login(WHO, "--scope", WALLET)
        sandbox.faults.add("/v2/oauth/revoke", status=503, times=None)
        result = invoke("auth", "logout", str(WHO))
        assert result.exit_code == 3
        assert "developers.eveonline.com/authorized-apps" in result.stderr
        assert invoke("auth", "list").stdout == ""


class TestUsing:
    def test_characters_that_do_not_fit(self, invoke: Invoke, login: Any, sandbox: Sandbox) -> None:
        """Unknown and ambiguous characters, and missing scopes, are status 2, and nothing is sent."""
        assert invoke("get", OP).exit_code == 2
        for who in (OTHER, WHO):
            login(who, "--scope", WALLET)
        sandbox.clear()
        for args in ((), ("--character", "Bob"), ("--character", "5")):
            result = invoke("get", OP, *args)
            assert result.exit_code == 2
            assert "character: " in result.stderr
        result = invoke("get", "GetCharactersCharacterIdSkills", "--character", NAME)
        assert result.exit_code == 2
        assert f"esi-fetch auth login --scope {SKILLS} --scope {WALLET}" in result.stderr
        assert sandbox.requests == []

    def test_two_characters_in_one_file(self, invoke: Invoke, login: Any, place: Path) -> None:
        """A work order names whose data it wants, by name or id, and each file has its own."""
        for who in (OTHER, WHO):
            login(who, "--scope", WALLET)
        order = place / "order.yaml"
        order.write_text(
            "jobs:\n"
            + "".join(
                f"- op_id: {OP}\n  character: {who}\n  callbacks: [{{callback_id: save_json, kwargs: {{path:"
                ' "${character_id}.json"}}]\n'
                for who in (NAME, OTHER)
            )
        )
        result = invoke("plan", "order.yaml")
        assert result.exit_code == 0
        assert f"1 job as {NAME} ({WHO}) ({WALLET}): there is a token" in result.stdout
        assert invoke("run", "order.yaml").exit_code == 0
        assert sorted(path.stem for path in place.glob("*.json")) == [str(WHO), str(OTHER)]

    def test_whose_token_for_a_run(self, invoke: Invoke, login: Any, sandbox: Sandbox, place: Path) -> None:
        """``run --character`` says whose token jobs use that need one and name nobody."""
        for who in (OTHER, WHO):
            login(who, "--scope", WALLET)
        (place / "order.yaml").write_text(f"jobs: [{{op_id: {OP}}}, {{op_id: GetStatus}}]")
        assert invoke("run", "order.yaml").exit_code == 2
        sandbox.clear()
        assert invoke("run", "order.yaml", "--character", NAME).exit_code == 0
        paths = sorted((seen.path, "authorization" in seen.headers) for seen in sandbox.requests)
        assert paths == [(f"/characters/{WHO}/wallet", True), ("/status", False)]
        assert f"as {NAME}" in invoke("plan", "order.yaml", "--character", str(WHO)).stdout

    def test_who_says_whose_data_is_wanted_names_somebody(
        self, invoke: Invoke, login: Any, place: Path
    ) -> None:
        """``run --character`` leaves alone what is asked for by ``character_id``, in a job or a table."""
        for who in (OTHER, WHO):
            login(who, "--scope", WALLET)
        (place / "who.csv").write_text(f"character_id\n{WHO}\n{OTHER}\n")
        jobs = [
            {"op_id": OP, "for_each": "who.csv"},
            {"op_id": OP, "parameters": {"character_id": OTHER}},
            {"op_id": OP, "for_each": [{"label": "x"}]},
        ]
        (place / "order.yaml").write_text(json.dumps({"jobs": jobs}))
        result = invoke("run", "order.yaml", "--character", NAME, "--report", "report.json")
        assert result.exit_code == 0, result.stderr
        done = json.loads((place / "report.json").read_text())["jobs"]
        assert [job["result"]["character"] for job in done] == [WHO, OTHER, OTHER, WHO]
        (place / "who.csv").write_text("character_id\nx\n,,\n")
        assert invoke("run", "order.yaml", "--character", NAME).exit_code == 2

    def test_refused_at_night(self, invoke: Invoke, login: Any, sandbox: Sandbox, place: Path) -> None:
        """A refused refresh token fails its jobs with status 1, and the report has the command."""
        login(WHO, "--scope", WALLET)
        sandbox.sso.expire(WHO)
        sandbox.sso.withdraw(WHO)
        file = place.parent / "home" / "tokens.json"
        plain = json.loads(file.read_text())
        plain["characters"][0]["secret"].update(expires_at=1000.0, renewed_at=0.0)
        file.write_text(json.dumps(plain))
        (place / "order.yaml").write_text(f"jobs: [{{op_id: {OP}}}, {{op_id: GetStatus}}]")
        result = invoke("run", "order.yaml", "--report", "report.json")
        assert result.exit_code == 1
        assert f"esi-fetch auth login --scope {WALLET}" in result.stderr
        (failed, well) = [job["result"] for job in json.loads((place / "report.json").read_text())["jobs"]]
        assert failed["error"]["type"] == "TokenError"
        assert well["state"] == "succeeded"

    def test_nothing_answers(self, invoke: Invoke, login: Any, sandbox: Sandbox, place: Path) -> None:
        """When neither ESI nor the sign-in is reached, that is status 3."""
        login(WHO, "--scope", WALLET)
        file = place.parent / "home" / "tokens.json"
        plain = json.loads(file.read_text())
        plain["characters"][0]["secret"].update(expires_at=1000.0, renewed_at=0.0)
        file.write_text(json.dumps(plain))
        sandbox.faults.add("/v2/oauth/token", reset=True, times=None)
        assert invoke("get", OP).exit_code == 3

    def test_environment(self, invoke: Invoke, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
        """A refresh token in the environment is all that a cron job or container needs."""
        token = sandbox.sso.grant(WHO, scopes=[WALLET], client_id="the-client-id")
        monkeypatch.setenv("ESI_FETCH_REFRESH_TOKEN", token)
        assert float(invoke("get", OP).stdout) > 0


def test_without_the_extra(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without PyJWT the message names the command that installs it."""
    import sys

    monkeypatch.setitem(sys.modules, "jwt", None)
    result = invoke("auth", "login", "--scope", WALLET, "--no-browser")
    assert result.exit_code == 2
    assert "pip install 'esi-fetch[sso]'" in result.stderr
