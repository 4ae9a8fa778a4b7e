"""A plan: what would change on a cluster so that it matches a policy file, as values.

`rendering.plan_text` makes text of them, `actions.plan` makes and carries out plans.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from adxmi_jupyter.errors import AdxmiError
    from adxmi_jupyter.model.policy import Scope


class Section(StrEnum):
    """What a change is about: the section of the file that asks for it."""

    ASSIGNED = "assigned"
    POLICY = "policy"
    ROLES = "roles"
    CALLOUTS = "callouts"
    AZURE_ROLES = "azureRoles"


class Action(StrEnum):
    """Whether something is added or removed."""

    ADD = "add"
    REMOVE = "remove"


class Status(StrEnum):
    """What becomes of a change: carried out, refused, or only told."""

    PLANNED = "planned"
    BLOCKED = "blocked"
    OBSERVED = "observed"


class Reason(StrEnum):
    """Why a change is blocked.

    `REPLACED` also stands where that was confirmed, and `DESCRIPTION` where a role is held already
    and only its description changes.
    """

    PROTECTED = "protected"
    LAST_ADMIN = "last admin"
    OWN_ACCESS = "own access"
    KEY_IDENTITY = "key identity"
    WORKFLOW = "workflow"
    NOT_ASSIGNED = "not assigned"
    REPLACED = "replaced"
    DESCRIPTION = "description"


Identifier = tuple[str, ...]
"""What tells a change from every other one of a plan: section, database, key, item, action."""


@dataclass(frozen=True)
class Change:
    """One thing that would be added or removed.

    Parameters
    ----------
    section, database, action
        What, where and how; an empty database is the cluster.
    subject, key
        Whom it concerns: a name for people, and what tells it from others of this name.
    item
        The usage, role, rule or scope.
    status, reason
        What becomes of it, and why not.
    breaks
        The workflows that stop working, by kind, name and database.
    line
        The line of the file that asks for it, or whose section leaves it out.
    why
        What the file says about it.

    """

    section: Section
    database: str
    action: Action
    subject: str
    key: str
    item: str
    status: Status = Status.PLANNED
    reason: Reason | None = None
    breaks: tuple[str, ...] = ()
    line: int = 0
    why: str = ""

    @property
    def needs(self) -> str:
        """The permission that carries it out."""
        if self.section is Section.ROLES and self.database:
            return "Database Admin"
        return _NEEDS[self.section]

    @property
    def address(self) -> str:
        """What the change is about, in one word that stays the same."""
        where = ("database", self.database) if self.database else ("cluster",)
        what = (self.subject, self.item)
        if self.section is Section.ROLES:
            what = (self.item, self.subject)
        return "/".join(map(_segment, filter(None, (*where, self.kind, *what))))

    @property
    def kind(self) -> str:
        """What is added or removed: an identity, an entry of the policy, a role or a rule."""
        return _KINDS[self.section]

    @property
    def identifier(self) -> Identifier:
        """What tells it from every other change of a plan."""
        return self.section, self.database, self.key, self.item, self.action

    @property
    def order(self) -> tuple[object, ...]:
        """Where it stands in a list: the cluster first, then databases by name."""
        place = list(Section).index(self.section)
        return place, self.database.lower(), self.subject.lower(), self.item, self.action


def _segment(name: str) -> str:
    """Return a name as a part of an address, which has no other slash, and no comma."""
    return name.replace("%", "%25").replace("/", "%2F").replace(",", "%2C")


_KINDS = {
    Section.ASSIGNED: "identity",
    Section.POLICY: "policy",
    Section.ROLES: "role",
    Section.CALLOUTS: "callout",
    Section.AZURE_ROLES: "azure-role",
}
_NEEDS = {
    Section.ASSIGNED: "Contributor on the cluster, in Azure",
    Section.POLICY: "AllDatabasesAdmin",
    Section.ROLES: "Contributor on the cluster, in Azure",
    Section.CALLOUTS: "AllDatabasesAdmin",
    Section.AZURE_ROLES: "Owner or User Access Administrator on the target, in Azure",
}


@dataclass(frozen=True)
class Replacement:
    """A name of the file that stands for another identity than at the last apply.

    `before` and `after` are object IDs. What the former identity is allowed is stale.
    """

    name: str
    before: str
    after: str
    line: int = 0
    is_confirmed: bool = False


@dataclass(frozen=True)
class Replacing:
    """The names that changed, and the IDs of all that they concern, in lower case.

    `former` has the IDs of former identities by the object ID of the one that is there now; those
    that another name of the file stands for are not among them.
    """

    found: tuple[Replacement, ...] = ()
    pending: frozenset[str] = frozenset()
    confirmed: frozenset[str] = frozenset()
    former: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def former_of(self, object_id: str) -> frozenset[str]:
        """Return the IDs of former identities, of which this one has the name."""
        return self.former.get(object_id.casefold(), frozenset())


@dataclass(frozen=True)
class Unseen:
    """What could not be read: the section, the scope, why, and the permission that shows it."""

    section: Section
    scope: Scope
    failure: AdxmiError = field(compare=False)
    right: str = ""


@dataclass(frozen=True)
class UnmatchedException:
    """A name below ``except`` that no database has: what it was meant for gets what ``*`` says.

    `match` is the closest name that there is, `line` the line of the file.
    """

    section: Section
    name: str
    match: str = ""
    line: int = 0


@dataclass(frozen=True)
class PlannedStep:
    """What is sent at once: the exact text, and the changes it makes."""

    command: str
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Plan:
    """What would change so that a cluster matches a file.

    `kept` is what sections of mode additive leave as it is although the file doesn't name it, as
    the changes that authoritative ones would make; `states` are hashes of what was there, by what
    they are of. `unchanged` is what those whom a change concerns have besides, as section,
    database, key and item. `names` are the object IDs of the names that the file uses,
    `replacements` those that changed since the last apply. `left_out` is what follows from these,
    and was not chosen. `unmatched` are exceptions of the file that leave out no database.
    """

    cluster: str
    source: str
    digest: str
    changes: tuple[Change, ...] = ()
    steps: tuple[PlannedStep, ...] = ()
    unseen: tuple[Unseen, ...] = ()
    kept: tuple[Change, ...] = ()
    states: Mapping[str, str] = field(default_factory=dict)
    unchanged: frozenset[tuple[str, str, str, str]] = frozenset()
    names: Mapping[str, str] = field(default_factory=dict)
    replacements: tuple[Replacement, ...] = ()
    left_out: tuple[Change, ...] = ()
    unmatched: tuple[UnmatchedException, ...] = ()

    def of(self, *statuses: Status) -> tuple[Change, ...]:
        """Return the changes of some statuses."""
        return tuple(one for one in self.changes if one.status in statuses)

    @property
    def removals(self) -> tuple[Change, ...]:
        """What would be removed."""
        return tuple(one for one in self.of(Status.PLANNED) if one.action is Action.REMOVE)

    @property
    def is_empty(self) -> bool:
        """Whether the cluster matches the file."""
        return not (self.changes or self.replacements)


def ordered(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Return changes in the order in which they are shown."""
    return tuple(sorted(changes, key=lambda one: one.order))
