"""Whether an answer with a good status is whole, and what came of one that is not.

The status goes out before the rows. What breaks off afterwards is told in the body, in one of many
places, or shows only by what is missing at its end.

Source: *Query V2 HTTP response*, *Query/management HTTP response*, *Partial query failures* (Azure
Data Explorer docs).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.errors import PartialFailure, ServiceDetails
from adxmi_jupyter.fixes import Explain, Retry
from adxmi_jupyter.service.failures import unreadable_answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

_ROWS = re.compile(r'"Rows"\s*:\s*\[')
_BETWEEN = re.compile(r"[\s,]*")
_COMPLETION = "DataSetCompletion"


@dataclass(frozen=True)
class Told:
    """What an answer says of its own failure: an error object of the service, or a text."""

    error: object

    @property
    def details(self) -> dict[str, Any]:
        """The error object's fields; none if there is only a text."""
        inner = self.error.get("error") if isinstance(self.error, dict) else None
        return inner if isinstance(inner, dict) else {}

    @property
    def text(self) -> str:
        """The service's own words."""
        words = self.details.get("@message") or self.details.get("message")
        return str(words or self.error)


@dataclass
class Reading:
    """An answer as tables of the SDK's shape, without the errors that stood among them.

    `failures` is empty if the answer is whole.
    """

    tables: list[dict[str, Any]] = field(default_factory=list)
    failures: list[Told] = field(default_factory=list)

    def fail(self, errors: object) -> None:
        """Note what an answer says of its failure, each once."""
        for error in errors if isinstance(errors, list) else [errors]:
            told = Told(error)
            if error and told not in self.failures:
                self.failures.append(told)


def read_v1(answer: dict[str, Any]) -> Reading:
    """Read an answer of tables; UnreadableAnswer if it has none."""
    tables = answer.get("Tables")
    if not isinstance(tables, list) or not all(isinstance(one, dict) for one in tables):
        raise unreadable_answer("it has no tables")
    reading = Reading()
    for table in tables:
        reading.tables.append(table | {"Rows": _rows(table, reading)})
    reading.fail(answer.get("Exceptions") or [])
    return reading


def read_v2(frames: list[Any], *, is_cut: bool = False) -> Reading:
    """Read an answer of frames: whole tables, and those that came in fragments.

    `is_cut` says that more was meant to come. Raises UnreadableAnswer for what are no frames.
    """
    if not all(isinstance(frame, dict) and "FrameType" in frame for frame in frames):
        raise unreadable_answer("it does not consist of frames")
    reading = Reading()
    begun: dict[object, dict[str, Any]] = {}
    for frame in frames:
        _take(frame, reading, begun)
    for table in begun.values():
        reading.fail(f"the table {table.get('TableName')!r} does not end")
    if is_cut or not frames or frames[-1]["FrameType"] != _COMPLETION:
        reading.fail("the answer ends before its last frame")
    return reading


def _take(frame: dict[str, Any], reading: Reading, begun: dict[object, dict[str, Any]]) -> None:
    """Take one frame; `begun` are the tables that have begun and not ended, by their number."""
    kind, number = frame["FrameType"], frame.get("TableId")
    if kind == "DataTable":
        reading.tables.append(frame | {"Rows": _rows(frame, reading)})
    elif kind == "TableHeader":
        begun[number] = frame | {"FrameType": "DataTable", "Rows": []}
        reading.tables.append(begun[number])
    elif kind == "TableFragment":
        _add(frame, _begun(begun, number), reading)
    elif kind == "TableCompletion":
        _end(frame, _begun(begun, number), reading)
        del begun[number]
    elif kind == _COMPLETION:
        _complete(frame, reading)


def _begun(begun: dict[object, dict[str, Any]], number: object) -> dict[str, Any]:
    if number not in begun:
        raise unreadable_answer("a part belongs to no table")
    return begun[number]


def _add(fragment: dict[str, Any], table: dict[str, Any], reading: Reading) -> None:
    rows, kind = _rows(fragment, reading), fragment.get("TableFragmentType")
    if kind == "DataReplace":
        table["Rows"] = rows
    elif kind == "DataAppend":
        table["Rows"] += rows
    else:
        raise unreadable_answer(f"{kind!r} is no way to add to a table")


def _end(frame: dict[str, Any], table: dict[str, Any], reading: Reading) -> None:
    count = frame.get("RowCount")
    if isinstance(count, int) and count != len(table["Rows"]):
        reading.fail(f"{len(table['Rows'])} of {count} rows came")
    reading.fail(frame.get("OneApiErrors") or [])


def _complete(frame: dict[str, Any], reading: Reading) -> None:
    reading.fail(frame.get("OneApiErrors") or [])
    if frame.get("Cancelled"):
        reading.fail("the query was cancelled")
    if frame.get("HasErrors") and not reading.failures:
        reading.fail("no reason given")


def _rows(table: dict[str, Any], reading: Reading) -> list[Any]:
    """Return the rows of a table; what stands among them is no row but says why there are no more.

    Raises UnreadableAnswer for what is neither.
    """
    rows = table.get("Rows")
    if not isinstance(rows, list):
        raise unreadable_answer("a table has no rows")
    for row in rows:
        if isinstance(row, dict):
            reading.fail(row.get("OneApiErrors") or row.get("Exceptions") or [row])
    return [row for row in rows if not isinstance(row, dict)]


def partial_failure(
    failures: Sequence[Told], statuses: Sequence[str], partial: pd.DataFrame | None
) -> PartialFailure:
    """Return the error for an answer that is not whole.

    Parameters
    ----------
    failures
        What the answer says of it.
    statuses
        What its status table says of it.
    partial
        What came of its first result.

    """
    reasons = [told.text for told in failures] or list(statuses)
    came = 0 if partial is None else len(partial)
    error = PartialFailure(
        "the answer is not whole, so it is no result",
        why="; ".join((*dict.fromkeys(reasons), _kept(came))),
        fix=Explain.of(Retry(), ", or ask for less"),
    )
    error.partial = partial
    details = next((told.details for told in failures if told.details), None)
    if details is not None:
        error.service = ServiceDetails(
            code=str(details.get("code", "")),
            type=str(details.get("@type", "")),
            permanent=details.get("@permanent"),
        )
    return error


def _kept(rows: int) -> str:
    if not rows:
        return "no rows came"
    return f"the {rows} rows that came are the attribute 'partial' of this error"


def frames_of(text: str) -> list[Any]:
    """Return the frames of a text that is cut, and the rows that came of the last one.

    >>> frames_of('[{"FrameType": "A"}, {"FrameType": "B", "Rows": [[1], [2], [3')
    [{'FrameType': 'A'}, {'FrameType': 'B', 'Rows': [[1], [2]]}]
    """
    if not text.lstrip().startswith("["):
        return []
    place = text.index("[") + 1
    frames, place = _values(text, place)
    rows = _ROWS.search(text, place)
    if rows is not None:
        began, _ = _values(text[place : rows.end()] + "]}", 0)
        frames += [one | {"Rows": _values(text, rows.end())[0]} for one in began[:1]]
    return frames


def _values(text: str, place: int) -> tuple[list[Any], int]:
    """Return the JSON values from a place on, and where what cannot be read begins."""
    decoder = json.JSONDecoder()
    values: list[Any] = []
    while True:
        place = _BETWEEN.match(text, place).end()  # type: ignore[union-attr]  # matches nothing, too
        try:
            value, place = decoder.raw_decode(text, place)
        except (ValueError, RecursionError):
            return values, place
        values.append(value)
