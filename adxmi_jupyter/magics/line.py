r"""Split a magic's line into words, the way people write names and Windows paths.

Blanks separate words, single and double quotes group, a backslash is itself. That is not what a
shell does, and not what ``shlex`` does: there ``C:\temp`` loses its backslash.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from adxmi_jupyter.errors import InvalidValue
from adxmi_jupyter.quoting import quoted

__all__ = ["Pending", "Word", "quoted", "split", "split_pending"]

_BLANKS = re.compile(r"\s*")
# What is taken in one go: braces with all that is in them, and characters that mean nothing here.
_BRACES = r"\{\{[^{}\n]*\}\}"
_PIECE = re.compile(rf"""{_BRACES}|[^'"{{]+""")
_BARE_PIECE = re.compile(rf"""{_BRACES}|[^'"{{\s]+""")
_QUOTES = "'\""


@dataclass(frozen=True)
class Word:
    """One word of a line: what it says, and how it was written from `start` on."""

    text: str
    raw: str
    start: int

    @property
    def option(self) -> str:
        """The name before ``=`` of a word that looks like an option, else an empty string."""
        return self.text.partition("=")[0] if self.text.startswith("-") else ""


@dataclass(frozen=True)
class Pending:
    """The word under the cursor while a line is being typed; `quote` is the quote still open."""

    word: Word
    quote: str


def split(line: str) -> tuple[Word, ...]:
    r"""Split a complete line.

    >>> [word.text for word in split("policy show -f C:\\a --database='Tom''s Lab'")]
    ['policy', 'show', '-f', 'C:\\a', '--database=Toms Lab']

    Raises
    ------
    InvalidValue
        A quote is opened and never closed.

    """
    words, pending = split_pending(line + " ")
    if pending.quote:
        opened = pending.word.raw.rstrip()
        raise InvalidValue(
            f"a quote is not closed: {opened}",
            why="quotes group words; a name that contains one kind of quote needs the other around",
            fix="put the whole value in quotes of the other kind",
        )
    return words


def split_pending(line: str) -> tuple[tuple[Word, ...], Pending]:
    """Split a line that ends at the cursor: the words before it, and the one being typed."""
    words: list[Word] = []
    place = 0
    while True:
        place = _BLANKS.match(line, place).end()  # type: ignore[union-attr]
        word, quote = _word(line, place)
        place += len(word.raw)
        if place >= len(line):
            return tuple(words), Pending(word, quote)
        words.append(word)


def _word(line: str, start: int) -> tuple[Word, str]:
    pieces: list[str] = []
    quote, place = "", start
    while place < len(line):
        found = _PIECE.match(line, place) if quote else _BARE_PIECE.match(line, place)
        if found:
            pieces.append(found.group())
            place = found.end()
            continue
        character = line[place]
        if not quote and character.isspace():
            break
        if character == quote:
            quote = ""
        elif not quote and character in _QUOTES:
            quote = character
        else:
            pieces.append(character)
        place += 1
    return Word("".join(pieces), line[start:place], start), quote
