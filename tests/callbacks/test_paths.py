from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from esi_fetch.callbacks.paths import collision_key, safe_output_folder, safe_output_path
from esi_fetch.errors import OutputPathError

needs_symlinks = pytest.mark.skipif(os.name == "nt", reason="symbolic links need a privilege on Windows")


@pytest.mark.parametrize(
    ("relative", "parts"),
    [
        ("orders.csv", ["orders.csv"]),
        ("history/10000002/34.json", ["history", "10000002", "34.json"]),
        ("./a//b/./c.csv", ["a", "b", "c.csv"]),
        ("Prüfung der Märkte/日本.csv", ["Prüfung der Märkte", "日本.csv"]),
        (".hidden/..x/...y", [".hidden", "..x", "...y"]),
        ("console/NULL.csv", ["console", "NULL.csv"]),
        ("~tilde.csv", ["~tilde.csv"]),
    ],
)
def test_ordinary_path_lies_below_the_root(tmp_path: Path, relative: str, parts: list[str]) -> None:
    """An ordinary relative path, with spaces and any script, is that path below the root."""
    assert safe_output_path(tmp_path, relative) == tmp_path.joinpath(*parts)


@pytest.mark.parametrize(
    ("relative", "reason"),
    [
        ("", "names a folder"),
        (".", "names a folder"),
        ("a/", "names a folder"),
        ("a/.", "names a folder"),
        ("/etc/passwd", "is absolute"),
        ("//host/share/x", "is absolute"),
        ("../x.csv", "'..' could leave"),
        ("a/../b.csv", "'..' could leave"),
        ("a/..", "'..' could leave"),
        ("~/x.csv", "'~' is not expanded"),
        ("C:/x.csv", "holds ':'"),
        ("a\\b.csv", "backslash"),
        ("..\\x.csv", "backslash"),
        ("a\x00b", "control character '\\x00'"),
        ("a\nb", "control character '\\n'"),
        ("a\x9bb", "control character '\\x9b'"),
        ("a?.csv", "holds '?'"),
        ("a\ud800.csv", "half a character"),
        ("CON", "names a device"),
        ("nul.csv", "names a device"),
        ("a/Com1.tar.gz", "names a device"),
        ("lpt9 .txt", "names a device"),
        ("COM¹", "names a device"),
        ("trailing.", "ends in a dot or a space"),
        ("a /b", "ends in a dot or a space"),
        ("...", "ends in a dot or a space"),
        ("x" * 256, "is 256 bytes long"),
        ("ü" * 128, "is 256 bytes long"),
        ("/".join(["y" * 250] * 20), "bytes long with its folders"),
    ],
)
def test_dangerous_or_unportable_path_is_refused(tmp_path: Path, relative: str, reason: str) -> None:
    """A path that could leave the root, or that some system can't store, is refused with path and reason."""
    with pytest.raises(OutputPathError) as caught:
        safe_output_path(tmp_path, relative)
    assert reason in str(caught.value)
    # Of one that nobody could read to its end, the beginning is enough.
    assert repr(relative)[:60] in str(caught.value)


@needs_symlinks
def test_link_to_a_folder_outside_is_refused(tmp_path: Path) -> None:
    """A symbolic link inside the root that leads out of it can't be written through."""
    root, outside = tmp_path / "root", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (root / "link").symlink_to(outside)
    with pytest.raises(OutputPathError, match=r"symbolic link to .*outside"):
        safe_output_path(root, "link/x.csv")
    with pytest.raises(OutputPathError, match="symbolic link"):
        safe_output_folder(root, "link")


@needs_symlinks
@pytest.mark.parametrize("exists", [True, False])
def test_file_that_is_a_link_out_is_refused(tmp_path: Path, exists: bool) -> None:
    """A file that is a symbolic link to outside the root is refused, whether its target exists or not."""
    root, outside = tmp_path / "root", tmp_path / "precious.txt"
    root.mkdir()
    if exists:
        outside.write_text("precious")
    (root / "x.csv").symlink_to(outside)
    with pytest.raises(OutputPathError, match="symbolic link"):
        safe_output_path(root, "x.csv")


