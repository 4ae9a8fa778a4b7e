"""Read management commands token by token: what stands in a literal is taken for nothing else.

Source: *The string data type*, *Entity names* (Azure Data Explorer docs).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from adxmi_jupyter.model.kql_reading import pieces_of, read_literals

_CHORD = "```"
_OPENS, _CLOSES = frozenset("([{"), frozenset(")]}")


class OtherTextError(ValueError):
    """The text is none of the commands that are read, or not as they are documented."""


@dataclass(frozen=True)
class Token:
    """A word with its hyphens, a mark, or literals next to each other and what they say.

    `start` is the number of characters before it.
    """

    text: str
    said: str | None = None
    start: int = 0

    @property
    def folded(self) -> str:
        """A word or mark in lower case; empty for literals."""
        return "" if self.said is not None else self.text.lower()


def tokens_of(text: str) -> Iterator[Token]:
    """Yield the tokens of a text in their order, without comments and blanks."""
    word, start = "", 0
    for piece in pieces_of(text):
        if piece["word"] or (word and piece["mark"] == "-"):
            start = start if word else piece.start()
            word += piece[0]
            continue
        if word:
            yield Token(word, start=start)
            word = ""
        if piece["literals"]:
            yield Token(piece[0], read_literals(piece["literals"]), piece.start())
        elif piece["lines"]:
            said = piece[0][len(_CHORD) : -len(_CHORD)].strip()
            yield Token(piece[0], said, piece.start())
        elif not (piece["comment"] or piece[0].isspace()):
            yield Token(piece[0], start=piece.start())
    if word:
        yield Token(word, start=start)


class CommandReader:
    """Reads one command token by token, no further than it is asked."""

    def __init__(self, command: str | Iterable[Token]) -> None:
        self._tokens = iter(tokens_of(command) if isinstance(command, str) else command)
        self._next = next(self._tokens, None)

    @property
    def is_done(self) -> bool:
        """Whether there is no token left."""
        return self._next is None

    def take(self) -> Token:
        """Return the next token."""
        token = self._next
        if token is None:
            raise OtherTextError
        self._next = next(self._tokens, None)
        return token

    def is_at(self, word: str) -> bool:
        """Tell whether a word or mark comes next."""
        return self._next is not None and self._next.folded == word

    def skip(self, word: str) -> bool:
        """Take a word or mark if it comes next, and tell whether it did."""
        found = self.is_at(word)
        if found:
            self.take()
        return found

    def expect(self, *words: str) -> None:
        """Take these words and marks."""
        for word in words:
            if not self.skip(word):
                raise OtherTextError

    def name(self) -> str:
        """Take the name of an entity, bare or as in ``['a b']``."""
        if not self.skip("["):
            token = self.take()
            if token.said is not None or not (token.text[0].isalnum() or token.text[0] == "_"):
                raise OtherTextError
            return token.text
        said = self.take().said
        self.expect("]")
        if said is None:
            raise OtherTextError
        return said

    def group(self) -> list[list[Token]]:
        """Take what is in brackets, parted by its commas; brackets within it stay whole."""
        self.expect("(")
        parts: list[list[Token]] = [[]]
        depth = 1
        while True:
            token = self.take()
            depth += (token.folded in _OPENS) - (token.folded in _CLOSES)
            if not depth:
                return [part for part in parts if part]
            if depth == 1 and token.folded == ",":
                parts.append([])
            else:
                parts[-1].append(token)
