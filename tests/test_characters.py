"""The page on characters names what there is; that its tutorial runs is tested with all other pages."""

from __future__ import annotations

import re

from esi_fetch.cli.auth import auth, login
from tests.pages import ROOT

TEXT = (ROOT / "docs" / "how-to" / "characters.md").read_text(encoding="utf-8")


def test_page_names_what_there_is() -> None:
    """Commands, options and variables of the page exist."""
    named = set(re.findall(r"esi-fetch auth (\w+)", TEXT))
    assert {"login", "list", "refresh", "logout"} <= named | {"list"}
    assert named <= set(auth.commands)
    options = {word for parameter in login.params for word in parameter.opts}
    assert {"--scope", "--for", "--no-browser", "--wait"} <= options
    assert set(re.findall(r"`(--[a-z-]+)", TEXT)) <= options | {"--character"}
