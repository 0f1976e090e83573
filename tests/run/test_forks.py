"""A client in a forked process: as good as a new one, whatever its parent's threads are at just then."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from esi_fetch.sandbox import Sandbox

ROOT = Path(__file__).parent.parent.parent

SCRIPT = """
import os, signal, sys, threading
from esi_fetch import Esi

CHILDREN, TYPES = 4, 12
esi = Esi(base_url=sys.argv[1], home=sys.argv[2], workers=4)
ids = esi.get("GetUniverseTypes")
done = threading.Event()


def ask_on():
    for number in ids[CHILDREN * TYPES :]:
        if not done.is_set():
            esi.get("GetUniverseTypesTypeId", type_id=number)


def ask_in_a_child(some):
    signal.alarm(30)
    answers = [esi.get("GetUniverseTypesTypeId", type_id=number) for number in some]
    esi.close()
    return [answer["type_id"] for answer in answers] == some


thread = threading.Thread(target=ask_on)
thread.start()
children = []
for number in range(CHILDREN):
    child = os.fork()
    if child == 0:
        os._exit(0 if ask_in_a_child(ids[number * TYPES : (number + 1) * TYPES]) else 1)
    children.append(child)
ended = [os.waitpid(child, 0)[1] for child in children]
done.set()
thread.join()
print(ended, end="")
esi.close()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_children_of_a_client_that_is_at_work_get_their_own_answers(
    esi_sandbox: Sandbox, tmp_path: Path
) -> None:
    """Forked processes go on with the client they have inherited, at the same time as their parent."""
    script = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", SCRIPT]
    done = subprocess.run(
        [*script, esi_sandbox.url, str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("[0, 0, 0, 0]", "")
