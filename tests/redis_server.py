"""A real Redis server for a test: on a socket in a folder of its own, and gone at the test's end."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

# Set where a missing server must not go unnoticed.
REQUIRED = "REQUIRE_REDIS_SERVER"

SOON_S = 20.0


class RedisServer:
    """A server of its own, that can be killed, frozen and started again. Keeps nothing on disk.

    Args:
        folder: Where its socket is; the path of a socket has to be short.
        password: Of everybody; None for none.
    """

    def __init__(self, folder: Path, *, password: str | None = None) -> None:
        self.socket = folder / "redis.sock"
        self._folder = folder
        self._password = password
        self._process: subprocess.Popen[bytes] | None = None
        self._clients: list[redis.Redis] = []

    @property
    def url(self) -> str:
        login = f":{quote(self._password, safe='')}@" if self._password else ""
        return f"unix://{login}{self.socket}"

    def start(self, *options: str) -> RedisServer:
        """Start it and return when it answers."""
        command = ["redis-server", "--port", "0", "--unixsocket", str(self.socket), "--save", ""]
        command += ["--appendonly", "no", "--dir", str(self._folder), "--daemonize", "no", *options]
        if self._password:
            command += ["--requirepass", self._password]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + SOON_S
        while not self._answers():
            assert self._process.poll() is None, "redis-server has ended"
            assert time.monotonic() < until, "redis-server does not answer"
            time.sleep(0.005)  # nothing tells when it is ready
        return self

    def kill(self) -> None:
        """Kill it; all it knew is lost."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait(SOON_S)
        self.socket.unlink(missing_ok=True)

    def signal(self, number: int) -> None:
        """Send it a signal."""
        assert self._process is not None
        self._process.send_signal(number)

    def client(self) -> redis.Redis:
        """Return a client of our own, for looking behind the scenes."""
        self._clients.append(self._connect())
        return self._clients[-1]

    def close(self) -> None:
        """Close the clients and kill it."""
        for client in self._clients:
            client.close()
        self.kill()

    def _answers(self) -> bool:
        with self._connect() as client:
            try:
                return bool(client.ping())
            except redis.ConnectionError:
                return False

    def _connect(self) -> redis.Redis:
        # Without retries: some versions wait seconds before each.
        return redis.Redis(
            unix_socket_path=str(self.socket), password=self._password, retry=Retry(NoBackoff(), 0)
        )


def need_redis_server() -> None:
    """Skip the test where there is no ``redis-server``, or fail it where there has to be one."""
    if shutil.which("redis-server") is not None:
        return
    if os.environ.get(REQUIRED):
        pytest.fail(f"there is no redis-server on this machine, and {REQUIRED} is set", pytrace=False)
    pytest.skip("there is no redis-server on this machine")


@contextmanager
def running_redis(*, password: str | None = None) -> Iterator[RedisServer]:
    """Run an empty server for a test."""
    need_redis_server()
    # Not the test's own folder, whose name may be longer than the path of a socket can be.
    with tempfile.TemporaryDirectory(prefix="redis-") as folder:
        server = RedisServer(Path(folder), password=password)
        try:
            yield server.start()
        finally:
            server.close()
