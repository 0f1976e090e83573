"""``esi-fetch auth``: characters, signed in and out."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterable, Iterator
from datetime import datetime, timezone
from typing import Any

import click

from esi_fetch.auth import Character
from esi_fetch.cli.amounts import Duration
from esi_fetch.cli.catalog import complete_operation, current_catalog
from esi_fetch.cli.client import client
from esi_fetch.cli.console import Voice, pass_voice, printable, table, terminal_width
from esi_fetch.cli.exits import FAILED, OK, UNREACHABLE
from esi_fetch.cli.options import examples, table_or_json, voice_options
from esi_fetch.cli.outputs import deliver, print_lines
from esi_fetch.cli.summary import moment
from esi_fetch.client import Esi
from esi_fetch.client.characters import open_browser
from esi_fetch.errors import (
    InputError,
    JobError,
    NoAnswerError,
    RateLimitedError,
    ServerError,
    SignInError,
)
from esi_fetch.model.codec import moment_text

__all__ = ["auth"]

_UNREACHABLE = (NoAnswerError, RateLimitedError, ServerError)
_APPLICATIONS = "https://developers.eveonline.com/authorized-apps"


@click.group(
    short_help="Sign characters in and out; see who there is.",
    epilog=examples(
        "esi-fetch auth login --scope esi-wallet.read_character_wallet.v1",
        "esi-fetch auth login --for GetCharactersCharacterIdWallet --no-browser",
        "esi-fetch auth list",
    ),
)
@voice_options
def auth() -> None:
    """Sign characters in, once; from then on their private data can be fetched.

    Tokens are kept in the system's keyring, or else in a file that only you can read.
    docs/how-to/characters.md explains it all.
    """


@auth.command(
    short_help="Sign a character in.",
    epilog=examples(
        "esi-fetch auth login --scope esi-wallet.read_character_wallet.v1",
        "esi-fetch auth login --for GetCharactersCharacterIdWallet --for GetCharactersCharacterIdAssets",
        "esi-fetch auth login --scope esi-skills.read_skills.v1 --no-browser",
    ),
)
@click.option(
    "--scope", "scopes", multiple=True, metavar="SCOPE", help="What the character is to allow; repeatable."
)
@click.option(
    "--for",
    "operations",
    multiple=True,
    metavar="OPERATION",
    shell_complete=complete_operation,
    help="An operation whose scope it is to allow; repeatable.",
)
@click.option(
    "--no-browser",
    is_flag=True,
    help="Open no browser: print the address, and read the one that a browser elsewhere ended at.",
)
@click.option(
    "--wait",
    type=Duration(),
    default="5m",
    show_default=True,
    metavar="DURATION",
    help="For how long to wait for the browser.",
)
@click.option("--client-id", metavar="ID", help="The application to sign in to; see ESI_FETCH_CLIENT_ID.")
@click.option(
    "--callback-url",
    metavar="URL",
    help="Where the browser goes back to, as registered with the application.",
)
@voice_options
@pass_voice
def login(
    voice: Voice,
    scopes: tuple[str, ...],
    operations: tuple[str, ...],
    no_browser: bool,
    wait: float,
    client_id: str | None,
    callback_url: str | None,
) -> None:
    """Sign a character in: the browser opens at EVE's sign-in, where you choose it and allow what is asked.

    A character that signs in again allows what is asked then, and nothing else. With --no-browser, open the
    printed address wherever you like; the page it ends at may show an error, its address is all that counts.
    """
    with _esi(voice, client_id=client_id, callback_url=callback_url) as esi, _told_by_status(voice):
        asked = sorted(esi.scopes_of(scopes, operations=operations))
        character = esi.login(
            asked,
            browser=not no_browser,
            timeout=wait,
            browse=lambda url: _open(voice, url),
            ask=lambda url: _ask(voice, url),
        )
        missing = sorted(set(asked) - set(character.scopes))
        kept = "the system's keyring" if character.kept_in == "keyring" else character.kept_in
        voice.say(printable(f"signed in as {character}, for {', '.join(character.scopes)}"))
        voice.say(printable(f"kept in {kept}"), dim=True)
        if missing:
            voice.warn(printable(f"not allowed: {', '.join(missing)}"))


def _open(voice: Voice, url: str) -> None:
    voice.say("Opening the browser. If nothing happens, open this address yourself:")
    voice.say(url)
    voice.say("Waiting for you to sign in there; Ctrl-C ends it.")
    open_browser(url)


def _ask(voice: Voice, url: str) -> str:
    voice.say("Open this address in a browser, and sign in:")
    click.echo(url)
    voice.say("Then paste the address of the page it ends at, even if that shows an error:")
    sys.stdout.flush()
    line = "" if sys.stdin is None else sys.stdin.readline()
    if not line.strip():
        raise InputError("no address was given; it is read from standard input")
    return line


@auth.command(
    "list",
    short_help="List the characters that have signed in.",
    epilog=examples("esi-fetch auth list", "esi-fetch auth list --format json"),
)
@table_or_json
@voice_options
@pass_voice
def list_characters(voice: Voice, fmt: str) -> None:
    """List the characters that have signed in: what they allow, and when their tokens were used last.

    Nothing is sent. EVE forgets a token that is not used for about a month; `auth refresh` uses them all.
    """
    with _esi(voice, offline=True) as esi:
        known = esi.characters()
    now = time.time()
    if fmt == "json":
        deliver([_row(each, now) for each in known], fmt="json")
    elif known:
        heads = ("character", "id", "used last", "sign in again by", "token good until", "scopes")
        print_lines(table(heads, (list(_cells(each, now)) for each in known), width=terminal_width()))
    if not known:
        voice.say("nobody has signed in; `esi-fetch auth login --scope SCOPE` does that")
    for each in known:
        if each.is_dying(now):
            voice.warn(
                printable(
                    f"{each}: not used since {moment(each.used_at)}, and EVE forgets it about"
                    f" {moment(each.sign_in_again_by)}; `esi-fetch auth refresh {each.character_id}` uses it"
                )
            )


def _row(character: Character, now: float) -> dict[str, Any]:
    return {
        "character_id": character.character_id,
        "name": character.name,
        "scopes": list(character.scopes),
        "signed_in_at": moment_text(character.signed_in_at, timespec="seconds"),
        "used_at": moment_text(character.used_at, timespec="seconds"),
        "sign_in_again_by": moment_text(character.sign_in_again_by, timespec="seconds"),
        "expires_at": moment_text(character.expires_at, timespec="seconds"),
        "dying": character.is_dying(now),
        "client_id": character.client_id,
        "kept_in": character.kept_in,
    }


def _cells(character: Character, now: float) -> Iterator[Any]:
    yield character.name
    yield character.character_id
    yield moment(character.used_at)
    yield moment(character.sign_in_again_by)
    is_good = character.expires_at > datetime.fromtimestamp(now, timezone.utc)
    yield moment(character.expires_at) if is_good else "is renewed when needed"
    yield " ".join(character.scopes)


@auth.command(
    short_help="Renew tokens now, so that EVE does not forget them.",
    epilog=examples("esi-fetch auth refresh", "esi-fetch auth refresh 90000001"),
)
@click.argument("who", nargs=-1)
@voice_options
@pass_voice
def refresh(voice: Voice, who: tuple[str, ...]) -> None:
    """Renew the tokens of the characters named, by name or id, or of all.

    That is done by itself when one is needed. It is for characters that are not needed for weeks.
    """
    with _esi(voice) as esi:
        chosen = _chosen(esi, who)
        if not chosen:
            voice.say("nobody has signed in")

        def renew(character: Character) -> None:
            renewed = esi.renew(character.character_id)
            voice.say(printable(f"{renewed}: good until {moment(renewed.expires_at)}"))

        _each(voice, chosen, renew)


@auth.command(
    short_help="Sign characters out, and revoke their tokens.",
    epilog=examples("esi-fetch auth logout 90000001", "esi-fetch auth logout --all"),
)
@click.argument("who", nargs=-1)
@click.option("--all", "everybody", is_flag=True, help="Sign everybody out.")
@voice_options
@pass_voice
def logout(voice: Voice, who: tuple[str, ...], everybody: bool) -> None:
    """Sign out the characters named, by name or id: their tokens are revoked, and forgotten here.

    What was fetched with them stays in the local store.
    """
    if bool(who) == everybody:
        raise click.UsageError("name characters, by name or id, or give --all")
    with _esi(voice) as esi:

        def sign_out(character: Character) -> None:
            try:
                esi.logout(character.character_id)
            except (JobError, SignInError):
                told = f"{character} is forgotten here, but its token was not revoked; do so at"
                voice.warn(printable(f"{told} {_APPLICATIONS}"))
                raise
            voice.say(printable(f"{character} is signed out"))

        _each(voice, _chosen(esi, who), sign_out)


def _chosen(esi: Esi, who: Iterable[str]) -> list[Character]:
    """Return characters by name or id, each once; all that have signed in where none is named."""
    named = {each.character_id: each for each in map(esi.character, who)}
    return list(named.values()) if named else [each for each in esi.characters() if not each.seed]


def _each(voice: Voice, chosen: Iterable[Character], act: Any) -> None:
    """Do something for each of them, whatever becomes of the others; end with the worst status."""
    status = OK
    for character in chosen:
        try:
            act(character)
        except (JobError, SignInError) as error:
            voice.complain(printable(error))
            is_away = isinstance(error, _UNREACHABLE)
            status = UNREACHABLE if is_away and status != FAILED else FAILED
    raise click.exceptions.Exit(status)


@contextlib.contextmanager
def _told_by_status(voice: Voice) -> Iterator[None]:
    try:
        yield
    except JobError as error:
        voice.complain(printable(error))
        raise click.exceptions.Exit(UNREACHABLE if isinstance(error, _UNREACHABLE) else FAILED) from error


@contextlib.contextmanager
def _esi(voice: Voice, *, offline: bool = False, **settings: Any) -> Iterator[Esi]:
    catalog = current_catalog()
    with client(voice, offline=offline, opens_store=False, catalog=catalog, **settings) as opened:
        yield opened.esi
