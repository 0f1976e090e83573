"""Pages whose fenced blocks are executed: how a page says what a block is, and how its blocks are run.

An HTML comment stands on the line before a block and says what is done with it::

    <!-- snippet: shell -->
    ```bash
    esi-fetch get GetStatus
    ```

=========================== ==========================================================================
``shell``                   bash runs it, and stops at the first command that fails; what it exports and
                            where it went is still so in the next one, as in a terminal
``shell status=3``          the same, and 3 is its exit status
``shell clicks=0,1``        the same; the browser, when it opens, clicks on these links of its page in turn
``python``                  Python runs it, in a process of its own
``python more``             the process of the ``python`` block before goes on with it
``NAME.yaml``, ``dir/x.py`` it is written to that file
``test``                    pytest runs it
``sandbox``                 a command that serves a sandbox until the page is done, on a port of its own
``output``                  what the block before, if it was run, has printed, both streams as on a terminal;
                            ``…`` stands for anything within a line, on a line of its own for any lines
``skip: WHY``               it is not run
=========================== ==========================================================================

Blocks are run in the page's order, in one empty folder, against a sandbox and a data folder of their own.
"""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parent.parent

_FENCE = re.compile(r"^( *)(`{3,}|~{3,}|:{3,})(.*)$")
_MARKER = re.compile(r"^ *<!-- snippet: (.*?) -->$")
_ANY = "…"
_PORT = "8100"  # the port that pages show; each run of a page has another
_TIMEOUT_S = 120

# Runs what it is sent, a JSON string a line, in one namespace, and tells what was printed.
_SESSION = """
import contextlib, io, json, sys, traceback
names = {"__name__": "__main__"}
lines, answers = sys.stdin, sys.stdout
for line in lines:
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        try:
            exec(compile(json.loads(line), "<page>", "exec"), names)
            failed = False
        except BaseException:
            traceback.print_exc()
            failed = True
    print(json.dumps([said.getvalue(), failed]), file=answers, flush=True)
"""

# A browser that clicks on a link by itself, and goes wherever that leads. Which link is in a file.
_BROWSER = """
import html, pathlib, re, sys, urllib.request
clicks = pathlib.Path(sys.argv[1])
link, *rest = clicks.read_text().split(",")
clicks.write_text(",".join(rest or [link]))
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
page = opener.open(sys.argv[2]).read().decode()
links = [html.unescape(found) for found in re.findall('href="([^"]+)"', page)]
pages = opener.open(sys.argv[2].partition("?")[0] + links[int(link)]).read().decode()
with open(clicks.with_name("pages.html"), "a") as file:
    file.write(pages)
"""


@dataclass(frozen=True)
class Block:
    """One fenced block.

    Attributes:
        kind: What is done with it; None where nothing is said.
        options: What else the marker says.
        language: What stands behind the fence.
        text: What is between the fences.
        line: Number of the line on which it begins.
    """

    kind: str | None
    options: Mapping[str, str]
    language: str
    text: str
    line: int


def blocks(page: Path) -> list[Block]:
    """Return the fenced blocks of a page; those that are directives (``{toctree}``) are none."""
    found: list[Block] = []
    lines = iter(enumerate(page.read_text(encoding="utf-8").splitlines(), start=1))
    before = ""
    for number, line in lines:
        fence = _FENCE.match(line)
        if fence is None:
            before = line
            continue
        indent, ticks, language = fence.groups()
        inside = []
        for _, text in lines:
            if text.strip() == ticks:
                break
            inside.append(text.removeprefix(indent))
        marker = _MARKER.match(before)
        before = ""
        if not language.startswith("{"):
            kind, options = _said(marker[1]) if marker else (None, {})
            found.append(Block(kind, options, language, "".join(f"{text}\n" for text in inside), number))
    return found


def _said(marker: str) -> tuple[str, dict[str, str]]:
    kind, _, rest = marker.partition(" ")
    if kind == "skip:":
        return "skip", {"why": rest.strip()}
    options = {}
    for word in rest.split():
        name, _, value = word.partition("=")
        options[name] = value
    return kind, options


def is_run(page: Path) -> bool:
    """Return whether anything on a page is run."""
    return any(block.kind not in (None, "skip") for block in blocks(page))


def page_name(page: Path) -> str:
    """Return a page's place in the project."""
    return page.relative_to(ROOT).as_posix()


def agrees(shown: str, real: str) -> bool:
    """Return whether a page shows what was printed, up to what it leaves open."""
    parts = []
    for line in shown.rstrip().splitlines():
        text = line.rstrip()
        if text.strip() == _ANY:
            parts.append(r"(?:[^\n]*\n)*?")
        else:
            parts.append("[^\n]*?".join(re.escape(part) for part in text.split(_ANY)) + r"\n")
    printed = "".join(f"{line.rstrip()}\n" for line in real.rstrip().splitlines())
    return re.fullmatch("".join(parts), printed) is not None


