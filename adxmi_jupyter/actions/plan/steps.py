"""The steps of an apply: what is sent at once, in the order that keeps workflows running.

Identities are assigned first and removed last, and what adds comes before what removes: when an
allowance moves from the cluster to a database, the database has it before the cluster loses it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from adxmi_jupyter.model.plan import PlannedStep, Status

if TYPE_CHECKING:
    from adxmi_jupyter.actions.policy.callouts import CalloutChange
    from adxmi_jupyter.actions.policy.policies import PolicyChange
    from adxmi_jupyter.actions.roles.change import RoleChange
    from adxmi_jupyter.model.assignment import AssignmentChange
    from adxmi_jupyter.model.plan import Change

    Write = PolicyChange | RoleChange | CalloutChange | AssignmentChange


class Phase(IntEnum):
    """When a step has its turn."""

    ASSIGN = 1
    ALLOW = 2
    GRANT = 3
    CALL = 4
    DISALLOW = 5
    REVOKE = 6
    CALL_NO_MORE = 7
    UNASSIGN = 8

    @property
    def removes(self) -> bool:
        """Whether it takes something away."""
        return self >= Phase.DISALLOW


@dataclass(frozen=True)
class Step:
    """One write of an apply, as the modules that carry out writes take it."""

    phase: Phase
    database: str
    command: str
    changes: tuple[Change, ...]
    write: Write

    @property
    def planned(self) -> PlannedStep:
        """What there is to show of it."""
        return PlannedStep(self.command, self.changes)


@dataclass(frozen=True)
class Part:
    """What a section asks for: changes, the writes that make them, and what it leaves as it is."""

    changes: tuple[Change, ...] = ()
    steps: tuple[Step, ...] = ()
    kept: tuple[Change, ...] = ()

    def __add__(self, other: Part) -> Part:
        return Part(self.changes + other.changes, self.steps + other.steps, self.kept + other.kept)


def planned(changes: tuple[Change, ...]) -> tuple[Change, ...]:
    """Return the changes that are carried out."""
    return tuple(one for one in changes if one.status is Status.PLANNED)
