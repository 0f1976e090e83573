"""JSON and YAML text, read strictly.

Read here are the files people write by hand: settings, jobs and work orders. What a lenient reader would
guess at is refused with its line: a key given twice, a number that is not one, text in another encoding.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import IO, Any

from esi_fetch.yaml_text import DocumentError, DuplicateKeyError, dump_yaml, parse_yaml

__all__ = [
    "DocumentError",
    "DuplicateKeyError",
    "dump_json",
    "dump_yaml",
    "parse_document",
    "parse_json",
    "parse_yaml",
    "read_lines",
    "read_text",
]

_UTF_8_MARK = b"\xef\xbb\xbf"
_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")


class _NotJsonError(DocumentError):
    """Raised when text is not JSON at all, so that it may still be YAML."""


def read_text(path: Path) -> str:
    """Return the text of a UTF-8 file, without a byte order mark.

    Raises:
        DocumentError: The file is not UTF-8.
        OSError: The file can't be read.
    """
    return _decoded(path.read_bytes(), line=1)


def read_lines(stream: IO[bytes], *, longest: int) -> Iterator[tuple[int, str]]:
    """Yield the lines of a UTF-8 file with their numbers, from 1, without a byte order mark.

    Args:
        stream: The file.
        longest: How many bytes a line may have; a file without any line end would fill the memory.

    Raises:
        DocumentError: A line is longer, or is not UTF-8.
    """
    for number, raw in enumerate(iter(partial(stream.readline, longest + 1), b""), start=1):
        if len(raw) > longest:
            raise DocumentError(f"is longer than {longest:,} bytes", line=number)
        yield number, _decoded(raw, line=number)


def _decoded(raw: bytes, *, line: int) -> str:
    """Return the text of bytes that begin in a line of a file."""
    if line == 1 and raw.startswith(_UTF_16_MARKS):
        raise DocumentError("this is UTF-16 text; save the file as UTF-8")
    try:
        return (raw.removeprefix(_UTF_8_MARK) if line == 1 else raw).decode()
    except UnicodeDecodeError as error:
        line += error.object.count(b"\n", 0, error.start)
        raise DocumentError("this is not UTF-8 text; save the file as UTF-8", line=line) from error


def parse_document(text: str, *, suffix: str = "") -> Any:
    """Return the value of a text that is JSON or YAML; None for an empty one.

    Args:
        text: The text.
        suffix: The suffix of its file. ``.json`` allows JSON only; otherwise the content decides, because
            JSON that starts with a bracket is read many times faster as what it is.

    Raises:
        DocumentError: It is neither, or something in it is refused.
    """
    if suffix.lower() == ".json":
        try:
            return parse_json(text) if text.strip() else None
        except _NotJsonError as error:
            if text.lstrip()[:1] in ("{", "["):
                raise
            what = f"{error.what}; if it is YAML, give the file the suffix .yaml"
            raise DocumentError(what, line=error.line, column=error.column) from error
    if text.lstrip()[:1] in ("{", "["):
        try:
            return parse_json(text)
        except _NotJsonError as not_json:
            try:
                return parse_yaml(text)
            except DuplicateKeyError:
                raise
            except DocumentError as not_yaml:
                raise (not_yaml if suffix.lower() in (".yaml", ".yml") else not_json) from None
    return parse_yaml(text)


def parse_json(text: str) -> Any:
    """Return the value of a JSON text.

    Raises:
        DocumentError: It is not JSON, a key is given twice, or a value is NaN or infinite.
    """
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        what = f"this is not JSON: {error.msg[:1].lower()}{error.msg[1:]}"
        raise _NotJsonError(what, line=error.lineno, column=error.colno) from error
    except DuplicateKeyError as error:
        raise _with_line(error, text) from None
    except RecursionError as error:
        raise DocumentError("lists and mappings are nested too deeply") from error
    except DocumentError:
        raise
    except ValueError as error:  # more digits than the interpreter is willing to make an integer of
        raise DocumentError("a number has too many digits") from error


def _unique(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    mapping: dict[str, Any] = {}
    for key, value in pairs:
        if key in mapping:
            raise DuplicateKeyError(f"the key {key!r} is given twice in one mapping")
        mapping[key] = value
    return mapping


def _refuse_constant(name: str) -> Any:
    raise DocumentError(f"{name} is not a JSON value")


def _with_line(error: DuplicateKeyError, text: str) -> DuplicateKeyError:
    # The JSON reader can't say where it is; reading the same text as YAML stumbles at the same key.
    try:
        parse_yaml(text)
    except DuplicateKeyError as located:
        return located
    except DocumentError:
        pass  # it may stumble over something else first, such as an escaped surrogate pair
    return error


def dump_json(plain: Any) -> str:
    """Return plain data as indented JSON.

    Raises:
        ValueError: A number is NaN or infinite.
        TypeError: A value is not plain data.
    """
    return json.dumps(plain, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
