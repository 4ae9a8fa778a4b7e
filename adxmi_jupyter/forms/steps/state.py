"""What the page of the three steps knows: one identity, and how far it is. No widget in here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import TYPE_CHECKING, Self

from adxmi_jupyter.actions.identity import known_identities, names
from adxmi_jupyter.actions.policy.policies import read_one
from adxmi_jupyter.errors import AdxmiError
from adxmi_jupyter.forms.naming import Labels
from adxmi_jupyter.forms.policy.reading import key_of
from adxmi_jupyter.forms.steps import reading as steps_reading
from adxmi_jupyter.forms.steps.reading import Seen
from adxmi_jupyter.model.identity import SYSTEM, word_among
from adxmi_jupyter.model.policy import Scope
from adxmi_jupyter.rendering.choices import told_of_identities

if TYPE_CHECKING:
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.service.connection import Connection

_SAID_AT_MOST = 3
_NO_EFFECT = "no effect until it is assigned"


class Step(StrEnum):
    """A step; `means` says when it is done, `missing` what is said of an identity it waits for."""

    number: int
    means: str
    missing: str

    def __new__(cls, value: str, number: int, means: str, missing: str) -> Self:
        """Make a member from its name and what there is to say about it."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.number, member.means, member.missing = number, means, missing
        return member

    ASSIGN = "Assign", 1, "the cluster has the identity", "{} is not assigned to the cluster"
    ALLOW = "Allow", 2, "a policy allows the identity for a usage", "no policy names {}"
    USE = "Use", 3, "a role, or a workflow that names it", "{} holds no role, and nothing names it"


