"""Where tokens are: in a keyring, or in a file of their owner's alone; whole, and for several characters."""

from __future__ import annotations

import json
import os
import pickle
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import keyring
import keyring.backends.fail
import keyring.backends.null
import pytest

from esi_fetch.auth import Keeper, Patience, find_keyring
from esi_fetch.auth.facts import Character, Secret
from esi_fetch.auth.shelf import moment
from esi_fetch.clock import HeldClock, SystemClock
from esi_fetch.errors import CharacterError, JobCancelledError, OutputWriteError, SignInError
from tests.auth.conftest import OTHER, WALLET, WHO, World
from tests.auth.keyrings import MemoryKeyring

SSO = "https://login.eveonline.com"
THEN = moment(1_800_000_000.0)


def character(number: int = WHO, **changes: Any) -> Character:
    fields: dict[str, Any] = {
        "character_id": number,
        "name": f"Character {number}",
        "scopes": (WALLET,),
        "client_id": "mine",
        "signed_in_at": THEN,
        "used_at": THEN,
        "expires_at": THEN,
        "sso_url": SSO,
    }
    return Character(**{**fields, **changes})


def secret(text: str = "r") -> Secret:
    return Secret(f"refresh-{text}", access_token=f"access-{text}", expires_at=2.0, renewed_at=1.0)


def same(one: Secret | None, other: Secret) -> bool:
    return one is not None and vars(one) == vars(other)


@pytest.fixture
def memory() -> Iterator[MemoryKeyring]:
    """A keyring that is the system's while the test runs."""
    before = keyring.get_keyring()
    made = MemoryKeyring()
    keyring.set_keyring(made)
    yield made
    keyring.set_keyring(before)


@pytest.fixture
def keeper(tmp_path: Path) -> Keeper:
    return Keeper(tmp_path / "home", keyring=find_keyring, clock=HeldClock())


class TestFile:
    def test_only_its_owner_can_read_it(self, keeper: Keeper) -> None:
        """The file, and the folder that was made for it, are their owner's alone, whatever the umask is."""
        before = os.umask(0)
        try:
            keeper.keep(character(), secret())
        finally:
            os.umask(before)
        file = keeper.folder / "tokens.json"
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(keeper.folder.stat().st_mode) == 0o700

    def test_file_that_others_can_read_is_closed(self, keeper: Keeper) -> None:
        """A file that was copied with wide permissions gets narrow ones when it is read."""
        keeper.keep(character(), secret())
        file = keeper.folder / "tokens.json"
        file.chmod(0o644)
        assert keeper.characters(SSO) == {WHO: character()}
        assert stat.S_IMODE(file.stat().st_mode) == 0o600

    def test_several_characters(self, keeper: Keeper) -> None:
        """Each has its secret; one sign-in does not see the characters of another one."""
        keeper.keep(character(), secret("a"))
        keeper.keep(character(OTHER), secret("b"))
        keeper.keep(character(sso_url="http://127.0.0.1:1"), secret("c"))
        assert list(keeper.characters(SSO)) == [WHO, OTHER]
        assert same(keeper.secret(character(OTHER)), secret("b"))
        assert same(keeper.secret(character(sso_url="http://127.0.0.1:1")), secret("c"))
        keeper.drop(character())
        assert list(keeper.characters(SSO)) == [OTHER]
        assert keeper.secret(character()) is None
        keeper.drop(character())

    def test_other_programs_see_changes(self, keeper: Keeper) -> None:
        """What one keeper writes another one reads, at once."""
        other = Keeper(keeper.folder, keyring=find_keyring, clock=HeldClock())
        assert other.characters(SSO) == {}
        keeper.keep(character(), secret("a"))
        assert list(other.characters(SSO)) == [WHO]
        other.keep(character(), secret("b"))
        assert same(keeper.secret(character()), secret("b"))

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("{", "it is damaged"),
            ("[]", "it has another form"),
            ('{"version": 2, "characters": []}', "it has another form"),
            ('{"version": 1}', "it is damaged"),
            ('{"version": 1, "characters": [{}]}', "it is damaged"),
            ('{"version": 1, "characters": [5]}', "it is damaged"),
        ],
    )
    def test_damaged_files(self, keeper: Keeper, text: str, words: str) -> None:
        """What can't be read is told, with what to do, and is not written over."""
        file = keeper.folder / "tokens.json"
        keeper.folder.mkdir()
        file.write_text(text)
        for act in (lambda: keeper.characters(SSO), lambda: keeper.keep(character(), secret())):
            with pytest.raises(CharacterError, match=words) as caught:
                act()
        assert str(file) in str(caught.value)
        assert "esi-fetch auth login" in str(caught.value)
        assert file.read_text() == text

    def test_folder_in_its_place(self, keeper: Keeper) -> None:
        """A folder where the file should be is told."""
        (keeper.folder / "tokens.json").mkdir(parents=True)
        with pytest.raises(CharacterError, match="it is no file"):
            keeper.characters(SSO)

    def test_file_in_the_folder_s_place(self, tmp_path: Path) -> None:
        """A path that leads through a file has no characters, and keeps none."""
        (tmp_path / "file").write_text("")
        keeper = Keeper(tmp_path / "file" / "home", keyring=find_keyring, clock=HeldClock())
        assert keeper.characters(SSO) == {}
        with pytest.raises(OutputWriteError):
            keeper.keep(character(), secret())

    def test_full_disk(self, world: World, keeper: Keeper) -> None:
        """What can't be written leaves what was there."""
        keeper.keep(character(), secret("a"))
        script = """
import resource, sys
from pathlib import Path
from esi_fetch.errors import OutputWriteError
from tests.auth.test_keeping import Keeper, SystemClock, character, find_keyring, secret
keeper = Keeper(Path(sys.argv[1]), keyring=find_keyring, clock=SystemClock())
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
try:
    keeper.keep(character(), secret("b"))
except OutputWriteError as error:
    print(error)
"""
        told = world.start(script, str(keeper.folder)).communicate(timeout=60)[0]
        assert "tokens.json': File too large" in told
        assert same(keeper.secret(character()), secret("a"))
        assert sorted(path.name for path in keeper.folder.iterdir()) == ["tokens.json", "tokens.lock"]

    def test_reprs_hold_no_secret(self, keeper: Keeper) -> None:
        """Nothing that is printed shows a token, and a secret can't be pickled."""
        keeper.keep(character(), secret("hush"))
        shown = repr((keeper, secret("hush"), keeper.characters(SSO), keeper._closed, keeper._closed.read()))
        assert "hush" not in shown
        with pytest.raises(TypeError, match="secrets go nowhere"):
            pickle.dumps(secret())


