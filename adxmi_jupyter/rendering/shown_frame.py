"""DataFrames whose pictures show service text as text: no mark-up, no formula, no hidden sign.

A display name is hostile input. pandas escapes HTML, but leaves what lies between dollar signs to
MathJax, which makes links of it, and shows signs that turn a line around or stand for nothing.
"""

from __future__ import annotations

import pickle
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

import pandas as pd

from adxmi_jupyter.rendering.display import DEFAULT, WIDE, display_table
from adxmi_jupyter.rendering.html_table import MOST_ROWS, NO_MATH, html_table
from adxmi_jupyter.rendering.text import plain_lines, text_table, visible

if TYPE_CHECKING:
    from adxmi_jupyter.rendering.display import Choice, DisplayTable, Live


class SafeFrame(pd.DataFrame):
    """A frame that shows its texts as they are; so does what is made from it."""

    _live: Live | None = None

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        given = arguments[0] if arguments else None
        if isinstance(given, pd.DataFrame):
            self.attrs = dict(given.attrs)

    def show_live(self, live: Live | None) -> None:
        """Show the frame itself as a grid if it is long; what is made from it is a table."""
        self._live = live

    def as_document(self, form: str) -> str | None:
        """Return the result in a format of its own, by suffix; None where the table is all."""
        del form
        return None

    @property
    def _constructor(self) -> type[pd.DataFrame]:
        return SafeFrame

    def __repr__(self) -> str:
        return pd.DataFrame.__repr__(_visible(self))

    def _repr_html_(self) -> str | None:
        shown = _visible(self)
        with pd.option_context("display.html.use_mathjax", False):
            table: str | None = shown._repr_html_()  # type: ignore[operator]
        return table and f'<div class="{NO_MATH}">{table}</div>'

    def _repr_latex_(self) -> str | None:
        with pd.option_context("styler.format.escape", "latex"):
            text: str | None = pd.DataFrame(self)._repr_latex_()  # type: ignore[operator]
        return text

    def __reduce_ex__(self, protocol: Any) -> Any:
        plain = pd.DataFrame(self)  # who reads it may not have this package
        plain.attrs = dict(self.attrs)
        return pickle.loads, (pickle.dumps(plain, protocol),)


SafeFrame.__name__ = "DataFrame"  # what it is to those who use it


class ResultFrame(SafeFrame):
    """The result of a command: all columns and values, of which `display` is shown.

    What is made from it is shown with all of its columns, for then they were chosen.
    """

    _choice: Choice = DEFAULT

    @classmethod
    def by(cls, frame: pd.DataFrame, choice: Choice) -> Self:
        """Return a frame as it is displayed by a choice."""
        result = cls(frame)
        result._choice = choice
        return result

    @property
    def display(self) -> DisplayTable:
        """What is displayed, as plain texts."""
        return display_table(self, self._choice)

    @property
    def parts(self) -> tuple[DisplayTable | str, ...]:
        """What a terminal draws below one another: tables, and texts as they are."""
        has_own_text = type(self).to_text is not ResultFrame.to_text
        return (self.to_text(),) if has_own_text else (self.display,)

    def to_text(self) -> str:
        """Return what is displayed as an aligned table."""
        return _as_text(self.display)

    def __repr__(self) -> str:
        return _as_text(self.display)

    def _repr_html_(self) -> str | None:
        table = self.display
        if self._live is not None and len(table.rows) > MOST_ROWS:
            self._live.add(table)
        return html_table(table)


class Whole(ResultFrame):
    """A result that is displayed as it is: its values are to be copied, or are the service's."""

    _choice = WIDE


class Record(ResultFrame):
    """A result of one row that is displayed as a list of what is known, a line for each column."""

    @property
    def display(self) -> DisplayTable:
        """The names and the values below one another, in the order of the columns."""
        whole = display_table(self, WIDE)
        lines = tuple(zip(whole.columns, *whole.rows, strict=True))
        return replace(whole, columns=("", ""), rows=lines, full_rows=lines, numbers=frozenset())


def shown(result: object, choice: Choice, live: Live | None = None) -> object:
    """Return a result as it may be shown; frames with a picture of their own see to it.

    `live` shows long tables as grids.
    """
    if type(result) is pd.DataFrame:
        result = ResultFrame.by(result, choice)
    if isinstance(result, SafeFrame):
        result.show_live(live)
    return result


def _as_text(table: DisplayTable) -> str:
    return text_table(table.columns, table.rows)


def _visible(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a plain frame with the texts that can be seen; the very cells where all can.

    Tuples of usages become texts as well.
    """
    plain = pd.DataFrame(frame)
    for place in range(frame.shape[1]):
        column = frame.iloc[:, place]
        if column.dtype == object or isinstance(column.dtype, pd.StringDtype):
            shown = [_visible_cell(cell) for cell in column]
            if any(cell is not other for cell, other in zip(shown, column, strict=True)):
                plain.isetitem(place, pd.Series(shown, dtype=object).array)
    plain.columns = [visible(one) if isinstance(one, str) else one for one in frame.columns]
    return plain


def _visible_cell(cell: object) -> object:
    if isinstance(cell, tuple):
        return plain_lines(cell)
    return visible(cell) if isinstance(cell, str) else cell
