"""Which combinations of levels are walked: in short, and thoroughly.

Where several links are missing, the first one hides what the others do. So every level that
leaves its link missing also occurs alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, cycle, product

from allpairspy import AllPairs

Levels = Mapping[str, Sequence[str]]
"""Names of levels by the name of their factor."""

Case = dict[str, str]
"""A level for each factor."""

FEW = 8
"""Products of present and missing links with at most so many rows are walked whole in short."""


@dataclass
class Choices:
    """The levels with which links are `there`, and those with which they are `missing`.

    Rows take them in turn, so that each one is met as often as the others.
    """

    there: Levels
    missing: Levels
    _turns: dict[tuple[str, bool], Iterator[str]] = field(default_factory=dict)

    @property
    def every(self) -> dict[str, tuple[str, ...]]:
        return {name: (*self.there[name], *self.missing[name]) for name in self.there}

    def row(self, missing: Sequence[str] = ()) -> Case:
        """Return a row with the links of these factors missing."""
        return {name: self._next(name, is_there=name not in missing) for name in self.there}

    def _next(self, name: str, *, is_there: bool) -> str:
        levels = (self.there if is_there else self.missing)[name]
        return next(self._turns.setdefault((name, is_there), cycle(levels)))


def in_short(there: Levels, missing: Levels, *, few: int = FEW) -> list[Case]:
    """Return rows with every level, every missing one alone, and every pair of both states."""
    choices = Choices(there, missing)
    rows = [choices.row() for _ in range(max(map(len, there.values())))]
    rows += [choices.row() | {name: level} for name, ways in missing.items() for level in ways]
    return [*rows, *_states(choices, few=few)]


def thoroughly(there: Levels, missing: Levels) -> list[Case]:
    """Return those, every combination of present and missing, and every pair of levels."""
    choices = Choices(there, missing)
    rows = in_short(there, missing)
    rows += _states(choices, few=2 ** len(there))
    names, every = list(choices.every), [list(each) for each in choices.every.values()]
    rows += [dict(zip(names, row, strict=True)) for row in AllPairs(every)]
    return list({tuple(row.items()): row for row in rows}.values())


def whole(there: Levels, missing: Levels) -> list[Case]:
    """Return the whole product of levels."""
    every = Choices(there, missing).every
    return [dict(zip(every, row, strict=True)) for row in product(*every.values())]


def _states(choices: Choices, *, few: int) -> Iterator[Case]:
    """Yield a row for each combination of links of which two or more are missing.

    Where these are more than a few, rows with all of them missing stand for them: together with
    those of each one missing alone they hold every pair of present and missing links.
    """
    names = [name for name, levels in choices.missing.items() if levels]
    product_of_states = list(product([True, False], repeat=len(names)))
    rows = product_of_states if len(product_of_states) <= few else product_of_states[-1:] * 2
    for row in rows:
        absent = [name for name, is_there in zip(names, row, strict=True) if not is_there]
        if len(absent) > 1:
            yield choices.row(absent)


def pairs(levels: Levels) -> Iterator[frozenset[tuple[str, str]]]:
    """Yield every pair of levels of two factors."""
    for (one, ones), (other, others) in combinations(levels.items(), 2):
        for level, another in product(ones, others):
            yield frozenset({(one, level), (other, another)})
