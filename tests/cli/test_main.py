"""The command line as a whole: help, options that stand anywhere, what becomes of errors."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner

from esi_fetch._version import __version__
from esi_fetch.cli import main
from esi_fetch.cli.main import COMMANDS
from esi_fetch.errors import CatalogError, InputError, OutputWriteError, Problem, StoreError
from tests.cli.conftest import ROOT, Invoke, Spawn


def all_commands() -> list[tuple[str, ...]]:
    ctx = click.Context(main)
    found: list[tuple[str, ...]] = []
    for name in main.list_commands(ctx):
        command = main.get_command(ctx, name)
        found.append((name,))
        if isinstance(command, click.Group):
            found += [(name, sub) for sub in command.commands]
    return found


@pytest.mark.parametrize("words", all_commands(), ids=" ".join)
def test_every_command_explains_itself(invoke: Invoke, words: tuple[str, ...]) -> None:
    """Each command has a text, examples, and help for every option."""
    result = invoke(*words, "--help")
    assert result.exit_code == 0
    assert f"Usage: esi-fetch {' '.join(words)}" in result.stdout
    command: click.Command = main
    for word in words:
        assert isinstance(command, click.Group)
        found = command.get_command(click.Context(command), word)
        assert found is not None
        command = found
    assert command.help
    assert command.short_help
    assert all(option.help for option in command.params if isinstance(option, click.Option))
    assert "Examples:\n" in result.stdout


def test_the_list_of_commands_says_what_the_commands_say(invoke: Invoke) -> None:
    """The short texts, which are there without importing the commands, agree with those of the commands."""
    ctx = click.Context(main)
    for name, text in COMMANDS.items():
        command = main.get_command(ctx, name)
        assert command is not None
        assert command.short_help == text
        assert text in invoke("--help").stdout


def test_help_imports_no_command() -> None:
    """``--help`` and ``--version`` do not pay for what the commands need."""
    code = (
        "import sys; from esi_fetch.cli import main\n"
        "try: main([sys.argv[1]])\n"
        "except SystemExit: pass\n"
        "print(*[name for name in sys.modules if name.startswith('esi_fetch.cli.') or name == 'rich'])"
    )
    for option in ("--help", "--version"):
        done = subprocess.run(
            [sys.executable, "-c", code, option],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        )
        loaded = set(done.stdout.splitlines()[-1].split())
        assert not loaded & {f"esi_fetch.cli.{name}" for name in COMMANDS}
        assert "rich" not in loaded


def test_nothing_asked_is_help(invoke: Invoke) -> None:
    """``esi-fetch`` alone shows what there is."""
    result = invoke()
    assert (result.exit_code, result.stdout) == (0, invoke("--help").stdout)


@pytest.mark.parametrize("words", [(), ("get",), ("store", "report")])
def test_the_word_help_is_help(invoke: Invoke, words: tuple[str, ...]) -> None:
    """``esi-fetch help get`` is ``esi-fetch get --help``, as with git and pip."""
    result = invoke("help", *words)
    assert (result.exit_code, result.stdout) == (0, invoke(*words, "--help").stdout)


def test_version(invoke: Invoke) -> None:
    """``--version`` says which."""
    assert invoke("--version").stdout == f"esi-fetch, version {__version__}\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["gte"], "unknown command 'gte' (did you mean 'get'?)"),
        (["zzz"], f"unknown command 'zzz'; there are {', '.join(COMMANDS)}"),
        (["get", "GetStatus", "--ofline"], "--offline"),
        (["run"], "Missing argument 'FILE...'"),
        (["ops", "shwo"], "shwo"),
        (["-q", "get", "GetStatus", "-v"], "-q and -v contradict each other"),
        (["get", "GetStatus", "--offline", "--refresh"], "--offline and --refresh contradict each other"),
        (["run", "x.yaml", "--offline", "--refresh"], "--offline and --refresh contradict each other"),
    ],
)
def test_a_wrong_command_line_is_status_2(invoke: Invoke, words: list[str], said: str) -> None:
    """What is wrong is said on standard error, with the nearest right word."""
    result = invoke(*words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr


@pytest.mark.parametrize(
    "words",
    [["-v", "get", "GetStatus"], ["get", "-v", "GetStatus"], ["get", "GetStatus", "--verbose"]],
)
def test_verbosity_stands_before_or_after_the_command(invoke: Invoke, words: list[str]) -> None:
    """``-v`` means the same wherever it is written."""
    result = invoke(*words)
    assert result.exit_code == 0
    assert "info: job GetStatus succeeded" in result.stderr
    assert "DEBUG" not in result.stderr


def test_verbosity_adds_up(invoke: Invoke) -> None:
    """``-v`` here and ``-v`` there are ``-vv``, and show every request."""
    assert "debug: GET http://" in invoke("-v", "get", "-v", "GetStatus").stderr


@pytest.mark.parametrize("words", [["-q", "get", "GetStatus"], ["get", "GetStatus", "-q"]])
def test_quiet_says_nothing(invoke: Invoke, words: list[str]) -> None:
    """``-q`` leaves standard error empty when all is well."""
    assert invoke(*words).stderr == ""


def test_the_log_file_holds_what_happened(invoke: Invoke, place: Path) -> None:
    """``--log-file`` is written whatever is said on standard error, and appended to."""
    for words in (
        ["--log-file", "logs/a.log", "get", "GetStatus"],
        ["get", "GetStatus", "--log-file", "logs/a.log"],
    ):
        assert "INFO" not in invoke(*words).stderr
    log = (place / "logs/a.log").read_text()
    assert log.count("INFO esi_fetch: job GetStatus succeeded") == 2


def test_a_log_file_that_cant_be_written_is_wrong_input(invoke: Invoke, place: Path) -> None:
    """The place of the log is checked before anything is sent."""
    (place / "file").touch()
    result = invoke("get", "GetStatus", "--log-file", "file/a.log")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "error: --log-file: can't write 'file/a.log'" in result.stderr


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (InputError(problems=[Problem("a", "b"), Problem("", "c")]), 2, "error: a: b\nerror: c\n"),
        (CatalogError("torn"), 2, "error: torn\n"),
        (StoreError("not ours"), 2, "error: not ours\n"),
        (OutputWriteError("full"), 1, "error: full\n"),
        (BrokenPipeError(), 0, ""),
        (KeyboardInterrupt(), 130, "error: stopped\n"),
    ],
)
def test_expected_errors_become_statuses(
    monkeypatch: pytest.MonkeyPatch, error: BaseException, status: int, said: str
) -> None:
    """No error that users can cause shows a traceback."""

    @click.command()
    def failing() -> None:
        raise error

    monkeypatch.setattr(type(main), "get_command", lambda *_: failing)
    result = CliRunner().invoke(main, ["get"])
    assert (result.exit_code, result.stdout, result.stderr) == (status, "", said)


def test_a_signal_decides_the_status(monkeypatch: pytest.MonkeyPatch, left: list[int]) -> None:
    """Whatever a stopped command makes of its interruption, the status is that of the signal."""

    @click.command()
    def failing() -> None:
        with contextlib.suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGTERM)
        raise click.exceptions.Exit(1)

    monkeypatch.setattr(type(main), "get_command", lambda *_: failing)
    assert CliRunner().invoke(main, ["get"]).exit_code == 143


def test_a_mistake_of_ours_shows_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    """What nobody expected is not hidden."""

    @click.command()
    def failing() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(type(main), "get_command", lambda *_: failing)
    assert isinstance(CliRunner().invoke(main, ["get"]).exception, ZeroDivisionError)


def offered(*words: str) -> set[str]:
    """Return what the shell is offered for the last word."""
    completion = ShellComplete(main, {}, "esi-fetch", "_ESI_FETCH_COMPLETE")
    return {item.value for item in completion.get_completions(list(words[:-1]), words[-1])}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["g"], {"get"}),
        (["get", "GetMarketsRegionIdO"], {"GetMarketsRegionIdOrders"}),
        (["get", "get_markets_region_id_o"], {"get_markets_region_id_orders"}),
        (["ops", "show", "GetMarketsRegionIdH"], {"GetMarketsRegionIdHistory"}),
        (["get", "GetMarketsRegionIdHistory", "r"], {"region_id="}),
        (["get", "GetMarketsRegionIdHistory", "region_id=1", "t"], {"type_id="}),
        (["get", "NoSuchOperation", "r"], set()),
        (["get", "GetStatus", "--off"], {"--offline"}),
        (["get", "GetStatus", "--format", "js"], {"json", "jsonl"}),
    ],
)
def test_the_shell_completes(place: Path, words: list[str], expected: set[str]) -> None:
    """Commands, operations in the spelling they were begun in, parameters and options are offered."""
    assert offered(*words) == expected


def test_completion_is_silent_about_wrong_settings(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A prompt is no place for complaints."""
    monkeypatch.setenv("ESI_FETCH_WORKERS", "many")
    assert offered("get", "Get") == set()
    assert offered("get", "GetStatus", "r") == set()


def test_bash_is_answered(spawn: Spawn) -> None:
    """What bash sends is understood, and nothing else is printed."""
    env = {"_ESI_FETCH_COMPLETE": "bash_complete", "COMP_WORDS": "esi-fetch get GetSt", "COMP_CWORD": "2"}
    assert spawn(env=env).communicate(timeout=20) == (b"plain,GetStatus\n", b"")


def test_the_script_for_the_shell(spawn: Spawn) -> None:
    """The line in the help gives bash what it needs."""
    out, _ = spawn(env={"_ESI_FETCH_COMPLETE": "bash_source"}).communicate(timeout=20)
    assert b"complete " in out
