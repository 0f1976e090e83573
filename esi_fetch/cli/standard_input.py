"""What is read from standard input: ``-`` names it, where a file may be named."""

from __future__ import annotations

import sys
from pathlib import Path

from esi_fetch.documents import DocumentError, read_text
from esi_fetch.model.files import too_large

__all__ = ["STANDARD_INPUT", "read_standard_input", "text_of"]

STANDARD_INPUT = "-"


def read_standard_input(*, most_bytes: int | None = None) -> str:
    """Return the text on standard input.

    Args:
        most_bytes: How much there may be; None for any amount.

    Raises:
        DocumentError: It is closed, is not UTF-8 text, or there is more.
    """
    if sys.stdin is None:
        raise DocumentError("is closed")  # by whoever started this (`<&-`)
    # Decoded here: where the locale names no encoding, Python lets through what is no text.
    raw = sys.stdin.buffer.read(-1 if most_bytes is None else most_bytes + 1)
    if most_bytes is not None and len(raw) > most_bytes:
        raise DocumentError(too_large())
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DocumentError("is not UTF-8 text") from error


def text_of(name: str) -> str:
    """Return the text of a file, or of standard input.

    Raises:
        DocumentError: It is not UTF-8 text.
        OSError, ValueError: It can't be read.
    """
    return read_standard_input() if name == STANDARD_INPUT else read_text(Path(name))