@dataclass
class Visit:
    """Somebody who reads a page and does everything it says.

    Attributes:
        page: The page.
        folder: An empty folder to work in.
        base_url: The sandbox they use, until the page starts one.
        said: What every block that was run has printed.
    """

    page: Path
    folder: Path
    base_url: str
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.work = self.folder / "work"
        self.work.mkdir()
        self._beside = self.folder / "beside"
        self._beside.mkdir()
        self._port = _PORT
        self._clicks = self._beside / "clicks"
        (self._beside / "browser.py").write_text(_BROWSER)
        scripts = self._beside / "bin"
        scripts.mkdir()
        for name, module in (("esi-fetch", " -m esi_fetch"), ("python", "")):
            (scripts / name).write_text(f'#!/bin/sh\nexec {sys.executable}{module} "$@"\n')
            (scripts / name).chmod(0o700)
        self.environment = {
            **{name: text for name, text in os.environ.items() if not name.startswith("ESI_FETCH_")},
            "HOME": str(self.folder),
            "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1",
            "COLUMNS": "110",
            "ESI_FETCH_BASE_URL": self.base_url,
            "ESI_FETCH_SSO_URL": self.base_url,
            "ESI_FETCH_CLIENT_ID": "pages",
            "ESI_FETCH_HOME": str(self.folder / "home"),
            "ESI_FETCH_CALLBACK_URL": f"http://localhost:{_free_port()}/callback",
            "BROWSER": f"{sys.executable} {self._beside / 'browser.py'} {self._clicks} %s",
        }

    @property
    def pages_seen(self) -> str:
        """What the browser has shown, as HTML."""
        return (self._beside / "pages.html").read_text()

    def run(self) -> Visit:
        """Run every block, in order.

        Raises:
            AssertionError: A block fails, or prints something else than the page shows.
        """
        session: subprocess.Popen[str] | None = None
        with ExitStack() as stack:
            for block in blocks(self.page):
                place = f"{self.page.relative_to(ROOT)}, line {block.line}"
                text = block.text.replace(_PORT, self._port)
                if block.kind in (None, "skip"):
                    continue
                if block.kind == "output":
                    assert self.said, f"{place}: nothing was run before"
                    real = self.said[-1].replace(self._port, _PORT)
                    assert agrees(block.text, real), f"{place}: shows\n{block.text}\nand it is\n{real}"
                elif block.kind == "sandbox":
                    self._serve(text, stack)
                elif block.kind == "shell":
                    self._shell(text, block.options, place)
                elif block.kind == "test":
                    (self.work / "test_page.py").write_text(text, encoding="utf-8")
                    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_page.py"]
                    self._note(self._process(words), place, text)
                elif block.kind == "python":
                    if "more" not in block.options:
                        session = stack.enter_context(self._session())
                        stack.callback(session.kill)
                    assert session is not None, f"{place}: no Python was run before"
                    self._python(session, text, place)
                else:
                    assert re.fullmatch(r"[\w./-]+\.\w+", block.kind), f"{place}: {block.kind!r} is nothing"
                    path = self.work / block.kind
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_text(text, encoding="utf-8")
        return self

    def _serve(self, command: str, stack: ExitStack) -> None:
        self._port = str(_free_port())
        sandbox = subprocess.Popen(
            command.replace(_PORT, self._port).split(),
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        stack.enter_context(sandbox)
        stack.callback(sandbox.terminate)
        assert sandbox.stdout is not None
        url = sandbox.stdout.readline().strip()
        assert url == f"http://127.0.0.1:{self._port}"
        # What the page does not export itself must not lead to the other sandbox.
        for name in ("ESI_FETCH_BASE_URL", "ESI_FETCH_SSO_URL", "ESI_FETCH_CLIENT_ID"):
            del self.environment[name]

    def _shell(self, text: str, options: Mapping[str, str], place: str) -> None:
        self._clicks.write_text(options.get("clicks", "0"))
        kept = self._beside / "environment"
        whole = f"trap 'pwd > {kept}.pwd; env -0 > {kept}' EXIT\n{text}"
        done = self._process(["bash", "-euo", "pipefail", "-c", whole])
        self._note(done, place, text, status=int(options.get("status", "0")))
        pairs = (line.partition("=") for line in kept.read_text().split("\0") if line)
        self.environment = {name: value for name, _, value in pairs}
        self.work = Path(Path(f"{kept}.pwd").read_text().strip())

    def _process(self, words: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            words,
            cwd=self.work,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=_TIMEOUT_S,
            check=False,
        )

    def _note(
        self, done: subprocess.CompletedProcess[str], place: str, text: str, *, status: int = 0
    ) -> None:
        assert done.returncode == status, f"{place}: status {done.returncode}\n{text}\n{done.stdout}"
        self.said.append(done.stdout)

    def _session(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-W", "error", "-c", _SESSION],
            cwd=self.work,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def _python(self, session: subprocess.Popen[str], text: str, place: str) -> None:
        assert session.stdin is not None
        assert session.stdout is not None
        session.stdin.write(json.dumps(text) + "\n")
        session.stdin.flush()
        watch = threading.Timer(_TIMEOUT_S, session.kill)
        watch.start()
        answer = session.stdout.readline()
        watch.cancel()
        assert answer, f"{place}: Python ended\n{text}"
        said, failed = json.loads(answer)
        assert not failed, f"{place}:\n{text}\n{said}"
        self.said.append(said)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def pages() -> Iterator[Path]:
    """Give every page there is: the README, and those of the site."""
    yield ROOT / "README.md"
    yield from sorted(path for path in (ROOT / "docs").rglob("*.md") if "_build" not in path.parts)
