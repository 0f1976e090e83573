"""Whose token is used."""

from __future__ import annotations

import pytest

from esi_fetch.auth import GivenTokens, choose_character
from esi_fetch.errors import CharacterError

SCOPE = ("esi-wallet.read_character_wallet.v1",)
TWO = GivenTokens({1: "secret-a", 2: lambda: "secret-b"})
NOBODY = GivenTokens({})


def test_tokens_are_given_or_asked_for() -> None:
    """A token is text, or what a function returns now."""
    assert [TWO.access_token(1), TWO.access_token(2)] == ["secret-a", "secret-b"]


def test_repr_names_characters_and_no_token() -> None:
    """What is printed shows whose tokens there are, and none of them."""
    assert repr(TWO) == "GivenTokens(characters=[1, 2])"


@pytest.mark.parametrize("wrong", [[1], "secret", 5, {True: "x"}, {"1": "x"}])
def test_what_is_no_mapping_by_character_is_refused(wrong) -> None:  # type: ignore[no-untyped-def]
    """Tokens are given by character id; the error does not show them."""
    with pytest.raises(CharacterError) as caught:
        GivenTokens(wrong)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("tokens", "scopes", "wanted", "parameters", "character"),
    [
        (TWO, (), None, {}, None),
        (TWO, (), None, {"character_id": 1}, None),
        (TWO, (), 2, {}, 2),
        (TWO, (), "2", {}, 2),
        (TWO, SCOPE, None, {"character_id": 2}, 2),
        (TWO, SCOPE, 1, {"character_id": 2}, 1),
        (GivenTokens({7: "x"}), SCOPE, None, {"corporation_id": 5}, 7),
    ],
)
def test_choice(tokens, scopes, wanted, parameters, character) -> None:  # type: ignore[no-untyped-def]
    """Public operations need nobody; others take the one named, the one whose data it is, or the only one."""
    assert choose_character(tokens, scopes=scopes, wanted=wanted, parameters=parameters) == character


@pytest.mark.parametrize(
    ("tokens", "wanted", "parameters", "text"),
    [
        (NOBODY, None, {"character_id": 1}, "needs a token with the scope esi-wallet"),
        (TWO, None, {"character_id": 3}, "or name who has one: "),
        (TWO, None, {}, "name one of them: 1, 2"),
        (TWO, 3, {}, "no token for character 3; there are tokens for: 1, 2"),
        (NOBODY, "Somebody", {}, "no token for character 'Somebody'; there are tokens for: none"),
    ],
)
def test_nobody_fits(tokens, wanted, parameters, text) -> None:  # type: ignore[no-untyped-def]
    """Where nobody fits, the error says who is needed and who is there."""
    with pytest.raises(CharacterError, match=text):
        choose_character(tokens, scopes=SCOPE, wanted=wanted, parameters=parameters)
