"""Read managed identity policies, and plan changes to them.

A change is planned first: what is there, what will be, the exact command. `policy_writes` carries
it out. So front ends can show, ask and only then write.

Source: *.show/.alter/.alter-merge/.delete managed_identity policy* (Azure Data Explorer docs).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.scopes import read_each
from adxmi_jupyter.errors import DatabaseNotFound, NotAuthorized, NothingToRevoke
from adxmi_jupyter.fixes import ChangeOption, Command, Explain, Option, Several
from adxmi_jupyter.model import kql
from adxmi_jupyter.model.identity import SYSTEM
from adxmi_jupyter.model.kusto_shapes import DATABASES
from adxmi_jupyter.model.policy import (
    CLUSTER,
    Policy,
    PolicyEntry,
    Scope,
    parse_policy,
    policy_text,
)
from adxmi_jupyter.model.shape import text_cell
from adxmi_jupyter.model.usage import Usage

if TYPE_CHECKING:
    from adxmi_jupyter.errors import AdxmiError
    from adxmi_jupyter.fixes import Note
    from adxmi_jupyter.model.identity import ManagedIdentity, ResolvedIdentity
    from adxmi_jupyter.model.policy import (
        UsageChange,
    )
    from adxmi_jupyter.model.verification.known import Known
    from adxmi_jupyter.service.answer import Answer
    from adxmi_jupyter.service.connection import Connection


ADDITIVE = frozenset({"alter-merge", "grant"})
"""The verbs that only add."""


@dataclass(frozen=True)
class ScopedPolicy:
    """The policy of one scope, its JSON as the service keeps it, and the whole answer."""

    scope: Scope
    policy: Policy
    text: object
    answer: Answer


@dataclass(frozen=True)
class PolicyReading:
    """What was read of a cluster's policies, and which scopes could not be."""

    connection: str
    policies: tuple[ScopedPolicy, ...]
    unreadable: tuple[tuple[Scope, AdxmiError], ...] = ()

    @property
    def command(self) -> str:
        """The commands sent, a line each."""
        return "\n".join(kql.show_policy(scoped.scope) for scoped in self.policies)

    @property
    def unknown_usages(self) -> tuple[str, ...]:
        """Usages newer than this release that some entry names."""
        entries = (entry for scoped in self.policies for entry in scoped.policy)
        return tuple(dict.fromkeys(name for entry in entries for name in entry.unknown_usages))


@dataclass(frozen=True)
class PolicyChange:
    """A planned or finished write: `before` becomes `after` by `command`.

    An empty command means there is nothing to change. `entry_id` is the number in the history
    once the change has been sent; `undoes` that of the entry an undo takes back. `added` is what
    a change that only adds is about; None for one that writes the whole policy. `is_at_present`
    tells that a former system-assigned identity is not taken for the present one, see `at_present`.
    """

    verb: str
    scope: Scope
    before: Policy
    after: Policy
    before_text: object
    command: str
    notes: tuple[Note, ...] = ()
    entry_id: int = 0
    undoes: int = 0
    added: Policy | None = None
    is_at_present: bool = False

    @property
    def diff(self) -> tuple[UsageChange, ...]:
        """The usages that appear or disappear."""
        return self.before.diff(self.after)

    @property
    def losses(self) -> tuple[UsageChange, ...]:
        """The usages that will no longer be allowed."""
        return self.before.losses(self.after)


def scopes_of(
    connection: Connection,
    *,
    database: str = "",
    cluster: bool = False,
    all_databases: bool = False,
) -> tuple[Scope, ...]:
    """Return the scopes a read is about; none named means the current database.

    Raises
    ------
    MissingOption
        No database was named and there is no current one.

    """
    scopes = [CLUSTER] if cluster else []
    if all_databases:
        return tuple(scopes + [Scope(name) for name in _database_names(connection)])
    if database or not cluster:
        scopes.append(Scope(database or connection.required_database()))
    return tuple(scopes)


def _database_names(connection: Connection) -> list[str]:
    """Return the names of the databases that the caller may see, in their order.

    Raises
    ------
    UnreadableAnswer
        The list lacks the current database although that has an answer of its own.

    """
    answer = connection.kusto.command(".show databases", database=connection.database)
    rows = answer.rows(DATABASES)
    listed = {
        text_cell(row, name).lower() for row in rows for name in ("DatabaseName", "PrettyName")
    }
    own = connection.database
    if own and own.lower() not in listed and _is_there(connection, own):
        raise DATABASES.unreadable(f"{own} is not among them, and it exists")
    return sorted((text_cell(row, "DatabaseName") for row in rows), key=str.lower)