@needs_symlinks
def test_links_that_stay_inside_are_resolved(tmp_path: Path) -> None:
    """Two spellings of one file, one through a link, are one path; the root itself may be a link."""
    (tmp_path / "real" / "sub").mkdir(parents=True)
    (tmp_path / "root").symlink_to(tmp_path / "real")
    (tmp_path / "real" / "alias").symlink_to("sub")
    root = tmp_path / "root"
    assert safe_output_path(root, "alias/x.csv") == safe_output_path(root, "sub/x.csv")
    assert safe_output_path(root, "sub/x.csv") == tmp_path / "real" / "sub" / "x.csv"


@needs_symlinks
def test_endless_link_stays_inside(tmp_path: Path) -> None:
    """A link that leads to itself is no way out, and no endless loop."""
    (tmp_path / "loop").symlink_to("loop")
    assert safe_output_path(tmp_path, "loop").is_relative_to(tmp_path)


def test_relative_root_gives_an_absolute_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The path is absolute even when the root is not, and need not exist."""
    monkeypatch.chdir(tmp_path)
    assert safe_output_path(Path("out"), "x.csv") == tmp_path / "out" / "x.csv"
    assert not (tmp_path / "out").exists()


def test_folder_may_be_the_root_and_may_end_in_a_slash(tmp_path: Path) -> None:
    """A folder may be empty, which is the root itself, or end in a slash, but obeys the same rules."""
    assert safe_output_folder(tmp_path, "") == tmp_path
    assert safe_output_folder(tmp_path, "data/2026-11-23/") == tmp_path / "data" / "2026-11-23"
    with pytest.raises(OutputPathError, match="could leave"):
        safe_output_folder(tmp_path, "..")


PIECES = st.sampled_from(
    [
        "..",
        ".",
        "/",
        "//",
        "\\",
        "~",
        "CON",
        "nul.csv",
        "a",
        "é",
        " ",
        "C:",
        "\x00",
        "x" * 200,
        "link",
        "out/",
    ]
)


@given(st.one_of(st.text(), st.lists(st.one_of(PIECES, st.text(max_size=5)), max_size=8).map("".join)))
@example("link/x")
@example("link/../x")
def test_no_text_at_all_leads_out(relative: str) -> None:
    """Whatever the text, the file can be made and lies inside the root, or the path is refused."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(os.path.realpath(folder)) / "root"
        root.mkdir()
        if os.name != "nt":
            (root / "link").symlink_to("..")
        try:
            path = safe_output_path(root, relative)
        except OutputPathError:
            return
        assert path.is_absolute()
        assert path.is_relative_to(root)
        assert path != root
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("here")
        assert [p for p in root.rglob("*") if p.is_file() and not p.is_symlink()] == [path]
        assert sorted(Path(folder).iterdir()) == [Path(folder) / "root"]


def test_names_that_some_system_confuses_collide() -> None:
    """Names that differ only in case, or in how an accent is stored, have one collision key."""
    assert collision_key(Path("/out/Orders.CSV")) == collision_key(Path("/out/orders.csv"))
    assert collision_key(Path("/out/\u00e9.csv")) == collision_key(Path("/out/e\u0301.csv"))
    assert collision_key(Path("/out/strasse")) == collision_key(Path("/out/straße"))
    assert collision_key(Path("/out/a.csv")) != collision_key(Path("/out/b.csv"))


def test_a_name_that_this_system_can_not_write_is_refused(tmp_path: Path) -> None:
    """Where names of files are ASCII, one with an umlaut is wrong input, and no UnicodeEncodeError."""
    code = (
        "import sys; from pathlib import Path\n"
        "from esi_fetch.callbacks.paths import safe_output_folder, safe_output_path\n"
        "from esi_fetch.errors import OutputPathError\n"
        "print(sys.getfilesystemencoding())\n"
        "for safe in (safe_output_path, safe_output_folder):\n"
        "    try: safe(Path(sys.argv[1]), 'h\\xf6he/\\xe4.csv')\n"
        "    except OutputPathError as error: print(ascii(str(error)))\n"
    )
    environment = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    encoding, *told = done.stdout.splitlines()
    if encoding == "utf-8":
        pytest.skip("names of files are always UTF-8 here")
    assert len(told) == 2
    assert all("names of files can't have here, where they are ascii" in line for line in told)