class Progress(StrEnum):
    """How far a step is, in words; the sign says the same."""

    sign: str

    def __new__(cls, value: str, sign: str) -> Self:
        """Make a member from its words and its sign."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.sign = sign
        return member

    NONE = "", ""
    DONE = "done", "✓"
    TO_DO = "to do", "○"
    UNSEEN = "cannot see", "?"


TARGET = "Target access"
"""What the owners of target resources do; no step of this page."""


class Part(Enum):
    """What is looked at by itself, and the step it belongs to."""

    ASSIGNED = Step.ASSIGN, steps_reading.in_azure
    POLICIES = Step.ALLOW, steps_reading.in_policies
    ROLES = Step.USE, steps_reading.in_roles
    WORKFLOWS = Step.USE, steps_reading.in_workflows
    TARGETS = None, steps_reading.in_targets

    def __init__(
        self, step: Step | None, look: Callable[[Connection, ManagedIdentity], Seen]
    ) -> None:
        self.step = step
        self.look = look


@dataclass(frozen=True)
class Standing:
    """Where an identity stands in one step.

    `told` is one line for people, `details` all lines where that one does not say everything.
    """

    progress: Progress
    told: str
    details: tuple[str, ...] = ()


class StepsState:
    """One identity of a cluster and how far it is; none at the start.

    Parameters
    ----------
    connection
        The cluster.
    database
        The database the forms begin with.
    named
        Whether the user has named it: one that is not there is refused then.

    Raises
    ------
    DatabaseNotFound
        There is no such database.

    """

    def __init__(self, connection: Connection, database: str, *, named: bool = False) -> None:
        self.connection = connection
        self.database = database
        self.identity: ManagedIdentity | None = None
        self._seen: dict[Part, Seen] = {}
        if named:
            _refuse_unknown(connection, database)

    @property
    def offered(self) -> tuple[str, ...]:
        """Names of identities to choose from."""
        return self.offers[0]

    @property
    def offers(self) -> tuple[tuple[str, ...], str]:
        """Names of identities to choose from, and why some are missing."""
        known = known_identities.read(self.connection)
        labels = (SYSTEM if one.is_system else one.label for one in known.every)
        return tuple(dict.fromkeys(labels)), told_of_identities(known)

    @property
    def label(self) -> str:
        """The name of the chosen identity for people; empty without one."""
        if self.identity is None:
            return ""
        label = Labels([self.identity]).of(self.identity)
        if self.identity.is_system and label != SYSTEM:
            return f"{label} (system-assigned)"
        return label

    @property
    def word(self) -> str:
        """How a line names the chosen identity; empty without one."""
        if self.identity is None:
            return ""
        known = names.all_identities(self.connection)
        return word_among(self.identity, known, key_of, otherwise=self.identity.object_id)

    def choose(self, reference: str) -> str:
        """Turn to an identity by any of its names; return what there is to say of it.

        An empty text means no identity. Raises as `steps_reading.find`; then all stays as it was.
        """
        if not reference.strip():
            self.identity, self._seen = None, {}
            return ""
        self.identity, note = steps_reading.find(self.connection, reference.strip())
        self.look(*Part)
        return note

    def reload(self) -> None:
        """Read everything about the identity again."""
        self.connection.forget()
        self._find_again()
        self.look(*Part)

    def applied(self, *parts: Part) -> None:
        """Look again at what may have been changed just now."""
        before = self.identity
        if Part.ASSIGNED in parts:  # a system-assigned identity is another one each time
            self._find_again()
        self.look(*(Part if self.identity != before else parts))

    def look(self, *parts: Part) -> None:
        """Look at parts anew; what cannot be seen is told, and raises nothing."""
        if self.identity is None:
            return
        for part in parts:
            self._seen[part] = part.look(self.connection, self.identity)

    def _find_again(self) -> None:
        if self.identity is None:
            return
        self.identity = steps_reading.with_all_ids(self.connection, self.identity)

    def standing(self, step: Step) -> Standing:
        """Return where the identity stands in a step."""
        if self.identity is None:
            return Standing(Progress.NONE, step.means)
        seen = sum((self._seen[part] for part in Part if part.step is step), Seen())
        unseen = tuple(f"not seen: {line}" for line in seen.unseen)
        rest = (*seen.idle, *unseen)
        if seen.found:
            return Standing(Progress.DONE, self._found(step, seen), _details(seen.found, rest))
        if seen.unseen:
            return Standing(Progress.UNSEEN, unseen[0], (*seen.idle, *unseen[1:]))
        return Standing(Progress.TO_DO, step.missing.format(self.label), rest)

    @property
    def access(self) -> Standing:
        """Where the identity stands with the targets of the workflows that name it."""
        if self.identity is None:
            return Standing(Progress.NONE, "the target resources grant the identity access")
        seen = self._seen[Part.TARGETS]
        unseen = tuple(f"unknown: {line}" for line in seen.unseen)
        if seen.idle:
            missing = tuple(f"missing: {line}" for line in seen.idle)
            return Standing(Progress.TO_DO, _shortened(missing), _details(missing, unseen))
        if seen.unseen:
            return Standing(Progress.UNSEEN, _shortened(unseen), _details(unseen, ()))
        if seen.found:
            return Standing(Progress.DONE, _shortened(seen.found), _details(seen.found, ()))
        return Standing(Progress.NONE, f"no workflow takes {self.label} to a target resource")

    def _found(self, step: Step, seen: Seen) -> str:
        if step is Step.ASSIGN:
            return f"{self.label} is {seen.found[0]}"
        told = _shortened(seen.found)
        is_missing = self.standing(Step.ASSIGN).progress is Progress.TO_DO
        return f"{told} ({_NO_EFFECT})" if step is Step.ALLOW and is_missing else told

    @property
    def next_step(self) -> Step:
        """The first step that is to be done; the first of all without an identity."""
        if self.identity is None:
            return Step.ASSIGN
        to_do = (s for s in Step if self.standing(s).progress is Progress.TO_DO)
        return next(to_do, Step.USE)


def _refuse_unknown(connection: Connection, database: str) -> None:
    """Let the service itself refuse a database that is not listed."""
    try:
        listed = names.database_names(connection)
    except AdxmiError:  # whoever may not list them may still use one
        return
    if database.casefold() not in (name.casefold() for name in listed):
        read_one(connection, Scope(database))


def _shortened(lines: Sequence[str]) -> str:
    rest = len(lines) - _SAID_AT_MOST
    return "; ".join(lines[:_SAID_AT_MOST]) + (f" and {rest} more" if rest > 0 else "")


def _details(lines: tuple[str, ...], rest: tuple[str, ...]) -> tuple[str, ...]:
    """Return what one line does not say: all lines if it leaves out some, and the rest."""
    return (*(lines if len(lines) > _SAID_AT_MOST else ()), *rest)
