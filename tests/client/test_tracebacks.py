"""What a script that does not catch an error shows: short, and the line that helps is the last."""

from __future__ import annotations

import logging
import socket
import traceback
from pathlib import Path

import pytest

from esi_fetch import Esi
from esi_fetch.errors import ConnectionFailedError, EsiFetchError, ServerError
from esi_fetch.sandbox import Sandbox


@pytest.fixture
def nowhere() -> str:
    """An address of this machine at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}"


def status_of(url: str, home: Path) -> EsiFetchError:
    with Esi(base_url=url, home=home, retries=0) as esi, pytest.raises(EsiFetchError) as caught:
        esi.get("GetStatus")
    return caught.value


def test_a_lost_connection_names_its_origin_alone(nowhere: str, tmp_path: Path) -> None:
    """Of the errors that sockets, urllib3 and requests make of it, the first is the cause, and is shown."""
    error = status_of(nowhere, tmp_path)
    assert isinstance(error, ConnectionFailedError)
    assert type(error.__cause__) is ConnectionRefusedError
    shown = "".join(traceback.format_exception(error)).splitlines()
    assert sum(line.startswith("Traceback ") for line in shown) == 2
    assert shown[-1].startswith("esi_fetch.errors.ConnectionFailedError: 127.0.0.1:")


def test_what_the_caller_was_busy_with_is_no_cause(nowhere: str, tmp_path: Path) -> None:
    """An error that a script was handling when it asked is not taken for the reason."""
    try:
        raise KeyError("of the script")
    except KeyError:
        error = status_of(nowhere, tmp_path)
    assert type(error.__cause__) is ConnectionRefusedError


def test_the_way_to_an_error_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Frames of the rooms below the client are not shown; they stand in the log, at DEBUG."""
    caplog.set_level(logging.DEBUG, logger="esi_fetch")
    with Sandbox() as sandbox:
        sandbox.faults.add("GetStatus", status=502, times=None)
        error = status_of(sandbox.url, tmp_path)
    assert isinstance(error, ServerError)
    files = {Path(frame.filename).parts[-2:] for frame in traceback.extract_tb(error.__traceback__)}
    assert files == {("client", Path(__file__).name), ("client", "one_job.py")}
    logged = next(record.exc_text for record in caplog.records if record.exc_info)
    assert "raise_refusal" in str(logged)
