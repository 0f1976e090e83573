"""The house: rooms import downwards only, nothing goes in circles, files stay small."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "esi_fetch"
HOUSE = PACKAGE.parent / "docs" / "explanation" / "architecture.md"

# A room imports only from rooms on lower floors.
FLOORS = {
    "_version": 0,
    "errors": 0,
    "atomic": 0,
    "clock": 0,
    "http_dates": 0,
    "yaml_text": 0,
    "units": 0,
    "documents": 0,
    "parts": 0,
    "database": 0,
    "file_locks": 0,
    "turns": 0,
    "redis_server": 0,
    "setting_values": 0,
    "settings": 0,
    "answers": 0,
    "model": 1,
    "catalog": 2,
    "limits": 2,
    "store": 2,
    "auth": 2,
    "observers": 2,
    "plots": 2,
    "transport": 3,
    "columns": 3,
    "fetch": 4,
    "callbacks": 4,
    "frames": 4,
    "run": 5,
    "client": 6,
    "recipes": 7,
    "cli": 8,
    "__main__": 9,
}
# Beside the house: they import the catalog and what is below it, and only the command line imports them.
BESIDE = {"sandbox", "testing"}
BESIDE_MAY_IMPORT = {"catalog", "model", "errors", "clock", "documents", "units", "_version", "sandbox"}
# Floor 0 has an order of its own.
GROUND = [
    "_version",
    "errors",
    "atomic",
    "clock",
    "http_dates",
    "units",
    "yaml_text",
    "documents",
    "parts",
    "database",
    "file_locks",
    "turns",
    "redis_server",
    "setting_values",
    "settings",
    "answers",
]

# What only some users install, or only some commands need: imported where it is used.
LAZY = {
    "esi_fetch.sandbox",
    "esi_fetch.plots",
    "esi_fetch.store.redis_storage",
    "matplotlib",
    "IPython",
    "werkzeug",
    "redis",
    "rich",
    "numpy",
    "pandas",
    "pyarrow",
    "jwt",
    "cryptography",
    "keyring",
}

# What registers itself below is imported by name, when somebody first looks for it: in a process that was
# told of nothing, an empty registry would say that there is no such thing. This is the only step upwards.
UPWARDS_BY_NAME = {("esi_fetch.catalog.recipes", "esi_fetch.recipes")}

MODULES = sorted(PACKAGE.rglob("*.py"))


IMPORTABLE = re.compile(r"esi_fetch(\.[a-z_]+)+")


def room_of(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else ""


def module_name(path: Path) -> str:
    parts = ("esi_fetch", *path.relative_to(PACKAGE).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(tree: ast.AST) -> Iterator[tuple[ast.stmt, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node, alias.name
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield node, node.module or ""


def runtime_tree(path: Path) -> ast.Module:
    """The module without what stands under ``if TYPE_CHECKING``."""

    class Drop(ast.NodeTransformer):
        def visit_If(self, node: ast.If) -> ast.AST | None:
            if isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
                return None
            self.generic_visit(node)
            return node

    return Drop().visit(ast.parse(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_rooms_import_downwards_only(path: Path) -> None:
    """A module imports from its own room and from lower floors."""
    here = room_of(module_name(path))
    if here == "":
        return  # the package itself re-exports from every floor
    for node, name in imports(runtime_tree(path)):
        if not name.startswith("esi_fetch"):
            continue
        there = room_of(name)
        where = f"{path.relative_to(PACKAGE)}:{node.lineno} imports {name}"
        if there == "":
            assert here == "cli", f"{where}: the package is for those outside it"
        elif here in BESIDE:
            assert there in BESIDE_MAY_IMPORT, where
        elif there in BESIDE:
            assert here == "cli", where
        elif here in GROUND and there in GROUND:
            assert GROUND.index(there) <= GROUND.index(here), where
        elif there != here:
            assert FLOORS[there] < FLOORS[here], where


def test_no_name_leads_upwards() -> None:
    """Nor is a higher room imported by its name, in a text, but where that is the way to register."""
    found = {
        (module_name(path), node.value)
        for path in MODULES
        for node in ast.walk(runtime_tree(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and IMPORTABLE.fullmatch(node.value)
    }
    upwards = {
        (module, name)
        for module, name in found
        if (here := room_of(module)) and FLOORS.get(room_of(name), 0) > FLOORS.get(here, 99)
    }
    assert upwards == UPWARDS_BY_NAME


def test_every_room_has_its_floor() -> None:
    """The table of floors names all rooms, and no others."""
    rooms = {room_of(module_name(path)) for path in MODULES} - {""}
    assert rooms == set(FLOORS) | BESIDE


def test_the_table_in_the_docs_is_this_one() -> None:
    """The page on the house shows every room once, on its floor, the ground floor in its order."""
    table = HOUSE.read_text(encoding="utf-8").split("<!-- floors -->")[1].split("<!-- end -->")[0]
    shown = [
        (floor, room)
        for floor, rooms in re.findall(r"^\| (\S+) \| (`[^|]+) \|", table, re.MULTILINE)
        for room in re.findall(r"`(\w+)`", rooms)
    ]
    expected = [(str(floor), room) for room, floor in FLOORS.items()] + [
        ("\N{EN DASH}", room) for room in BESIDE
    ]
    assert sorted(shown) == sorted(expected)
    assert [room for floor, room in shown if floor == "0"] == GROUND


def test_modules_do_not_import_in_circles() -> None:
    """No module imports itself by way of others."""
    graph = {
        module_name(path): {name for _, name in imports(runtime_tree(path)) if name.startswith("esi_fetch.")}
        for path in MODULES
    }

    def visit(module: str, trail: tuple[str, ...]) -> None:
        assert module not in trail, " → ".join((*trail, module))
        if module in done:
            return
        for imported in graph.get(module, ()):
            visit(imported, (*trail, module))
        done.add(module)

    done: set[str] = set()
    for module in graph:
        visit(module, ())


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_imports_stand_at_the_top(path: Path) -> None:
    """Functions import nothing, but for what not everybody has installed or needs."""
    tree = runtime_tree(path)
    for function in ast.walk(tree):
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            for node, name in imports(function):
                lazy = any(name == known or name.startswith(f"{known}.") for known in LAZY)
                assert lazy, f"{path.relative_to(PACKAGE)}:{node.lineno} imports {name} in {function.name}()"


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_files_stay_small(path: Path) -> None:
    """No file is longer than 400 lines."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_only_the_command_line_prints(path: Path) -> None:
    """``print`` is called in the room of the command line alone."""
    if room_of(module_name(path)) == "cli":
        return
    calls = [node for node in ast.walk(runtime_tree(path)) if isinstance(node, ast.Call)]
    assert not [c.lineno for c in calls if isinstance(c.func, ast.Name) and c.func.id == "print"]


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_all_names_what_is_there(path: Path) -> None:
    """Every name in ``__all__`` exists."""
    if path.stem == "__main__":
        return  # importing it runs the command line
    module = importlib.import_module(module_name(path))
    assert [name for name in getattr(module, "__all__", []) if not hasattr(module, name)] == []


def test_public_names_are_frozen() -> None:
    """What users import from the package changes on purpose only."""
    import esi_fetch

    assert esi_fetch.__all__ == [
        "Callback",
        "Esi",
        "EsiFetchError",
        "Job",
        "Report",
        "Result",
        "RunInterrupted",
        "WorkOrder",
        "__version__",
        "callback",
        "read_jobs",
        "write_jobs",
    ]
