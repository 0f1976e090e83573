"""Settings: who is asking, where, how fast, and where things are kept.

They come, in rising order, from defaults, from ``config.yaml`` in the user's configuration folder, from the
environment (``ESI_FETCH_WORKERS``) and from arguments. Everything that is wrong with any of them is found in
one go, also in those that another source overrules: a misspelt setting must not wait for its day.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import platformdirs

from esi_fetch.documents import DocumentError, parse_document, read_text
from esi_fetch.errors import InputError, Problem, SettingsError, did_you_mean, reason_of
from esi_fetch.units import parse_duration

__all__ = [
    "Settings",
    "config_path",
    "is_loopback",
    "load_settings",
    "user_agent_problem",
]

_PREFIX = "ESI_FETCH_"

# Variables of this prefix that are neither settings nor mistakes: signing in, still to come, has them.
_RESERVED = frozenset({"ESI_FETCH_REFRESH_TOKEN", "ESI_FETCH_TOKEN_DIR"})

_LANGUAGES = ("de", "en", "es", "fr", "ja", "ko", "ru", "zh")

_APP = "esi-fetch"


def _default_home() -> Path:
    return Path(platformdirs.user_data_dir(_APP, appauthor=False))


def config_path(home: Path | None = None) -> Path:
    """Return where the configuration file is, whether it exists or not.

    Args:
        home: The folder that ``ESI_FETCH_HOME`` or the argument ``home`` names; None without either.
    """
    return (home or Path(platformdirs.user_config_dir(_APP, appauthor=False))) / "config.yaml"


@dataclass(frozen=True)
class Settings:
    """All settings, checked by :func:`load_settings`.

    Attributes:
        user_agent: Who is asking, with a contact; sent with every request.
        home: Folder of the store, the catalog and everything else that is kept.
        base_url: Where ESI is, without a slash at its end.
        sso_url: Where EVE's single sign-on is; checked, and not used by this version.
        client_id: The application's id at EVE's developer site; checked, and not used by this version.
        workers: How many requests may be under way at once. Beyond 16, threads hand the interpreter's lock
            around instead of getting more done: 16 and 64 both got 258 big pages a second on two cores.
        compatibility_date: ``X-Compatibility-Date``, ``YYYY-MM-DD``; None for the catalog's own.
        timeout: Seconds that one attempt may take, from connecting to the last byte.
        retries: How often a failed request is repeated, after the first attempt.
        max_stale: For how many seconds after its expiry stored data may stand in when ESI can't answer;
            0 forbids it.
        max_wait: For how many seconds the requests of one job may wait for limits. The default, an hour, is
            four windows of ESI's rate limits.
        language: ``Accept-Language``: the language of names.
        tenant: ``X-Tenant``: the game server.
        redis_url: Not used by this version, and refused.
        config_file: Where the configuration file is, whether it exists or not.
    """

    user_agent: str | None = None
    home: Path = field(default_factory=_default_home)
    base_url: str = "https://esi.evetech.net"
    sso_url: str = "https://login.eveonline.com"
    client_id: str | None = None
    workers: int = 16
    compatibility_date: str | None = None
    timeout: float = 30.0
    retries: int = 4
    max_stale: float = 7 * 86_400.0
    max_wait: float = 3_600.0
    language: str = "en"
    tenant: str = "tranquility"
    redis_url: str | None = field(default=None, repr=False)  # such a URL may hold a password
    config_file: Path = field(default_factory=config_path)


def load_settings(**overrides: Any) -> Settings:
    """Put the settings together from all their sources.

    Args:
        **overrides: Settings by name; None for those that are not given. ``home`` also moves the
            configuration file, as ``ESI_FETCH_HOME`` does.

    Raises:
        SettingsError: Settings are unknown or wrong, or the configuration file can't be read; ``problems``
            lists everything.
    """
    problems: list[Problem] = []
    environment = dict(_from_environment(problems))
    arguments = {name: value for name, value in overrides.items() if value is not None}
    file = config_path(_home_of(arguments.get("home") or environment.get("home")))
    values: dict[str, Any] = {}

    def take(place: str, name: str, value: Any) -> None:
        convert = _CONVERTERS.get(name)
        if convert is None:
            problems.append(Problem(place, f"unknown setting{did_you_mean(name, _CONVERTERS)}"))
            return
        try:
            values[name] = convert(value)
        except InputError as error:
            problems.append(Problem(place, str(error)))

    for name, value in _from_file(file, problems).items():
        take(f"{file}: {name}", name, value)
    for name, value in environment.items():
        take(f"environment {_PREFIX}{name.upper()}", name, value)
    for name, value in arguments.items():
        take(f"argument {name}", name, value)
    if problems:
        raise SettingsError(problems=problems)
    return Settings(**values, config_file=file)


def _from_environment(problems: list[Problem]) -> Iterator[tuple[str, str]]:
    known = {_PREFIX + name.upper(): name for name in _CONVERTERS}
    for variable, value in sorted(os.environ.items()):
        # An empty variable is the usual way to take one back.
        if not variable.startswith(_PREFIX) or variable in _RESERVED or not value.strip():
            continue
        if variable in known:
            yield known[variable], value
        else:
            # The prefix they share makes all variables look alike; whether one is near, the rest decides.
            near = did_you_mean(variable[len(_PREFIX) :], known.values())
            hint = did_you_mean(variable, known, limit=1) if near else ""
            problems.append(Problem(f"environment {variable}", f"unknown setting{hint}"))


def _from_file(file: Path, problems: list[Problem]) -> dict[str, Any]:
    try:
        plain = parse_document(read_text(file), suffix=file.suffix)
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except DocumentError as error:
        problems.append(Problem(str(file), str(error)))
        return {}
    except (OSError, ValueError) as error:  # ValueError: a path with a null character
        problems.append(Problem(str(file), f"can't be read: {reason_of(error)}"))
        return {}
    if plain is None:
        return {}
    if not isinstance(plain, dict):
        problems.append(Problem(str(file), "expected settings, one 'name: value' a line"))
        return {}
    given = {name: value for name, value in plain.items() if value is not None}
    if isinstance(given.get("home"), str):
        # Relative to the file it stands in: the folder a script happens to run in has nothing to do with it.
        given["home"] = os.path.join(file.parent, os.path.expanduser(given["home"]))
    return given


def _home_of(value: Any) -> Path | None:
    if value is None:
        return None
    try:
        return _folder(value)
    except InputError:
        return None  # the problem is noted where the value is taken


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise InputError(f"expected text, found {value!r}")
    if not value.strip():
        raise InputError("is empty")
    return value.strip()


def _word(value: Any) -> str:
    text = _text(value)
    if not re.fullmatch(r"[A-Za-z0-9_.-]+", text):
        raise InputError(f"expected one word, found {text!r}")
    return text


def _user_agent(value: Any) -> str:
    text = _text(value)
    # A line break would end the header and begin another one.
    if not (text.isascii() and text.isprintable()):
        raise InputError(f"holds characters that no HTTP header can carry: {text!r}; use plain ASCII")
    return text


def _folder(value: Any) -> Path:
    if not isinstance(value, (str, os.PathLike)):
        raise InputError(f"expected a folder, found {value!r}")
    text = os.fspath(value)
    if not isinstance(text, str) or not text.strip() or "\0" in text:
        raise InputError(f"expected a folder, found {text!r}")
    path = Path(os.path.abspath(os.path.expanduser(text)))
    try:
        if path.exists() and not path.is_dir():
            raise InputError(f"{str(path)!r} is a file; name a folder")
    except OSError as error:  # a folder on the way that may not be entered; a name too long
        raise InputError(f"{str(path)!r} can't be used: {reason_of(error)}") from error
    return path


def _url(value: Any) -> str:
    text = _text(value)
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port  # a port that is none is found only when it is asked for
    except ValueError as error:
        raise InputError(f"is not a URL: {error}") from None
    if parts.username is not None or parts.password is not None:
        # Without the text: it may hold a password, and errors are logged.
        raise InputError("a URL with a user name or password is not accepted here")
    if parts.scheme not in ("http", "https") or not host or not text.isprintable() or " " in text:
        raise InputError(f"expected a URL such as https://esi.evetech.net, found {text!r}")
    if parts.query or parts.fragment:
        raise InputError(f"{text!r} has a query or a fragment; give the URL without it")
    if parts.scheme == "http" and not _is_loopback_host(host):
        raise InputError(f"{text!r} is not encrypted, so that tokens could be read on the way; use https://")
    return f"{parts.scheme}://{parts.netloc.lower()}{parts.path.rstrip('/')}"


def _whole(value: Any, *, least: int, most: int) -> int:
    expected = f"expected a whole number from {least} to {most}, found {value!r}"
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        raise InputError(expected)
    if isinstance(value, str) and not re.fullmatch(r"\s*[0-9]{1,9}\s*", value):
        raise InputError(expected)
    if not least <= int(value) <= most:
        raise InputError(expected)
    return int(value)


def _workers(value: Any) -> int:
    return _whole(value, least=1, most=256)


def _retries(value: Any) -> int:
    return _whole(value, least=0, most=20)


def _timeout(value: Any) -> float:
    seconds = parse_duration(value)
    if not 0 < seconds <= 3_600:
        raise InputError(f"expected more than 0 seconds and at most an hour, found {value!r}")
    return seconds


def _compatibility_date(value: Any) -> str:
    text = value.isoformat() if type(value) is date else _text(value)
    try:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            raise ValueError(text)
        date.fromisoformat(text)
    except ValueError:
        raise InputError(f"expected a date such as 2026-08-18, found {text!r}") from None
    return text


def _language(value: Any) -> str:
    text = _text(value).lower()
    if text not in _LANGUAGES:
        raise InputError(f"expected one of {', '.join(_LANGUAGES)}; found {text!r}")
    return text


def _redis_url(value: Any) -> str:
    # Refused, because limits that are believed to be shared and are not would be overrun.
    raise InputError("this version can't share its limits through Redis; leave this setting out")


_CONVERTERS: Mapping[str, Callable[[Any], Any]] = {
    "user_agent": _user_agent,
    "home": _folder,
    "base_url": _url,
    "sso_url": _url,
    "client_id": _word,
    "workers": _workers,
    "compatibility_date": _compatibility_date,
    "timeout": _timeout,
    "retries": _retries,
    "max_stale": parse_duration,
    "max_wait": parse_duration,
    "language": _language,
    "tenant": _word,
    "redis_url": _redis_url,
}


def _is_loopback_host(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def is_loopback(url: str) -> bool:
    """Return whether a URL leads to this machine itself."""
    return _is_loopback_host(urlsplit(url).hostname or "")


_CONTACT = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+|https?://\S|\bdiscord:\s*\S|\beve:\s*\S", re.IGNORECASE)


def user_agent_problem(settings: Settings) -> Problem | None:
    """Return what keeps these settings from sending to ESI: nobody is named whom its operators could ask.

    Returns:
        None when the user agent names a contact (an e-mail address, a URL, ``discord:name``, ``eve:name``),
        or when ``base_url`` is this machine.
    """
    if is_loopback(settings.base_url):
        return None
    agent = settings.user_agent
    if agent is not None and _CONTACT.search(agent):
        return None
    wrong = "is not set" if agent is None else f"names no contact: {agent!r}"
    return Problem(
        "user_agent",
        f"{wrong}. ESI wants to know who is asking, and whom to tell when a program misbehaves. Name your"
        " program and an e-mail address (or a URL, discord:name, eve:name):"
        ' Esi("my-scripts/1.0 (me@example.com)"), or set ESI_FETCH_USER_AGENT, or write'
        f' user_agent: "my-scripts/1.0 (me@example.com)" into {settings.config_file}',
    )
