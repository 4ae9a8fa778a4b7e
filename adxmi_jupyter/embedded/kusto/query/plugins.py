"""Calls of plugins as they stand in a query, handed to the plugins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.kusto.query import clauses
from adxmi_jupyter.embedded.kusto.query.evaluate.call import OutputType, PluginCall, Scalar
from adxmi_jupyter.embedded.kusto.query.evaluate.registry import run_plugin
from adxmi_jupyter.embedded.kusto.results import Result

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.engine.workspace import Answer
    from adxmi_jupyter.embedded.kusto.query.clauses import Cursor, PluginText
    from adxmi_jupyter.embedded.kusto.query.reading import Reading

_VALUE = "value"


def run(given: PluginText, table: Answer | None, resolution: Reading) -> Result:
    """Return what a plugin makes of its input. Raises a KustoError or an EngineError."""
    piped = None if table is None else Result(table.columns, table.rows)
    arguments = tuple(
        (name, _argument(cursor, piped, resolution)) for name, cursor in given.arguments
    )
    return run_plugin(
        PluginCall(given.name, arguments, resolution.session, piped, given.output, given.hints)
    )


def _argument(cursor: Cursor, table: Result | None, resolution: Reading) -> Scalar | OutputType:
    columns = clauses.output_type(cursor)
    if columns is not None:
        return OutputType(columns)
    is_name = cursor.place + 1 == cursor.last and cursor.tokens[cursor.place].kind == "word"
    name = cursor.tokens[cursor.place].text if is_name else ""
    known = dict(table.columns) if table is not None else {}

    def of_rows() -> list[Any]:
        return [] if table is None else _values(cursor, table, resolution)

    return Scalar(name if name in known else "", lambda: resolution.value(cursor), of_rows)


def _values(cursor: Cursor, table: Result, resolution: Reading) -> list[Any]:
    """Return the values of an expression in the rows of a table."""
    from adxmi_jupyter.embedded.engine.tokens import name_written

    relation = resolution.workspace.add(table.columns, table.rows)
    expression = resolution.expression(cursor.place, cursor.last)
    text = f"{name_written(relation.name)} | project {_VALUE} = {expression}"
    answer = resolution.workspace.answer("; ".join([*resolution.lets, text]), resolution.lookup)
    return [row[0] for row in answer.rows]
