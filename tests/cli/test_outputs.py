"""Data on its way out: standard output that is gone, full or closed, and files that can't be written."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from esi_fetch.cli.outputs import choose_format, deliver, file_problems, folder_problems, print_lines
from esi_fetch.errors import InputError, OutputWriteError


@pytest.mark.parametrize("write", [lambda: deliver([1], fmt="json"), lambda: print_lines(["a"])])
def test_a_reader_that_has_gone_is_no_error(
    monkeypatch: pytest.MonkeyPatch, write: Callable[[], None]
) -> None:
    """Whoever looks at the first lines only has got what they wanted."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        write()
        stream.write("goes nowhere, and does no harm when it is flushed at the end")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("write", [lambda: deliver([1], fmt="json"), lambda: print_lines(["a"])])
def test_a_full_disk_is_an_error(monkeypatch: pytest.MonkeyPatch, write: Callable[[], None]) -> None:
    """Data that is lost is not lost silently."""
    with open("/dev/full", "w") as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        with pytest.raises(OutputWriteError, match="can't write to standard output: No space left"):
            write()


def test_delivery_tells_whether_all_was_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What a reader left behind was not delivered; what is in a file was."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        assert not deliver([1], fmt="json")
    assert deliver([1], fmt="json", output=tmp_path / "a.json")


def test_a_closed_standard_output_is_found_beforehand(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Without standard output a file has to be named."""
    monkeypatch.setattr(sys, "stdout", None)
    with pytest.raises(InputError, match="standard output is closed; name a file with -o"):
        choose_format(None, None)
    assert choose_format(None, tmp_path / "a.csv") == "csv"


def test_devices_need_a_format(tmp_path: Path) -> None:
    """What has no suffix is told its format."""
    assert choose_format("csv", Path(os.devnull)) == "csv"


@pytest.mark.parametrize("name", ["a" * 300, "a\0b"])
def test_names_that_no_file_can_have(tmp_path: Path, name: str) -> None:
    """The system's own reason is told, not a traceback."""
    assert len(file_problems(tmp_path / name, option="-o")) == 1
    assert len(folder_problems(tmp_path / name, option="-o")) == 1


def test_folders_that_are_not_there_yet_can_be_made(tmp_path: Path) -> None:
    """Nothing is made by looking."""
    assert file_problems(tmp_path / "a/b/c.json", option="-o") == []
    assert folder_problems(tmp_path / "a/b", option="-o") == []
    assert list(tmp_path.iterdir()) == []


def test_a_table_goes_into_a_file_too(tmp_path: Path) -> None:
    """The format that was asked for is written, whatever the suffix says."""
    deliver([{"a": 1}, {"a": 20}], fmt="table", output=tmp_path / "a.txt")
    assert (tmp_path / "a.txt").read_text() == " a\n 1\n20\n"
