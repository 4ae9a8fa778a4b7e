"""Runs the commands about the logs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.kusto.logs.data import show_data_operations, show_streams
from adxmi_jupyter.embedded.kusto.logs.requests import (
    cancel_query,
    show_requests,
    show_running_queries,
)
from adxmi_jupyter.embedded.kusto.logs.syntax import (
    CancelQuery,
    ShowDataOperations,
    ShowRequests,
    ShowRunningQueries,
    ShowStreams,
)

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.kusto.logs.syntax import LogCommand
    from adxmi_jupyter.embedded.kusto.results import Result
    from adxmi_jupyter.embedded.kusto.session import Session


def run_log_command(command: LogCommand, session: Session) -> Result:
    """Return the command's result; a KustoError (403) for a caller without any role."""
    match command:
        case ShowRequests():
            return show_requests(command, session)
        case ShowRunningQueries():
            return show_running_queries(command, session)
        case ShowDataOperations():
            return show_data_operations(command, session)
        case ShowStreams():
            return show_streams(command, session)
        case CancelQuery():
            return cancel_query(command, session)
        case _:
            raise AssertionError(command)
