"""An audit in formats for other tools and for auditors, by the suffix of the file."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.model.audit.findings import Severity, State
from adxmi_jupyter.model.audit.rule import rule_of
from adxmi_jupyter.rendering.annotations import inert
from adxmi_jupyter.rendering.audit_annotations import audit_annotations, audit_rules
from adxmi_jupyter.rendering.audit_markdown import audit_markdown
from adxmi_jupyter.rendering.audit_report import (
    ADMIN_HEADS,
    PERMISSION_HEADS,
    admin_rows,
    audit_report,
    key_of,
    permission_rows,
)
from adxmi_jupyter.rendering.audit_review import review_document
from adxmi_jupyter.rendering.audit_text import (
    evidence_of,
    merged,
    mute_text,
    subject_of,
    unseen_line,
    unseen_text,
)
from adxmi_jupyter.rendering.junit import Case, junit_text
from adxmi_jupyter.rendering.sarif import sarif_text
from adxmi_jupyter.version import __version__

if TYPE_CHECKING:
    from datetime import datetime

    from adxmi_jupyter.actions.audit.audit import Audit
    from adxmi_jupyter.fixes import Fix
    from adxmi_jupyter.model.audit.evidence import Trace, Unseen
    from adxmi_jupyter.model.audit.findings import AuditFinding
    from adxmi_jupyter.model.history.review import Review
    from adxmi_jupyter.model.identity import ManagedIdentity

    Write = Callable[[Fix], str]

JUNIT = "junit.xml"
_VERSION = "1.2"


def audit_documents(
    found: Audit, write: Write, file: str, history: Callable[[], Review]
) -> Mapping[str, Callable[[], str]]:
    """Return what makes each format; `write` writes a fix as it is typed in a terminal.

    `file` is where code scanning leads a reader to, `history` tells what changed since the last
    audit.
    """

    def as_json() -> str:
        return _as_text(audit_document(found, write, history()))

    def as_sarif() -> str:
        category = f"adxmi/audit/{found.cluster.name}"
        annotations = audit_annotations(found, file)
        return sarif_text(annotations, audit_rules().values(), category=category)

    return {
        "json": as_json,
        "sarif": as_sarif,
        "md": lambda: audit_markdown(found, write, history()),
        "html": lambda: audit_report(found, write, history(), as_json()),
        JUNIT: lambda: _as_junit(found),
    }


def _as_text(value: Mapping[str, Any]) -> str:
    return inert(json.dumps(value, indent=2, ensure_ascii=False)) + "\n"


def audit_document(found: Audit, write: Write, history: Review) -> Mapping[str, Any]:
    """Return an audit as JSON: the cluster, counts, what was not visible, and all verdicts.

    The permissions are there as well, and the administrators: null where they can't be read.
    """
    cluster = found.cluster
    opened = found.of(State.OPEN)
    return {
        "schema_version": _VERSION,
        "tool": {"name": "adxmi", "version": __version__},
        "cluster": {"name": cluster.name, "uri": cluster.uri, "resource_id": cluster.resource_id},
        "as_of": _moment(cluster.as_of),
        "window_days": cluster.window.days,
        "databases": list(cluster.databases),
        "summary": {
            "open": {one.value: sum(f.severity is one for f in opened) for one in Severity},
            **{_key(one): len(found.of(one)) for one in State if one is not State.OPEN},
        },
        "not_visible": list(map(_unseen, merged(found.unseen))),
        "findings": [_finding(one, write) for one in found.findings],
        "suppressions": {
            "expired": [one.model_dump(mode="json") for one in found.expired],
            "unused": [one.model_dump(mode="json") for one in found.unused],
        },
        "permissions": _keyed(PERMISSION_HEADS, permission_rows(cluster, history)),
        "administrators": None
        if cluster.cluster_roles.unseen
        else _keyed(ADMIN_HEADS, admin_rows(cluster)),
        "history": review_document(history, write),
    }


def _keyed(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[Mapping[str, str]]:
    """Return rows of the report as JSON."""
    keys = list(map(key_of, heads))
    return [dict(zip(keys, row, strict=True)) for row in rows]


def _key(state: State) -> str:
    return state.value.replace(" ", "_")


def _finding(one: AuditFinding, write: Write) -> Mapping[str, Any]:
    about = one.verdict
    return {
        "fingerprint": one.fingerprint,
        "rule": one.rule,
        "severity": one.severity.value,
        "state": _key(one.state),
        "scope": about.scope.kind,
        "database": about.scope.database,
        "identity": _identity(about.identity),
        "usage": about.usage,
        "subject": about.subject,
        "grade": about.grade.value if about.grade else None,
        "told": evidence_of(one),
        "evidence": list(map(_trace, about.traces)),
        "not_visible": list(map(_unseen, about.unseen)),
        "recommendation": rule_of(one.rule).recommendation,
        "fix": write(about.fix),
        "suppression": mute_text(one.mute),
    }


def _identity(one: ManagedIdentity | None) -> Mapping[str, Any] | None:
    if one is None:
        return None
    names = ("display_name", "object_id", "client_id", "resource_id")
    return {**{name: getattr(one, name) for name in names}, "is_system": one.is_system}


def _trace(one: Trace) -> Mapping[str, Any]:
    return {
        "layer": one.layer.value,
        "source": one.source.value,
        "what": one.what,
        "count": one.times,
        "failed": one.failed,
        "first": _moment(one.first),
        "last": _moment(one.last),
    }


def _unseen(one: Unseen) -> Mapping[str, Any]:
    return {"source": one.source.value, "told": unseen_line(one), "requires": one.requires}


def _moment(value: datetime | None) -> str | None:
    return value.isoformat() if value else None


def _as_junit(found: Audit) -> str:
    cluster = found.cluster
    properties = {"cluster": cluster.uri, "window_days": str(cluster.window.days)}
    return junit_text(f"adxmi audit {cluster.name}", list(_cases(found)), properties)


def _cases(found: Audit) -> Iterator[Case]:
    for one in found.findings:
        name = f"{rule_of(one.rule).title}: {subject_of(one.verdict)}"
        match one.state:
            case State.OPEN:
                yield Case(one.rule, name, evidence_of(one) or "found", one.severity.value)
            case State.MUTED:
                yield Case(one.rule, name, skipped=f"suppressed: {mute_text(one.mute)}")
            case State.CANNOT_TELL:
                yield Case(one.rule, name, skipped=unseen_text(one.verdict.unseen) or "unknown")
            case State.PASSED:
                yield Case(one.rule, name)
