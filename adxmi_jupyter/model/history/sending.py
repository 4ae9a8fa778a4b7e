"""Rows of a run as commands and as queries' answers: the text of both is exact.

Source: *.ingest inline command*, *Ingestion properties*, *CSV* in *Data formats supported for
ingestion* (Azure Data Explorer docs).
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.model.history.rows import (
    ChangeRow,
    FindingRow,
    Run,
    StateRow,
    as_guid,
    canonical,
    clean,
    time_text,
)
from adxmi_jupyter.model.history.tables import CHANGES, FINDINGS, RUNS, STATE, TABLES
from adxmi_jupyter.model.kql import string_literal
from adxmi_jupyter.model.moment import parse_moment

if TYPE_CHECKING:
    from adxmi_jupyter.model.history.rows import (
        Recorded,
    )

MOST_ROWS = 1000
MOST_BYTES = 1_000_000
MOST_INLINE = 10_000_000
_LAYOUT = 1  # part of the tags: a release that divides rows otherwise must use another number


@dataclass(frozen=True)
class Part:
    """Some rows of a run for a table; of a tag, a table takes one part, however often it is sent.

    `data` is CSV as the service reads it.
    """

    table: str
    tag: str
    data: str
    rows: int

    @property
    def command(self) -> str:
        """The command that ingests it, unless the table has its tag."""
        tags = string_literal(canonical([f"ingest-by:{self.tag}"]))
        there = string_literal(canonical([self.tag]))
        given = f'format="csv", tags={tags}, ingestIfNotExists={there}'
        return f".ingest inline into table {self.table} with ({given}) <|\n{self.data}"


def parts_of(recorded: Recorded) -> tuple[Part, ...]:
    """Return what is sent for a run: the row of the run itself last, which makes it count."""
    run = recorded.run
    state = zip(recorded.state, recorded.digests, strict=True)
    return (
        *_parts(STATE, run, (_state(run, row, digest) for row, digest in state)),
        *_parts(CHANGES, run, (_change(run, row) for row in recorded.changes)),
        *_parts(FINDINGS, run, (_finding(run, row) for row in recorded.findings)),
        *_parts(RUNS, run, [_run(run)]),
    )


def queued_parts(recorded: Recorded) -> tuple[Part, ...]:
    """Return the rows of a large run by table, without its own: they are queued as files."""
    found: dict[str, list[Part]] = {}
    for part in parts_of(recorded)[:-1]:
        found.setdefault(part.table, []).append(part)
    return tuple(
        Part(
            table,
            f"adxmi{_LAYOUT}:{recorded.run.id}:queued",
            "".join(one.data for one in some),
            sum(one.rows for one in some),
        )
        for table, some in found.items()
    )


def is_large(recorded: Recorded) -> bool:
    """Tell whether a run is too large for commands that hold the rows themselves."""
    return sum(len(one.data) for one in parts_of(recorded)) > MOST_INLINE


def csv_line(cells: Sequence[str]) -> str:
    """Return a record of CSV, each cell in quotes: line breaks and quotes stay what they are."""
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerow(map(clean, cells))
    return text.getvalue()


def _parts(table: str, run: Run, rows: Iterable[Mapping[str, str]]) -> Iterator[Part]:
    columns = TABLES[table]
    lines = (csv_line([row.get(name, "") for name in columns]) for row in rows)
    for number, some in enumerate(_divided(lines)):
        tag = f"adxmi{_LAYOUT}:{run.id}:{number}"
        yield Part(table, tag, "".join(some), len(some))


def _divided(lines: Iterable[str]) -> Iterator[list[str]]:
    some: list[str] = []
    size = 0
    for line in lines:
        long = len(line.encode())
        if some and (len(some) >= MOST_ROWS or size + long > MOST_BYTES):
            yield some
            some, size = [], 0
        some.append(line)
        size += long
    if some:
        yield some


def _run(run: Run) -> dict[str, str]:
    return {
        "RunId": run.id,
        "StartedOn": run.started,
        "EndedOn": run.ended,
        "Kind": run.kind,
        "Tool": run.tool,
        "By": run.by,
        "Tenant": run.tenant,
        "Clusters": str(run.clusters),
        "Reached": str(run.reached),
        "Findings": run.findings,
        "FileSha256": run.digest,
        "Previous": run.previous,
        "Cluster": run.cluster,
    }


def _state(run: Run, row: StateRow, digest: str) -> dict[str, str]:
    return {
        "RunId": run.id,
        "SeenOn": run.ended,
        "Cluster": row.cluster,
        "ClusterId": row.cluster_id,
        "Scope": row.scope,
        "Database": row.database,
        "Kind": row.kind,
        "IdentityName": row.identity_name,
        "ObjectId": as_guid(row.object_id),
        "ClientId": as_guid(row.client_id),
        "ResourceId": row.resource_id,
        "Item": row.item,
        "Value": row.value,
        "Completeness": row.completeness,
        "Sha256": digest,
    }


def _change(run: Run, row: ChangeRow) -> dict[str, str]:
    return {
        "RunId": run.id,
        "At": row.at,
        "Cluster": row.cluster,
        "Scope": row.scope,
        "Database": row.database,
        "Kind": row.kind,
        "Action": row.action,
        "ObjectId": as_guid(row.object_id),
        "Before": row.before,
        "After": row.after,
        "Command": row.command,
        "Outcome": row.outcome,
        "By": row.by,
        "Ticket": row.ticket,
        "UndoOf": row.undo_of,
    }


def _finding(run: Run, row: FindingRow) -> dict[str, str]:
    return {
        "RunId": run.id,
        "SeenOn": run.ended,
        "Fingerprint": row.fingerprint,
        "Rule": row.rule,
        "Severity": row.severity,
        "State": row.state,
        "Cluster": row.cluster,
        "Database": row.database,
        "ObjectId": as_guid(row.object_id),
        "Usage": row.usage,
        "Evidence": row.evidence,
        "Reason": row.reason,
        "Until": row.until,
    }


def run_of(row: Mapping[str, Any]) -> Run:
    """Read a row of the runs."""
    return Run(
        id=text_of(row, "RunId").lower(),
        started=time_of(row, "StartedOn"),
        ended=time_of(row, "EndedOn"),
        kind=text_of(row, "Kind"),
        cluster=text_of(row, "Cluster"),
        tool=text_of(row, "Tool"),
        by=text_of(row, "By"),
        tenant=text_of(row, "Tenant"),
        clusters=int(row.get("Clusters") or 0),
        reached=int(row.get("Reached") or 0),
        findings=canonical(_value(row, "Findings") or {}),
        previous=text_of(row, "Previous"),
        digest=text_of(row, "FileSha256"),
    )


def state_of(row: Mapping[str, Any]) -> StateRow:
    """Read a row of the state."""
    return StateRow(
        cluster=text_of(row, "Cluster"),
        kind=text_of(row, "Kind"),
        database=text_of(row, "Database"),
        item=text_of(row, "Item"),
        object_id=text_of(row, "ObjectId").lower(),
        resource_id=text_of(row, "ResourceId"),
        value=canonical(_value(row, "Value") or {}),
        identity_name=text_of(row, "IdentityName"),
        client_id=text_of(row, "ClientId").lower(),
        cluster_id=text_of(row, "ClusterId"),
        completeness=text_of(row, "Completeness"),
    )


def change_of(row: Mapping[str, Any]) -> ChangeRow:
    """Read a row of the changes."""
    return ChangeRow(
        at=time_of(row, "At"),
        cluster=text_of(row, "Cluster"),
        database=text_of(row, "Database"),
        kind=text_of(row, "Kind"),
        action=text_of(row, "Action"),
        object_id=text_of(row, "ObjectId").lower(),
        before=canonical(_value(row, "Before")),
        after=canonical(_value(row, "After")),
        command=text_of(row, "Command"),
        outcome=text_of(row, "Outcome"),
        by=text_of(row, "By"),
        ticket=text_of(row, "Ticket"),
        undo_of=text_of(row, "UndoOf"),
    )


def finding_of(row: Mapping[str, Any]) -> FindingRow:
    """Read a row of the findings."""
    return FindingRow(
        fingerprint=text_of(row, "Fingerprint"),
        rule=text_of(row, "Rule"),
        severity=text_of(row, "Severity"),
        state=text_of(row, "State"),
        cluster=text_of(row, "Cluster"),
        database=text_of(row, "Database"),
        object_id=text_of(row, "ObjectId").lower(),
        usage=text_of(row, "Usage"),
        evidence=canonical(_value(row, "Evidence") or {}),
        reason=text_of(row, "Reason"),
        until=time_of(row, "Until"),
    )


def text_of(row: Mapping[str, Any], name: str) -> str:
    """Return a cell as a text; empty for null."""
    found = row.get(name)
    return found if isinstance(found, str) else "" if found is None else str(found)


def time_of(row: Mapping[str, Any], name: str) -> str:
    """Return a moment as runs write it, whatever number of digits the service shows."""
    found = text_of(row, name)
    return time_text(parse_moment(found)) if found else ""


def _value(row: Mapping[str, Any], name: str) -> Any:
    """Return a dynamic value, which a query answers as its JSON text."""
    found = row.get(name)
    if not isinstance(found, str):
        return found
    try:
        return json.loads(found)
    except ValueError:
        return found
