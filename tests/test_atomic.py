from __future__ import annotations

import io
import json
import os
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from esi_fetch.atomic import atomic_write
from esi_fetch.errors import OutputWriteError

posix_only = pytest.mark.skipif(os.name == "nt", reason="POSIX permissions, pipes and limits")


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def write_half(path: Path, error: BaseException) -> None:
    with atomic_write(path) as file:
        file.write("new" * 100_000)
        raise error


def test_new_file_appears_with_its_folders(tmp_path: Path) -> None:
    """The file and its parent folders are there after the block, and nothing else is."""
    path = tmp_path / "a b" / "ü" / "x.txt"
    with atomic_write(path) as file:
        file.write("one\ntwo é\n")
        assert not path.exists()
    assert path.read_bytes() == "one\ntwo é\n".encode()
    assert names(path.parent) == ["x.txt"]


def test_bytes_are_written_as_they_are(tmp_path: Path) -> None:
    """With ``text=False`` the file takes bytes."""
    with atomic_write(tmp_path / "x", text=False) as file:
        file.write(b"\r\n\x00\xff")
    assert (tmp_path / "x").read_bytes() == b"\r\n\x00\xff"


@pytest.mark.parametrize(
    "error", [ValueError("bad row"), KeyboardInterrupt(), SystemExit(3), GeneratorExit()]
)
def test_interrupted_block_leaves_the_old_file(tmp_path: Path, error: BaseException) -> None:
    """Whatever ends the block early passes as it is, the old file stays, and no other is left."""
    path = tmp_path / "x.txt"
    path.write_text("old")
    with pytest.raises(type(error)) as caught:
        write_half(path, error)
    assert caught.value is error
    assert path.read_text() == "old"
    assert names(tmp_path) == ["x.txt"]


def test_interrupted_block_makes_no_new_file(tmp_path: Path) -> None:
    """A file that was not there before is not there after a failed block either."""
    with pytest.raises(ZeroDivisionError):
        write_half(tmp_path / "x.txt", ZeroDivisionError())
    assert names(tmp_path) == []


@posix_only
def test_new_file_has_the_permissions_of_any_new_file(tmp_path: Path) -> None:
    """A new file's permissions follow the user's umask, as if it had been opened for writing."""
    before = os.umask(0o027)
    try:
        with atomic_write(tmp_path / "x"):
            pass
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "x").stat().st_mode) == 0o640


@posix_only
def test_replaced_file_keeps_its_permissions(tmp_path: Path) -> None:
    """A file that was private stays private when it is replaced."""
    path = tmp_path / "x"
    path.write_text("old")
    path.chmod(0o600)
    with atomic_write(path) as file:
        file.write("new")
    assert path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_protected_file_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file its owner has made read-only is left alone, although its folder would allow replacing it."""
    path = tmp_path / "x"
    path.write_text("old")
    path.chmod(0o444)
    if os.access(path, os.W_OK):  # a superuser may write everything
        monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(OutputWriteError, match="Permission denied"), atomic_write(path) as file:
        file.write("new")
    assert path.read_text() == "old"


def test_folder_in_the_files_place_is_named(tmp_path: Path) -> None:
    """A folder where the file should go is an error that names the path and the reason."""
    (tmp_path / "x").mkdir()
    reason = r"can't write '.*x': (Is a directory|Permission denied)"
    with pytest.raises(OutputWriteError, match=reason), atomic_write(tmp_path / "x"):
        pass
    assert names(tmp_path) == ["x"]


def test_file_in_a_folders_place_is_named(tmp_path: Path) -> None:
    """A file where a folder is needed is an error of ours, and stays as it is."""
    (tmp_path / "x").write_text("a file")
    for path in (tmp_path / "x" / "y.txt", tmp_path / "x" / "y" / "z.txt"):
        with pytest.raises(OutputWriteError, match=r"can't write '.*[yz].txt'"), atomic_write(path):
            pass
    assert (tmp_path / "x").read_text() == "a file"


@pytest.mark.parametrize(
    "error",
    [
        FileNotFoundError(2, "No such file", "/some/other/file"),
        ConnectionRefusedError(111, "refused"),
        OSError("?"),
    ],
)
def test_foreign_errors_of_the_block_are_not_reworded(tmp_path: Path, error: OSError) -> None:
    """An operating system's error that is not about this file passes as it is."""
    with pytest.raises(type(error)) as caught, atomic_write(tmp_path / "x"):
        raise error
    assert caught.value is error
    assert names(tmp_path) == []


FULL_DISK = """
import json, pathlib, resource, sys
from esi_fetch.atomic import atomic_write
from esi_fetch.errors import OutputWriteError
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
folder = pathlib.Path(sys.argv[1])
said = []
for chunks in (1, 100):
    try:
        with atomic_write(folder / "x.txt") as file:
            for _ in range(chunks):
                file.write("n" * (60_000 // chunks))
    except OutputWriteError as error:
        said.append(str(error))
print(json.dumps(said))
"""


