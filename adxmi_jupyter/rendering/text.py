"""Results as text, for a terminal: aligned tables in which no name can play tricks."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.error_base import one_line

if TYPE_CHECKING:
    import pandas as pd


_MISSING = {"<NA>", "NaT", "nan"}
_LINES = "\n\r\t"


def frame_table(frame: pd.DataFrame) -> str:
    """Return a DataFrame as a text table; a frame that has a picture of its own shows that."""
    to_text = getattr(frame, "to_text", None)
    if to_text is not None:
        return str(to_text())
    rows = frame.to_dict(orient="split")["data"]
    return text_table([str(name) for name in frame.columns], rows)


def text_table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Return an aligned table with a line below the head; control characters show as escapes."""
    if not rows:
        return f"{'  '.join(columns)}\n(no rows)"
    cells = [[plain(cell) for cell in row] for row in rows]
    widths = [max(map(_width, column)) for column in zip(columns, *cells, strict=True)]
    rule = ["-" * width for width in widths]
    return "\n".join(_line(row, widths) for row in [list(columns), rule, *cells])


def plain(cell: object) -> str:
    """Return one cell as text on one line; a list of usages as the service writes it."""
    return one_line(_text(cell))


def plain_lines(cell: object) -> str:
    """Return one cell as text with its line breaks; a list of usages as the service writes it."""
    return visible(_text(cell))


def _text(cell: object) -> str:
    if isinstance(cell, (tuple, list)):
        return ", ".join(map(str, cell))
    shown = str(cell)
    is_missing = cell is None or (not isinstance(cell, str) and shown in _MISSING)
    return "" if is_missing else shown


def visible(text: str) -> str:
    r"""Return a text with escapes for what cannot be seen, or turns the line around.

    >>> visible("mi\u202eexport")
    'mi\\u202eexport'
    """
    if text.isprintable():
        return text
    return "".join(_sign(sign) for sign in text)


def _sign(sign: str) -> str:
    if sign.isprintable() or sign in _LINES:
        return sign
    return sign.encode("unicode_escape").decode()


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (
        cell + " " * (width - _width(cell)) for cell, width in zip(cells, widths, strict=True)
    )
    return "  ".join(padded).rstrip()


def _width(text: str) -> int:
    """Return how many columns a terminal needs: East Asian wide characters take two."""
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    combining = sum(unicodedata.combining(character) != 0 for character in text)
    return len(text) + wide - combining


class PlainText(str):
    """A result that is a text to be copied, and is shown as it is."""

    __slots__ = ()

    def to_text(self) -> str:
        """Return it, without the line break at its end."""
        return self.rstrip("\n")

    def __repr__(self) -> str:
        return str(self)
