"""The findings of an audit as annotations: for CI systems, and for SARIF."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter import documentation
from adxmi_jupyter.model.annotation import Annotation, Level, Rule
from adxmi_jupyter.model.audit.findings import Severity, State
from adxmi_jupyter.model.audit.rule import every_rule
from adxmi_jupyter.rendering.audit_text import evidence_of, mute_text, subject_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adxmi_jupyter.actions.audit.audit import Audit
    from adxmi_jupyter.model.audit.findings import AuditFinding

_LEVELS = {Severity.HIGH: Level.ERROR, Severity.MEDIUM: Level.WARNING, Severity.LOW: Level.NOTE}
# By which code scanning ranks: above 7 is high, above 4 medium.
_RANKS = {Severity.HIGH: 8.0, Severity.MEDIUM: 5.0, Severity.LOW: 2.0}


def audit_rules() -> Mapping[str, Rule]:
    """Return the rules as reports name them, by their IDs."""
    found = {}
    for one in every_rule():
        pages = documentation.pages(one.pages)
        summary = f"{one.title}. {one.why}"
        level, rank = _LEVELS[one.severity], _RANKS[one.severity]
        found[one.id] = Rule(one.id, summary, level, pages[0].url if pages else "", rank)
    return found


def audit_annotations(found: Audit, file: str) -> tuple[Annotation, ...]:
    """Return an annotation for each finding that is open or suppressed.

    `file` is where a reader is led to: the policy file, or the report of the audit.
    """
    rules = audit_rules()
    return tuple(
        Annotation(
            rules[one.rule],
            ": ".join(filter(None, (subject_of(one.verdict), evidence_of(one)))),
            _LEVELS[one.severity],
            file,
            1 if file else 0,
            address=_address(one),
            key=(one.fingerprint,),
            suppressed=mute_text(one.mute),
        )
        for one in found.of(State.OPEN, State.MUTED)
    )


def _address(one: AuditFinding) -> str:
    about = one.verdict
    where = f"database/{about.scope.database}" if about.scope.database else "cluster"
    who = about.identity.label if about.identity else ""
    return "/".join(filter(None, (where, who, about.usage, about.subject)))
