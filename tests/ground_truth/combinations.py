"""Which combinations of levels are walked: all where they are few, else every pair of levels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, product
from math import prod

from allpairspy import AllPairs

Levels = Mapping[str, Sequence[str]]
"""Names of levels by the name of their factor."""

Case = dict[str, str]
"""A level for each factor."""

FEW = 24
"""Products of at most so many rows are walked whole."""


def cases(levels: Levels, *, few: int = FEW) -> list[Case]:
    """Return the product of levels if it has few rows, else rows that hold every pair."""
    names, choices = list(levels), [list(each) for each in levels.values()]
    rows = product(*choices) if prod(map(len, choices)) <= few else AllPairs(choices)
    return [dict(zip(names, row, strict=True)) for row in rows]


def pairs(levels: Levels) -> Iterator[frozenset[tuple[str, str]]]:
    """Yield every pair of levels of two factors."""
    for (one, ones), (other, others) in combinations(levels.items(), 2):
        for level, another in product(ones, others):
            yield frozenset({(one, level), (other, another)})
