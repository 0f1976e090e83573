"""What setup.cfg says of dependencies is true; what is built of it, scripts/check_package.py looks at."""

from __future__ import annotations

import ast
import configparser
import re
import sys
from collections import Counter
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

from scripts.lowest_versions import lowest

ROOT = Path(__file__).parent.parent
CONFIG = configparser.ConfigParser()
CONFIG.read(ROOT / "setup.cfg", encoding="utf-8")

CORE = CONFIG["options"]["install_requires"]
EXTRAS = dict(CONFIG["options.extras_require"])
UNITING = {"all", "bench", "dev"}
FOR_DEVELOPERS = {"bench", "dev", "docs", "test"}
USERS = EXTRAS.keys() - UNITING - FOR_DEVELOPERS

# Not required: what runs us in a notebook or a test brings it.
BROUGHT_BY_OTHERS = {"ipython", "pytest"}
# Not imported: users hand over a client of it.
NOT_IMPORTED = {"distributed"}
CAME_ALONG = {"cryptography": "pyjwt"}  # as pyjwt[crypto]


def names(requirements: str) -> list[str]:
    """Return the names in a list of requirements, but for the project's own."""
    found = [re.match(r"[\w.-]+", line) for line in requirements.split("\n") if line]
    return [match[0].lower() for match in found if match and match[0] != "esi-fetch"]


def imported() -> Iterator[str]:
    """Yield the distributions that the package imports from, at run time or for its types."""
    homes = packages_distributions()
    for path in sorted((ROOT / "esi_fetch").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                modules = [alias.name for alias in node.names]
            else:
                modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for top in {module.partition(".")[0] for module in modules} - {"esi_fetch"}:
                if top and top not in sys.stdlib_module_names and top != "_typeshed":
                    yield homes.get(top, [top])[0].lower().replace("_", "-")


def test_what_is_imported_is_required_and_the_other_way_round() -> None:
    """Nothing is used that only happens to be there, and nothing is asked for that is not used."""
    used = {CAME_ALONG.get(name, name) for name in imported()} - BROUGHT_BY_OTHERS
    required = {*names(CORE), *(name for extra in USERS for name in names(EXTRAS[extra]))}
    assert used == required - NOT_IMPORTED


def test_each_requirement_stands_once() -> None:
    """Where two extras need the same, one of them names the other, so that their bounds can't differ."""
    told = Counter(name for text in (CORE, *EXTRAS.values()) for name in names(text))
    assert {name for name, times in told.items() if times > 1} == set()


def test_all_is_all() -> None:
    """The extra of that name has every extra that is for users."""
    (line,) = EXTRAS["all"].split()
    assert line == f"esi-fetch[{','.join(sorted(USERS))}]"


def test_every_requirement_of_users_has_a_lower_bound_that_can_be_tested() -> None:
    """What tests run with at the lowest is what setup.cfg names, all of it."""
    bound = dict(line.split("==") for line in lowest())
    required = {*names(CORE), *(name for extra in USERS for name in names(EXTRAS[extra]))}
    assert required - bound.keys() == set()
    assert bound["requests"] in CORE


def test_extras_that_messages_name_exist() -> None:
    """``pip install 'esi-fetch[…]'`` stands in messages and pages, and works."""
    texts = [*(ROOT / "esi_fetch").rglob("*.py"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md")]
    named = {
        extra
        for path in texts
        for found in re.findall(r"(?:esi-fetch|'\.)\[([\w,]+)\]", path.read_text(encoding="utf-8"))
        for extra in found.split(",")
    }
    assert named >= {"frames", "parquet", "plots", "redis", "sandbox", "sso"}
    assert named - EXTRAS.keys() == set()
