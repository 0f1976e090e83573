"""Marks of a run: the same in memory, in a folder, on a Redis server."""

from __future__ import annotations

import os
import pickle
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from esi_fetch.errors import JobError, MaybeDoneError
from esi_fetch.run.marks import FileMarks, Marks, MemoryMarks, RedisMarks, begin_write, marks_for
from esi_fetch.settings import load_settings
from tests.redis_server import RedisServer, running_redis

PASSWORD = "very/secret"


@pytest.fixture
def server() -> Iterator[RedisServer]:
    with running_redis(password=PASSWORD) as made:
        yield made


@pytest.fixture(params=["memory", "file", "redis"])
def marks(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Marks]:
    url = request.getfixturevalue("server").url if request.param == "redis" else None
    settings = load_settings(home=tmp_path, redis_url=url)
    with marks_for(settings, same_process=request.param == "memory") as made:
        kinds = {"memory": MemoryMarks, "file": FileMarks, "redis": RedisMarks}
        assert isinstance(made, kinds[request.param])
        yield made


def copy_of(marks: Marks) -> Marks:
    """Return the marks as another process has them."""
    return marks if isinstance(marks, MemoryMarks) else pickle.loads(pickle.dumps(marks))


def test_a_job_is_begun_once(marks: Marks) -> None:
    """By one of all who try, whoever it is; others are told that it may have been done."""
    other = copy_of(marks)
    assert marks.claim(1)
    assert not other.claim(1)
    begin_write(other, 2)
    with pytest.raises(MaybeDoneError, match="a worker that had begun it did not come back"):
        begin_write(marks, 2)
    other.close()


def test_a_stop_is_seen_by_all(marks: Marks) -> None:
    """Once it was said it stays."""
    other = copy_of(marks)
    assert not other.is_stopped()
    marks.stop()
    assert other.is_stopped()
    assert marks.is_stopped()
    other.close()


def test_a_folder_goes_with_its_run_and_those_left_behind_after_a_week(tmp_path: Path) -> None:
    """Runs that were killed leave theirs; the next run removes what is old."""
    left = [tmp_path / "runs" / name for name in ("old", "young")]
    for folder in left:
        folder.mkdir(parents=True)
    week_ago = time.time() - 8 * 86_400
    os.utime(left[0], (week_ago, week_ago))
    with marks_for(load_settings(home=tmp_path), same_process=False) as marks:
        assert marks.claim(1)
        assert not left[0].exists()
        assert left[1].exists()
        assert len(list((tmp_path / "runs").iterdir())) == 2
    assert list((tmp_path / "runs").iterdir()) == [left[1]]
    with pytest.raises(JobError, match="not sent: it writes"):
        begin_write(marks, 2)
    assert not marks.is_stopped()


def test_marks_on_a_server_that_is_gone(server: RedisServer, tmp_path: Path) -> None:
    """Nothing that writes is begun, a stop is not heard, and no text has the password."""
    settings = load_settings(home=tmp_path, redis_url=server.url)
    with marks_for(settings, same_process=False) as marks:
        server.kill()
        marks.stop()
        assert not marks.is_stopped()
        with pytest.raises(JobError, match=r"share the caller's home folder, or a Redis server") as caught:
            begin_write(marks, 1)
        assert PASSWORD not in str(caught.value) + repr(marks)
        assert "very%2Fsecret" not in str(caught.value) + repr(marks)


def test_marks_on_a_server_go_by_themselves(server: RedisServer, tmp_path: Path) -> None:
    """They outlive the run for those workers that are still at it, and not for ever."""
    with marks_for(load_settings(home=tmp_path, redis_url=server.url), same_process=False) as marks:
        marks.claim(1)
        marks.stop()
    client = server.client()
    names = client.keys("esi_fetch:runs:*")
    assert len(names) == 2
    assert all(0 < client.ttl(name) <= 7 * 86_400 for name in names)
