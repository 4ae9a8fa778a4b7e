"""Figures with what is expected of them, as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One line of the table; without an expectation it only informs."""

    what: str
    value: object
    expected: object = None

    @property
    def is_met(self) -> bool:
        """Whether the figure is as expected."""
        return self.expected is None or self.value == self.expected


def show(figures: Sequence[Figure]) -> int:
    """Print the table; return 1 if an expectation is not met."""
    rows = [("what", "figure", "expected", "")]
    for one in figures:
        verdict = "" if one.expected is None else "met" if one.is_met else "NOT MET"
        expected = "" if one.expected is None else str(one.expected)
        rows.append((one.what, str(one.value), expected, verdict))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        print("  ".join(cells).rstrip(), flush=True)
    return 0 if all(one.is_met for one in figures) else 1
