"""Columns of files in storage, inferred by the cluster as an identity, with some rows to look at.

Source: *infer_storage_schema plugin*, *inline_external_table operator* (Azure Data Explorer docs).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.workflow import writes
from adxmi_jupyter.actions.workflow.filling import fill_in
from adxmi_jupyter.errors import AdxmiError, UnreadableAnswer
from adxmi_jupyter.model.columns import parse_columns
from adxmi_jupyter.model.declaration.fields import FieldKind
from adxmi_jupyter.model.declaration.registry import inferring as declared
from adxmi_jupyter.model.declaration.targets import literals

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.actions.workflow.filling import Find
    from adxmi_jupyter.actions.write.operations import Tell
    from adxmi_jupyter.model.declaration.workflow import Workflow
    from adxmi_jupyter.service.connection import Connection

PREVIEWED = 5
_INFERRED = "CslSchema"
_FORMAT, _HEADER = "data_format", "first_row_as_header"
_NEEDED = {"location", "identity", _FORMAT}
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# Those of the operator that shows rows; JSON of any layout is read as lines there.
_PREVIEWED_FORMATS = {"parquet", "avro", "csv", "tsv", "json", "orc", "txt"}


@dataclass(frozen=True)
class Inferred:
    """Columns as one types them, and the first rows; `why` says why there are no rows."""

    columns: str
    rows: pd.DataFrame | None = None
    why: AdxmiError | None = None


def inferring(connection: Connection, values: Mapping[str, object], find: Find) -> Workflow | None:
    """Return the query for files of these fields of a workflow; None while something is missing."""
    if not values.keys() >= _NEEDED:
        return None
    declaration = declared(FieldKind.COLUMNS)
    names = {spec.name for spec in declaration.specs()}
    has_header = values.get("include_headers") in ("All", "FirstFile")
    given = {
        **{name: value for name, value in values.items() if name in names},
        _HEADER: has_header or bool(values.get("ignore_first_record")),
    }
    return fill_in(connection, declaration, given, find=find).reading.workflow


def infer(connection: Connection, query: Workflow, database: str, *, tell: Tell) -> Inferred:
    """Infer the columns, and read the first rows with them.

    Raises
    ------
    AdxmiError
        As `writes.carry_out`, for the columns; without rows there are columns all the same.

    """
    plan = writes.plan(connection, query, database)
    frame = writes.carry_out(connection, query, plan, confirmed=False, tell=tell)
    columns = _columns_in(frame)
    if getattr(query, _FORMAT) not in _PREVIEWED_FORMATS:
        return Inferred(columns)
    tell("Reading the first rows")
    try:
        rows = connection.kusto.query(_preview(query, columns), database=database)
    except AdxmiError as failure:
        return Inferred(columns, why=failure)
    return Inferred(columns, rows.frame())


def _columns_in(frame: pd.DataFrame) -> str:
    if _INFERRED not in frame or len(frame) != 1:
        raise UnreadableAnswer(
            "the inferred columns can't be read",
            why=f"the answer has no single row with {_INFERRED}",
            fix="fill the columns in",
        )
    columns = parse_columns(str(frame[_INFERRED].iloc[0]))
    return ", ".join(
        f"{one.name}:{one.type}" if _PLAIN.fullmatch(one.name) else str(one) for one in columns
    )


def _preview(query: Workflow, columns: str) -> str:
    strings = literals(query.connection_strings())
    header = " with (includeHeaders='All')" if getattr(query, _HEADER) else ""
    files = f"kind=storage dataformat={getattr(query, _FORMAT)} ({strings}){header}"
    return f"inline_external_table ({columns}) {files} | take {PREVIEWED}"
