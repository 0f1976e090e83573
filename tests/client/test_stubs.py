"""What type checkers and editors see of ``esi.op`` is what there is."""

from __future__ import annotations

import ast
import configparser
import importlib.util
import inspect
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from esi_fetch.catalog import bundled
from esi_fetch.client.by_name import ByName
from esi_fetch.client.operations import Operations

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "esi_fetch"


def script() -> ModuleType:
    """Load the script that makes the stubs."""
    spec = importlib.util.spec_from_file_location("make_stubs", ROOT / "scripts" / "make_stubs.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


make_stubs = script()

# Lines that end in "# wrong" are those that mypy must complain about, and no others.
SAMPLE = """
from __future__ import annotations

from typing_extensions import assert_type

from esi_fetch import Esi
from esi_fetch.answers import FreelanceJobsListing, MarketsRegionIdOrders, Status

esi = Esi("my-scripts/1.0 (me@example.com)")


def cheapest(orders: list[MarketsRegionIdOrders]) -> float:
    return min(order["price"] for order in orders if not order["is_buy_order"])


orders = esi.op.get_markets_region_id_orders(region_id=10000002, type_id=None, order_type="sell")
assert_type(orders, list[MarketsRegionIdOrders])
assert_type(orders[0]["price"], float)
cheapest(orders)
assert_type(esi.op.GetStatus(character=90000001, refresh=True), Status)
assert_type(esi.op.get_characters_character_id_wallet(character_id=1), float)
assert_type(esi.op.get_wars(max_records=5, until=7), list[int])
assert_type(esi.op.get_freelance_jobs_listing(since_last=True), list[FreelanceJobsListing])
piece = esi.op.get_freelance_jobs_listing(before="0", limit=10)
assert_type(piece["freelance_jobs"], list[FreelanceJobsListing])
names = esi.op.post_universe_names(body=(34, 35))
print(names[0]["name"], esi.op.get_characters_character_id(character_id=1)["name"])
contract = esi.op.get_contracts_public_region_id(region_id=1)[0]
print(contract.get("buyout"))
mail = esi.op.get_characters_character_id_mail(character_id=1)[0]
print(mail.get("from"))
esi.op.delete_characters_character_id_mail_mail_id(character_id=1, mail_id=2)

esi.op.get_markets_region_id_orders(region_id="The Forge")  # wrong
esi.op.get_markets_region_id_orders()  # wrong
esi.op.get_markets_region_id_orders(10000002)  # wrong
esi.op.get_markets_region_id_orders(region_id=1, order_type="both")  # wrong
esi.op.get_markets_region_id_orders(region_id=1, since_last=True)  # wrong
esi.op.get_markets_region_id_order(region_id=1)  # wrong
esi.op.get_status(players=5)  # wrong
orders[0]["pirce"]  # wrong
cheapest(names)  # wrong
number: int = orders[0]["price"]  # wrong
esi.op.get_freelance_jobs_listing(before="0", after="1")  # wrong
"""


def test_stubs_are_current(capsys: pytest.CaptureFixture[str]) -> None:
    """The files are what the script makes of the catalog; ``python scripts/make_stubs.py`` mends it."""
    for place, text in make_stubs.stubs(bundled()).items():
        assert (PACKAGE / place).read_text(encoding="utf-8") == text, "run python scripts/make_stubs.py"
    assert make_stubs.main(["--check"]) == 0
    assert capsys.readouterr().out.count("current") == 2


def test_stubs_are_written_where_they_belong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The script writes what has changed, and ``--check`` only tells."""
    monkeypatch.setattr(make_stubs, "PACKAGE", tmp_path)
    (tmp_path / "client").mkdir()
    assert make_stubs.main(["--check"]) == 1
    assert not (tmp_path / make_stubs.ANSWERS).exists()
    assert make_stubs.main([]) == 0
    assert make_stubs.main(["--check"]) == 0
    assert (tmp_path / make_stubs.OPERATIONS).stat().st_size < 150_000


def test_type_checkers_see_right_and_wrong_uses(tmp_path: Path) -> None:
    """mypy, as strict as it can be, accepts what is right, and complains about exactly what is wrong."""
    (tmp_path / "sample.py").write_text(SAMPLE, encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent"]
    command += ["--cache-dir", str(tmp_path / "cache"), "sample.py"]
    environment = {**os.environ, "MYPYPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300)
    found = re.findall(r"^sample\.py:(\d+): error", done.stdout, re.MULTILINE)
    complaints = set(map(int, found))
    wrong = {number for number, line in enumerate(SAMPLE.splitlines(), 1) if line.endswith("# wrong")}
    assert complaints == wrong, done.stdout + done.stderr
    assert "esi_fetch/" not in done.stdout


def stub_methods() -> Iterator[tuple[str, ast.FunctionDef | str]]:
    """Give the methods of the stub by name, and the names that stand for others."""
    tree = ast.parse((PACKAGE / make_stubs.OPERATIONS).read_text(encoding="utf-8"))
    (operations,) = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    for node in operations.body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("__"):
            yield node.name, node
        elif isinstance(node, ast.Assign):
            (target,), value = node.targets, node.value
            assert isinstance(target, ast.Name)
            assert isinstance(value, ast.Name)
            yield target.id, value.id


def test_stub_covers_what_there_is_at_run_time() -> None:
    """Every name, parameter and default of the stub is that of the method that is made when it is called."""

    def ask(op: str, parameters: Any, /, **options: Any) -> Any:
        """Never called."""

    made: Any = Operations(ask, bundled)
    seen: set[str] = set()
    for name, found in stub_methods():
        seen.add(name)
        if isinstance(found, str):
            assert getattr(made, name).__name__ == found
            continue
        stub = {
            argument.arg: inspect.Parameter.empty if default is None else ast.literal_eval(default)
            for argument, default in zip(found.args.kwonlyargs, found.args.kw_defaults, strict=True)
        }
        real = {
            each.name: each.default for each in inspect.signature(getattr(made, name)).parameters.values()
        }
        if found.decorator_list:  # one way of several to call it
            assert {each for each in real if each not in stub} <= {
                "before",
                "after",
                "since_last",
                "max_records",
            }
            real = {each: stub[each] if each in ("before", "after") else real[each] for each in stub}
        assert stub == real, name
    ids = {each for op in bundled().values() for each in (op.op_id, op.snake_id, *op.aliases)}
    assert seen == ids
    assert issubclass(Operations, ByName)


def test_packages_ship_their_stubs() -> None:
    """An installed package has the stubs, and says that it is typed."""
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    data = {name: patterns.split() for name, patterns in config["options.package_data"].items()}
    assert "py.typed" in data["esi_fetch"]
    for path in PACKAGE.rglob("*.pyi"):
        package = ".".join(path.relative_to(ROOT).parent.parts)
        assert "*.pyi" in data[package], path


def test_types_of_answers_are_dicts_at_run_time() -> None:
    """Annotations may name them in programs that run; what is no type of ours is no attribute."""
    import esi_fetch.answers

    assert esi_fetch.answers.MarketsRegionIdOrders == dict[str, Any]
    assert not hasattr(esi_fetch.answers, "_private")
