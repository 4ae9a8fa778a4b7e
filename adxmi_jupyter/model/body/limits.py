"""What JSON and YAML have in common: how deep, how many digits, which keys."""

from __future__ import annotations

import math
from collections.abc import Callable

from adxmi_jupyter.errors import MalformedBody, RepeatedKey

DEEPEST = 64
LONGEST_NUMBER = 40
"""Digits: more than any type of the service holds."""
_LONGEST_REAL = 400
"""Characters: no float takes more to be written without rounding than a third of a thousand."""


MOST_NODES = 50_000
"""Values and keys of a YAML text; a policy of 8,000 entries has as many."""


class Unreadable(Exception):
    """A word of a body that cannot be used; whoever knows the place makes a typed error."""

    def __init__(self, word: str, why: str) -> None:
        super().__init__(why)
        self.word = word


def whole_number(digits: str) -> int:
    """Return a whole number; raises `Unreadable` for one of thousands of digits."""
    if len(digits) > LONGEST_NUMBER:
        raise Unreadable(digits, f"a number of {len(digits):,} digits")
    return int(digits)


def real_number(digits: str) -> float:
    """Return a number; raises `Unreadable` for one no float holds."""
    value = float(digits) if len(digits) <= _LONGEST_REAL else math.inf
    if not math.isfinite(value):
        raise Unreadable(digits, f"the number {digits[:LONGEST_NUMBER]} is out of range")
    return value


class Keys:
    """The keys of one object so far; in whatever letter case, unless that counts."""

    def __init__(self, *, ignore_case: bool) -> None:
        self._ignores_case = ignore_case
        self._seen: dict[str, str] = {}

    def add(self, key: str, where: Callable[[], str]) -> None:
        """Take note of a key; raises RepeatedKey when it is there already."""
        same = key.casefold() if self._ignores_case else key
        if same in self._seen:
            raise repeated(key, self._seen[same], where())
        self._seen[same] = key


def repeated(key: str, first: str, where: str) -> RepeatedKey:
    """Return the error for a key that stands twice."""
    also = "" if key == first else f", besides {first!r}"
    return RepeatedKey(
        f"the key {key!r} occurs twice in one entry",
        why=f"{where}{also}: only one of them can be used",
        fix=f"remove one of the two, {where}",
    )


def too_deep(where: str) -> MalformedBody:
    """Return the error for a body that is nested without end."""
    return MalformedBody(
        "the body is nested too deeply",
        why=f"it is nested too deep: more than {DEEPEST} levels at {where}",
        fix="check whether a bracket is missing",
    )