def _is_there(connection: Connection, database: str) -> bool:
    """Tell whether a database answers to its name, whatever it answers."""
    try:
        read_one(connection, Scope(database))
    except (DatabaseNotFound, NotAuthorized):
        return False
    return True


def read(
    connection: Connection, scopes: Sequence[Scope], *, skip_unreadable: bool = False
) -> PolicyReading:
    """Read the policies of several scopes, concurrently.

    Raises
    ------
    PartialRead
        Some scopes could not be read and `skip_unreadable` is false.
    AdxmiError
        None could be read: the first one's error.

    """
    connection.require_identities()
    found, unreadable = read_each(
        lambda scope: read_one(connection, scope),
        scopes,
        what="policies",
        skip_unreadable=skip_unreadable,
    )
    return PolicyReading(connection.name, tuple(found.values()), unreadable)


def read_one(connection: Connection, scope: Scope) -> ScopedPolicy:
    """Read the policy of one scope.

    Raises
    ------
    NotInThisEdition
        It has no such policy; nothing was sent.
    AdxmiError
        As `Kusto.command`.

    """
    connection.require_identities()
    database = scope.database or connection.database
    answer = connection.kusto.command(kql.show_policy(scope), database=database)
    return scoped(scope, answer, connection.known)


def scoped(scope: Scope, answer: Answer, known: Known) -> ScopedPolicy:
    """Read the policy out of a policy command's answer, as a cluster is known to answer.

    Raises
    ------
    UnreadableAnswer
        The answer holds no policy.

    """
    rows = answer.rows(known.policy_shape(scope))
    texts = [policy_text(row, known.policy_columns) for row in rows] or [None]
    entries = [entry for text in texts for entry in parse_policy(text)]
    return ScopedPolicy(scope, Policy(tuple(entries)), texts[0], answer)


def plan_alter(connection: Connection, scope: Scope, wanted: Policy) -> PolicyChange:
    """Plan ``.alter``: the whole policy becomes `wanted`."""
    before = read_one(connection, scope)
    command = kql.alter_policy(scope, wanted)
    return _change("alter", before, wanted, command, _remarks(scope, wanted))


def plan_alter_merge(connection: Connection, scope: Scope, added: Policy) -> PolicyChange:
    """Plan ``.alter-merge``: `added` is allowed besides what is."""
    before = read_one(connection, scope)
    command = kql.alter_merge_policy(scope, added)
    after = before.policy.merge(added)
    notes = _remarks(scope, added)
    return replace(_change("alter-merge", before, after, command, notes), added=added)


def plan_delete(connection: Connection, scope: Scope) -> PolicyChange:
    """Plan ``.delete``: the scope has no policy any more."""
    before = read_one(connection, scope)
    return _change("delete", before, Policy(), kql.delete_policy(scope), ())


def plan_grant(
    connection: Connection,
    scope: Scope,
    identities: Sequence[ResolvedIdentity],
    usages: tuple[str, ...],
) -> PolicyChange:
    """Plan to allow identities usages, by ``.alter-merge``; what is allowed already is not sent."""
    before = at_present(connection, read_one(connection, scope))
    added = _policy_of(identities, usages)
    notes = _id_notes(identities) + _remarks(scope, added)
    if before.policy.contains(added):
        return _change("grant", before, before.policy, "", (*notes, "already allowed"))
    after = before.policy.merge(added)
    command = kql.alter_merge_policy(scope, added)
    change = _change("grant", before, after, command, notes)
    return replace(change, added=added, is_at_present=True)


def at_present(connection: Connection, before: ScopedPolicy) -> ScopedPolicy:
    """Return a policy in which a former system-assigned identity is not taken for the present."""
    return replace(before, policy=policy_at_present(connection, before.policy))


def policy_at_present(connection: Connection, policy: Policy) -> Policy:
    """Return the same of a policy alone."""
    seen = connection.assigned_when_last_seen
    return policy if seen is None or seen.system is None else policy.as_of(seen.system)


