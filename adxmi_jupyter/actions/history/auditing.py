"""Keep what an audit saw as a run, and tell what changed since the one before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.history.observing import of_audit
from adxmi_jupyter.actions.history.recording import keep, local_folder
from adxmi_jupyter.actions.history.showing import PREVIOUS
from adxmi_jupyter.model.audit.findings import State
from adxmi_jupyter.model.history.rows import FindingRow, RunKind, as_guid, canonical, clean
from adxmi_jupyter.model.history.state import Change, differences, seen_by

if TYPE_CHECKING:
    from datetime import datetime

    from adxmi_jupyter.actions.audit.audit import Audit
    from adxmi_jupyter.model.audit.findings import AuditFinding
    from adxmi_jupyter.service.connection import Connection


@dataclass(frozen=True)
class SinceLast:
    """How the cluster changed since the last audit; `run` is the word for it, empty for none."""

    run: str = ""
    added: int = 0
    removed: int = 0
    changed: int = 0


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
        return SinceLast()
    (last,) = folder.recorded(before[-1:])
    found = [one.change for one in differences(seen_by(last), seen_by(kept))]
    return SinceLast(
        # The same in every notebook, while an ID is not.
        PREVIOUS if last.run.id == runs[-1].id else f"{PREVIOUS}-{RunKind.AUDIT}",
        found.count(Change.ADDED),
        found.count(Change.REMOVED),
        found.count(Change.CHANGED),
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
