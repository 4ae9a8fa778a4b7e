"""Words of a line: how a value is written so that the line's reader gives it back."""

from __future__ import annotations

import re

_NEEDS_QUOTES = re.compile(r"[\s'\";{}]")
"""Blanks and quotes, and what means something to a shell."""

_ENDS = ("?", "\\")
"""What a notebook takes for itself at the end of a line, beside the semicolon."""


def quoted(text: str) -> str:
    r"""Write a text as one word, also at the end of a line.

    Blanks need quotes, and one kind of quote the other around it. So does what means
    something to a shell, where the same command may be pasted.

    >>> quoted("Tom's Lab")
    '"Tom\'s Lab"'
    """
    if text and _NEEDS_QUOTES.search(text) is None and not text.endswith(_ENDS):
        return text
    if '"' not in text:
        return f'"{text}"'
    if "'" not in text:
        return f"'{text}'"
    pieces = text.split('"')
    return "'\"'".join(f'"{piece}"' if piece else "" for piece in pieces)


def as_typed(text: str) -> str:
    """Write a text as one word of a notebook's line, where ``$`` stands for a variable."""
    return quoted(text.replace("$", "$$"))
