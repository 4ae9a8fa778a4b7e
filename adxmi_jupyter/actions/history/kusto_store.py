"""The history in tables of a database: what is read from it, and what is sent to it.

Source: *.ingest inline command*, *Ingestion properties* (Azure Data Explorer docs).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.errors import CommandRefused, HistoryUnavailable
from adxmi_jupyter.fixes import Command, Explain
from adxmi_jupyter.model.columns import parse_columns
from adxmi_jupyter.model.history import tables
from adxmi_jupyter.model.history.rows import COMPLETE, Recorded, Sizes, StateRow
from adxmi_jupyter.model.history.sending import (
    change_of,
    finding_of,
    parts_of,
    queued_parts,
    run_of,
    state_of,
    text_of,
    time_of,
)
from adxmi_jupyter.model.history.state import SeenSection, of_sections
from adxmi_jupyter.model.kql import string_literal
from adxmi_jupyter.model.kusto_shapes import COLUMNS, TABLES
from adxmi_jupyter.model.moment import parse_moment
from adxmi_jupyter.model.shape import Shape, required, text_cell
from adxmi_jupyter.service.ingestion_upload import QueuedRows
from adxmi_jupyter.service.kusto import Resend

if TYPE_CHECKING:
    from adxmi_jupyter.model.history.rows import Run, SectionKey
    from adxmi_jupyter.model.history.state import SeenState
    from adxmi_jupyter.service.connection import Connection

_NOW = Shape("the time", (required("now"),), at_least=1)
_OTHERS = (tables.CHANGES, tables.FINDINGS)
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class KustoStore:
    """The tables of a history in a database; of their rows those of one cluster.

    Raises
    ------
    HistoryUnavailable
        By what reads: the database has no such tables.
    AdxmiError
        By each method: as requests do.

    """

    connection: Connection
    database: str
    cluster: str

    def runs(self) -> tuple[Run, ...]:
        """Return the runs in the order of their ends."""
        rows = self._rows(f"{tables.RUNS} | where {self._mine}")
        return tuple(sorted(map(run_of, rows), key=lambda one: (one.ended, one.id)))

    def as_of(self, moment: str) -> SeenState:
        """Return what runs saw until a moment: the same as the stored functions answer."""
        last = self._rows(
            f"{tables.RUNS} | where {self._mine} and EndedOn <= datetime({moment}) "
            "and Kind !in ('write', 'apply') | summarize Last = max(EndedOn)"
        )
        ended = time_of(last[0], "Last") if last else ""
        sections = self._body("AdxmiSections", moment)
        atoms = self._body("AdxmiAsOf", moment)
        return of_sections(ended, _sections(sections), map(state_of, atoms))

    def recorded(self, wanted: Sequence[Run]) -> Iterator[Recorded]:
        """Yield runs of it with all of their rows."""
        for run in wanted:
            state = map(state_of, self._of(tables.STATE, run)) if run.has_state else ()
            changes = () if run.has_state else map(change_of, self._of(tables.CHANGES, run))
            findings = map(finding_of, self._of(tables.FINDINGS, run)) if run.has_state else ()
            yield Recorded(run, tuple(state), tuple(changes), tuple(findings)).ordered

    def missing(self) -> tuple[str, ...]:
        """Return which tables of the history are not there."""
        answer = self.connection.kusto.command(".show tables", database=self.database)
        there = {text_cell(row, "TableName") for row in answer.rows(TABLES)}
        return tuple(one for one in tables.TABLES if one not in there)

    def create(self) -> None:
        """Create tables, policies and functions; what is there stays."""
        for command in tables.script():
            self.connection.kusto.command(command, database=self.database, resend=Resend.IDEMPOTENT)

    def check_columns(self, missing: Collection[str] = ()) -> None:
        """Make sure that the tables take rows as they are sent: in the order of their columns.

        More columns at the end, which others added, stay empty.

        Raises
        ------
        HistoryUnavailable
            A table has other columns.

        """
        for table, columns in tables.TABLES.items():
            if table in missing:
                continue
            command = f".show table {table} cslschema"
            answer = self.connection.kusto.command(command, database=self.database)
            found = parse_columns(text_cell(answer.rows(COLUMNS)[0], "Schema"))
            there = [(one.name, str(one.type)) for one in found[: len(columns)]]
            if there != list(columns.items()):
                raise _other_columns(self.database, table, [name for name, _ in there])

    def now(self) -> datetime:
        """Return the time by the clock of the cluster."""
        answer = self.connection.kusto.query("print now = now()", database=self.database)
        return parse_moment(text_cell(answer.rows(_NOW)[0], "now"))

    def sizes(self, missing: Collection[str] = ()) -> Mapping[str, Sizes]:
        """Return how many rows each run has of those whose own row is there.

        Tables that are `missing` have none. Raises as `check_columns` does.
        """
        if tables.RUNS in missing:
            return {}
        counted = [
            f"({one} | where RunId in (mine) | summarize Rows = count() by RunId "
            f"| extend Of = '{one}')"
            for one in tables.TABLES
            if one not in missing
        ]
        mine = f"let mine = {tables.RUNS} | where {self._mine} | project RunId;"
        try:
            rows_of = self._rows(f"{mine}\nunion {', '.join(counted)}")
        except CommandRefused:
            self.check_columns(missing)
            raise
        found: dict[str, dict[str, int]] = {}
        for row in rows_of:
            found.setdefault(text_of(row, "RunId").lower(), {})[text_of(row, "Of")] = row["Rows"]
        return {
            run: Sizes(*(rows.get(one, 0) for one in (tables.STATE, *_OTHERS)))
            for run, rows in found.items()
        }

    def has_all(self, recorded: Recorded) -> bool:
        """Tell whether all rows of a run are there; more of them count as well."""
        expected = Sizes(len(recorded.state), len(recorded.changes), len(recorded.findings))
        rows = (self._count(one, recorded.run) for one in (tables.STATE, *_OTHERS))
        return Sizes(*rows).has(expected)

    def send(self, recorded: Recorded) -> None:
        """Send the rows of a run, its own last; what is there already is not sent twice.

        A part that was sent before is recognised by its tag, so a lost answer does no harm.
        """
        for part in parts_of(recorded):
            self.connection.kusto.command(
                part.command, database=self.database, resend=Resend.IDEMPOTENT
            )

    def queue(self, recorded: Recorded) -> None:
        """Queue the rows of a large run; it counts once they are there and `commit` was called."""
        for part in queued_parts(recorded):
            rows = QueuedRows(self.database, part.table, part.tag, part.data.encode())
            self.connection.queue_rows(rows)

    def commit(self, recorded: Recorded) -> bool:
        """Let a queued run count if all of its rows are there; tell whether they are."""
        expected = {one.table: one.rows for one in queued_parts(recorded)}
        if any(self._count(table, recorded.run) != rows for table, rows in expected.items()):
            return False
        *_, own = parts_of(recorded)
        self.connection.kusto.command(own.command, database=self.database, resend=Resend.IDEMPOTENT)
        return True

    @property
    def _mine(self) -> str:
        return f"Cluster == {string_literal(self.cluster)}"

    def _of(self, table: str, run: Run) -> Rows:
        return self._rows(f"{table} | where RunId == guid({run.id})")

    def _count(self, table: str, run: Run) -> int:
        query = f"{table} | where RunId == guid({run.id}) | summarize Rows = count()"
        return int(self._rows(query)[0]["Rows"])

    def _body(self, name: str, moment: str) -> Rows:
        _, _, body = tables.FUNCTIONS[name]
        return self._rows(f"let t = datetime({moment});\n{body}\n| where {self._mine}")

    def _rows(self, query: str) -> Rows:
        try:
            return self.connection.kusto.query(query, database=self.database).rows()
        except CommandRefused as refusal:
            if not self.missing():
                raise
            raise _no_tables(self.database) from refusal


def _no_tables(database: str) -> HistoryUnavailable:
    listed = ", ".join(tables.TABLES)
    return HistoryUnavailable(
        f"database {database} has no history",
        why=f"it lacks one of the tables {listed}",
        fix=Command.of("history", "sync", "--to", f"CLUSTER/{database}", "--yes"),
    )


def _other_columns(database: str, table: str, there: Sequence[str]) -> HistoryUnavailable:
    expected = tables.TABLES[table]
    missing = [name for name in expected if name not in there]
    what = f"it lacks {', '.join(missing)}" if missing else "their order or types differ"
    return HistoryUnavailable(
        f"table {table} of database {database} has other columns, so nothing was sent",
        why=f"{what}; rows are sent in the order of the columns",
        fix=Explain.of(
            "rename the table, which keeps its rows; then the next sync creates it: ",
            Command.of("history", "sync", "--to", f"CLUSTER/{database}", "--yes"),
        ),
    )


def _sections(rows: Iterable[Mapping[str, Any]]) -> Mapping[SectionKey, SeenSection]:
    found: dict[SectionKey, SeenSection] = {}
    for row in rows:
        key = StateRow(*(text_of(row, one) for one in ("Cluster", "Kind", "Database"))).section
        seen = time_of(row, "ReadOn")
        run = text_of(row, "RunId").lower() if seen else ""
        completeness = text_of(row, "Completeness") or COMPLETE
        found[key] = SeenSection(seen, run, time_of(row, "TriedOn"), completeness)
    return found
