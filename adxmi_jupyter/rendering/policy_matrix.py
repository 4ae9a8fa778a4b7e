"""The picture of ``policy matrix``: a DataFrame that shows itself as a coloured table.

Colours are half transparent, so that they work on light and dark ground; the marks say the same
without colour. Every style is plain and inline, which a notebook that is not trusted keeps.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.actions.fleet.frames import CLUSTER
from adxmi_jupyter.rendering.display import DisplayTable
from adxmi_jupyter.rendering.fleet_table import FleetTable
from adxmi_jupyter.rendering.html_table import (
    FILTERED,
    LINE,
    MOST_ROWS,
    NO_MATH,
    breakable,
    html_table,
)
from adxmi_jupyter.rendering.shown_frame import SafeFrame
from adxmi_jupyter.rendering.text import plain, text_table, visible

if TYPE_CHECKING:
    import pandas as pd

_Row = tuple[Sequence[tuple[str, str]], Sequence[str]]
"""The heads of a row, each with what it is in full, and its marks."""

_HEAD = ("database", "display_name", "object_id")
_NAMES = {"database": "database", "display_name": "identity"}
_IN_FULL = {"display_name": "object_id"}
_CAPITAL, _SHORT = re.compile("[A-Z]"), 3

_MEANINGS = {
    "C": "the cluster policy allows it",
    "D": "the database policy allows it",
    "c": "the cluster policy allows it through All",
    "d": "the database policy allows it through All",
    "(D)": "allowed on the database, where SandboxArtifacts has no effect",
}

_TO_THE_LEFT = "text-align: left; padding: 4px 0"
_EDGE = f"border: {LINE}; padding: 3px 7px"
_COLUMN_HEAD = f"{_EDGE}; text-align: center; font-weight: 600; vertical-align: bottom"
_ROW_HEAD = (
    f"{_EDGE}; text-align: left; font-weight: normal; max-width: 24em; overflow-wrap: anywhere; "
    "min-width: "
)
_WIDE_ENOUGH, _FOR_A_CLUSTER = "6em", "11em"
_CELL = f"{_EDGE}; text-align: center"
_THROUGH_ALL = "border: 2px dashed #888; padding: 2px 6px; text-align: center"
_SCROLLED = "overflow: auto; max-width: 100%"
_LONG = f"{_SCROLLED}; max-height: 480px"
_CLUSTER, _DATABASE = "rgba(31, 119, 180, .28)", "rgba(44, 160, 44, .28)"
_GROUNDS = {
    "c": _CLUSTER,
    "d": _DATABASE,
    "cd": f"linear-gradient(135deg, {_CLUSTER} 50%, {_DATABASE} 50%)",
    "none": ("repeating-linear-gradient(45deg, transparent 0 4px, rgba(214, 39, 40, .25) 4px 7px)"),
}


class Matrix(SafeFrame):
    """The frame of `matrix_frame` with a picture; what is made from it is a plain DataFrame."""

    @classmethod
    def of(cls, frame: pd.DataFrame) -> Matrix:
        """Return the frame with its picture."""
        matrix = cls(frame)
        matrix.attrs = frame.attrs
        return matrix

    @property
    def _constructor(self) -> type[pd.DataFrame]:
        import pandas as pd

        return pd.DataFrame

    @property
    def usages(self) -> list[str]:
        """The columns that are usages."""
        return [str(column) for column in self.columns if column not in _HEAD]

    def __repr__(self) -> str:
        return self.to_text()

    def to_text(self) -> str:
        """Return the picture as text: who and where in rows, the usages in use in columns."""
        table, *lines = self.parts
        return "\n".join([text_table(table.columns, table.rows), *lines])

    @property
    def parts(self) -> tuple[DisplayTable, *tuple[str, ...]]:
        """What a terminal draws: the table, then the legend."""
        used = [usage for usage in self.usages if any(self[usage])]
        unused = [usage for usage in self.usages if usage not in used]
        rows = tuple(
            tuple(map(plain, (_where(row), _who(row), *(row[usage] or "." for usage in used))))
            for row in self.to_dict(orient="records")
        )
        lines = [f"{mark} = {says}" for mark, says in self._legend()]
        lines += [f"not allowed for any identity: {', '.join(unused)}"] if unused else []
        table = DisplayTable(("database", "identity", *used), rows, rows, short=_short(used))
        return (table, *lines)

    def _repr_html_(self) -> str:
        records = self.to_dict(orient="records")
        rows = [
            (
                ((_where(row), ""), (_who(row), str(row["object_id"]))),
                tuple(str(row[usage]) for usage in self.usages),
            )
            for row in records
        ]
        is_long = len(self) > MOST_ROWS
        if is_long and self._live is not None:
            self._live.ready()
        return _picture(("database", "identity"), self.usages, rows, is_long=is_long)

    def _legend(self) -> list[tuple[str, str]]:
        return _legend(str(cell) for usage in self.usages for cell in self[usage])


class FleetMatrix(FleetTable):
    """The matrices of many clusters: in colours as long as they are short, else a grid."""

    def _drawn(self, table: DisplayTable) -> str:
        usages = _usages_of(table)
        if len(table.rows) > MOST_ROWS:
            return html_table(table) + _legend_html(_marks(table))
        heads = [name for name in (CLUSTER, *_NAMES) if name in table.columns]
        both = zip(_named(table, table.rows), _named(table, table.full_rows), strict=True)
        rows = [
            (
                [(shown[name], full.get(_IN_FULL.get(name, name), "")) for name in heads],
                [shown[usage] for usage in usages],
            )
            for shown, full in both
        ]
        return _picture([_NAMES.get(name, name) for name in heads], usages, rows, is_long=False)

    def _below(self, table: DisplayTable) -> tuple[str, ...]:
        return tuple(f"{mark} = {says}" for mark, says in _legend(_marks(table)))


def _named(table: DisplayTable, rows: Iterable[Sequence[str]]) -> Iterator[dict[str, str]]:
    return (dict(zip(table.columns, row, strict=True)) for row in rows)


def _usages_of(table: DisplayTable) -> list[str]:
    """Return the columns of a table of many clusters that are usages."""
    return [name for name in table.columns if name not in {CLUSTER, *_HEAD}]


def _marks(table: DisplayTable) -> Iterator[str]:
    return (row[usage] for row in _named(table, table.rows) for usage in _usages_of(table))


def _picture(
    heads: Sequence[str], usages: Sequence[str], rows: Sequence[_Row], *, is_long: bool
) -> str:
    names = (*map(html.escape, heads), *(breakable(html.escape(usage)) for usage in usages))
    above = "".join(f'<th scope="col" style="{_COLUMN_HEAD}">{name}</th>' for name in names)
    body = "".join(map(_row, rows))
    empty = f'<tr><td colspan="{len(names)}">no identity is named</td></tr>'
    return (
        f'<div class="{NO_MATH}{FILTERED if is_long else ""}">'
        f'<div style="{_LONG if is_long else _SCROLLED}" tabindex="0" role="group" '
        'aria-label="Policy matrix"><table style="border-collapse: collapse; margin: 0">'
        f'<caption style="{_TO_THE_LEFT}">Allowed usages by identity</caption>'
        f"<thead><tr>{above}</tr></thead><tbody>{body or empty}</tbody></table></div></div>"
        + _legend_html(mark for _, marks in rows for mark in marks)
    )


def _row(row: _Row) -> str:
    heads, marks = row
    widths = (_FOR_A_CLUSTER,) * (len(heads) - len(_NAMES)) + (_WIDE_ENOUGH,) * len(_NAMES)
    before = "".join(
        f'<th scope="row" style="{_ROW_HEAD}{width}"{_title(text, full)}>'
        f"{html.escape(visible(text))}</th>"
        for width, (text, full) in zip(widths, heads, strict=True)
    )
    return f"<tr>{before}{''.join(map(_cell, marks))}</tr>"


def _title(text: str, full: str) -> str:
    return f' title="{html.escape(visible(full))}"' if full and full != text else ""


def _legend(marks: Iterable[str]) -> list[tuple[str, str]]:
    """Return the marks that occur and what they mean."""
    present = "".join(marks)
    shown = present.replace("(D)", "")
    return [
        (mark, says)
        for mark, says in _MEANINGS.items()
        if mark in (present if mark == "(D)" else shown)
    ]


def _legend_html(marks: Iterable[str]) -> str:
    said = "; ".join(f"<b>{mark}</b> = {html.escape(says)}" for mark, says in _legend(marks))
    return f'<p class="{NO_MATH}" style="{_TO_THE_LEFT}">{said}</p>'


def _where(row: dict[Any, Any]) -> str:
    return str(row["database"]) or "(cluster)"


def _who(row: dict[Any, Any]) -> str:
    return str(row["display_name"] or row["object_id"])


def _short(usages: list[str]) -> dict[str, str]:
    """Return the initials of usages, AF for AutomatedFlows, where no two have the same."""
    initials = {one: "".join(_CAPITAL.findall(one)) for one in usages if len(one) > _SHORT}
    every = list(initials.values())
    return {usage: short for usage, short in initials.items() if every.count(short) == 1 and short}


def _cell(marks: str) -> str:
    if not marks:
        return f'<td style="{_CELL}"></td>'
    counted = marks.replace("(D)", "")
    colours = "".join(dict.fromkeys(counted.lower()))
    ground = _GROUNDS[colours or "none"]
    is_through_all = counted != counted.upper()
    style = f"{_THROUGH_ALL if is_through_all else _CELL}; background: {ground}"
    return f'<td style="{style}" title="{_meaning(marks)}">{html.escape(marks)}</td>'


def _meaning(marks: str) -> str:
    counted = marks.replace("(D)", "")
    said = [_MEANINGS[mark] for mark in counted] + ([_MEANINGS["(D)"]] if counted != marks else [])
    return html.escape("; ".join(said))
