"""What a check found: requirements with their state, evidence and fix, as values.

`rendering.requirements` makes text of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum, StrEnum
from typing import TYPE_CHECKING

from adxmi_jupyter.fixes import NOTHING, Explain

if TYPE_CHECKING:
    from adxmi_jupyter.errors import AdxmiError
    from adxmi_jupyter.fixes import Fix, Note
    from adxmi_jupyter.model.azure_role import Target
    from adxmi_jupyter.model.declaration.requirements import Key, Requirement
    from adxmi_jupyter.model.declaration.stored import Source
    from adxmi_jupyter.model.denial import Concern
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.model.policy import Scope
    from adxmi_jupyter.model.remediation import ByOwner, Remediation
    from adxmi_jupyter.model.usage import Usage


class State(StrEnum):
    """What is known of a requirement."""

    MET = "met"
    NOT_MET = "not met"
    WARNING = "warning"
    UNKNOWN = "unknown"


class Topic(StrEnum):
    """What a finding is about that is no requirement of a workflow."""

    STATE = "state"
    LISTING = "listing"
    AUTHENTICATION = "authentication"


@dataclass(frozen=True)
class Observation:
    """Something seen that is no requirement of a workflow: who, in which role, where."""

    key: Key | Topic | Concern
    identity: ManagedIdentity | None = None
    principal: str = ""
    role: str = ""
    place: str = ""


@dataclass(frozen=True)
class Finding:
    """A requirement, or an observation, as it was found.

    Parameters
    ----------
    about
        What it is about: its key, identity, usage and target are there.
    state
        What is known of it.
    evidence
        Why, with the service's own words where it spoke.
    fix
        What puts it in place; nothing where it is.
    remediation
        What the fix does, where this tool or the owner of the target can do it.
    scope
        Whose policy allows it, where that was found.
    source
        Which of two places told what something authenticates with, on the finding that begins
        with that.

    """

    about: Requirement | Observation
    state: State
    evidence: Explain = NOTHING
    fix: Fix = NOTHING
    remediation: Remediation | ByOwner | None = None
    scope: Scope | None = None
    source: Source | None = None

    @property
    def key(self) -> Key | Topic | Concern:
        """What it is about, in a word that does not change."""
        return self.about.key

    @property
    def identity(self) -> ManagedIdentity | None:
        """The identity that it is about, if it is about one."""
        return getattr(self.about, "identity", None)

    @property
    def usage(self) -> Usage | None:
        """The usage that has to be allowed."""
        return getattr(self.about, "usage", None)

    @property
    def target(self) -> Target | None:
        """The target resource, as Azure knows it."""
        return getattr(self.about, "target", None)

    @property
    def host(self) -> str:
        """The host that is called or reached; empty where none is."""
        return str(getattr(self.about, "uri", "") or getattr(self.about, "server", ""))

    def with_fix(self, fix: Fix) -> Finding:
        """Return it with what fixes it."""
        return replace(self, fix=fix)

    def and_also(self, *notes: Note) -> Finding:
        """Return it with more evidence."""
        return replace(self, evidence=Explain.joined("; ", self.evidence, *notes))


def first_fix(findings: Sequence[Finding]) -> Fix:
    """Return what fixes the first requirement that is missing; nothing if none is."""
    return next((one.fix for one in findings if one.state is State.NOT_MET and one.fix), NOTHING)


def finding(
    about: Requirement | Observation, state: State, why: Note = "", fix: Fix = NOTHING
) -> Finding:
    """Return how something was found."""
    return Finding(about, state, Explain.of(why), fix)


def missing(
    requirement: Requirement, why: Note, remediation: Remediation | ByOwner | None
) -> Finding:
    """Return how a requirement was found that is not in place, and what puts it there."""
    return Finding(requirement, State.NOT_MET, Explain.of(why), remediation=remediation)


def unknown(requirement: Requirement, failure: AdxmiError) -> Finding:
    """Return how a requirement was found that could not be looked at."""
    return finding(requirement, State.UNKNOWN, f"{failure.what}: {failure.why}")


class CheckedKind(Enum):
    """What was checked."""

    WORKFLOW = "workflow"
    POLICY = "policy entry"
    DENIAL = "error message"
    UNREAD = "what could not be listed"
    NOTHING = "what there is none of"


@dataclass(frozen=True)
class Checked:
    """What was checked, and what was found; `name` is empty for what has none.

    `workflow` is the noun of a workflow; what else there is has none. `kinds` are the nouns of what
    could not be listed.
    """

    workflow: str
    name: str
    findings: tuple[Finding, ...]
    database: str
    kind: CheckedKind = CheckedKind.WORKFLOW
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True)
class Checks:
    """What was checked; `unnamed` counts workflows that use no managed identity."""

    checked: tuple[Checked, ...]
    unnamed: int = 0
