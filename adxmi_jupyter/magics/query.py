"""The verb ``query``: see the data that a workflow has brought, without leaving the notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.errors import MissingOption
from adxmi_jupyter.fixes import BELOW_QUERY
from adxmi_jupyter.magics import permissions
from adxmi_jupyter.magics.options import database_option, file_option
from adxmi_jupyter.magics.verbs import Example, verb

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.magics.call import Call


@verb(
    "query",
    permission=permissions.QUERY,
    examples=(
        Example("query", "Orders\n| summarize count() by Region"),
        Example("query --database Telemetry", "Events\n| take 2"),
        Example("query", ".show ingestion failures"),
    ),
)
@database_option("Database name. Default: the current database.")
@file_option("File with the query, instead of the cell body")
def query(call: Call, *, database: str, file: str) -> pd.DataFrame:
    """Run the query or .show command in the cell body."""
    from adxmi_jupyter.actions.queries import run_query
    from adxmi_jupyter.rendering.shown_frame import Whole

    text = (file or call.body or "").strip()
    if not text:
        raise MissingOption(
            "there is no query",
            why="a file has it, or the standard input"
            if call.is_console
            else "it stands in the cell below %%adxmi query, or in a file",
            fix=BELOW_QUERY,
        )
    where = database or call.connection.required_database()
    return Whole(run_query(call.connection, text, where))
