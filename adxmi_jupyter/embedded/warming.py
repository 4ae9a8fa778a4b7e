"""Loads what first requests need, in a process that waits for them."""

from __future__ import annotations

from adxmi_jupyter.embedded.engine.errors import EngineMissingError

_QUERY = "datatable(Number: long) [1, 2] | where Number > 0 | summarize count() by Number"


def warm_up() -> None:
    """Read a command, and run a query unless the engine is not installed."""
    from adxmi_jupyter.embedded.kusto.parser import parse_commands
    from adxmi_jupyter.embedded.kusto.request_runner import RequestRunner

    del RequestRunner
    parse_commands(".show version")
    from adxmi_jupyter.embedded.kusto.query.run import run_query

    del run_query
    from adxmi_jupyter.embedded.engine.workspace import Workspace

    try:
        with Workspace("2026-01-01T00:00:00.0000000Z") as workspace:
            workspace.answer(_QUERY, lambda *_: None)
    except EngineMissingError:
        return
