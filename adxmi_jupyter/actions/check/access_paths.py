"""The ways from identities over usages and workflows to targets, of a whole cluster.

They are told by what `check_all` asks for: nothing more is asked. A policy entry that no workflow
needs is a way of its own: what uses it leaves no workflow behind, or nothing uses it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.check import cluster_facts, policy_entries
from adxmi_jupyter.actions.check.checks import check_all
from adxmi_jupyter.actions.check.cluster_facts import Facts
from adxmi_jupyter.actions.check.findings import CheckedKind, State
from adxmi_jupyter.errors import AdxmiError
from adxmi_jupyter.model.declaration.requirements import Allowed, Key
from adxmi_jupyter.model.policy import CLUSTER, PolicyEntry, Scope

if TYPE_CHECKING:
    from adxmi_jupyter.actions.check.findings import Checked, Checks, Finding
    from adxmi_jupyter.model.assignment import AssignedIdentities
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.service.connection import Connection

_OF_IDENTITY = {Key.ID, Key.EXISTS, Key.ASSIGNED, Key.FOLLOWERS}
# The first of these kinds that a workflow has is where its identity reads or writes.
_OF_TARGET = (
    (Key.AZURE_ROLE, Key.COSMOS_DB_ROLE, Key.SQL_SERVER_ROLE),
    (Key.EXTERNAL_TABLE,),
    (Key.TARGET, Key.CONSUMER_GROUP),
    (Key.CALLOUT,),
)
_AT_TARGET = {Key.TENANT, Key.NETWORK, *(key for keys in _OF_TARGET for key in keys)}
_WORST_FIRST = (State.NOT_MET, State.WARNING, State.UNKNOWN, State.MET)


@dataclass(frozen=True)
class AccessPath:
    """One way: who, allowed what and where, for which workflow, to what.

    Parameters
    ----------
    identity
        Who acts.
    usage, scope
        What the policy has to allow, and whose policy allows it; None where none does, or where
        that is unknown.
    allowed
        Whether a policy allows it.
    workflow, name, database
        The workflow; empty for a policy entry that no workflow needs.
    target
        The finding that tells the target; None where the workflow has none.
    permission, running, reaching
        What is known of the identity and its policy, of the workflow, and of access to the target.
    missing
        What is not met on the way.

    """

    identity: ManagedIdentity
    usage: str
    scope: Scope | None
    workflow: str = ""
    name: str = ""
    database: str = ""
    target: Finding | None = None
    permission: State = State.MET
    running: State = State.MET
    reaching: State = State.MET
    missing: tuple[Finding, ...] = ()
    allowed: State = State.MET

    @property
    def is_needed(self) -> bool:
        """Whether a workflow needs it."""
        return bool(self.workflow)

    @property
    def state(self) -> State:
        """The worst that is known of it."""
        return worst((self.permission, self.running, self.reaching))


@dataclass(frozen=True)
class AccessMap:
    """The ways of a cluster, the assigned identities without any, and what could not be listed.

    `unassigned` are identities known not to be assigned; None if that is unknown.
    """

    cluster: str
    paths: tuple[AccessPath, ...]
    idle: tuple[ManagedIdentity, ...]
    unread: tuple[Checked, ...]
    unassigned: tuple[ManagedIdentity, ...] | None


def worst(states: Iterable[State]) -> State:
    """Return the worst of some states; met without any."""
    return min(states, key=_WORST_FIRST.index, default=State.MET)


def access_map(connection: Connection, databases: Sequence[str]) -> AccessMap:
    """Return the ways of the workflows in some databases; raises as `check_all` does."""
    facts = Facts(connection)
    checks = check_all(connection, databases, facts)
    scopes = (CLUSTER, *map(Scope, databases))
    needed = tuple(_needed(checks))
    paths = (*needed, *_not_needed(facts, scopes, needed))
    assigned = _assigned(facts)
    present = assigned.all if assigned else None
    named = {_key(one.identity): one.identity for one in paths}
    keys = None if present is None else set(map(_key, present))
    return AccessMap(
        assigned.cluster_name if assigned else connection.cluster,
        paths,
        tuple(one for one in present or () if _key(one) not in named),
        tuple(one for one in checks.checked if one.kind is CheckedKind.UNREAD),
        None if keys is None else tuple(one for key, one in named.items() if key not in keys),
    )


def of_identities(found: AccessMap, wanted: Iterable[ManagedIdentity]) -> AccessMap:
    """Return the ways of some identities."""
    keys = set(map(_key, wanted))
    return replace(
        found,
        paths=tuple(one for one in found.paths if _key(one.identity) in keys),
        idle=tuple(one for one in found.idle if _key(one) in keys),
    )


def _needed(checks: Checks) -> Iterator[AccessPath]:
    for checked in checks.checked:
        if checked.kind is CheckedKind.WORKFLOW:
            yield from _of_workflow(checked)


def _of_workflow(checked: Checked) -> Iterator[AccessPath]:
    """Yield the ways of a workflow: of its identity, and of that of its external table."""
    acting = {_key(one.identity): one.identity for one in checked.findings if one.identity}
    running = worst(one.state for one in checked.findings if _is_about_workflow(one))
    first = next(iter(acting), "")
    for key, identity in acting.items():
        own = [one for one in checked.findings if _whose(one, first) == key]
        allowed = [one for one in own if isinstance(one.about, Allowed)]
        path = AccessPath(
            identity,
            "",
            None,
            checked.workflow,
            checked.name,
            checked.database,
            _target(own),
            worst(one.state for one in own if one.key in _OF_IDENTITY),
            running,
            worst(one.state for one in own if one.key in _AT_TARGET),
            tuple(one for one in own if one.state is State.NOT_MET),
        )
        yield from [_allowed(path, one) for one in allowed] or [path]


def _allowed(path: AccessPath, finding: Finding) -> AccessPath:
    """Return a way with the usage that it needs, and whose policy allows that."""
    permission = worst((path.permission, finding.state))
    usage, scope = str(finding.usage), finding.scope
    return replace(path, usage=usage, scope=scope, permission=permission, allowed=finding.state)


def _whose(finding: Finding, first: str) -> str:
    """Return whose way a finding is on: what names none is on that of the workflow's."""
    return _key(finding.identity) if finding.identity else first


