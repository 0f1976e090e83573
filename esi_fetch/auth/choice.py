"""Whose token a job is asked with: a decision over what is known, that sends nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from esi_fetch.auth.facts import UNKNOWN, Holder
from esi_fetch.auth.tokens import TokenSource
from esi_fetch.errors import CharacterError, Problem, did_you_mean

__all__ = ["choose_character", "find_character"]

_MOST_NAMED = 8


def choose_character(
    tokens: TokenSource, *, scopes: Collection[str], wanted: int | str | None, parameters: Mapping[str, Any]
) -> int | None:
    """Return whose token an operation is asked with; None for a public one that names nobody.

    Args:
        tokens: The characters there are.
        scopes: The scopes the operation needs.
        wanted: The character the job names, by id or name.
        parameters: The job's parameters; ``character_id`` in them says whose data is wanted.

    Raises:
        CharacterError: The operation needs a character and none fits, or several do; or the one named is not
            known, or does not allow what is asked.
    """
    if wanted is None and not scopes:
        return None
    known = tokens.characters()
    if wanted is not None:
        holder = find_character(known, wanted, tokens=tokens, scopes=scopes)
        if not _allows(holder, scopes):
            raise _lacks(tokens, holder, scopes)
        return holder.character_id
    own = _as_id(parameters.get("character_id"))
    meant = [each for each in known if own is None or each.character_id in (own, UNKNOWN)]
    able = [each for each in meant if _allows(each, scopes)]
    if len(able) == 1:
        return able[0].character_id
    needs = f"needs a token with the scope {' and '.join(sorted(scopes))}"
    if able:
        raise _wrong(f"{needs}, and several characters have one; name one of them: {_listed(able)}")
    if len(meant) == 1:
        raise _lacks(tokens, meant[0], scopes)
    mend = tokens.mend(scopes, holder=None)
    if own is not None and known:
        raise _wrong(f"{needs}, of character {own}; {mend}; or name who has one: {_listed(known)}")
    there = f"; none of these has it: {_listed(known)}" if known else ""
    raise _wrong(f"{needs}{there}; {mend}")


def find_character(
    known: Iterable[Holder],
    wanted: int | str,
    *,
    tokens: TokenSource | None = None,
    scopes: Collection[str] = (),
) -> Holder:
    """Return the character with an id or a name, in any case.

    Args:
        known: The characters there are.
        wanted: The id or name.
        tokens: Knows what users can do where there is none.
        scopes: What it would be wanted for.

    Raises:
        CharacterError: There is none, or more than one.
    """
    listed = list(known)
    as_id = _as_id(wanted)
    folded = str(wanted).strip().casefold()
    found = [
        each
        for each in listed
        if each.character_id == UNKNOWN
        or each.character_id == as_id
        or (each.name and each.name.casefold() == folded)
    ]
    if len(found) == 1:
        return found[0]
    if found:
        raise _wrong(f"{wanted!r} may be any of {_listed(found)}; say which by id")
    near = did_you_mean(str(wanted), [each.name for each in listed if each.name])
    mend = "" if near or tokens is None else f"; {tokens.mend(scopes, holder=None)}"
    have = _listed(listed) if listed else "none"
    raise _wrong(f"no token for character {wanted!r}{near}; there are tokens for: {have}{mend}")


def _as_id(value: Any) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    text = str(value).strip() if isinstance(value, str) else ""
    return int(text) if text.isascii() and text.isdecimal() else None


def _allows(holder: Holder, scopes: Collection[str]) -> bool:
    return holder.scopes is None or set(scopes) <= holder.scopes


def _lacks(tokens: TokenSource, holder: Holder, scopes: Collection[str]) -> CharacterError:
    missing = sorted(set(scopes) - (holder.scopes or frozenset()))
    return _wrong(
        f"{holder} has not allowed the scope {' and '.join(missing)}; {tokens.mend(scopes, holder=holder)}"
    )


def _listed(holders: Collection[Holder]) -> str:
    ordered = sorted(holders, key=lambda each: each.character_id)
    names = ", ".join(map(str, ordered[:_MOST_NAMED]))
    return f"{names} and {len(ordered) - _MOST_NAMED} more" if len(ordered) > _MOST_NAMED else names


def _wrong(what: str) -> CharacterError:
    return CharacterError(problems=[Problem("character", what)])
