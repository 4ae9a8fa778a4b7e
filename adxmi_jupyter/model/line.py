"""A line of the tree as a value: what people paste to do something, or to take it back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """A line of the tree, word by word, and the cell body below it, if any."""

    words: tuple[str, ...] = ()
    body: str = ""


WriteLine = Callable[[Line], str]
"""Writes a line as one types it; how words are quoted is the business of who reads them."""


def option(name: str, value: str) -> tuple[str, ...]:
    """Return an option and its value as words; joined if the value looks like an option.

    >>> option("--database", "Sales"), option("--database", "-1")
    (('--database', 'Sales'), ('--database=-1',))
    """
    return (f"{name}={value}",) if value.startswith("-") else (name, value)