@posix_only
def test_no_space_keeps_the_old_file_and_leaves_nothing(tmp_path: Path) -> None:
    """When no more bytes fit, the error is ours, the old file is whole, and no half file is left."""
    (tmp_path / "x.txt").write_text("old")
    # A limit on file sizes is what a full disk looks like from inside a process, without filling one.
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    path = str(tmp_path / "x.txt")
    assert json.loads(done.stdout) == [f"can't write {path!r}: File too large"] * 2
    assert (tmp_path / "x.txt").read_text() == "old"
    assert names(tmp_path) == ["x.txt"]


@posix_only
def test_link_stays_a_link(tmp_path: Path) -> None:
    """Writing to a symbolic link replaces the file it points to, in that file's folder."""
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "x").write_text("old")
    (tmp_path / "link").symlink_to("real/x")
    with atomic_write(tmp_path / "link") as file:
        file.write("new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real" / "x").read_text() == "new"
    assert names(tmp_path / "real") == ["x"]


@posix_only
@pytest.mark.parametrize("text", [True, False])
def test_pipe_is_written_to_and_not_replaced(tmp_path: Path, text: bool) -> None:
    """A pipe, like a device, gets the bytes itself and stays what it is."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    received: list[bytes] = []
    reader = threading.Thread(target=lambda: received.append(path.read_bytes()))
    reader.start()
    if text:
        with atomic_write(path) as words:
            words.write("through")
    else:
        with atomic_write(path, text=False) as raw:
            raw.write(b"through")
    reader.join(10)
    assert received == [b"through"]
    assert stat.S_ISFIFO(path.stat().st_mode)


def test_block_may_close_the_file_itself(tmp_path: Path) -> None:
    """A wrapper that closes the file when it is done with it does no harm."""
    with (
        atomic_write(tmp_path / "x", text=False) as file,
        io.TextIOWrapper(file, encoding="utf-8") as wrapper,
    ):
        wrapper.write("wrapped")
    assert (tmp_path / "x").read_text() == "wrapped"


def test_name_of_the_greatest_length_can_be_written(tmp_path: Path) -> None:
    """The temporary file's name does not depend on the target's, which may be as long as names can be."""
    path = tmp_path / ("x" * 255)
    with atomic_write(path) as file:
        file.write("long")
    assert path.read_text() == "long"


def test_what_killed_processes_left_is_swept(tmp_path: Path) -> None:
    """A temporary file that a killed process left long ago is removed by the next write into its folder."""
    script = (
        "import os, sys; from pathlib import Path; from esi_fetch.atomic import atomic_write\n"
        "with atomic_write(Path(sys.argv[1])) as file: file.write('half'); file.flush(); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path / "x")], timeout=60, check=False)
    (left,) = tmp_path.iterdir()
    long_ago = time.time() - 3 * 24 * 3600
    os.utime(left, (long_ago, long_ago))
    recent = tmp_path / ".esi-fetch-0123456789abcdef.tmp"
    recent.write_text("another process is writing this now")
    (tmp_path / ".esi-fetch-notes.txt").write_text("not ours")
    os.utime(tmp_path / ".esi-fetch-notes.txt", (long_ago, long_ago))
    for name in ("x", "y"):
        with atomic_write(tmp_path / name):
            pass
    assert names(tmp_path) == [".esi-fetch-0123456789abcdef.tmp", ".esi-fetch-notes.txt", "x", "y"]


def test_reader_sees_the_old_file_or_the_new(tmp_path: Path) -> None:
    """Readers that race with writers of one file only ever see one writer's whole content."""
    path = tmp_path / "x.txt"
    whole = {letter: letter * 150_000 for letter in "abcd"}
    path.write_text(whole["a"])
    barrier = threading.Barrier(6)
    seen: set[str] = set()
    halves: list[int] = []
    failures: list[Exception] = []
    done = threading.Event()

    def write(letter: str) -> None:
        try:
            barrier.wait(10)
            for _ in range(15):
                with atomic_write(path) as file:
                    for start in range(0, 150_000, 10_000):
                        file.write(whole[letter][start : start + 10_000])
        except Exception as error:  # noqa: BLE001 - a thread's failure is asserted on below
            failures.append(error)

    def read() -> None:
        barrier.wait(10)
        while not done.is_set():
            content = path.read_text()
            if content in whole.values():
                seen.add(content[0])
            else:
                halves.append(len(content))

    writers = [threading.Thread(target=write, args=(letter,)) for letter in "abcd"]
    readers = [threading.Thread(target=read) for _ in range(2)]
    for thread in writers + readers:
        thread.start()
    for thread in writers:
        thread.join(30)
    done.set()
    for thread in readers:
        thread.join(30)
    assert failures == []
    assert halves == []
    assert seen
    assert names(tmp_path) == ["x.txt"]


@pytest.mark.skipif(os.name != "posix", reason="permissions are those of POSIX")
def test_private_file_is_its_owner_s_alone(tmp_path: Path) -> None:
    """Nobody else can read a private file, at no time, whatever the umask and the file before allowed."""
    path = tmp_path / "folder" / "file"
    before = os.umask(0)
    try:
        for _ in range(2):
            with atomic_write(path, private=True) as file:
                (temporary,) = [each for each in path.parent.iterdir() if each != path]
                assert stat.S_IMODE(temporary.stat().st_mode) == 0o600
                file.write("secret")
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
            path.chmod(0o644)
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    finally:
        os.umask(before)
