"""How each setting is read: text from files and the environment, or values from Python.

Every reader returns the setting's value, or raises an :class:`~esi_fetch.errors.InputError` that says what
was expected. Its text never holds what may be a password.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from datetime import date
from ipaddress import ip_address
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from esi_fetch.errors import InputError, reason_of
from esi_fetch.redis_server import redis_url_problem
from esi_fetch.units import parse_duration, parse_limit

__all__ = ["READERS", "is_loopback", "read_folder"]

_LIFTED = "off"


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


def read_folder(value: Any) -> Path:
    """Return a folder as an absolute path, whether it exists or not; ``~`` is the user's own.

    Raises:
        InputError: It can be no folder.
    """
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


def _callback_url(value: Any) -> str:
    text = _text(value)
    try:
        parts = urlsplit(text)
        sound = bool(parts.hostname) and parts.port != 0 and parts.username is None
    except ValueError:
        sound = False
    if not sound or parts.scheme not in ("http", "https") or parts.query or parts.fragment or " " in text:
        raise InputError(f"expected a URL such as http://localhost:8635/callback, found {text!r}")
    return text


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


def _one_of(*words: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        text = _text(value).lower()
        if text not in words:
            raise InputError(f"expected one of {', '.join(words)}; found {text!r}")
        return text

    return read


def _share(value: Any) -> float:
    """Return a share from 0 to 1, given as such or in per cent."""
    number: Any = value
    if isinstance(value, str):
        match = re.fullmatch(r"\s*([0-9]{1,3}(?:\.[0-9]{1,6})?)\s*(%?)\s*", value)
        number = None if match is None else float(match[1]) / (100 if match[2] else 1)
    if isinstance(number, bool) or not isinstance(number, (int, float)) or not 0 <= number <= 1:
        raise InputError(f"expected a share from 0 to 1, or from 0% to 100%; found {value!r}")
    return float(number)


def _reserve(value: Any) -> float:
    share = _share(value)
    if share == 1:
        raise InputError("expected less than 1 (100%): nothing would be left to send with")
    return share


def _hidden_limits(value: Any) -> Mapping[str, tuple[int, float] | None]:
    """Return limits by operation: requests and seconds; None lifts one that is built in.

    Text is ``operation=300/1m,operation=off``.
    """
    if isinstance(value, str):
        pairs = [pair.partition("=") for pair in value.split(",") if pair.strip()]
        value = {name.strip(): text.strip() for name, _, text in pairs}
    if not isinstance(value, Mapping):
        raise InputError(f"expected limits by operation, such as GetStatus: 300/1m; found {value!r}")
    return MappingProxyType({str(name): _hidden_limit(str(name), limit) for name, limit in value.items()})


def _hidden_limit(name: str, value: Any) -> tuple[int, float] | None:
    # YAML reads a bare `off` as false.
    if value is None or value is False or value == _LIFTED:
        return None
    if isinstance(value, (tuple, list)) and len(value) == 2:
        value = "/".join(map(str, value)) + "s"
    limit = parse_limit(value) if isinstance(value, str) else None
    if limit is None:
        raise InputError(f"{name}: expected requests and window such as 300/1m, or off; found {value!r}")
    return limit


def _redis_url(value: Any) -> str:
    text = _text(value)
    if (wrong := redis_url_problem(text)) is not None:
        raise InputError(wrong)
    return text


READERS: Mapping[str, Callable[[Any], Any]] = {
    "user_agent": _user_agent,
    "home": read_folder,
    "base_url": _url,
    "sso_url": _url,
    "client_id": _word,
    "callback_url": _callback_url,
    "token_dir": read_folder,
    "workers": _workers,
    "compatibility_date": _compatibility_date,
    "timeout": _timeout,
    "retries": _retries,
    "max_stale": parse_duration,
    "max_wait": parse_duration,
    "burst": _share,
    "reserve": _reserve,
    "hidden_limits": _hidden_limits,
    "remember_refusals": parse_duration,
    "downtime": _one_of("wait", "fail", "ignore"),
    "language": _one_of("de", "en", "es", "fr", "ja", "ko", "ru", "zh"),
    "tenant": _word,
    "redis_url": _redis_url,
}
"""The reader of each setting, by name."""


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
