"""The commands about the logs as values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, ClassVar

from lark import v_args

from adxmi_jupyter.embedded.kusto.statements import FamilyCommand
from adxmi_jupyter.embedded.kusto.trees import FamilyTrees

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.kusto.values import Properties


class LogCommand(FamilyCommand):
    """Any command about the logs of requests and data."""

    runner: ClassVar[tuple[str, str]] = ("logs.commands", "run_log_command")


class ShowLogCommand(LogCommand):
    """One that changes nothing."""

    shows: ClassVar[bool] = True


class Requests(Enum):
    """Which requests that have ended are wanted."""

    QUERIES = "Queries"
    COMMANDS = "Commands"
    BOTH = "CommandsAndQueries"


@dataclass(frozen=True)
class ShowRequests(ShowLogCommand):
    """`.show queries`, `.show commands` or `.show commands-and-queries`."""

    requests: Requests

    @property
    def kind(self) -> str:
        """What the log calls it."""
        return f"{self.requests.value}Show"


@dataclass(frozen=True)
class ShowRunningQueries(ShowLogCommand):
    """`.show running queries`: the caller's own, those of a user, or with an empty name all."""

    kind: ClassVar[str] = "RunningQueriesShow"

    user: str | None = None


@dataclass(frozen=True)
class ShowDataOperations(ShowLogCommand):
    """`.show data operations`."""

    kind: ClassVar[str] = "DataOperationsShow"


@dataclass(frozen=True)
class ShowStreams(ShowLogCommand):
    """`.show streamingingestion statistics` or `failures`."""

    failures: bool

    @property
    def kind(self) -> str:
        """What the log calls it."""
        return f"StreamingIngestion{'Failures' if self.failures else 'Statistics'}Show"


@dataclass(frozen=True)
class CancelQuery(LogCommand):
    """`.cancel query ID [with (reason = …)]`; it changes no metadata."""

    kind: ClassVar[str] = "QueryCancel"
    is_journaled: ClassVar[bool] = False

    client_activity_id: str
    properties: Properties


@v_args(inline=True)
class Trees(FamilyTrees):
    """Turn the trees of this folder's grammar into commands."""

    def show_queries(self) -> ShowRequests:
        return ShowRequests(Requests.QUERIES)

    def show_commands(self) -> ShowRequests:
        return ShowRequests(Requests.COMMANDS)

    def show_commands_and_queries(self) -> ShowRequests:
        return ShowRequests(Requests.BOTH)

    def show_own_running_queries(self) -> ShowRunningQueries:
        return ShowRunningQueries()

    def show_running_queries_of(self, user: str) -> ShowRunningQueries:
        return ShowRunningQueries(user)

    def show_running_queries(self) -> ShowRunningQueries:
        return ShowRunningQueries("")

    def show_data_operations(self) -> ShowDataOperations:
        return ShowDataOperations()

    def show_streaming_statistics(self) -> ShowStreams:
        return ShowStreams(failures=False)

    def show_streaming_failures(self) -> ShowStreams:
        return ShowStreams(failures=True)

    def cancel_query(self, client_activity_id: str, properties: Properties | None) -> CancelQuery:
        return CancelQuery(client_activity_id, properties or ())
