"""Propose an identity for each object, and tell what it still needs.

The identity is one that reaches the target already; else the system-assigned one. It is asked of
the same requirements as `check` asks of what exists.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.check.chains import Requirements
from adxmi_jupyter.actions.check.cluster_facts import Facts
from adxmi_jupyter.actions.check.examination import examined_together
from adxmi_jupyter.actions.check.findings import State
from adxmi_jupyter.actions.identity import identities, names
from adxmi_jupyter.actions.migrate.inventory import read_inventory
from adxmi_jupyter.errors import AdxmiError, MissingOption, WorkflowNotFound
from adxmi_jupyter.fixes import ChangeOption, Command, Explain, Retry, Several
from adxmi_jupyter.model.declaration.requirements import AT_TARGETS, GrantedInSqlServer
from adxmi_jupyter.model.identity import SYSTEM, ManagedIdentity
from adxmi_jupyter.model.migration.objects import ObjectKind
from adxmi_jupyter.model.remediation import ByOwner
from adxmi_jupyter.model.usage import closest

if TYPE_CHECKING:
    from adxmi_jupyter.actions.check.findings import Finding
    from adxmi_jupyter.actions.migrate.inventory import Inventory
    from adxmi_jupyter.model.migration.objects import Migratable
    from adxmi_jupyter.service.connection import Connection

_AT_TARGETS = (*AT_TARGETS, GrantedInSqlServer)


@dataclass(frozen=True)
class Migration:
    """An object, the identity proposed for it, and what that identity needs.

    Without an identity it cannot be migrated, and the object says why.
    """

    object: Migratable
    identity: ManagedIdentity | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def missing(self) -> tuple[Finding, ...]:
        """The requirements that are not met."""
        return tuple(one for one in self.findings if one.state is State.NOT_MET)

    @property
    def unknown(self) -> tuple[Finding, ...]:
        """The requirements of which nothing is known."""
        return tuple(one for one in self.findings if one.state is State.UNKNOWN)

    @property
    def for_others(self) -> tuple[Finding, ...]:
        """What is missing and somebody else must put in place."""
        return tuple(
            one
            for one in self.missing
            if one.remediation is None or isinstance(one.remediation, ByOwner)
        )

    @property
    def can_be_applied(self) -> bool:
        """Whether it can be migrated from here: nothing of ingestion is stored."""
        return self.object.obstacle is None and self.object.is_stored

    @property
    def definition(self) -> str:
        """What is sent."""
        return self.object.definition(self.identity) if self.identity is not None else ""

    @property
    def shown(self) -> str:
        """What is sent, as it may be shown: a secret may stand in a comment of it."""
        return self.object.shown(self.definition)

    @property
    def keeps_secret(self) -> bool:
        """Whether what looks like a secret stays in it."""
        return self.shown != self.definition


@dataclass(frozen=True)
class MigrationPlan:
    """Migrations in their order, and what was found beside them."""

    migrations: tuple[Migration, ...]
    inventory: Inventory


def plan(
    connection: Connection,
    databases: Sequence[str],
    wanted: ManagedIdentity | None = None,
    *,
    everything: bool = False,
) -> MigrationPlan:
    """Return what would be migrated in databases; raises as reading identities does.

    `wanted` is the identity to use for all of it.
    """
    inventory = read_inventory(connection, databases, everything=everything)
    return MigrationPlan(proposed(connection, inventory.objects, wanted), inventory)


def proposed(
    connection: Connection, objects: Sequence[Migratable], wanted: ManagedIdentity | None
) -> tuple[Migration, ...]:
    """Return each object with the identity proposed for it."""
    possible = [one for one in objects if one.obstacle is None and one.kind not in _NEVER]
    if not possible:
        return tuple(map(Migration, objects))
    known = _candidates(connection)
    candidates = known if wanted is None else (_as_known(wanted, known),)
    pairs = [
        (one, identity) for one in possible for identity in candidates if one.can_name(identity)
    ]
    facts = Facts(connection)
    found = examined_together(
        facts, [Requirements(one.requirements(who), one.database) for one, who in pairs]
    )
    tried: dict[tuple[str, str, str], list[Migration]] = {}
    for (one, identity), findings in zip(pairs, found, strict=True):
        tried.setdefault(one.key, []).append(Migration(one, identity, findings))
    best = {key: min(those, key=_rank) for key, those in tried.items()}
    return tuple(best.get(one.key, Migration(one)) for one in objects)


_NEVER = (ObjectKind.IOT_HUB,)


def _candidates(connection: Connection) -> tuple[ManagedIdentity, ...]:
    """Return the identities of the cluster, as far as the caller may see them, and ``system``."""
    try:
        present = identities.assigned(connection).all
    except AdxmiError:  # without a role in Azure, policies tell of some
        present = names.all_identities(connection)
    if any(one.is_system for one in present):
        return present
    return (*present, ManagedIdentity(SYSTEM, display_name=SYSTEM, is_system=True))


def _as_known(wanted: ManagedIdentity, known: Sequence[ManagedIdentity]) -> ManagedIdentity:
    """Return an identity with its resource ID, which policies don't tell, where it is known."""
    same = (one for one in known if one.object_id.lower() == wanted.object_id.lower())
    return next((one for one in same if one.object_id), wanted)


