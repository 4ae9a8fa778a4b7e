"""What of a result is displayed: names first, short IDs, lists as text. The DataFrame keeps all.

The choice depends on the names of the columns only, not on the rows, so that the same command
always displays the same columns. `--ids` displays all IDs in full, `--wide` the frame as it is.

| columns | displayed |
|---|---|
| ``display_name``, ``name`` | first; ``(system)`` marks a system-assigned identity |
| ``scope`` beside ``database`` | as one column: the database, or ``(cluster)`` |
| ``object_id``, ``principal`` | last and shortened; in full with ``--ids`` |
| ``client_id``, ``tenant_id``, ``resource_id``, ``fqn`` | only with ``--ids`` |
| ``is_system`` | only with ``--wide`` |
| other columns | in the order of the frame |
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from adxmi_jupyter.rendering.text import plain_lines, visible

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.rendering.map_layout import Layout

NAMES = ("display_name", "name")
SHORT_IDS = ("object_id", "principal")
FURTHER_IDS = ("client_id", "tenant_id", "resource_id", "fqn")
_OTHERS = ("is_system",)
_SHORT = 8
_CUT = "…"
_GUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")


@dataclass(frozen=True)
class Choice:
    """What to display: `ids` displays all IDs in full, `wide` all columns as they are."""

    ids: bool = False
    wide: bool = False


DEFAULT = Choice()
WIDE = Choice(wide=True)


@dataclass(frozen=True)
class DisplayTable:
    """A table of plain texts for a notebook, a terminal or a file.

    Parameters
    ----------
    columns
        The names of the columns, in the order in which they are displayed.
    rows
        The texts of the cells; line breaks in them are kept, what cannot be seen is escaped.
    full_rows
        The same cells with the whole text of what is shortened.
    numbers
        The places of columns with numbers, which are aligned to the right.
    left_out
        The columns of the DataFrame that are not displayed.
    short
        Shorter names of columns, for where there is no room for the long ones.

    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    full_rows: tuple[tuple[str, ...], ...]
    numbers: frozenset[int] = frozenset()
    left_out: tuple[str, ...] = ()
    short: Mapping[str, str] = field(default_factory=dict)


class Live(Protocol):
    """What shows long tables as grids, where a browser shows the output of a kernel."""

    def add(self, table: DisplayTable) -> None:
        """Show a table as a grid, once its HTML is in the page."""

    def ready(self) -> None:
        """Let a table be filtered that has all of its rows in the page."""

    def add_map(self, layout: Layout) -> None:
        """Let a map be filtered, once its picture is in the page."""


def display_table(frame: pd.DataFrame, choice: Choice = DEFAULT) -> DisplayTable:
    """Return what is displayed of a frame."""
    names = [str(name) for name in frame.columns]
    cells = [frame.iloc[:, place].tolist() for place in range(len(names))]
    numbers = [_is_number(frame.iloc[:, place]) for place in range(len(names))]
    if choice.wide or len(set(names)) < len(names):
        whole = [[plain_lines(cell) for cell in column] for column in cells]
        return _table(names, whole, whole, numbers, ())
    chosen = displayed(names, choice)
    places = [names.index(name) for name in chosen]
    given = dict(zip(names, cells, strict=True))
    whole = [_texts(name, given) for name in chosen]
    short = [
        shortened(column) if name in SHORT_IDS and not choice.ids else column
        for name, column in zip(chosen, whole, strict=True)
    ]
    left_out = [name for name in names if name not in chosen]
    return _table(chosen, short, whole, [numbers[place] for place in places], left_out)


def _table(
    names: Sequence[str],
    columns: Sequence[Sequence[str]],
    whole: Sequence[Sequence[str]],
    numbers: Sequence[bool],
    left_out: Iterable[str],
) -> DisplayTable:
    return DisplayTable(
        tuple(map(visible, names)),
        tuple(zip(*columns, strict=True)),
        tuple(zip(*whole, strict=True)),
        frozenset(place for place, is_number in enumerate(numbers) if is_number),
        tuple(left_out),
    )


def displayed(names: Sequence[str], choice: Choice = DEFAULT) -> list[str]:
    """Return which columns are displayed, in their order.

    >>> displayed(["scope", "database", "display_name", "object_id", "client_id", "usage"])
    ['display_name', 'database', 'usage', 'object_id']
    """
    first = [name for name in NAMES if name in names]
    ids = [name for name in names if name in SHORT_IDS]
    further = [name for name in names if name in FURTHER_IDS]
    hidden = {*_OTHERS, *(("scope",) if "database" in names else ())}
    apart = {*first, *ids, *further, *hidden}
    middle = [name for name in names if name not in apart]
    return [*first, *middle, *ids, *(further if choice.ids else ())]


def _texts(name: str, given: Mapping[str, Sequence[Any]]) -> list[str]:
    """Return a column as texts; a neighbour that is not displayed may add to it."""
    texts = [_plain(cell) for cell in given[name]]
    if name == "display_name" and "is_system" in given:
        marks = given["is_system"]
        return [
            f"{text} (system)" if mark is True else text  # a missing mark is neither
            for text, mark in zip(texts, marks, strict=True)
        ]
    if name == "database" and "scope" in given:
        scopes = given["scope"]
        return [
            text or (f"({plain_lines(scope)})" if plain_lines(scope) else "")
            for text, scope in zip(texts, scopes, strict=True)
        ]
    return texts


def shortened(texts: Sequence[str]) -> list[str]:
    """Return IDs with their first characters only; those that would look alike stay whole.

    >>> shortened(["5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b6", "contoso"])
    ['5b27c9d0…', 'contoso']
    """
    short = {text: _GUID.sub(_beginning, text.partition(";")[0]) for text in dict.fromkeys(texts)}
    alike = _repeated(short.values())
    return [text if short[text] in alike else short[text] for text in texts]


def _beginning(found: re.Match[str]) -> str:
    return found[0][:_SHORT] + _CUT


def _repeated(texts: Iterable[str]) -> set[str]:
    seen: set[str] = set()
    return {text for text in texts if text in seen or seen.add(text)}  # type: ignore[func-returns-value]


def _plain(cell: object) -> str:
    return ("no", "yes")[cell] if isinstance(cell, bool) else plain_lines(cell)


def _is_number(column: pd.Series[Any]) -> bool:
    return getattr(column.dtype, "kind", "") in "iuf"
