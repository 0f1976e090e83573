"""Characters: signing in, keeping and renewing what comes of it, and whose token a request carries."""

from esi_fetch.auth.choice import choose_character, find_character
from esi_fetch.auth.environment import EnvironmentToken
from esi_fetch.auth.facts import PATIENT, UNKNOWN, Character, Holder, Patience
from esi_fetch.auth.keeper import Keeper
from esi_fetch.auth.keyrings import find_keyring
from esi_fetch.auth.login import Application, checked_scopes, sign_in
from esi_fetch.auth.signed_in import SignedIn
from esi_fetch.auth.sso import Reply, Sso, Wire
from esi_fetch.auth.tokens import GivenTokens, TokenSource

__all__ = [
    "PATIENT",
    "UNKNOWN",
    "Application",
    "Character",
    "EnvironmentToken",
    "GivenTokens",
    "Holder",
    "Keeper",
    "Patience",
    "Reply",
    "SignedIn",
    "Sso",
    "TokenSource",
    "Wire",
    "checked_scopes",
    "choose_character",
    "find_character",
    "find_keyring",
    "sign_in",
]
