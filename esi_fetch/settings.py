"""Settings: who is asking, where, how fast, and where things are kept.

They come, in rising order, from defaults, from ``config.yaml`` in the user's configuration folder, from the
environment (``ESI_FETCH_WORKERS``) and from arguments. Everything that is wrong with any of them is found in
one go, also in those that another source overrules: a misspelt setting must not wait for its day.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import platformdirs

from esi_fetch.documents import DocumentError, parse_document, read_text
from esi_fetch.errors import InputError, Problem, SettingsError, did_you_mean, reason_of
from esi_fetch.setting_values import READERS, is_loopback, read_folder

__all__ = [
    "Settings",
    "config_path",
    "environment_secret",
    "load_settings",
    "user_agent_problem",
]

_PREFIX = "ESI_FETCH_"

# Variables of this prefix that are neither settings nor mistakes: secrets, which stand in no file or repr.
_SECRETS = frozenset({"ESI_FETCH_REFRESH_TOKEN", "ESI_FETCH_CLIENT_SECRET"})

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
    """All settings, put together from all their sources, and checked.

    Attributes:
        user_agent: Who is asking, with a contact; sent with every request.
        home: Folder of the store, the catalog and everything else that is kept.
        base_url: Where ESI is, without a slash at its end.
        sso_url: Where EVE's single sign-on is: ``/.well-known/oauth-authorization-server`` lies below it.
        client_id: The application's id at EVE's developer site; characters sign in to an application.
        callback_url: Where the browser goes back to after signing in, as registered with the application.
        token_dir: Folder of the characters' tokens. None keeps them in the system's keyring, and where there
            is none in ``home``.
        workers: How many requests may be under way at once. Beyond 16, threads hand the interpreter's lock
            around instead of getting more done: 16 and 64 both got 258 big pages a second on two cores.
        compatibility_date: ``X-Compatibility-Date``, ``YYYY-MM-DD``; None for the catalog's own.
        timeout: Seconds that one attempt may take, from connecting to the last byte; at most an hour.
        retries: How often a failed request is repeated, after the first attempt.
        max_stale: For how many seconds after its expiry stored data may stand in when ESI can't answer;
            0 forbids it.
        max_wait: For how many seconds the requests of one job may wait for limits. The default, an hour, is
            four windows of ESI's rate limits.
        burst: Which share of a rate-limit bucket, 0 to 1, may be spent as fast as possible; what is left then
            is spread over the window, so that there is always something left for the next program.
        reserve: Which share of every bucket is left to other programs; 0.2 uses at most 80 %.
        hidden_limits: Limits that no header tells, by operation id: requests and seconds. They stand beside
            those built in, or in their place; None lifts one.
        remember_refusals: For how many seconds a 403 or 404 is remembered, and the same not asked again; 0
            forgets it at once.
        downtime: What becomes of requests during the daily downtime, from 11:00 UTC until ESI answers:
            ``wait`` for it, ``fail`` at once, or ``ignore`` it and ask. None waits, but not for a server on
            this machine, such as a sandbox, nor for another tenant, which have no such hour.
        language: ``Accept-Language``: the language of names.
        tenant: ``X-Tenant``: the game server.
        redis_url: A Redis server on which machines share their limits and their store, in place of files.
        config_file: Where the configuration file is, whether it exists or not.
    """

    user_agent: str | None = None
    home: Path = field(default_factory=_default_home)
    base_url: str = "https://esi.evetech.net"
    sso_url: str = "https://login.eveonline.com"
    client_id: str | None = None
    callback_url: str = "http://localhost:8635/callback"
    token_dir: Path | None = None
    workers: int = 16
    compatibility_date: str | None = None
    timeout: float = 30.0
    retries: int = 4
    max_stale: float = 7 * 86_400.0
    max_wait: float = 3_600.0
    burst: float = 0.9
    reserve: float = 0.0
    hidden_limits: Mapping[str, tuple[int, float] | None] = field(
        default_factory=lambda: MappingProxyType({})
    )
    remember_refusals: float = 900.0
    downtime: str | None = None
    language: str = "en"
    tenant: str = "tranquility"
    redis_url: str | None = field(default=None, repr=False)  # such a URL may hold a password
    config_file: Path = field(default_factory=config_path)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "hidden_limits": dict(self.hidden_limits)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        # A view of a dict, which keeps settings from being changed, can't be pickled.
        self.__dict__.update(state, hidden_limits=MappingProxyType(state["hidden_limits"]))


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
        convert = READERS.get(name)
        if convert is None:
            problems.append(Problem(place, f"unknown setting{did_you_mean(name, READERS)}"))
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
    known = {_PREFIX + name.upper(): name for name in READERS}
    for variable, value in sorted(os.environ.items()):
        # An empty variable is the usual way to take one back.
        if not variable.startswith(_PREFIX) or variable in _SECRETS or not value.strip():
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
    for folder in ("home", "token_dir"):
        if isinstance(given.get(folder), str):
            # Relative to the file it stands in: the folder a script happens to run in has nothing to do with
            # it.
            given[folder] = os.path.join(file.parent, os.path.expanduser(given[folder]))
    return given


def environment_secret(variable: str) -> str | None:
    """Return a secret that the environment may have; no file and no repr has it. None without."""
    assert variable in _SECRETS  # noqa: S101 - others would be reported as unknown settings
    return os.environ.get(variable, "").strip() or None


def _home_of(value: Any) -> Path | None:
    if value is None:
        return None
    try:
        return read_folder(value)
    except InputError:
        return None  # the problem is noted where the value is taken


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
        ' ESI_FETCH_USER_AGENT="my-scripts/1.0 (me@example.com)" in the environment,'
        ' Esi("my-scripts/1.0 (me@example.com)") in Python, or'
        f' user_agent: "my-scripts/1.0 (me@example.com)" in {settings.config_file}',
    )
