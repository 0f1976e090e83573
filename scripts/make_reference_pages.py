"""Writes the generated parts of the pages on settings, events, errors, reports and what is public.

Run it after one of these has changed: ``python scripts/make_reference_pages.py``. A test holds the pages, in
``docs/reference``, to the code. What is told about a field is what its docstring says.
"""

from __future__ import annotations

import dataclasses
import importlib
import re
import tempfile
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import click
from make_cli_page import commands
from pages import REFERENCE, arguments_of, attributes_of, page_with, summary_of, table, write

from esi_fetch import Esi, Job, errors
from esi_fetch.clock import HeldClock
from esi_fetch.errors import InputError
from esi_fetch.model import (
    CallbackError,
    ErrorInfo,
    Result,
    Row,
    Source,
    State,
    Totals,
)
from esi_fetch.model import events as kinds
from esi_fetch.model.codec import LEFT_OUT_WHEN_NONE
from esi_fetch.model.events import Event
from esi_fetch.observers import JsonLines
from esi_fetch.setting_values import READERS
from esi_fetch.settings import Settings

WHEN = datetime(2026, 9, 15, 2, 11, 3, tzinfo=timezone.utc)


def pages() -> dict[Path, str]:
    """Return the pages as they should be."""
    parts: dict[str, dict[str, Iterator[str]]] = {
        "settings.md": {"settings": settings(), "arguments": arguments()},
        "events.md": {"events": events()},
        "errors.md": {"tree": tree()},
        "public.md": {"names": public()},
        "report.md": {
            "totals": fields(Totals),
            "result": fields(Result),
            "error": fields(ErrorInfo),
            "callback-error": fields(CallbackError),
            "row": fields(Row),
        },
    }
    return {REFERENCE / name: page_with(REFERENCE / name, each) for name, each in parts.items()}


# Settings

# Nothing is the default of some settings; what that means.
_WITHOUT: Mapping[str, str] = {
    "user_agent": "none: nothing is sent to the real ESI",
    "home": "the user's data folder",
    "client_id": "none",
    "token_dir": "the system's keyring",
    "compatibility_date": "the catalog's",
    "downtime": "`wait`; `ignore` where there is none",
    "hidden_limits": "those built in",
    "redis_url": "none",
}


def settings() -> Iterator[str]:
    """Give the table of settings."""
    meanings = attributes_of(Settings)
    options = _options()
    defaults = {field.name: field.default for field in dataclasses.fields(Settings)}
    rows = []
    for name in READERS:
        spelt = f"`{name}`<br>`ESI_FETCH_{name.upper()}`"
        if name in options:
            spelt += f"<br>`{options[name]}`"
        rows.append((spelt, expected(name), _default(name, defaults[name]), meanings[name]))
    yield from table(("setting", "value", "default", "meaning"), rows)


def expected(name: str) -> str:
    """Return what a setting's reader wants, in its own words."""
    try:
        READERS[name]("? ?")
    except InputError as error:
        said = str(error).replace("; found", ", found").split(", found")[0]
        wanted = said.split("expected ", 1)[-1]
        return "a duration" if wanted.startswith("a duration ") else wanted
    return "a folder" if isinstance(READERS[name]("? ?"), Path) else "text"


def _options() -> dict[str, str]:
    """Return the options that give settings, by the setting's name."""
    found = {}
    for _, command in commands():
        for option in command.params:
            if isinstance(option, click.Option) and option.name in READERS:
                found[option.name] = option.opts[-1]
    return found


def _default(name: str, value: Any) -> str:
    if name in _WITHOUT:
        return _WITHOUT[name]
    wanted = expected(name)
    if wanted == "a duration":
        return f"`{_short(value)}`"
    return f"`{value:.0%}`" if "share" in wanted else f"`{value}`"


def _short(seconds: float) -> str:
    for unit, name in ((86_400, "d"), (3_600, "h"), (60, "m")):
        if seconds >= unit and seconds % unit == 0:
            return f"{seconds / unit:.0f}{name}"
    return f"{seconds:g}s"


def arguments() -> Iterator[str]:
    """Give the table of what only ``Esi(...)`` takes."""
    told = arguments_of(Esi)
    yield from table(
        ("argument", "meaning"), ((f"`{name}`", told[name]) for name in told if name not in READERS)
    )


# Events


def kinds_of_events() -> list[type[Event]]:
    """Return all kinds of events, in the order in which they are defined."""
    return [each for each in Event.__subclasses__() if each.__module__ == kinds.__name__]


_JOB = Job("GetMarketsRegionIdOrders", {"region_id": 10000002}, name="orders", uid="6f1d0c3e")
_SAMPLES: Mapping[str, Any] = {
    "jobs": 5,
    "totals": Totals(ok=5, requests=12, elapsed_s=1.62, tokens={"market-order": 16}),
    "job_uid": _JOB.uid,
    "label": _JOB.label,
    "pages": 8,
    "page": 1,
    "source": Source.REMOTE.value,
    "round": 1,
    "method": "GET",
    "url": "https://esi.evetech.net/markets/10000002/orders?order_type=all&page=1",
    "number": 1,
    "conditional": False,
    "status": 200,
    "error": None,
    "elapsed_s": 0.184,
    "waited_s": 1.2,
    "group": "market-order",
    "tokens": 2,
    "bytes": 41883,
    "reason": "bucket 'market-order' is empty",
    "seconds": 1.2,
    "callback_id": "save_csv",
    "output": "/home/me/data/orders.csv",
}
_OTHERWISE: Mapping[str, Mapping[str, Any]] = {
    "job_started": {"job": _JOB},
    "job_finished": {
        "job": _JOB.with_result(
            Result(
                State.SUCCEEDED,
                Source.REMOTE,
                status=200,
                complete=True,
                pages=8,
                sources={"remote": 8},
                snapshot_at=WHEN,
                fetched_at=WHEN,
                expires_at=WHEN,
                attempts=1,
                requests=8,
                tokens={"market-order": 16},
                elapsed_s=0.94,
                outputs=("/home/me/data/orders.csv",),
            )
        )
    },
    "pages_torn": {"pages": (2, 3)},
    "retry_scheduled": {"reason": "502 Bad Gateway"},
    "callback_failed": {"error": "OutputWriteError: /home/me/data/orders.csv: No space left on device"},
}


