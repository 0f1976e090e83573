"""The long description, for the page that a package index shows; everything else is in setup.cfg.

It is the README, as it reads where there is no checkout around it: the index would send a link to ``docs/…``
into nowhere, and ``pip install .`` needs something to install.
"""

from __future__ import annotations

import re
from pathlib import Path

from setuptools import setup

_COMMENT = re.compile(r"<!--.*?-->\n?", re.DOTALL)
_PICTURE = re.compile(r"^!\[[^\]]*\]\([^)]*\)\n\n", re.MULTILINE)
_RELATIVE_LINK = re.compile(r"\[([^\]]+)\]\((?!\w+:|#)([^)]+)\)")
_FOR_DEVELOPERS = re.compile(r"^## Working on it\n.*?(?=^MIT licensed)", re.DOTALL | re.MULTILINE)
_WHERE_FILES_ARE = "The files named here, like `docs/how-to/store.md`, come with the source distribution.\n\n"


def index_page(readme: str) -> str:
    """Return the README as the page of an index shows it."""
    page = _FOR_DEVELOPERS.sub(_WHERE_FILES_ARE, _PICTURE.sub("", _COMMENT.sub("", readme)))
    return _RELATIVE_LINK.sub(r"\1 (`\2`)", page).replace("'.[", "'esi-fetch[")


if __name__ == "__main__":
    setup(
        long_description=index_page((Path(__file__).parent / "README.md").read_text(encoding="utf-8")),
        long_description_content_type="text/markdown",
    )
