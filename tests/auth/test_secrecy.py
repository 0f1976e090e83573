"""After a busy run with failures, tokens are where they are kept, and nowhere else."""

from __future__ import annotations

import json
import logging
import os
import pickle
import subprocess
import sys
import traceback
from pathlib import Path
from typing import Any

import pytest

from esi_fetch import Callback, Esi, Job, WorkOrder, write_jobs
from esi_fetch.errors import EsiFetchError
from esi_fetch.model.codec import to_plain
from esi_fetch.observers import JsonLines, LogObserver
from tests.auth.conftest import OTHER, SKILLS, WALLET, WHO, World

OP = "GetCharactersCharacterIdWallet"


def tokens_in(world: World) -> set[str]:
    """Return all tokens that were ever sent or given, as the sandbox saw them."""
    found: set[str] = set(world.sandbox.sso._refresh) | GONE
    for seen in world.sandbox.requests:
        if (bearer := seen.headers.get("authorization")) is not None:
            found.add(bearer.removeprefix("Bearer "))
    return found


GONE: set[str] = set()


def grep(folder: Path, tokens: set[str]) -> list[str]:
    """Return the files that hold a token, or a good part of one."""
    parts = [token[cut : cut + 24].encode() for token in tokens for cut in (0, max(0, len(token) - 24))]
    return [
        str(path.relative_to(folder))
        for path in sorted(folder.rglob("*"))
        if path.is_file() and any(part in path.read_bytes() for part in parts)
    ]


