"""Programs on loopback, each a process of its own, held by a test."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parent.parent.parent

SOON_S = 30.0
"""How long a test waits for what should happen at once before it fails."""


class Process:
    """A script in a process of its own, spoken to over pipes; killed when its block ends."""

    def __init__(self, script: str, *args: str) -> None:
        self._popen = subprocess.Popen(
            [sys.executable, "-W", "error", str(HERE / script), *args],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            bufsize=1,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )

    def __enter__(self) -> Process:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
        for pipe in (self._popen.stdin, self._popen.stdout, self._popen.stderr):
            if pipe is not None:
                pipe.close()

    def hears(self) -> str:
        """Return the next line it says."""
        assert self._popen.stdout is not None
        late = threading.Timer(SOON_S, self._popen.kill)
        late.start()
        line = self._popen.stdout.readline()
        late.cancel()
        late.join()
        if not line:
            raise AssertionError(f"it ended, or said nothing for {SOON_S:.0f} s: {self.ends()[1]}")
        return line.rstrip("\n")

    def tell(self, line: str) -> None:
        """Send it a line."""
        assert self._popen.stdin is not None
        self._popen.stdin.write(line + "\n")

    def let_go(self) -> None:
        """Let its input end."""
        assert self._popen.stdin is not None
        self._popen.stdin.close()

    def signal(self, number: signal.Signals) -> None:
        self._popen.send_signal(number)

    def kill(self) -> None:
        """End it as a crash does: nothing is cleaned up."""
        self._popen.kill()
        self._popen.wait(SOON_S)

    def ends(self) -> tuple[int, str]:
        """Wait for its end; return its exit status and what it said on standard error."""
        assert self._popen.stderr is not None
        try:
            self._popen.wait(SOON_S)
        except subprocess.TimeoutExpired as error:
            raise AssertionError("it did not end") from error
        return self._popen.returncode, self._popen.stderr.read()


class SandboxProcess(Process):
    """A sandbox; its arguments are those of :class:`esi_fetch.sandbox.Sandbox`."""

    def __init__(self, **given: Any) -> None:
        super().__init__("sandbox_process.py", json.dumps(given))
        self.url = self.hears()

    def __enter__(self) -> SandboxProcess:
        return self

    def ask(self, what: str, told: Mapping[str, Any] | None = None, *, method: str | None = None) -> Any:
        """Ask one of its control paths."""
        body = None if told is None else json.dumps(told).encode()
        request = urllib.request.Request(f"{self.url}/_sandbox/{what}", body, method=method)
        with urllib.request.urlopen(request, timeout=SOON_S) as answer:
            return json.loads(answer.read() or b"null")

    def use(self, limit: str) -> dict[str, Any]:
        """Return how a limit was used so far; all zeros when nothing has met it."""
        never = {"allowed": 0, "spent": 0, "spent_ever": 0, "peak": 0, "refused": 0}
        return next((use for use in self.ask("limits") if use["limit"] == limit), never)

    def requests(self, *, foreign: bool | None = None) -> list[dict[str, Any]]:
        """Return the requests it saw: all, only the foreigner's, or only ours."""
        return [
            seen
            for seen in self.ask("requests")
            if foreign is None or (seen["headers"].get("user-agent") == "foreigner") == foreign
        ]

    def has_run(self, seconds: float) -> None:
        """Return so many seconds after the first request that spent something, on the sandbox's clock."""
        self.tell(f"run {seconds}")
        assert self.hears() == "done"

    def has_seen(self, requests: int) -> None:
        """Return when so many requests have come."""
        self.tell(f"seen {requests}")
        assert self.hears() == "done"

    def refusals(self) -> int:
        """Return how many of our requests were answered 420 or 429."""
        return sum(seen["status"] in (420, 429) for seen in self.requests(foreign=False))


class Worker(Process):
    """A user's program with eight threads, if not said otherwise; it has not begun before :meth:`go`."""

    def __init__(
        self,
        sandbox: SandboxProcess,
        home: Path,
        *,
        op_id: str = "GetMarketsRegionIdOrders",
        parameters: Mapping[str, Any] | None = None,
        jobs: int | None = None,
        character: int | None = None,
        threads: int = 8,
    ) -> None:
        # What is refused is asked again, as a program does that asks for ever new things.
        client = {
            "base_url": sandbox.url,
            "home": str(home),
            "workers": threads,
            "retries": 0,
            "remember_refusals": 0,
        }
        parameters = {"region_id": 10000002, "page": 1} if parameters is None else parameters
        given = {
            "client": client,
            "op_id": op_id,
            "parameters": parameters,
            "jobs": jobs,
            "character": character,
        }
        super().__init__("worker.py", json.dumps(given))

    def __enter__(self) -> Worker:
        return self

    def go(self) -> None:
        self.tell("go")

    def next(self) -> dict[str, Any]:
        """Return what it says next."""
        heard = json.loads(self.hears())
        assert isinstance(heard, dict)
        return heard

    def total(self) -> dict[str, Any]:
        """Return what it says at its end, after whatever it says before."""
        while "statuses" not in (heard := self.next()):
            pass
        return heard


class Foreigner(Process):
    """Another program on the same address."""

    def __init__(self, sandbox: SandboxProcess) -> None:
        super().__init__("foreigner.py", sandbox.url)
        assert self.hears() == "ready"

    def __enter__(self) -> Foreigner:
        return self

    def burst(self, requests: int) -> dict[str, int]:
        """Let it send requests as fast as it can; return their statuses."""
        self.tell(str(requests))
        statuses = json.loads(self.hears())
        assert isinstance(statuses, dict)
        return statuses


def tokens_within(sandbox: SandboxProcess, seconds: float) -> int:
    """Return what requests cost that came within so many seconds of the first one."""
    seen = sandbox.requests()
    return sum(each["cost"] for each in seen if each["at"] < seen[0]["at"] + seconds)


def finish(workers: list[Worker]) -> list[dict[str, Any]]:
    """Let all come to their end, which has to be a good one; return what they saw."""
    for worker in workers:
        worker.let_go()
    totals = [worker.total() for worker in workers]
    # A warning would be there: that the shared state can't be used, for one.
    assert [worker.ends() for worker in workers] == [(0, "")] * len(workers)
    return totals


def start_together(workers: list[Worker]) -> None:
    """Let all begin at the same moment."""
    for worker in workers:
        assert worker.next() == {"ready": True}
    for worker in workers:
        worker.go()
