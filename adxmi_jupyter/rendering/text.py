"""Results as text, for a terminal: aligned tables in which no name can play tricks."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.error_base import one_line

if TYPE_CHECKING:
    import pandas as pd


_MISSING = {"<NA>", "NaT", "nan"}


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
    """Return one cell as text; a list of usages as the service writes it."""
    if isinstance(cell, (tuple, list)):
        return one_line(", ".join(map(str, cell)))
    shown = str(cell)
    is_missing = cell is None or (not isinstance(cell, str) and shown in _MISSING)
    return "" if is_missing else one_line(shown)


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