def _rank(one: Migration) -> tuple[object, ...]:
    """Order candidates: those that reach the target, by what else they lack; then ``system``."""
    at_target = [f for f in one.findings if isinstance(f.about, _AT_TARGETS)]
    lacking = sum(f.state is State.NOT_MET for f in at_target)
    unknown = sum(f.state is State.UNKNOWN for f in at_target)
    identity = one.identity
    is_system = identity is not None and identity.is_system
    label = identity.label if identity is not None else ""
    if lacking or unknown:
        return (1, not is_system, lacking, unknown, len(one.missing), label)
    return (0, len(one.missing), len(one.unknown), is_system, label)


def chosen(
    found: MigrationPlan, wanted: Sequence[str], kind: str, *, every: bool
) -> tuple[Migration, ...]:
    """Return the migrations of some names, or those of every object that can be migrated.

    Raises
    ------
    MissingOption
        Neither names nor ``--all`` is given, or a name is that of several objects.
    WorkflowNotFound
        Nothing of this name authenticates by a secret.

    """
    mine = [one for one in found.migrations if not kind or one.object.kind == kind]
    if every:
        return tuple(mine)
    if not wanted:
        raise MissingOption(
            "no object is named",
            why="migrate plan and migrate apply need names, or --all",
            fix=Retry.having("--all"),
        )
    picked = [one for name in wanted for one in _named(mine, name)]
    return tuple(one for one in mine if one in picked)


def _named(migrations: Sequence[Migration], name: str) -> Sequence[Migration]:
    """Return the object of a name, or ingestion into the table of a name from all places."""
    found = [one for one in migrations if one.object.name == name]
    if not found:
        there = tuple(dict.fromkeys(one.object.name for one in migrations))
        match = closest(name, there)
        raise WorkflowNotFound(
            f"nothing named {name} authenticates by a secret",
            why=Explain.of("there are: ", Several.of(there, otherwise="none that you can read")),
            fix=Command.of("migrate", "plan", match) if match else Command.of("migrate", "list"),
        )
    places = {(one.object.kind, one.object.database) for one in found}
    if len(places) > 1:
        named = [f"{kind} in {database}" for kind, database in sorted(places)]
        kinds = {kind for kind, _ in places}
        option = "--kind" if len(kinds) > 1 else "--database"
        value = found[0].object.kind if len(kinds) > 1 else found[0].object.database
        raise MissingOption(
            f"{len(places)} objects are named {name}",
            why=Explain.of("there are: ", Several.of(named)),
            fix=Retry((ChangeOption(option, str(value)),)),
        )
    return found