def _is_about_workflow(finding: Finding) -> bool:
    key = finding.key
    return key is not Key.ALLOWED and key not in _OF_IDENTITY and key not in _AT_TARGET


def _target(own: Sequence[Finding]) -> Finding | None:
    found = (one for keys in _OF_TARGET for one in own if one.key in keys)
    return next(found, None)


def _not_needed(
    facts: Facts, scopes: Sequence[Scope], needed: Sequence[AccessPath]
) -> Iterator[AccessPath]:
    """Yield what policies allow that no workflow needs."""
    used = {(_key(one.identity), one.usage, one.scope) for one in needed}
    for scope in scopes:
        for entry in policy_entries.entries(facts, scope):
            for usage in entry.allowed_usages:
                if not any(_covers(entry, usage, scope, one) for one in used):
                    yield AccessPath(entry.identity, usage, scope)


def _covers(
    entry: PolicyEntry, usage: str, scope: Scope, used: tuple[str, str, Scope | None]
) -> bool:
    key, needed, where = used
    return key == entry.key and where == scope and entry.with_usages((usage,)).allows(needed)


def _assigned(facts: Facts) -> AssignedIdentities | None:
    try:
        found: AssignedIdentities = facts.answer(cluster_facts.assigned())
    except AdxmiError:  # the workflows say so
        return None
    return found


def _key(identity: ManagedIdentity) -> str:
    return PolicyEntry(identity, ()).key
