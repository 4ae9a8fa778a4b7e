"""Texts of several statements taken apart at their semicolons, before any grammar reads them.

A request may hold several commands (`.create table … ; .alter table …`), and so may each piece
of a script. A query that follows a command (page: Management commands overview, Combining queries
and management commands) is no statement of its own: it belongs to the command before it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# Literals and comments come first, so that what stands in them is neither bracket nor semicolon.
_PIECE = re.compile(
    r"```[\s\S]*?```|~~~[\s\S]*?~~~"
    r"|@\"(?:[^\"\r\n]|\"\")*\"|@'(?:[^'\r\n]|'')*'"
    r"|\"(?:[^\"\\\r\n]|\\.)*\"|'(?:[^'\\\r\n]|\\.)*'"
    r"|//[^\r\n]*"
    r"|(?P<opens>[(\[{])|(?P<closes>[)\]}])|(?P<ends>;)"
)
_BLANKS = r"(?:\s|//[^\r\n]*+)"
_COMMAND = re.compile(rf"{_BLANKS}*+\.\s*+[A-Za-z]")
# What follows in these is data or a script: its semicolons are none of the request's.
_RAW = re.compile(
    rf"{_BLANKS}*+\.\s*+(?:ingest{_BLANKS}++inline"
    rf"|execute{_BLANKS}++(?:(?:cluster|database){_BLANKS}++)?script)(?![\w-])"
)


def split_statements(text: str) -> Iterator[str]:
    """Yield the statements of a text: each begins with a dot behind a semicolon of the one before.

    A text without one is yielded whole, and so is what follows the beginning of a script or of
    inline data.
    """
    begin = 0
    if not _RAW.match(text):
        for end in _ends(text):
            if not _COMMAND.match(text, end + 1):
                continue
            yield text[begin:end]
            begin = end + 1
            if _RAW.match(text, begin):
                break
    yield text[begin:]


def split_query(tail: str) -> tuple[str, str]:
    """Return what a command is piped into, and the query that stands behind it; empty for none."""
    end = next(_ends(tail), len(tail))
    return tail[:end], tail[end + 1 :]


def is_command(text: str) -> bool:
    """Tell a command from a query: it begins with a dot, after any comments."""
    return _COMMAND.match(text) is not None


def _ends(text: str) -> Iterator[int]:
    """Yield where the semicolons are that stand in no literal, comment or bracket."""
    depth = 0
    for piece in _PIECE.finditer(text):
        depth += bool(piece["opens"]) - bool(piece["closes"])
        if piece["ends"] and depth == 0:
            yield piece.start()
