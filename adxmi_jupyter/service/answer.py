"""The primary table of an answer: wire values in rows, or a frame with dtypes.

Source: *Query/management HTTP response* (Azure Data Explorer docs).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adxmi_jupyter.model.kusto_shapes import ANY
from adxmi_jupyter.service.failures import unreadable_answer
from adxmi_jupyter.service.frames import frame_of, rows_of

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.model.shape import Shape


class Answer:
    """The primary table of an answer.

    Raises
    ------
    UnreadableAnswer
        Columns have no names of their own, or rows more cells than there are columns.

    """

    def __init__(self, table: Any) -> None:
        names = [column.column_name for column in table.columns]
        if not all(isinstance(name, str) for name in names) or len(set(names)) < len(names):
            raise unreadable_answer("its columns have no names of their own")
        rows = table.raw_rows
        if not all(isinstance(row, list) and len(row) <= len(names) for row in rows):
            raise unreadable_answer("its rows are not as wide as there are columns")
        self._table = table

    @property
    def columns(self) -> dict[str, str]:
        """Column names with their Kusto types."""
        return {column.column_name: column.column_type for column in self._table.columns}

    def rows(self, shape: Shape = ANY) -> list[dict[str, Any]]:
        """Return the rows as dictionaries of the wire's own values.

        Raises
        ------
        UnreadableAnswer
            They are not of this shape, so nothing can be concluded from them.

        """
        names = [column.column_name for column in self._table.columns]
        if shape is not ANY and any(len(row) < len(names) for row in self._table.raw_rows):
            raise shape.unreadable("a row has fewer cells than there are columns")
        rows = [dict(zip(names, row, strict=True)) for row in rows_of(self._table)]
        return shape.of_table(names, rows)

    def frame(self) -> pd.DataFrame:
        """Return a DataFrame whose dtypes follow from the Kusto types alone (see `frame_of`).

        Raises
        ------
        UnreadableAnswer
            A value is not of its column's type.

        """
        try:
            return frame_of(self._table)
        except (ValueError, TypeError, ArithmeticError, RecursionError) as error:
            raise unreadable_answer(str(error)) from error
