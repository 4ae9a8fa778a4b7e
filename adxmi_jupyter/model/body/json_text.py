"""Read JSON strictly: bounded, no key twice, no half of a character."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn

from adxmi_jupyter.errors import MalformedBody
from adxmi_jupyter.model.body.limits import (
    DEEPEST,
    Keys,
    Unreadable,
    real_number,
    too_deep,
    whole_number,
)
from adxmi_jupyter.model.body.places import Document, Place
from adxmi_jupyter.model.body.text import place

if TYPE_CHECKING:
    from adxmi_jupyter.model.body.places import Step

_WORD = re.compile(r'"(?:[^"\\]|\\.)*(?:"|\Z)|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)

_HALF = re.compile(r"[\ud800-\udfff]")


def json_value(
    text: str,
    *,
    ignore_case: bool = True,
    whole: Callable[[str], int] = whole_number,
    real: Callable[[str], float] = real_number,
) -> Any:
    """Return what a JSON text says; `whole` and `real` read its numbers, and may refuse one.

    Raises
    ------
    json.JSONDecodeError
        It is no JSON.
    RepeatedKey
        A key occurs twice in one object.
    MalformedBody
        It is nested too deeply, or holds a number or a character that can't be used.

    """
    try:
        value = json.loads(text, parse_int=whole, parse_float=real, parse_constant=_no)
    except RecursionError:
        raise too_deep(_Walk(text, ignore_case).deepest()) from None
    except Unreadable as error:
        raise MalformedBody(
            "the body holds a number that cannot be used",
            why=f"{error} ({_place_of(text, error.word)})",
            fix="write it as text",
        ) from error
    _Walk(text, ignore_case).check()
    return value


def _no(word: str) -> NoReturn:
    raise Unreadable(word, f"JSON has no {word}")


def _place_of(text: str, word: str) -> str:
    found = next(found for found in _WORD.finditer(text) if found.group() == word)
    return place(text, found.start())


@dataclass
class _Walk:
    """Walk through the tokens of a JSON text, which alone know where they stand."""

    text: str
    ignore_case: bool
    _open: list[Keys | None] = field(default_factory=list)

    def check(self) -> None:
        """Raise for a key that stands twice, what is nested too deeply, and broken characters."""
        is_key = False
        for found in _WORD.finditer(self.text):
            word = found.group()
            if word[0] == '"':
                self._string(word, found.start(), is_key=is_key)
            elif word in "{[":
                self._nest(word, found.start())
            elif word in "}]":
                self._open.pop()
            is_key = word in "{," and bool(self._open) and self._open[-1] is not None

    def deepest(self) -> str:
        """Return where the text, whatever it is, becomes too deep."""
        try:
            for found in _WORD.finditer(self.text):
                if found.group() in "{[":
                    self._nest(found.group(), found.start())
                elif found.group() in "}]" and self._open:
                    self._open.pop()
        except MalformedBody:
            return place(self.text, found.start())
        return "somewhere"

    def _nest(self, word: str, start: int) -> None:
        if len(self._open) == DEEPEST:
            raise too_deep(place(self.text, start))
        self._open.append(Keys(ignore_case=self.ignore_case) if word == "{" else None)

    def _string(self, word: str, start: int, *, is_key: bool) -> None:
        said = json.loads(word) if "\\" in word else word[1:-1]
        broken = _HALF.search(said)
        if broken:
            raise MalformedBody(
                "the body is not text",
                why=f"{place(self.text, start)}: half of a character, U+{ord(broken.group()):04X}",
                fix="write both halves, or the character itself",
            )
        keys = self._open[-1] if is_key else None
        if keys is not None:
            keys.add(said, partial(place, self.text, start))


def json_document(text: str) -> Document:
    """Return what a JSON text says, and where; keys that differ in letter case are different.

    Raises as `json_value`.
    """
    value = json_value(text, ignore_case=False)
    places: dict[int, dict[Step, Place]] = {}
    _Places(text, places).walk(value)
    return Document(value, places)


class _Places:
    """Walk through the tokens of a JSON text beside its value, which is known to be right."""

    def __init__(self, text: str, places: dict[int, dict[Step, Place]]) -> None:
        self._words = _WORD.finditer(text)
        self._places = places
        self._lines = [0, *(found.end() for found in re.finditer("\n", text))]

    def walk(self, value: Any) -> None:
        """Note the places of what is in a value, of which the first token comes next."""
        next(self._words)
        self._inside(value)

    def _inside(self, value: Any) -> None:
        if not isinstance(value, dict | list):
            return
        there = self._places.setdefault(id(value), {})
        steps: Iterable[Step] = value if isinstance(value, dict) else range(len(value))
        is_empty = True
        for step in steps:
            is_empty = False
            first = next(self._words)
            if isinstance(value, dict):
                next(self._words)  # the colon
                first = next(self._words)
            there[step] = self._place(first.start())
            self._inside(value[step])  # type: ignore[index]
            next(self._words)  # a comma, or the end
        if is_empty:
            next(self._words)

    def _place(self, start: int) -> Place:
        line = bisect_right(self._lines, start)
        return Place(line, start - self._lines[line - 1] + 1)