class TestKeyring:
    def test_secrets_are_in_the_keyring(self, keeper: Keeper, memory: MemoryKeyring) -> None:
        """With a keyring no file holds a token; what else is known is in a file."""
        kept = keeper.keep(character(), secret("hush"))
        assert kept.kept_in == "keyring"
        assert same(keeper.secret(character()), secret("hush"))
        assert not (keeper.folder / "tokens.json").exists()
        text = (keeper.folder / "characters.json").read_text()
        assert "hush" not in text
        assert stat.S_IMODE((keeper.folder / "characters.json").stat().st_mode) == 0o600
        assert {service for service, _ in memory.entries} == {"esi-fetch"}
        keeper.drop(character())
        assert memory.entries == {}
        assert keeper.characters(SSO) == {}

    def test_folders_are_kept_apart(self, keeper: Keeper, memory: MemoryKeyring, tmp_path: Path) -> None:
        """A character that signs out in one folder stays signed in in another one."""
        other = Keeper(tmp_path / "other", keyring=find_keyring, clock=HeldClock())
        keeper.keep(character(), secret("a"))
        other.keep(character(), secret("b"))
        keeper.drop(character())
        assert same(other.secret(character()), secret("b"))

    def test_access_tokens_that_are_too_long(self, keeper: Keeper, memory: MemoryKeyring) -> None:
        """Where entries are small the access token is not kept, and is renewed by the next process."""
        memory.longest = 80
        keeper.keep(character(), replace(secret(), access_token="x" * 100))
        assert same(keeper.secret(character()), Secret("refresh-r"))

    def test_keyring_that_keeps_nothing(self, keeper: Keeper, memory: MemoryKeyring) -> None:
        """A keyring that only pretends is found out, and a file is used."""
        memory.forgets = True
        kept = keeper.keep(character(), secret())
        assert kept.kept_in == str(keeper.folder / "tokens.json")
        assert same(keeper.secret(character()), secret())

    def test_locked_when_signing_in(
        self, keeper: Keeper, memory: MemoryKeyring, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Who does not unlock the keyring gets a file, and is told."""
        memory.locked = True
        assert keeper.keep(character(), secret(), anew=True).kept_in.endswith("tokens.json")
        assert "keyring can't be used (KeyringLocked: the user said no)" in caplog.text
        memory.locked = False
        assert keeper.keep(character(), secret("b"), anew=True).kept_in == "keyring"
        assert keeper._closed.read() == {}
        assert same(keeper.secret(character()), secret("b"))

    def test_locked_later(self, keeper: Keeper, memory: MemoryKeyring) -> None:
        """A keyring that is locked when it is needed is told, with what to do for programs nobody watches."""
        keeper.keep(character(), secret())
        memory.locked = True
        for act in (lambda: keeper.secret(character()), lambda: keeper.keep(character(), secret("b"))):
            with pytest.raises(SignInError, match="ESI_FETCH_TOKEN_DIR"):
                act()

    def test_gone_later(self, keeper: Keeper, memory: MemoryKeyring) -> None:
        """Where the keyring is gone, that is told; an entry that is gone, or not ours, is none."""
        keeper.keep(character(), secret())
        keyring.set_keyring(keyring.backends.null.Keyring())
        with pytest.raises(SignInError, match="there is none here"):
            Keeper(keeper.folder, keyring=find_keyring, clock=HeldClock()).secret(character())
        for entry in memory.entries:
            memory.entries[entry] = "{}"
        assert keeper.secret(character()) is None
        memory.entries.clear()
        assert keeper.secret(character()) is None

    def test_folder_of_one_s_own_means_files(self, world: World, memory: MemoryKeyring) -> None:
        """Who names a folder for tokens gets a file there, to copy or to mount."""
        folder = world.home.parent / "tokens"
        esi = world.esi(token_dir=folder)
        assert world.sign_in(esi=esi).kept_in == str(folder / "tokens.json")
        assert memory.entries == {}
        assert world.esi().characters() == []

    def test_everything_works_with_one(self, world: World, memory: MemoryKeyring) -> None:
        """Signing in, renewing with a new refresh token, and signing out, with a keyring."""
        world.sandbox.sso.manners.rotates = True
        esi = world.esi()
        assert world.sign_in(esi=esi).kept_in == "keyring"
        esi.renew(WHO)
        world.clock.advance(3600)
        assert world.esi().get("GetCharactersCharacterIdWallet") > 0
        assert world.sandbox.sso.renewals() == 2
        esi.logout(WHO)
        assert memory.entries == {}


class TestFinding:
    @pytest.mark.parametrize("backend", [keyring.backends.null.Keyring, keyring.backends.fail.Keyring])
    def test_those_that_keep_nothing_are_none(self, memory: MemoryKeyring, backend: Any) -> None:
        """Backends that stand for "there is none" are none."""
        keyring.set_keyring(backend())
        assert find_keyring() is None

    def test_one_that_stands_for_none(self, memory: MemoryKeyring) -> None:
        """A chain of no keyrings is none; a chain of some is one."""
        memory.backends = []  # type: ignore[attr-defined]  # as the chaining backend has it
        assert find_keyring() is None
        memory.backends = [MemoryKeyring()]  # type: ignore[attr-defined]
        assert repr(find_keyring()) == "Keyring(MemoryKeyring)"

    def test_one_that_was_chosen(self, memory: MemoryKeyring, monkeypatch: pytest.MonkeyPatch) -> None:
        """A backend of low rank, or of none, is used when somebody has chosen it."""

        class Low(MemoryKeyring):
            priority = 0.5  # type: ignore[assignment]

        class Unranked(MemoryKeyring):
            @property
            def priority(self) -> float:  # type: ignore[override]
                raise NotImplementedError

        keyring.set_keyring(Low())
        assert find_keyring() is not None
        monkeypatch.delenv("PYTHON_KEYRING_BACKEND")
        assert find_keyring() is None
        keyring.set_keyring(Unranked())
        assert find_keyring() is not None

    def test_one_that_is_not_here(self, memory: MemoryKeyring, monkeypatch: pytest.MonkeyPatch) -> None:
        """A backend that can't be used on this system is none."""

        class Elsewhere(MemoryKeyring):
            @property
            def priority(self) -> float:  # type: ignore[override]
                raise RuntimeError("needs another system")

        keyring.set_keyring(Elsewhere())
        assert find_keyring() is None

    def test_without_the_library(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Where the library is not installed there is no keyring."""
        monkeypatch.setitem(sys.modules, "keyring", None)
        assert find_keyring() is None


class TestLocks:
    def test_nobody_waits_for_ever(self, keeper: Keeper) -> None:
        """Who waits for another process can be stopped, and has a deadline."""
        keeper.keep(character(), secret())
        assert keeper._locks.take(WHO)
        stopped = Patience(threading.Event())
        stopped.cancel.set()
        with pytest.raises(JobCancelledError), keeper.renewing(WHO, stopped):
            pass
        with pytest.raises(SignInError, match="too long"), keeper.renewing(WHO, Patience(deadline=1.0)):
            pass
        keeper._locks.release(WHO)
        with keeper.renewing(WHO, Patience(deadline=1.0)):
            assert keeper._locks.is_taken(WHO)
        assert not keeper._locks.is_taken(WHO)

    def test_systems_without_locks(self, keeper: Keeper, monkeypatch: pytest.MonkeyPatch) -> None:
        """Where there are no such locks, one process works all the same."""
        monkeypatch.setattr("esi_fetch.auth.keeper.have_file_locks", lambda: False)
        keeper.keep(character(), secret())
        assert same(keeper.secret(character()), secret())
        assert not (keeper.folder / "tokens.lock").exists()


def test_processes_lose_no_character(world: World) -> None:
    """Processes that keep a character each, at once, all find theirs."""
    script = """
import sys
from tests.auth.test_keeping import SSO, Keeper, SystemClock, character, find_keyring, secret
keeper = Keeper(__import__("pathlib").Path(sys.argv[1]), keyring=find_keyring, clock=SystemClock())
sys.stdin.readline()
for number in range(6):
    keeper.keep(character(int(sys.argv[2])), secret(str(number)))
"""
    processes = [world.start(script, str(world.home), str(number)) for number in range(1, 4)]
    for process in processes:
        process.stdin.write("go\n")  # type: ignore[union-attr]
        process.stdin.flush()  # type: ignore[union-attr]
    assert [process.wait(60) for process in processes] == [0] * 3
    keeper = Keeper(world.home, keyring=find_keyring, clock=SystemClock())
    assert sorted(keeper.characters(SSO)) == [1, 2, 3]


def test_nothing_is_made_before_it_is_needed(world: World) -> None:
    """Looking who there is makes no file; neither does a client that needs nobody."""
    esi = world.esi(local=False)
    assert esi.characters() == []
    assert not world.home.exists()


def test_keyring_is_not_loaded_without_need() -> None:
    """Neither PyJWT nor keyring is loaded with the package, or by a client of public data."""
    script = """
import sys
import esi_fetch
from esi_fetch import Esi
Esi(base_url="http://127.0.0.1:1", local=False).characters()
print([name for name in ("jwt", "keyring") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_json_of_the_file_is_for_people(keeper: Keeper) -> None:
    """The file can be read: who, what for, since when."""
    keeper.keep(character(), secret())
    (plain,) = json.loads((keeper.folder / "tokens.json").read_text())["characters"]
    assert plain["name"] == f"Character {WHO}"
    assert plain["signed_in_at"].startswith("2027-01-15T08:00:00")
    assert plain["scopes"] == [WALLET]


def test_backends_may_fail_in_any_way(keeper: Keeper, memory: MemoryKeyring) -> None:
    """Whatever a keyring of others raises is told in words, and signing in goes on with a file."""

    class OddError(Exception):
        """What some backend lets through."""

    def odd(*args: str) -> None:
        raise OddError("the bus is gone")

    memory.get_password = odd  # type: ignore[method-assign]
    assert keeper.keep(character(), secret(), anew=True).kept_in.endswith("tokens.json")
    del memory.get_password  # type: ignore[method-assign]
    keeper.keep(character(), secret(), anew=True)
    memory.get_password = odd  # type: ignore[method-assign]
    with pytest.raises(SignInError, match=r"OddError: the bus is gone"):
        keeper.secret(character())
    memory.set_password = odd  # type: ignore[method-assign]
    memory.delete_password = odd  # type: ignore[method-assign]
    keeper.drop(character())
    assert keeper.characters(SSO) == {}


def test_backend_that_is_not_installed(memory: MemoryKeyring, monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment that names a keyring which is not there means that there is none."""
    monkeypatch.setattr(keyring, "get_keyring", lambda: __import__("nowhere.to.be.found"))
    assert find_keyring() is None