def plan_revoke(
    connection: Connection,
    scope: Scope,
    identities: Sequence[ResolvedIdentity],
    usages: tuple[str, ...] | None,
) -> PolicyChange:
    """Plan to disallow identities usages (None: every one), by ``.alter`` with what remains.

    Raises
    ------
    NothingToRevoke
        The scope's policy does not allow it, or allows it only through ``All``.

    """
    before = read_one(connection, scope)
    entries = [_revocable(before, resolved.identity, usages) for resolved in identities]
    removed = Policy(tuple(entries))
    after = before.policy.subtract(removed)
    notes = _id_notes(identities) + _still_allowed(connection, scope, removed)
    return _change("revoke", before, after, kql.alter_policy(scope, after), notes)


def _policy_of(identities: Sequence[ResolvedIdentity], usages: tuple[str, ...]) -> Policy:
    return Policy(tuple(PolicyEntry(resolved.identity, usages) for resolved in identities))


def _change(
    verb: str, before: ScopedPolicy, after: Policy, command: str, notes: tuple[Note, ...]
) -> PolicyChange:
    return PolicyChange(
        verb, before.scope, before.policy, after, before.text, command, tuple(dict.fromkeys(notes))
    )


def _id_notes(identities: Sequence[ResolvedIdentity]) -> tuple[str, ...]:
    return tuple(resolved.note for resolved in identities if resolved.note)


def _remarks(scope: Scope, policy: Policy) -> tuple[str, ...]:
    remarks = [
        f"{name} is not known to this release; it is sent as it is"
        for entry in policy
        for name in entry.unknown_usages
    ]
    named = any(Usage.SANDBOX_ARTIFACTS in entry.allowed_usages for entry in policy)
    if scope.database and named:
        remarks.append("SandboxArtifacts has no effect here, only in the cluster policy")
    return tuple(remarks)


def _revocable(
    before: ScopedPolicy, identity: ManagedIdentity, usages: tuple[str, ...] | None
) -> PolicyEntry:
    entry = before.policy.entry_of(identity)
    if entry is None:
        raise _absent(before, identity)
    if usages is None:
        return entry
    absent = [usage for usage in usages if usage not in entry.allowed_usages]
    if absent:
        raise _not_named(before.scope, entry, absent[0])
    return entry.with_usages(usages)


def _absent(before: ScopedPolicy, identity: ManagedIdentity) -> NothingToRevoke:
    """Return the error for an identity that a policy does not name, as far as it can be told.

    The policy may name the system-assigned identity by the word, whose object ID is unknown.
    """
    labels = [one.identity.label for one in before.policy]
    named = Several.of(labels, otherwise="no identity")
    unknown = ""
    fix = Explain.of(Command.of("policy", "matrix"), " shows which scope allows what")
    by_word = any(one.identity.object_id.lower() == SYSTEM for one in before.policy)
    if by_word and not identity.display_name:
        unknown = "; whether system is this identity is unknown: requires Reader on the cluster"
        fix = Explain.of(ChangeOption("--identity", SYSTEM), ", if it is that one")
    return NothingToRevoke(
        f"the policy of the {before.scope} does not name {identity.label}",
        why=Explain.of("it names ", named, unknown),
        fix=fix,
    )


def _not_named(scope: Scope, entry: PolicyEntry, usage: str) -> NothingToRevoke:
    label = entry.identity.label
    if entry.allows(usage):
        return NothingToRevoke(
            f"{usage} cannot be revoked from {label} alone",
            why=f"the policy of the {scope} allows All, which the service stores as one usage",
            fix=Explain.of(
                "grant the usages that are to stay, then revoke ", Option("--usage"), " All"
            ),
        )
    return NothingToRevoke(
        f"the policy of the {scope} does not allow {label} {usage}",
        why=Explain.of("it allows ", Several.of(entry.allowed_usages, otherwise="nothing")),
        fix=Explain.of(Command.of("policy", "matrix"), " shows which scope allows what"),
    )


def _still_allowed(connection: Connection, scope: Scope, removed: Policy) -> tuple[str, ...]:
    """Say where the cluster policy goes on allowing what a database's policy will not."""
    if not scope.database:
        return ()
    try:
        cluster = read_one(connection, CLUSTER).policy
    except NotAuthorized:
        return ("you can't read the cluster policy, which may still allow this",)
    return tuple(
        f"the cluster policy still allows {entry.identity.label} {usage} in every database"
        for entry in removed
        for usage in entry.allowed_usages
        if cluster.allows(entry.identity, usage)
    )
