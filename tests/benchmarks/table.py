"""Samples, budgets and the table that shows them, for a terminal and for the docs."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

HEAD = ("what", "median", "min", "max", "runs", "budget", "")


class Unit(Enum):
    """What a figure counts: seconds, how many times as much, or things."""

    TIME = "time"
    TIMES = "times"
    COUNT = "count"
    MEGABYTES = "megabytes"

    def shown(self, value: float) -> str:
        """Return a figure as people read it; times below a second in milliseconds."""
        if self is Unit.TIMES:
            return f"{value:.2f}x" if value < 10 else f"{value:.0f}x"
        if self is Unit.MEGABYTES:
            return f"{value:.0f} MB"
        if self is Unit.COUNT:
            return f"{value:.0f}"
        return f"{value:.2f} s" if abs(value) >= 1 else f"{value * 1000:.1f} ms"


@dataclass(frozen=True)
class Samples:
    """Seconds that the runs took, one after the other."""

    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        """The run in the middle: what budgets are held against."""
        return statistics.median(self.seconds)


@dataclass(frozen=True)
class Budget:
    """The most a figure may be, or the least it must be."""

    limit: float
    at_least: bool = False

    def met(self, value: float) -> bool:
        """Whether a figure keeps the budget."""
        return value >= self.limit if self.at_least else value <= self.limit

    def shown(self, unit: Unit) -> str:
        """Return the budget as text."""
        return f"{'≥' if self.at_least else '≤'} {unit.shown(self.limit)}"


@dataclass(frozen=True)
class Row:
    """One line: samples, or one figure that was computed from others."""

    what: str
    figure: Samples | float
    unit: Unit = Unit.TIME
    budget: Budget | None = None

    @property
    def value(self) -> float:
        """What the budget is held against."""
        return self.figure.median if isinstance(self.figure, Samples) else self.figure

    @property
    def verdict(self) -> str:
        """Whether the budget is met; empty without a budget."""
        if self.budget is None:
            return ""
        return "met" if self.budget.met(self.value) else "**not met**"

    def cells(self) -> tuple[str, ...]:
        """Return the line's cells, as many as `HEAD` has."""
        spread = ("", "", "")
        if isinstance(self.figure, Samples):
            seconds = self.figure.seconds
            shown = self.unit.shown
            spread = (shown(min(seconds)), shown(max(seconds)), str(len(seconds)))
        budget = self.budget.shown(self.unit) if self.budget else ""
        return (self.what, self.unit.shown(self.value), *spread, budget, self.verdict)


def markdown(rows: Sequence[Row]) -> str:
    """Return the table as Markdown."""
    rule = ("---", *["---:"] * 4, "---", "---")
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (HEAD, rule, *_cells(rows)))


def text(rows: Sequence[Row]) -> str:
    """Return the table for a terminal; code marks and emphasis are left out."""
    lines = [tuple(map(_plain, cells)) for cells in (HEAD, *_cells(rows))]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(_aligned(cells, widths) for cells in lines)


def _cells(rows: Sequence[Row]) -> list[tuple[str, ...]]:
    return [row.cells() for row in rows]


def _plain(cell: str) -> str:
    return cell.replace("`", "").replace("*", "")


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [
        cell.rjust(width) if 1 <= place <= 4 else cell.ljust(width)
        for place, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return "  ".join(padded).rstrip()