def events() -> Iterator[str]:
    """Give a section for each kind of event."""
    yield from table(
        ("event", "class", "sent when"),
        (
            (f"[`{kind.event}`](#{kind.event})", f"`{kind.__name__}`", summary_of(kind))
            for kind in kinds_of_events()
        ),
    )
    for kind in kinds_of_events():
        yield ""
        yield f"### {kind.event}"
        yield ""
        yield f"`{kind.__name__}`: {summary_of(kind)}"
        yield ""
        told = attributes_of(kind)
        yield from table(
            ("field", "type", ""),
            ((f"`{field.name}`", _type(field.type), told[field.name]) for field in dataclasses.fields(kind)),
        )
        yield ""
        yield "```json"
        yield line_of(kind)
        yield "```"


def _type(annotation: Any) -> str:
    return f"`{annotation}`"


def line_of(kind: type[Event]) -> str:
    """Return an event as a line of JSON, as it is written."""
    given = {**_SAMPLES, **_OTHERWISE.get(kind.event, {})}
    event = kind(**{field.name: given[field.name] for field in dataclasses.fields(kind)})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "events.jsonl")
        with JsonLines(path, clock=HeldClock(WHEN.timestamp())) as lines:
            lines(event)
        return path.read_text(encoding="utf-8").strip()


# Errors


def tree() -> Iterator[str]:
    """Give the drawing of the error tree."""
    drawing = (errors.__doc__ or "").split("::\n\n")[1].split("\n\n")[0]
    yield "```text"
    yield from (line.removeprefix("    ") for line in drawing.splitlines())
    yield "```"


# Reports


def fields(cls: type) -> Iterator[str]:
    """Give the table of what a class is in a report."""
    told = attributes_of(cls)
    rows = []
    for field in dataclasses.fields(cls):
        if field.name not in told:  # it is written under another name, or not at all
            continue
        kind, meaning = _json_type(str(field.type)), told[field.name].rstrip(".")
        if field.metadata == LEFT_OUT_WHEN_NONE:
            kind, meaning = kind.removesuffix(" or null"), meaning.replace("None", "left out")
        rows.append((f"`{field.name}`", kind, meaning.replace("None", "null")))
    yield from table(("field", "type", ""), rows)


_JSON_TYPES: Mapping[str, str] = {
    "str": "text",
    "int": "whole number",
    "float": "number",
    "bool": "true or false",
    "datetime": "time",
    "State": "text",
    "Source": "text",
    "ErrorInfo": "[error](#errors-of-jobs)",
    "dict[str, int]": "whole numbers by name",
    "dict[str, float]": "numbers by name",
    "tuple[str, ...]": "list of texts",
    "tuple[CallbackError, ...]": "list of [errors](#errors-of-callbacks)",
    "Mapping[str, Any]": "values by column",
}


def _json_type(annotation: str) -> str:
    plain = annotation.removesuffix(" | None")
    return _JSON_TYPES[plain] + (" or null" if plain != annotation else "")


# What is public

_DIRECTIVE = re.compile(r"^\.\. (auto|py:)(\w+):: (esi_fetch[\w.]*)", re.MULTILINE)


def documented() -> dict[str, str]:
    """Return everything that has an entry in the API pages, by its path, with the page that has it."""
    found = {}
    for page in sorted((REFERENCE / "api").glob("*.md")):
        for _, kind, path in _DIRECTIVE.findall(page.read_text(encoding="utf-8")):
            if kind != "module" or path == "esi_fetch.answers":
                found[path] = page.name
    return found


def public_names() -> dict[str, list[str]]:
    """Return the names that are public, by the module they are imported from, as the API pages have them."""
    modules: dict[str, list[str]] = {}
    for path in documented():
        module, _, name = path.rpartition(".")
        if path == "esi_fetch.answers":
            modules[path] = ["every answer's type"]
        elif _is_module(module):
            modules.setdefault(module, []).append(name)
    return modules


def _is_module(path: str) -> bool:
    try:
        importlib.import_module(path)
    except ModuleNotFoundError:
        return False
    return True


def public() -> Iterator[str]:
    """Give the table of public names."""
    rows = []
    for module, names in sorted(public_names().items()):
        linked = []
        for name in sorted(names, key=str.casefold):
            page = documented().get(f"{module}.{name}") or documented()[module]
            linked.append(f"[`{name}`](api/{page})" if " " not in name else f"[{name}](api/{page})")
        rows.append((f"`{module}`", ", ".join(linked)))
    yield from table(("from", "names"), rows)


if __name__ == "__main__":
    write(pages())
