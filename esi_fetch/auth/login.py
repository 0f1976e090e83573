"""Signing in: the player's consent, in a browser, becomes tokens.

Order of operations of :func:`sign_in`:

1. make up what only this sign-in knows: ``state``, and the verifier of PKCE
2. listen where the browser will come back to, or ask for the address that it ended at
3. change the code it brings for tokens, and check whose they are
4. keep them, and only then say that it worked
"""

from __future__ import annotations

import base64
import hashlib
import logging
import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from esi_fetch.auth.claims import jwt_module
from esi_fetch.auth.facts import Character, Patience, login_command
from esi_fetch.auth.keeper import Keeper
from esi_fetch.auth.listener import listening, read_redirect
from esi_fetch.auth.signed_in import SignedIn
from esi_fetch.auth.sso import Sso
from esi_fetch.errors import InputError, Problem, SettingsError, did_you_mean

__all__ = ["Application", "checked_scopes", "sign_in"]

log = logging.getLogger("esi_fetch.auth")

# Allowed by many applications, and needed by no operation.
_MORE_SCOPES = frozenset({"publicData"})


@dataclass(frozen=True)
class Application:
    """What signs characters in.

    Attributes:
        client_id: Its id at EVE's developer site; None where none is known.
        callback_url: Where browsers are sent back to, as registered there.
    """

    client_id: str | None
    callback_url: str

    def id_or_advice(self) -> str:
        """Return its id.

        Raises:
            SettingsError: There is none; it says how to get one.
        """
        if self.client_id is not None:
            return self.client_id
        what = (
            "not set. Characters sign in to an application, and you register your own, once: at"
            " https://developers.eveonline.com/applications, with the connection type 'Authentication & API"
            f" Access', the scopes you want, and the callback URL {self.callback_url}. Then set"
            " ESI_FETCH_CLIENT_ID to the client id shown there, or write client_id: into config.yaml. The"
            " secret key is not needed"
        )
        raise SettingsError(problems=[Problem("client_id", what)])


def checked_scopes(scopes: Collection[str], known: Collection[str]) -> frozenset[str]:
    """Return scopes to ask for.

    Args:
        scopes: The scopes.
        known: Those that operations need.

    Raises:
        InputError: There are none, or some do not exist: EVE's sign-in would end with an error page.
    """
    problems = [
        Problem(
            "scope",
            f"there is no scope {scope!r}{did_you_mean(scope, known)}; `esi-fetch ops list WORDS` shows them,"
            " and `esi-fetch schema update` gets newer ones",
        )
        for scope in sorted(set(scopes))
        if scope not in known and scope not in _MORE_SCOPES
    ]
    if not scopes:
        what = (
            "what is the character to allow? Name scopes, or operations that need some"
            " (--scope, --for; in Python scopes, operations)"
        )
        problems = [Problem("scope", what)]
    if problems:
        raise InputError(problems=problems)
    return frozenset(scopes)


def sign_in(
    tokens: SignedIn,
    *,
    sso: Sso,
    keeper: Keeper,
    application: Application,
    scopes: Collection[str],
    browse: Callable[[str], object] | None,
    ask: Callable[[str], str],
    timeout_s: float,
    patience: Patience,
) -> Character:
    """Sign a character in; return it.

    Args:
        tokens: Knows characters.
        sso: The sign-in.
        keeper: Keeps what comes of it.
        application: What it signs in to.
        scopes: What it is to allow.
        browse: Shows the player an address; None to use ``ask``.
        ask: Shows the player an address, and returns the one their browser ended at.
        timeout_s: For how many seconds the browser is waited for.
        patience: Ends the requests.

    Raises:
        InputError: There is no client id, or what was pasted is of no use.
        SignInError: The player said no, nobody came, or what came is not to be trusted.
        OutputWriteError: It can't be kept.
        NoAnswerError, ServerError, RateLimitedError: The sign-in does not answer.
    """
    jwt_module()  # before anybody is sent to a browser
    client_id = application.id_or_advice()
    state, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    url = sso.authorize_url(
        client_id=client_id,
        redirect_uri=application.callback_url,
        scopes=scopes,
        state=state,
        code_challenge=challenge,
        patience=patience,
    )

    def finish(code: str) -> Character:
        given = sso.redeem(code, code_verifier=verifier, client_id=client_id, patience=patience)
        character, secret = tokens.take(given, client_id=client_id, patience=patience)
        before = keeper.characters(sso.url).get(character.character_id)
        kept = keeper.keep(character, secret, anew=True, patience=patience)
        tokens.hold(kept, secret)
        if before is not None and (lost := set(before.scopes) - set(kept.scopes)):
            log.warning(
                "%s allowed %s until now, and has not allowed it again; to have all of it: %s",
                kept,
                ", ".join(sorted(lost)),
                login_command({*before.scopes, *kept.scopes}),
            )
        return kept

    if browse is None:
        pasted = urlsplit(ask(url).strip().strip("\"'<>"))
        return finish(read_redirect(parse_qs(pasted.query, keep_blank_values=True), state=state))
    with listening(application.callback_url, state=state) as wait:
        browse(url)
        arrival = wait(timeout_s)
        try:
            character = finish(arrival.code)
            arrival.show(f"Signed in as {character.name}", "You can close this page.")
        finally:
            # Of what went wrong, if anything did, the details are for who began this.
            arrival.show("Not signed in", "What went wrong is told where you began. You can close this page.")
            arrival.wait_shown()
        return character
