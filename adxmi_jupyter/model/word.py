"""Words of a line: how a value is written so that the line's reader gives it back."""

from __future__ import annotations

PROGRAM = "%adxmi"
"""What a line of a notebook begins with."""

_QUOTES = "'\""
_ENDS = (";", "?", "\\")
"""What a notebook takes for itself at the end of a line."""


def quoted(text: str) -> str:
    r"""Write a text as one word, also at the end of a line.

    Blanks need quotes, and one kind of quote the other around it.

    >>> quoted("Tom's Lab")
    '"Tom\'s Lab"'
    """
    if text and not text.endswith(_ENDS) and not any(c.isspace() or c in _QUOTES for c in text):
        return text
    if '"' not in text:
        return f'"{text}"'
    pieces = text.split('"')
    return "'\"'".join(f'"{piece}"' if piece else "" for piece in pieces)


def as_typed(text: str) -> str:
    """Write a text as one word of a notebook's line, where ``$`` stands for a variable."""
    return quoted(text.replace("$", "$$"))


def line(*words: str) -> str:
    r"""Return a line to paste.

    >>> line("policy", "show", "--database", "Tom's Lab")
    '%adxmi policy show --database "Tom\\'s Lab"'
    """
    return " ".join((PROGRAM, *map(as_typed, words)))