def test_library(world: World, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Store, journal, limits, events, log, reports, job files, reprs, errors and pickles hold no token."""
    caplog.set_level(logging.DEBUG)
    world.sandbox.sso.manners.rotates = True
    out = tmp_path / "out"
    shown: list[Any] = []
    with JsonLines(tmp_path / "events.jsonl") as lines:
        esi = world.esi(observers=[lines, LogObserver(), shown.append], retries=1)
        characters = [world.sign_in(who, esi=esi) for who in (WHO, OTHER)]
        GONE.update(world.sandbox.sso._refresh)
        jobs = [
            Job(
                OP,
                character=who,
                name=f"wallet {who}",
                callbacks=[Callback("save_job", {"path": f"{who}.json"})],
            )
            for who in (WHO, OTHER)
        ]
        jobs += [
            Job("GetCharactersCharacterIdSkills", character=WHO),
            Job(OP, {"character_id": OTHER}, character=WHO),
        ]
        order = WorkOrder(tuple(jobs), name="busy")
        write_jobs(order, tmp_path / "order.yaml")
        world.sandbox.faults.add(
            "GetCharactersCharacterIdSkills", status=403, body={"error": "token is expired"}
        )
        world.sandbox.faults.add(OP, reset=True)
        report = esi.run(order, output=out, journal=True)
        world.clock.advance(1200)
        world.sandbox.faults.add("/v2/oauth/token", status=502)
        esi.run(order, output=out, refresh=True, journal=True)
        GONE.update(world.sandbox.sso._refresh)
        world.sandbox.sso.withdraw(WHO)
        world.clock.advance(1200)
        failed = esi.run(order, output=out, refresh=True, journal=True)
        errors: list[BaseException] = []
        for act in (lambda: esi.get(OP, character=WHO), lambda: esi.renew(WHO), lambda: esi.get(OP)):
            try:
                act()
            except EsiFetchError as error:
                errors.append(error)
        (tmp_path / "report.json").write_text(json.dumps(to_plain(report), default=str))
    assert {job.result.ok for job in failed if job.result} == {True, False}
    assert len(errors) == 3
    assert all(error.__cause__ is not error for error in errors)  # whoever follows the causes comes to an end
    texts = [
        repr(each)
        for each in (esi, characters, report, failed, order, shown, errors, esi.settings, esi.limits())
    ]
    texts += [
        repr(vars(part))
        for part in (esi._parts.desk, esi._parts.desk.tokens, esi._parts.ready().fetcher.calls)
    ]
    for error in errors:
        texts += [
            "".join(traceback.format_exception(error)),
            repr(pickle.loads(pickle.dumps(error)).__dict__),
        ]
    texts += [repr(pickle.loads(pickle.dumps((report, characters)))), caplog.text]
    (tmp_path / "shown.txt").write_text("\n".join(texts))
    tokens = tokens_in(world)
    assert len(tokens) > 5
    assert grep(tmp_path, tokens) == ["home/tokens.json"]
    # The search would have found them.
    (tmp_path / "found.txt").write_text(f"x{next(iter(tokens))}x")
    assert grep(tmp_path, tokens) == ["found.txt", "home/tokens.json"]


@pytest.mark.parametrize("keeps_in", ["file", "keyring"])
def test_command_line(world: World, tmp_path: Path, keeps_in: str) -> None:
    """What is said, and every file of runs with -vv, holds no token; with a keyring, no file does."""
    settings = {"ESI_FETCH_RETRIES": "1"}
    if keeps_in == "keyring":
        settings["PYTHON_KEYRING_BACKEND"] = "tests.auth.keyrings.FileKeyring"
        settings["KEYRING_OF_TESTS"] = str(tmp_path.parent / f"{tmp_path.name}-keyring.json")
    work = tmp_path / "work"
    work.mkdir()
    (work / "order.yaml").write_text(
        f"jobs:\n- op_id: {OP}\n  callbacks: [{{callback_id: save_job, kwargs: {{path: wallet.json}}}}]\n"
        f"- op_id: GetCharactersCharacterIdSkills\n- op_id: GetStatus\n"
    )

    def run(number: int, *words: str, stdin: str = "") -> None:
        done = subprocess.run(
            [sys.executable, "-m", "esi_fetch", *words],
            cwd=work,
            env=world.environment(**settings),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
        )
        (tmp_path / f"said-{number}.txt").write_text(
            f"{words}\n{done.stdout}\n{done.stderr}\n{done.returncode}"
        )

    world.sandbox.sso.manners.sign_in_as = WHO
    before = {**os.environ}
    os.environ.update(settings)
    try:
        # In this process, with the keyring that the others have.
        import keyring

        chosen = keyring.get_keyring()
        if keeps_in == "keyring":
            keyring.core.init_backend()
        with Esi(
            base_url=world.sandbox.url, sso_url=world.sandbox.url, client_id="the-client-id", home=world.home
        ) as esi:
            kept = world.sign_in(scopes=[WALLET, SKILLS], esi=esi)
        keyring.set_keyring(chosen)
    finally:
        os.environ.clear()
        os.environ.update(before)
    assert (kept.kept_in == "keyring") is (keeps_in == "keyring")
    run(
        1,
        "-vv",
        "--log-file",
        "run.log",
        "run",
        "order.yaml",
        "--events",
        "events.jsonl",
        "--report",
        "report.json",
    )
    world.sandbox.sso.expire(WHO)
    world.sandbox.faults.add("GetCharactersCharacterIdSkills", status=500, times=None)
    world.sandbox.faults.add("/v2/oauth/token", status=500)
    run(2, "auth", "refresh", "-vv")
    run(3, "-vv", "--log-file", "run.log", "run", "order.yaml", "--refresh", "--report", "report.json")
    run(4, "auth", "list")
    run(5, "auth", "list", "--format", "json")
    GONE.update(world.sandbox.sso._refresh)
    world.sandbox.sso.withdraw(WHO)
    run(6, "auth", "refresh")
    run(7, "auth", "logout", str(WHO))
    said = "".join((tmp_path / f"said-{number}.txt").read_text() for number in range(1, 8))
    assert said.count("Traceback") == 0
    assert "is signed out" in said
    tokens = tokens_in(world)
    assert len(tokens) >= 2
    assert grep(tmp_path, tokens) == []
