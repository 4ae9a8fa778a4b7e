"""What a place where roles are held has to offer, so that all else need not know which it is.

A database takes commands of Kusto, the whole cluster requests to Azure Resource Manager.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from adxmi_jupyter.actions.roles.change import GRANT
from adxmi_jupyter.actions.roles.directory import LONGEST_WAIT, retry_until_known
from adxmi_jupyter.errors import WriteNotApplied

if TYPE_CHECKING:
    from adxmi_jupyter.actions.roles.change import RoleChange
    from adxmi_jupyter.actions.roles.principals import ResolvedPrincipal
    from adxmi_jupyter.actions.write.journal import Entry
    from adxmi_jupyter.actions.write.operations import Tell
    from adxmi_jupyter.actions.write.protocol import Comparison, Write, Written
    from adxmi_jupyter.errors import NothingToRevoke
    from adxmi_jupyter.fixes import Fix, Note
    from adxmi_jupyter.model.role import RoleAssignment, SecurityRole
    from adxmi_jupyter.service.connection import Connection

Result = TypeVar("Result")


@dataclass(frozen=True)
class Waiting:
    """What a write waits for.

    Without `for_the_end` it returns as soon as Azure has begun the last change. An identity that
    the directory does not know yet is waited for, at most `for_directory` seconds. `tell` hears
    how far it is; without it, a bar shows that.
    """

    for_the_end: bool = True
    for_directory: float = LONGEST_WAIT
    tell: Tell | None = None


@dataclass(frozen=True)
class Grant:
    """A role to give to principals, beside those who are listed `before`."""

    role: SecurityRole
    principals: Sequence[ResolvedPrincipal]
    before: Sequence[RoleAssignment]
    description: str = ""


@dataclass(frozen=True)
class RoleWrite:
    """One request of a change, and the assignments that it is about."""

    changed: tuple[RoleAssignment, ...]
    write: Write[Any]


@dataclass(frozen=True)
class RoleScope(ABC):
    """Where roles are held; an empty database means the whole cluster.

    `kind` is what a write there is called in the history, `admin` the role that gives roles.
    """

    connection: Connection
    database: str

    kind: ClassVar[str]
    admin: ClassVar[SecurityRole]

    @property
    @abstractmethod
    def read_command(self) -> str:
        """The command or request that `read` sends."""

    @property
    @abstractmethod
    def without_admins(self) -> str:
        """What it means that no principal holds `admin` any more."""

    @abstractmethod
    def read(self) -> tuple[RoleAssignment, ...]:
        """Read who holds which role."""

    @abstractmethod
    def as_sent(self, principal: ResolvedPrincipal) -> ResolvedPrincipal:
        """Return a principal as a role is granted to it."""

    @abstractmethod
    def to_grant(self, grant: Grant) -> tuple[tuple[RoleAssignment, ...], str]:
        """Return what is listed once principals hold a role, and what is sent for that."""

    @abstractmethod
    def to_revoke(self, role: SecurityRole, gone: Sequence[RoleAssignment]) -> str:
        """Return what is sent to revoke a role."""

    @abstractmethod
    def grant_notes(
        self,
        principal: ResolvedPrincipal,
        role: SecurityRole,
        after: Sequence[RoleAssignment],
    ) -> list[Note]:
        """Return what to say of a role that a principal holds `after` a grant."""

    @abstractmethod
    def not_held(
        self, principal: ResolvedPrincipal, role: SecurityRole, before: Sequence[RoleAssignment]
    ) -> NothingToRevoke:
        """Return the error for a role to revoke that a principal does not hold."""

    @abstractmethod
    def writes(self, change: RoleChange, waiting: Waiting) -> tuple[RoleWrite, ...]:
        """Return the requests of a change, in their order."""

    @abstractmethod
    def read_back(
        self, change: RoleChange, written: Sequence[Written[Any]]
    ) -> tuple[tuple[RoleAssignment, ...], tuple[Note, ...]]:
        """Return what is listed after a change, and what to say of it."""

    @abstractmethod
    def outcome(self, entry: Entry) -> tuple[Comparison, Any]:
        """Compare a write of the history with what is there now; return that, too."""

    def _send(
        self,
        change: RoleChange,
        principals: Sequence[ResolvedPrincipal],
        attempt: Callable[[], Result],
        waiting: Waiting,
    ) -> Result:
        """Send a request; a grant is repeated while the directory does not know the principals."""
        if change.verb != GRANT:
            return attempt()
        longest, tell = waiting.for_directory, waiting.tell
        return retry_until_known(self.connection, principals, attempt, longest=longest, tell=tell)


def still_listed(change: RoleChange, why: str, fix: Fix) -> WriteNotApplied:
    """Return the error for a revoke that was carried out, and the role is listed nevertheless."""
    return WriteNotApplied(
        f"revoke of {change.role} on {change.place} did not do what it should", why=why, fix=fix
    )


def others_lost(change: RoleChange, now: Sequence[RoleAssignment]) -> tuple[str, ...]:
    """Say who else lost the role: the service may take one id of an identity for another."""
    still = {one.fqn for one in change.held_by(now)} | {one.fqn for one in change.changed}
    gone = [one for one in change.held_by(change.before) if one.fqn not in still]
    return tuple(f"no longer listed in {change.role} either: {one.fqn}" for one in gone)
