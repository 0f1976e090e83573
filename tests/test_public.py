"""What is public: each name is there, has an entry in the API pages, and is all that users are shown."""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import re
import typing
from collections.abc import Iterator
from pathlib import Path

import pytest

import esi_fetch
import esi_fetch.model.events
import esi_fetch.observers
import esi_fetch.recipes
import esi_fetch.sandbox
import esi_fetch.testing
from esi_fetch import Esi, errors, model
from esi_fetch.errors import EsiFetchError
from esi_fetch.run import ClientStore
from esi_fetch.sandbox import Sandbox
from tests.generated_pages import ROOT, script

PUBLIC: dict[str, list[str]] = script("make_reference_pages").public_names()
DOCUMENTED: dict[str, str] = script("make_reference_pages").documented()

# What the rooms of the house use of a client and its store, and users do not.
NOT_FOR_USERS = {
    Esi: {"bill", "prepare", "run_prepared"},
    ClientStore: {
        "bookmark",
        "close",
        "drop_previous",
        "drop_refusal",
        "exists",
        "find",
        "find_previous",
        "find_refusal",
        "glances",
        "open",
        "prove",
        "recent_refusals",
        "save",
        "save_refusal",
        "set_bookmark",
        "touch",
        "variant",
    },
}


def listed() -> set[str]:
    return {f"{module}.{name}" for module, names in PUBLIC.items() for name in names if " " not in name}


@pytest.mark.parametrize("path", sorted(listed()))
def test_what_is_listed_is_there(path: str) -> None:
    """Each public name can be imported from where it is listed."""
    module, _, name = path.rpartition(".")
    assert hasattr(importlib.import_module(module), name)


def test_what_is_exported_is_listed() -> None:
    """The names of the package, of its public rooms, and all errors have an entry, under one path."""
    everywhere = set(esi_fetch.__all__)
    expected = {f"esi_fetch.{name}" for name in everywhere}
    for room, left_out in (
        (model, everywhere),
        (esi_fetch.model.events, set()),
        (esi_fetch.recipes, set()),
        (esi_fetch.sandbox, set()),
        (esi_fetch.observers, {"Dispatcher"}),
        (esi_fetch.testing, set()),
    ):
        expected |= {f"{room.__name__}.{name}" for name in set(room.__all__) - left_out}
    expected |= {
        f"esi_fetch.errors.{name}"
        for name, kind in vars(errors).items()
        if inspect.isclass(kind) and issubclass(kind, EsiFetchError) and kind is not EsiFetchError
    }
    assert expected <= listed()


@pytest.mark.parametrize("cls", [Esi, ClientStore])
def test_every_method_has_an_entry(cls: type) -> None:
    """What users may call is documented one by one; what they may not is known."""
    path = "esi_fetch.Esi" if cls is Esi else "esi_fetch.run.ClientStore"
    members = {name for name in dir(cls) if not name.startswith("_")}
    shown = {name for name in members if f"{path}.{name}" in DOCUMENTED}
    assert members - shown == NOT_FOR_USERS[cls]


def test_every_public_name_says_what_it_is() -> None:
    """Classes and functions have docstrings."""
    for path in listed():
        module, _, name = path.rpartition(".")
        thing = getattr(importlib.import_module(module), name)
        if (inspect.isclass(thing) or inspect.isfunction(thing)) and typing.get_origin(thing) is None:
            assert thing.__doc__, path


def shown_code() -> Iterator[tuple[str, str]]:
    """Give all Python that users are shown, with the file it stands in."""
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        if "explanation" not in path.parts:  # the house is explained by its rooms
            for text in re.findall(r"^```python\n(.*?)^```", path.read_text(encoding="utf-8"), re.M | re.S):
                yield path.name, text
    for path in sorted((ROOT / "examples").iterdir()):
        if path.suffix == ".py":
            yield path.name, path.read_text(encoding="utf-8")
        if path.suffix == ".ipynb":
            for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
                if cell["cell_type"] == "code":
                    yield path.name, "".join(cell["source"])


def test_users_are_shown_public_names_alone() -> None:
    """Whatever a page or an example imports of the package is public."""
    imported = set()
    for where, text in shown_code():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("esi_fetch"):
                imported |= {(where, f"{node.module}.{alias.name}") for alias in node.names}
    assert len(imported) > 20
    known = listed()
    wrong = {(where, path) for where, path in imported if path not in known}
    assert {each for each in wrong if not each[1].startswith("esi_fetch.answers.")} == set()


def test_the_fixture_is_what_the_page_says() -> None:
    """The entry for the fixture, which is no function to call, has its own docstring's words."""
    page = (ROOT / "docs" / "reference" / "api" / "sandbox.md").read_text(encoding="utf-8")
    (line,) = [line.strip() for line in page.splitlines() if "of its own to a test" in line]
    source = Path(esi_fetch.testing.__file__).read_text(encoding="utf-8")
    assert line.removesuffix("; a pytest fixture.") in source
    assert Sandbox.__name__ in line
