"""Print the lowest version of everything that setup.cfg names, as constraints for pip.

Tests that run with them (``scripts/test_lowest.sh``) show that the lower bounds are true. What something else
brings along is as new as that allows.
"""

from __future__ import annotations

import configparser
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent

_BOUND = re.compile(
    r"(?P<name>[\w.-]+)(?:\[[\w,-]+\])?\s*(?:>=|==)\s*(?P<version>\w+(?:\.\w+)*)(?:\.\*)?(?=\s*(?:,|;|$))"
)


def lowest() -> Iterator[str]:
    """Yield ``name==version`` for each requirement that has a lower bound, by name.

    Raises:
        ValueError: Two bounds of one name differ.
    """
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    found: dict[str, str] = {}
    for text in (config["options"]["install_requires"], *config["options.extras_require"].values()):
        for match in filter(None, map(_BOUND.match, text.splitlines())):
            if found.setdefault(match["name"].lower(), match["version"]) != match["version"]:
                raise ValueError(f"{match['name']} has two lower bounds")
    yield from (f"{name}=={version}" for name, version in sorted(found.items()))


if __name__ == "__main__":
    print(*lowest(), sep="\n")
