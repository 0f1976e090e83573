"""Tokens as users give them, right and wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from esi_fetch import Esi, Job
from esi_fetch.auth import GivenTokens
from esi_fetch.errors import CharacterError, SettingsError
from tests.wire import Reply, WireServer

WALLET = Job("GetCharactersCharacterIdWallet", {"character_id": 7})


def test_line_break_of_a_file_is_no_part_of_a_token() -> None:
    """Space around a token is taken off, however it is given."""
    assert GivenTokens({7: "secret\n"}).access_token(7) == "secret"
    assert GivenTokens({7: lambda: " secret\n"}).access_token(7) == "secret"


@pytest.mark.parametrize("wrong", ["", " \n", "Bearer secret", "sec\nret", "sécret", b"secret", None, 5])
@pytest.mark.parametrize("given_as", [lambda token: token, lambda token: lambda: token])
def test_what_can_be_no_token_is_refused_unseen(wrong: Any, given_as: Any) -> None:
    """What can't stand in a header is refused before it is sent, and the error does not show it."""
    with pytest.raises(CharacterError, match="character 7") as caught:
        GivenTokens({7: given_as(wrong)}).access_token(7)
    assert "secret" not in str(caught.value)
    assert "sec\n" not in str(caught.value)


def test_keys_are_ids() -> None:
    """A key that is no number could never be found."""
    with pytest.raises(CharacterError, match="'7': a key is a character's id"):
        GivenTokens({"7": "secret"})  # type: ignore[dict-item]


def test_failing_token_function_fails_its_job_alone(tmp_path: Path) -> None:
    """When a user's function can't give a token, that job fails and says why; the others are well."""

    def give() -> str:
        raise LookupError("no refresh token")

    with (
        WireServer(lambda seen: Reply()) as server,
        Esi(base_url=server.url, home=tmp_path, tokens={7: give}) as esi,
    ):
        report = esi.run([Job("GetStatus"), WALLET, Job("GetUniverseTypesTypeId", {"type_id": 1})])
        assert [job.result.ok for job in report if job.result] == [True, False, True]
        with pytest.raises(CharacterError, match=r"character 7: .* failed: LookupError: no refresh token"):
            esi.get("GetCharactersCharacterIdWallet", character_id=7)
    assert len(server.seen) == 2


def test_error_of_ours_comes_through(tmp_path: Path) -> None:
    """An error of this library's in a token function stays what it is."""

    def give() -> str:
        raise SettingsError("sign in first")

    with pytest.raises(SettingsError, match="sign in first"):
        GivenTokens({7: give}).access_token(7)
