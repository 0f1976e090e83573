"""Characters: signing in and out, from a script or a notebook."""

from __future__ import annotations

import logging
import threading
import webbrowser
from collections.abc import Callable, Iterable

from esi_fetch.auth import Character, checked_scopes
from esi_fetch.errors import InputError, Problem
from esi_fetch.run import Desk, InSteps
from esi_fetch.transport import Mode
from esi_fetch.units import parse_duration

__all__ = ["Characters", "open_browser"]

log = logging.getLogger("esi_fetch.client")


class Characters(InSteps):
    """What a client knows of characters."""

    def characters(self) -> list[Character]:
        """Return the characters that have signed in, by name; they hold no token.

        Raises:
            CharacterError: The file they are in can't be read.
        """
        return self._parts.desk.characters()

    def character(self, who: int | str) -> Character:
        """Return a character that has signed in, by id or name in any case.

        Raises:
            CharacterError: There is none, or more than one.
        """
        return self._parts.desk.find(who)

    def login(
        self,
        scopes: str | Iterable[str] = (),
        *,
        operations: str | Iterable[str] = (),
        browser: bool = True,
        timeout: float | str = "5m",
        browse: Callable[[str], object] | None = None,
        ask: Callable[[str], str] | None = None,
    ) -> Character:
        """Sign a character in; return it. It is kept, so that this has to be done once.

        Who signs in again allows what is asked then, and nothing else; scopes that are lost by that are
        warned of.

        The browser opens at EVE's sign-in, where its player logs in, chooses the character, and allows what
        is asked. Where there is no browser, ``browser=False`` asks for the address that one elsewhere ended
        at.

        Args:
            scopes: What the character is to allow.
            operations: Operations whose scopes it is to allow as well.
            browser: Whether to open a browser on this machine.
            timeout: For how long to wait for it: seconds, or text such as ``"5m"``.
            browse: Shows an address, in place of the system's browser.
            ask: Shows a text and returns what was typed, in place of ``input``.

        Raises:
            InputError: There is no such scope or operation, no client id, or what was pasted is of no use.
            SignInError: The player said no, nobody came, or what came is not to be trusted.
            OutputWriteError: It can't be kept.
            JobError: EVE's sign-in does not answer.
        """
        show = browse if browse is not None else open_browser
        reply = ask if ask is not None else _ask
        return self._remote_desk().sign_in(
            self.scopes_of(scopes, operations=operations),
            browse=show if browser else None,
            ask=reply,
            timeout_s=parse_duration(timeout),
        )

    def scopes_of(
        self, scopes: str | Iterable[str] = (), *, operations: str | Iterable[str] = ()
    ) -> frozenset[str]:
        """Return scopes, and those that operations need.

        Raises:
            InputError: There are none, as nothing is named or no operation needs one; or there is no such
                scope or operation.
        """
        named = [scopes] if isinstance(scopes, str) else list(scopes)
        asked = [operations] if isinstance(operations, str) else list(operations)
        catalog = self._parts.operations
        wanted = {*named, *(scope for each in asked for scope in catalog[each].scopes)}
        if asked and not wanted:
            names = " or ".join(catalog[each].op_id for each in asked)
            raise InputError(problems=[Problem("scope", f"nobody has to sign in for {names}")])
        known = {scope for operation in catalog.values() for scope in operation.scopes}
        return checked_scopes(wanted, known)

    def renew(self, who: int | str) -> Character:
        """Renew a character's token now, as is done by itself when it is needed; return the character.

        EVE forgets a refresh token that is not used for about a month.

        Raises:
            CharacterError: There is no such character, or more than one.
            JobError: EVE's sign-in refuses, or does not answer.
            SignInError: The keyring can't be used.
        """
        desk = self._remote_desk()
        return desk.renew(desk.find(who))

    def logout(self, who: int | str) -> Character:
        """Give a character's token back, and forget the character; return it.

        It is forgotten also where the former fails, which is raised.

        Raises:
            CharacterError: There is no such character, or more than one.
            JobError: EVE's sign-in does not answer.
            SignInError: It did not take the token back.
        """
        desk = self._remote_desk()
        character = desk.find(who)
        desk.sign_out(character)
        return character

    def _remote_desk(self) -> Desk:
        if self._parts.mode is Mode.OFFLINE:
            raise InputError("this asks EVE's sign-in, and offline nothing is asked")
        return self._parts.desk


def open_browser(url: str) -> None:
    """Show an address in the system's browser; return at once."""

    def show() -> None:
        if not webbrowser.open(url):
            log.warning(
                "there is no browser here (for one elsewhere: --no-browser, in Python browser=False);"
                " open this address in one on this machine: %s",
                url,
            )

    # Some browsers only return when they are closed, and the listener has to hear them before.
    threading.Thread(target=show, name="esi_fetch-browser", daemon=True).start()


def _ask(url: str) -> str:
    return input(
        f"Open this address in a browser, sign in, and copy the address of the page it ends at, even if that"
        f" shows an error:\n\n{url}\n\nThat page's address: "
    )
