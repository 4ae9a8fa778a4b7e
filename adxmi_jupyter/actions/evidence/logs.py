"""What the cluster ran: its own logs, one command each, counted in the command's pipe.

Source: *.show commands-and-queries*, *.show data operations*, *Journal management* (Azure Data
Explorer docs).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.actions.check import many_databases
from adxmi_jupyter.actions.check.cluster_facts import Fact
from adxmi_jupyter.actions.evidence.parts import part_of
from adxmi_jupyter.errors import AdxmiError
from adxmi_jupyter.model.audit import log_queries
from adxmi_jupyter.model.audit.cluster import Logs
from adxmi_jupyter.model.audit.evidence import Part, Reason, Source, Unseen
from adxmi_jupyter.model.cluster_role import ClusterRole
from adxmi_jupyter.model.role import Role

if TYPE_CHECKING:
    from adxmi_jupyter.actions.check.cluster_facts import Facts, Rows
    from adxmi_jupyter.model.audit.cluster import DataRun, Run, Touch
    from adxmi_jupyter.model.policy import Scope
    from adxmi_jupyter.model.role import RoleAssignment
    from adxmi_jupyter.model.shape import Shape
    from adxmi_jupyter.service.connection import Connection

_OF_REQUESTS = "Database Admin or Monitor"
_OF_JOURNAL = "AllDatabasesAdmin"
_SEES_ALL = (ClusterRole.ADMIN, ClusterRole.MONITOR)
_SEES = (Role.ADMINS, Role.MONITORS)


@dataclass(frozen=True)
class LogFacts:
    """What the logs are asked, of a period; `names` are those to look for in requests."""

    names: tuple[str, ...]
    since: datetime
    until: datetime

    @property
    def every(self) -> tuple[Fact, ...]:
        """All of them, and the caller's own roles: they tell whose requests the caller sees."""
        return (*self._runs, self._data, self._journal, many_databases.own_roles())

    @property
    def _runs(self) -> tuple[Fact, ...]:
        names, most = self.names, log_queries.MOST_NAMES
        some = (names[at : at + most] for at in range(0, len(names) or 1, most))
        return tuple(
            _fact(log_queries.show_runs(one, self.since, self.until), log_queries.RUNS)
            for one in some
        )

    @property
    def _data(self) -> Fact:
        command = log_queries.show_data(self.since, self.until)
        return _fact(command, log_queries.DATA)

    @property
    def _journal(self) -> Fact:
        command = log_queries.show_grants(self.since, self.until)
        return _fact(command, log_queries.GRANTS, _OF_JOURNAL)

    def read(
        self,
        facts: Facts,
        touches: Sequence[Touch],
        covers: Mapping[Source, tuple[datetime, datetime]],
    ) -> Logs:
        """Return the logs as far as they were answered."""
        seen = monitored(facts)
        journal = self._grants(facts)
        return Logs(
            self._read_runs(facts),
            part_of(facts, self._data, Source.DATA, _data),
            journal,
            seen,
            tuple(touches),
            covers,
        )

    def _grants(self, facts: Facts) -> Part[Mapping[tuple[Scope, str, str], datetime]]:
        """Return since when usages are allowed; unseen where this cluster's journal has no states.

        Its rows, or their lack, would make a young grant look old.
        """
        if not facts.connection.known.journal_shows_grants:
            unseen = "verify found that it doesn't show changes of managed identity policies"
            return Part.missing(Unseen(Source.JOURNAL, Reason.FAILED, detail=unseen))
        return part_of(facts, self._journal, Source.JOURNAL, log_queries.read_grants)

    def _read_runs(self, facts: Facts) -> Part[tuple[Run, ...]]:
        every = [part_of(facts, one, Source.REQUESTS, _runs) for one in self._runs]
        failed = next((one for one in every if one.unseen is not None), None)
        if failed is not None:
            return failed
        # Constructs are in each of the answers; what else they mention is not.
        merged = dict.fromkeys(run for one in every for run in one.known)
        return Part.of(tuple(merged))


def _fact(command: str, shape: Shape, right: str = _OF_REQUESTS) -> Fact:
    def ask(connection: Connection) -> Rows:
        return connection.kusto.command(command, database=connection.database).rows(shape)

    return Fact(("rows", command), ask, right)


def _runs(rows: Iterable[Mapping[str, Any]]) -> tuple[Run, ...]:
    return tuple(log_queries.read_runs(rows))


def _data(rows: Iterable[Mapping[str, Any]]) -> tuple[DataRun, ...]:
    return tuple(log_queries.read_data(rows))


def monitored(facts: Facts) -> frozenset[str] | None:
    """Return the databases of which the caller sees the requests of others; None for all."""
    try:
        own: tuple[RoleAssignment, ...] = facts.answer(many_databases.own_roles())
    except AdxmiError:  # then it is unknown whose requests these are
        return frozenset()
    if any(not one.database and one.role in _SEES_ALL for one in own):
        return None
    return frozenset(one.database for one in own if one.role in _SEES)
