"""Record what a cluster has now, and what was written to it from this machine.

Recorded runs are kept beside the journal of writes, for the owner alone, until they are sent and
after that: the journal itself is what tells of writes, so no write waits for this, nor fails by it.
"""

from __future__ import annotations

import getpass
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from adxmi_jupyter.actions.elevation.records import ELEVATION
from adxmi_jupyter.actions.history.folder import Folder
from adxmi_jupyter.actions.history.observing import observe
from adxmi_jupyter.actions.write import journal
from adxmi_jupyter.actions.write.history import every_entry
from adxmi_jupyter.errors import AdxmiError, InvalidInput, UnreadableAnswer
from adxmi_jupyter.masking import masked_payload
from adxmi_jupyter.model.history.rows import (
    ChangeRow,
    Kind,
    Recorded,
    Run,
    RunKind,
    as_guid,
    canonical,
    clean,
    time_text,
)
from adxmi_jupyter.model.kusto_shapes import CALLER
from adxmi_jupyter.model.moment import parse_moment
from adxmi_jupyter.model.policy import parse_policy
from adxmi_jupyter.model.principal import parse_reference
from adxmi_jupyter.model.shape import text_cell
from adxmi_jupyter.version import __version__

if TYPE_CHECKING:
    from adxmi_jupyter.actions.write.journal import Entry
    from adxmi_jupyter.model.history.rows import (
        FindingRow,
        StateRow,
    )
    from adxmi_jupyter.service.connection import Connection

_KINDS = {
    journal.POLICY: Kind.POLICY,
    "role": Kind.ROLE,
    "cluster role": Kind.ROLE,
    ELEVATION: Kind.ROLE,
    "identity": Kind.ASSIGNMENT,
    "callout": Kind.CALLOUT,
    "data connection": Kind.CONNECTION,
}
_WITHOUT_TEXTS = frozenset({Kind.CONNECTION, Kind.WORKFLOW})
"""Kinds whose commands hold connection strings and queries, which are not kept."""


def local_folder(connection: Connection) -> Folder:
    """Return where the recorded runs of a cluster are kept on this machine."""
    history: Path = connection.history_file
    return Folder(history.with_name(f"{history.name.removesuffix('.jsonl')}.runs"))


def record(connection: Connection) -> Recorded:
    """Read what a cluster has, and keep it as a run.

    Raises
    ------
    HistoryUnavailable
        It cannot be kept.
    AdxmiError
        The databases could not be listed, or nothing at all could be.

    """
    started = datetime.now(UTC)
    observed = observe(connection)
    keep_writes(connection)
    return keep(connection, RunKind.RECORD, started, observed.rows(), reached=int(observed.reached))


def keep(
    connection: Connection,
    kind: RunKind,
    started: datetime,
    state: Sequence[StateRow],
    findings: Sequence[FindingRow] = (),
    *,
    reached: int = 1,
) -> Recorded:
    """Keep what a run saw; raises as `record` does."""
    by, tenant = _caller(connection)
    run = Run(
        id=str(uuid4()),
        started=time_text(started),
        ended=time_text(datetime.now(UTC)),
        kind=kind.value,
        cluster=clean(connection.cluster),
        tool=f"adxmi_jupyter {__version__}",
        by=clean(by),
        tenant=tenant,
        reached=reached,
        findings=canonical(_counted(findings)),
    )
    return local_folder(connection).chain(Recorded(run, tuple(state), (), tuple(findings)))


def keep_writes(connection: Connection) -> int:
    """Keep the writes of the journal whose outcome is known, as runs; return how many others.

    A run has the ID that the write has in the journal, so none is kept twice.
    """
    entries = every_entry(connection)
    folder = local_folder(connection)
    there = {one.id for one in folder.runs()}
    by_number = {one.number: one for one in entries}
    for entry in entries:
        if not entry.is_open and _run_id(entry) not in there:
            folder.chain(_written(connection, entry, by_number.get(entry.undoes)))
    return sum(one.is_open for one in entries)


def _counted(findings: Iterable[FindingRow]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for one in findings:
        if one.state == "open":
            counts[one.severity] = counts.get(one.severity, 0) + 1
    return counts


def _caller(connection: Connection) -> tuple[str, str]:
    """Return who reads, and the tenant; empty where the cluster does not tell."""
    query = "print principal = current_principal()"
    try:
        (row, *_) = connection.kusto.query(query, database=connection.database).rows(CALLER)
        principal = text_cell(row, "principal")
    except AdxmiError:  # who may read policies may not be allowed to query
        return "", ""
    try:
        return principal, parse_reference(principal).tenant
    except InvalidInput:
        return principal, ""


def _run_id(entry: Entry) -> str:
    return str(UUID(hex=entry.key)) if _is_hex(entry.key) else entry.key


def _is_hex(key: str) -> bool:
    try:
        UUID(hex=key)
    except ValueError:
        return False
    return True


def _written(connection: Connection, entry: Entry, undone: Entry | None) -> Recorded:
    kind = _KINDS.get(entry.kind, Kind.WORKFLOW)
    at = _moment(entry.time)
    has_texts = kind not in _WITHOUT_TEXTS
    change = ChangeRow(
        at=at,
        cluster=clean(connection.cluster),
        database=clean(entry.database),
        kind=kind.value,
        action=clean(f"{entry.verb} {entry.target}".strip()),
        object_id=_object_id(entry) if kind is Kind.POLICY else "",
        before=_value(entry.before) if has_texts else "null",
        after=_value(entry.after) if has_texts else "null",
        command=clean(entry.command) if has_texts else "",
        outcome=entry.outcome,
        by=clean(_account()),
        undo_of=_run_id(undone) if undone else "",
    )
    run = Run(
        id=_run_id(entry),
        started=at,
        ended=at,
        kind=(RunKind.APPLY if entry.apply else RunKind.WRITE).value,
        cluster=clean(connection.cluster),
        tool=f"adxmi_jupyter {__version__}",
        by=clean(_account()),
    )
    return Recorded(run, changes=(change,))


def _moment(text: str) -> str:
    try:
        return time_text(parse_moment(text))
    except InvalidInput:  # a line that something else wrote
        return time_text(datetime.fromtimestamp(0, UTC))


def _account() -> str:
    """Return the account on this machine: the journal is its own."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""


def _value(noted: Any) -> str:
    """Return a state of the journal as JSON, with what looks like a secret masked."""
    found = noted
    if isinstance(noted, str):
        try:
            found = json.loads(noted)
        except (ValueError, RecursionError):
            found = noted
    return clean(canonical(masked_payload(found)))


def _object_id(entry: Entry) -> str:
    """Return the identity that a write of a policy is about, where it is about one."""
    try:
        before, after = (parse_policy(one or "null") for one in (entry.before, entry.after))
    except (UnreadableAnswer, TypeError):
        return ""
    changed = {one.identity.object_id for one in before.diff(after)}
    return as_guid(changed.pop()) if len(changed) == 1 else ""
