"""Frames and documents as JSON and back; what looks like a secret is masked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.actions.frames import ANY, FLAG, MOMENT, NUMBER, TEXT, fixed_frame
from adxmi_jupyter.masking import masked

if TYPE_CHECKING:
    import pandas as pd

_TUPLE = "tuple"


def stored(frame: pd.DataFrame) -> dict[str, Any]:
    """Return a frame as a JSON document: its columns by kind, and its rows."""
    import pandas as pd

    kinds = {str(name): _kind(frame.iloc[:, at].dtype) for at, name in enumerate(frame.columns)}
    hidden: dict[str, str] = {}
    rows = [
        [_cell(cell, hidden) for cell in row]
        for row in pd.DataFrame(frame).itertuples(index=False, name=None)
    ]
    return {"columns": kinds, "rows": rows}


def restored(document: Mapping[str, Any]) -> pd.DataFrame:
    """Return the frame of a document; ValueError, KeyError or TypeError for another document."""
    kinds = {str(name): str(kind) for name, kind in document["columns"].items()}
    return fixed_frame(kinds, [[_value(cell) for cell in row] for row in document["rows"]])


def stored_values(document: Mapping[str, Any] | None) -> Any:
    """Return plain values as JSON has them."""
    return _cell(document and dict(document), {})


def restored_values(document: Any) -> Mapping[str, Any] | None:
    """Return the values that were stored; TypeError where they are no mapping."""
    if document is not None and not isinstance(document, dict):
        raise TypeError(type(document).__name__)
    return document


def _kind(dtype: Any) -> str:
    import pandas as pd

    if isinstance(dtype, pd.DatetimeTZDtype):
        return MOMENT
    if pd.api.types.is_bool_dtype(dtype):
        return FLAG
    if pd.api.types.is_integer_dtype(dtype):
        return NUMBER
    return TEXT if isinstance(dtype, pd.StringDtype) else ANY


def _cell(value: Any, hidden: dict[str, str]) -> Any:
    """Return a cell as JSON has it; `hidden` keeps the texts that were looked at."""
    import pandas as pd

    if isinstance(value, str):
        if value not in hidden:
            hidden[value] = masked(value)
        return hidden[value]
    if isinstance(value, tuple | frozenset):
        return {_TUPLE: [_cell(one, hidden) for one in value]}
    if isinstance(value, list):
        return [_cell(one, hidden) for one in value]
    if isinstance(value, dict):
        return {str(name): _cell(one, hidden) for name, one in value.items()}
    if isinstance(value, pd.Timestamp):
        return value.isoformat()
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    return value.item() if hasattr(value, "item") else value


def _value(cell: Any) -> Any:
    if isinstance(cell, dict) and set(cell) == {_TUPLE}:
        return tuple(_value(one) for one in cell[_TUPLE])
    return cell
