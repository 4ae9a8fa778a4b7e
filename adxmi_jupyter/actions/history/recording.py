"""Record what a cluster has now, and what was written to it from this machine.

Recorded runs are kept beside the journal of writes, for the owner alone, until they are sent and
after that: the journal itself is what tells of writes, so no write waits for this, nor fails by it.
"""

from __future__ import annotations

import getpass
import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4, uuid5

from adxmi_jupyter.actions.elevation.records import ELEVATION
from adxmi_jupyter.actions.history.folder import Folder
from adxmi_jupyter.actions.history.observing import observe
from adxmi_jupyter.actions.write import journal
from adxmi_jupyter.actions.write.history import every_entry
from adxmi_jupyter.actions.write.open_writes import undecided
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
    """Read what a cluster has, and keep it as a run: from then on, the cluster has a history here.

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
    counts: Mapping[str, int] | None = None,
) -> Recorded:
    """Keep what a run saw; `counts` are of its findings, by default the open ones by severity.

    Raises as `record` does.
    """
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
        findings=canonical(_counted(findings) if counts is None else counts),
    )
    return local_folder(connection).chain(Recorded(run, tuple(state), (), tuple(findings)))


def keep_writes(connection: Connection) -> int:
    """Keep the writes of the journal as runs; return how many have an outcome that is yet unknown.

    The writes of an apply are one run. A run has an ID that follows from the journal, so none is
    kept twice. One that is under way, or of which an outcome may yet be known, is left for later.
    """
    with connection.lock.held_if_free() as is_free:
        entries = every_entry(connection)
    folder = local_folder(connection)
    there = {one.id for one in folder.runs()}
    later = undecided(entries)
    under_way = 0 if is_free else max((one.apply for one in entries), default=0)
    runs = list(_runs_of(entries, there))
    run_of = {one.number: _id_of(writes) for writes in runs for one in writes}
    for writes in runs:
        is_under_way = under_way and writes[0].apply == under_way
        is_over = not is_under_way and not any(one.key in later for one in writes)
        if is_over and _id_of(writes) not in there:
            folder.chain(_written(connection, writes, run_of))
    return len(later)


def _runs_of(entries: Sequence[Entry], there: Collection[str]) -> Iterator[tuple[Entry, ...]]:
    """Yield the writes of each run: those of an apply together, unless one is kept already."""
    applies: dict[int, list[Entry]] = {}
    for one in entries:
        applies.setdefault(one.apply, []).append(one)
    for number, some in applies.items():
        if number and not any(_run_id(one) in there for one in some):
            yield tuple(some)
        else:
            yield from ((one,) for one in some)


def _id_of(writes: Sequence[Entry]) -> str:
    first = writes[0]
    own = _run_id(first)
    is_apply = first.apply and _is_hex(first.key) and len(writes) > 1
    return str(uuid5(UUID(own), "apply")) if is_apply else own


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


def _written(
    connection: Connection, writes: Sequence[Entry], run_of: Mapping[int, str]
) -> Recorded:
    moments = [_moment(one.time) for one in writes]
    is_apply = bool(writes[0].apply)
    outcomes = Counter(one.outcome for one in writes)
    run = Run(
        id=_id_of(writes),
        started=min(moments),
        ended=max(moments),
        kind=(RunKind.APPLY if is_apply else RunKind.WRITE).value,
        cluster=clean(connection.cluster),
        tool=f"adxmi_jupyter {__version__}",
        by=clean(_account()),
        findings=canonical(dict(outcomes)) if is_apply else "{}",
    )
    changes = (_change(connection, one, run_of.get(one.undoes, "")) for one in writes)
    return Recorded(run, changes=tuple(changes))


def _change(connection: Connection, entry: Entry, undone: str) -> ChangeRow:
    kind = _KINDS.get(entry.kind, Kind.WORKFLOW)
    has_texts = kind not in _WITHOUT_TEXTS
    return ChangeRow(
        at=_moment(entry.time),
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
        undo_of=undone,
    )


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
