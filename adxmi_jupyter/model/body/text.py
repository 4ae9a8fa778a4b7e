"""The text of a body before anybody reads it: its size, its encoding, its characters."""

from __future__ import annotations

import codecs
import re

from adxmi_jupyter.errors import MalformedBody

LARGEST = 1_000_000
"""Characters, or bytes of a file. The service takes commands of 2 MB; bodies are far smaller."""

_NO_TEXT = re.compile(r"[\x00\ud800-\udfff]")
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_TO_UTF_8 = "save it as UTF-8"


def decoded(content: bytes, source: str = "the body") -> str:
    """Return the text of a file or stream; a byte order mark of UTF-8 is dropped.

    Raises
    ------
    MalformedBody
        It is larger than `LARGEST`, not UTF-8, or holds what `checked_text` refuses.

    """
    if len(content) > LARGEST:
        raise too_large(source)
    if content.startswith(_UTF_16):
        raise MalformedBody(f"{source} is not UTF-8", why="it is UTF-16", fix=_TO_UTF_8)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - content.rfind(b"\n", 0, error.start)
        raise MalformedBody(
            f"{source} is not UTF-8",
            why=f"line {line}, byte {column}: {error.reason}",
            fix=_TO_UTF_8,
        ) from error
    return checked_text(text, source)


def checked_text(text: str, source: str = "the body") -> str:
    """Return a text without its byte order mark.

    Raises
    ------
    MalformedBody
        It is larger than `LARGEST`, or holds NUL or half of a surrogate pair.

    """
    if len(text) > LARGEST:
        raise too_large(source)
    found = _NO_TEXT.search(text)
    if found:
        raise MalformedBody(
            f"{source} is not text",
            why=f"{place(text, found.start())}: the character U+{ord(found.group()):04X}",
            fix=f"remove the character, or {_TO_UTF_8}",
        )
    return text.removeprefix("\ufeff")


def place(text: str, position: int) -> str:
    r"""Return where a character stands, as editors count.

    >>> place("a\nbc", 3)
    'line 2, column 2'
    """
    line = text.count("\n", 0, position) + 1
    return f"line {line}, column {position - text.rfind(chr(10), 0, position)}"


def too_large(source: str) -> MalformedBody:
    """Return the error for a body that is larger than `LARGEST`."""
    return MalformedBody(
        f"{source} is too large",
        why=f"it has more than {LARGEST // 1000:,} kB",
        fix="split it, or give another file",
    )
