"""Requests of the past, kept column by column: a million of them take some 100 MB."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

COLUMNS = (
    *("ClientActivityId", "CommandType", "Text", "Database", "StartedOn", "Duration", "State"),
    *("RootActivityId", "User", "FailureReason", "Application", "Principal", "TotalCpu"),
    *("ClientRequestProperties", "RowCount", "TableSize"),
)
"""The last three are the JSON text of the properties, and rows and bytes of the answer."""
QUERY = "Query"
_US = 1000


@dataclass(frozen=True)
class RequestArchive:
    """An Arrow table of requests that have ended, oldest first; it is never changed.

    It has the columns of `COLUMNS`. Texts hold no hidden literals; those that repeat may be a
    dictionary. `StartedOn` is a `timestamp[us]`, lengths of time are `duration[us]`, `CommandType`
    of a query is "Query".
    """

    table: Any

    def __post_init__(self) -> None:
        if tuple(self.table.column_names) != COLUMNS:
            raise ValueError(f"The columns of an archive are {', '.join(COLUMNS)}.")

    def since(self, first_ns: int) -> Any:
        """Return the requests that began at this moment or later; nothing is copied."""
        return self.table.slice(self._place(first_ns))

    def until(self, last_ns: int) -> RequestArchive:
        """Return it without the requests that began later."""
        return RequestArchive(self.table.slice(0, self._place(last_ns + _US)))

    def _place(self, moment_ns: int) -> int:
        column = self.table["StartedOn"]
        low, high = 0, len(column)
        while low < high:
            middle = (low + high) // 2
            is_before = column[middle].value < -(-moment_ns // _US)
            low, high = (middle + 1, high) if is_before else (low, middle)
        return low
