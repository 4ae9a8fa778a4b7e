"""What the audit finds: verdicts of rules on subjects, and the findings that come of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from adxmi_jupyter.fixes import NOTHING, Explain
from adxmi_jupyter.model.policy import CLUSTER

if TYPE_CHECKING:
    from datetime import date, datetime

    from adxmi_jupyter.fixes import Fix, Note
    from adxmi_jupyter.model.audit.evidence import Grade, Graded, Trace, Unseen
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.model.policy import Scope


class Severity(StrEnum):
    """How bad a finding is; the worst first."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    def is_at_least(self, other: Severity) -> bool:
        """Tell whether it is as bad as another one, or worse."""
        order = list(Severity)
        return order.index(self) <= order.index(other)


class State(StrEnum):
    """How a subject stands; a muted one is a finding that is known and accepted."""

    OPEN = "open"
    MUTED = "muted"
    CANNOT_TELL = "cannot tell"
    PASSED = "passed"


@dataclass(frozen=True)
class Verdict:
    """How a rule found a subject: an identity, a usage, and what else it is about.

    `subject` is what no other field says, such as a workflow or a role. `grade` is that of the
    usage where the rule judges by evidence.
    """

    state: State
    scope: Scope = CLUSTER
    identity: ManagedIdentity | None = None
    usage: str = ""
    subject: str = ""
    evidence: Explain = NOTHING
    traces: tuple[Trace, ...] = ()
    unseen: tuple[Unseen, ...] = ()
    grade: Grade | None = None
    last: datetime | None = None
    fix: Fix = NOTHING


@dataclass(frozen=True)
class About:
    """What a verdict is about."""

    scope: Scope = CLUSTER
    identity: ManagedIdentity | None = None
    usage: str = ""
    subject: str = ""

    def found(self, *evidence: Note, fix: Fix = NOTHING, graded: Graded | None = None) -> Verdict:
        """Return that it is a finding."""
        return self._verdict(State.OPEN, evidence, fix, graded)

    def passed(self, *evidence: Note, graded: Graded | None = None) -> Verdict:
        """Return that it is none."""
        return self._verdict(State.PASSED, evidence, NOTHING, graded)

    def untold(self, *unseen: Unseen, graded: Graded | None = None) -> Verdict:
        """Return that it cannot be told, and what is not visible."""
        told = self._verdict(State.CANNOT_TELL, (), NOTHING, graded)
        return replace(told, unseen=tuple(dict.fromkeys((*unseen, *told.unseen))))

    def _verdict(
        self, state: State, evidence: tuple[Note, ...], fix: Fix, graded: Graded | None
    ) -> Verdict:
        return Verdict(
            state,
            self.scope,
            self.identity,
            self.usage,
            self.subject,
            Explain.of(*evidence),
            graded.traces if graded else (),
            graded.unseen if graded else (),
            graded.grade if graded else None,
            graded.last if graded else None,
            fix,
        )


@dataclass(frozen=True)
class Mute:
    """Why a finding is accepted, until when, and by whom."""

    reason: str
    until: date | None
    by: str = ""


@dataclass(frozen=True)
class AuditFinding:
    """A verdict of a rule on a cluster, as bad as the settings say.

    `expired` is the suppression that no longer counts.
    """

    rule: str
    severity: Severity
    verdict: Verdict
    cluster: str
    mute: Mute | None = None
    expired: Mute | None = None

    @property
    def state(self) -> State:
        """How it stands."""
        return State.MUTED if self.mute else self.verdict.state

    @property
    def fingerprint(self) -> str:
        """What stays the same while the finding is about the same thing."""
        about = self.verdict
        who = about.identity.word.lower() if about.identity else ""
        parts = (self.rule, self.cluster, about.scope.database, who, about.usage, about.subject)
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def at_or_above(findings: Iterable[AuditFinding], severity: Severity) -> bool:
    """Tell whether a finding that is open is as bad as this, or worse."""
    return any(one.state is State.OPEN and one.severity.is_at_least(severity) for one in findings)
