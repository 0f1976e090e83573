"""``docs/reference/cli.md``: that its examples are commands, and that each option is explained once."""

from __future__ import annotations

import re
import shlex

import click
import pytest

from esi_fetch.cli import main
from tests.generated_pages import REFERENCE, script

PAGE = (REFERENCE / "cli.md").read_text(encoding="utf-8")
COMMANDS = dict(script("make_cli_page").commands())


def examples() -> list[str]:
    """Return every command line on the page, one for each call of ``esi-fetch``."""
    shown = "\n".join(re.findall(r"```bash\n(.*?)```", PAGE, re.DOTALL)).replace("\\\n", " ")
    calls = [part.strip() for line in shown.splitlines() for part in re.split(r" \|\|? ", line)]
    return list(dict.fromkeys(call for call in calls if call.startswith("esi-fetch ")))


@pytest.mark.parametrize("line", examples())
def test_an_example_is_a_command(line: str) -> None:
    """Its command is there and takes these arguments; what they mean is not asked."""
    words = shlex.split(line)[1:]
    context = main.make_context("esi-fetch", list(words))
    command: click.Command = main
    while isinstance(command, click.Group):
        name, found, words = command.resolve_command(context, list(words))
        assert name is not None
        assert found is not None
        command = found
    command.make_context(command.name, words, parent=context)


def test_examples_are_looked_for_where_they_are() -> None:
    """Each command has at least one, and most stand on the page."""
    assert len(examples()) > 50
    for name in COMMANDS:
        section = PAGE.split(f" esi-fetch {name}\n")[1].split("\n#")[0]
        assert f"esi-fetch {name}" in section.split("```bash")[1]


def test_options_that_all_commands_have_stand_at_the_top() -> None:
    """Every command has them, so that they need be told once."""
    everywhere = script("make_cli_page").EVERYWHERE
    for name, command in COMMANDS.items():
        options = {text for each in command.get_params(click.Context(command)) for text in each.opts}
        assert everywhere <= options, name
    top = PAGE.split("<!-- commands -->")[0]
    assert all(f"{option}" in top for option in everywhere)
