"""Keep what an audit saw as a run, and tell what changed since the one before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.history.observing import of_audit
from adxmi_jupyter.actions.history.recording import keep, keep_writes, local_folder
from adxmi_jupyter.actions.history.showing import PREVIOUS
from adxmi_jupyter.model.audit.findings import State
from adxmi_jupyter.model.history.review import Made, Review, granted_by, made_by, permission_of
from adxmi_jupyter.model.history.rows import (
    FindingRow,
    Kind,
    Recorded,
    RunKind,
    as_guid,
    canonical,
    clean,
    time_text,
)
from adxmi_jupyter.model.history.state import Change, differences, seen_by

if TYPE_CHECKING:
    from datetime import datetime

    from adxmi_jupyter.actions.audit.audit import Audit
    from adxmi_jupyter.model.audit.findings import AuditFinding
    from adxmi_jupyter.model.history.rows import ChangeRow
    from adxmi_jupyter.service.connection import Connection


@dataclass(frozen=True)
class SinceLast:
    """How the cluster changed since the last audit; `run` is the word for it, empty for none."""

    run: str = ""
    added: int = 0
    removed: int = 0
    changed: int = 0
    own: str = field(default="", compare=False)
    """The ID of the run of this audit."""


def keep_audit(connection: Connection, audit: Audit, started: datetime) -> SinceLast:
    """Keep what an audit of the whole cluster saw, with its findings; compare it with the last.

    Raises
    ------
    HistoryUnavailable
        It cannot be kept, or the last one cannot be read.

    """
    folder = local_folder(connection)
    runs = [one for one in folder.runs() if one.has_state]
    before = [one for one in runs if one.kind == RunKind.AUDIT]
    state = of_audit(connection, audit.cluster).rows()
    findings = [_row(one) for one in audit.findings if one.state is not State.PASSED]
    kept = keep(connection, RunKind.AUDIT, started, state, findings)
    if not before:
        return SinceLast(own=kept.run.id)
    (last,) = folder.recorded(before[-1:])
    found = [one.change for one in differences(seen_by(last), seen_by(kept))]
    return SinceLast(
        # The same in every notebook, while an ID is not.
        PREVIOUS if last.run.id == runs[-1].id else f"{PREVIOUS}-{RunKind.AUDIT}",
        found.count(Change.ADDED),
        found.count(Change.REMOVED),
        found.count(Change.CHANGED),
        kept.run.id,
    )


def review(connection: Connection, audit: Audit, own: str, *, is_part: bool) -> Review:
    """Compare an audit with the last one of the history; `own` is the ID of its own run.

    One that is about a part of the cluster has no findings to compare. Raises HistoryUnavailable
    if the history cannot be read.
    """
    folder = local_folder(connection)
    if not folder.runs():
        return Review()
    keep_writes(connection)
    until, runs = time_text(audit.cluster.as_of), folder.runs()
    writes = folder.recorded([one for one in runs if not one.has_state])
    changes = sorted(row for one in writes for row in one.changes)
    known = Review(folder.head, granted=granted_by(changes))
    audits = [o for o in runs if o.kind == RunKind.AUDIT and o.id != own and o.ended <= until]
    if not audits:
        return known
    (last,) = folder.recorded(audits[-1:])
    return _since(connection, audit, last, replace(known, last=last.run.ended), changes, is_part)


def _since(
    connection: Connection,
    audit: Audit,
    last: Recorded,
    known: Review,
    changes: Sequence[ChangeRow],
    is_part: bool,
) -> Review:
    state = of_audit(connection, audit.cluster).rows()
    now = seen_by(Recorded(replace(last.run, ended=time_text(audit.cluster.as_of)), state))
    found = [o for o in differences(seen_by(last), now) if not o.reason]
    since = [one for one in changes if one.at >= last.run.started]
    granters = audit.cluster.logs.granters
    made: dict[int, Made] = {}
    for place, one in enumerate(found):
        by = made_by(one, since)
        told = granters.get(permission_of(one.row), "") if one.row.kind == Kind.POLICY else ""
        if by or (told and one.change is Change.ADDED):
            made[place] = by or Made("", told)
    done = replace(known, differences=tuple(found), made=made)
    if is_part:
        return replace(done, untold="this audit is about a part of the cluster")
    before = {one.fingerprint: one for one in last.findings if one.state == State.OPEN}
    opened = {one.fingerprint: _row(one) for one in audit.findings if one.state is State.OPEN}
    return replace(
        done,
        new=tuple(one for key, one in opened.items() if key not in before),
        gone=tuple(one for key, one in before.items() if key not in opened),
        unchanged=len(opened.keys() & before.keys()),
    )


def _row(finding: AuditFinding) -> FindingRow:
    about, mute = finding.verdict, finding.mute
    evidence = {
        "subject": about.subject,
        "grade": about.grade.value if about.grade else "",
        "last": about.last.isoformat() if about.last else "",
        "traces": [
            {"source": one.source.value, "what": one.what, "times": one.times}
            for one in about.traces
        ],
    }
    return FindingRow(
        fingerprint=finding.fingerprint,
        rule=finding.rule,
        severity=finding.severity.value,
        state=finding.state.value,
        cluster=clean(finding.cluster),
        database=clean(about.scope.database),
        object_id=as_guid(about.identity.object_id if about.identity else ""),
        usage=about.usage,
        evidence=clean(canonical({name: one for name, one in evidence.items() if one})),
        reason=clean(mute.reason) if mute else "",
        until=f"{mute.until.isoformat()}T00:00:00.000000Z" if mute and mute.until else "",
    )
