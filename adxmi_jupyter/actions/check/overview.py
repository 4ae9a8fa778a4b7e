"""The whole cluster on one page: how its identities, databases and workflows stand.

Everything is told by what `check_all` asks for: nothing more is asked. What the caller may not read
is unknown, never zero.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.check import cluster_facts, policy_entries
from adxmi_jupyter.actions.check.checks import check_all
from adxmi_jupyter.actions.check.cluster_facts import Facts
from adxmi_jupyter.actions.check.findings import CheckedKind, State
from adxmi_jupyter.errors import AdxmiError
from adxmi_jupyter.model.declaration.registry import declarations
from adxmi_jupyter.model.declaration.stored import PolicyListing
from adxmi_jupyter.model.identity import word_among
from adxmi_jupyter.model.policy import CLUSTER, PolicyEntry, Scope

if TYPE_CHECKING:
    from adxmi_jupyter.actions.check.findings import Checked, Checks, Finding
    from adxmi_jupyter.model.assignment import AssignedIdentities
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.service.connection import Connection


@dataclass(frozen=True)
class Standing:
    """How many workflows there are, and how many have a requirement in a state.

    A workflow can count in several states. `is_known` is false where nothing could be listed;
    `unread` are the findings about lists that could not be read, with their databases.
    """

    workflows: int
    not_met: int
    unknown: int
    warnings: int
    unread: tuple[tuple[str, Finding], ...] = ()
    is_known: bool = True


@dataclass(frozen=True)
class IdentityLine:
    """An identity; `word` names it in a command, `is_assigned` is None where that is unknown."""

    identity: ManagedIdentity
    word: str
    is_assigned: bool | None
    standing: Standing


@dataclass(frozen=True)
class Overview:
    """A cluster; `unread` is why its assigned identities are unknown, if they are."""

    cluster: str
    identities: tuple[IdentityLine, ...]
    databases: tuple[tuple[str, Standing], ...]
    workflows: tuple[tuple[str, Standing], ...]
    checks: Checks
    unread: AdxmiError | None = None


def overview(connection: Connection, databases: Sequence[str]) -> Overview:
    """Return how a cluster stands; raises as `check_all` does."""
    facts = Facts(connection)
    checks = check_all(connection, databases, facts)
    assigned, unread = _assigned(facts)
    return Overview(
        assigned.cluster_name if assigned else connection.cluster,
        _identities(facts, databases, checks, assigned),
        tuple((name, _of_database(checks, name)) for name in databases),
        tuple((noun, _of_kind(checks, noun, databases)) for noun in _nouns()),
        checks,
        unread,
    )


def in_state(checked: Iterable[Checked], state: State) -> int:
    """Return how many have a finding in a state."""
    return sum(any(found.state is state for found in one.findings) for one in checked)


def _assigned(facts: Facts) -> tuple[AssignedIdentities | None, AdxmiError | None]:
    try:
        return facts.answer(cluster_facts.assigned()), None
    except AdxmiError as failure:
        return None, failure


def _nouns() -> list[str]:
    """Return the kinds of workflows that are kept, which are those that `check_all` lists."""
    return [one.noun() for one in declarations() if not isinstance(one.listing, PolicyListing)]


def _standing(
    checked: Collection[Checked],
    unread: Iterable[Checked] = (),
    *,
    is_known: bool = True,
) -> Standing:
    return Standing(
        sum(one.kind is CheckedKind.WORKFLOW for one in checked),
        in_state(checked, State.NOT_MET),
        in_state(checked, State.UNKNOWN),
        in_state(checked, State.WARNING),
        tuple((one.database, found) for one in unread for found in one.findings),
        is_known,
    )


def _of_database(checks: Checks, name: str) -> Standing:
    here = [one for one in checks.checked if one.database == name]
    unread = [one for one in here if one.kind is CheckedKind.UNREAD]
    lost = {noun for one in unread for noun in one.kinds}
    return _standing(_found(here), unread, is_known=not lost.issuperset(_nouns()))


def _of_kind(checks: Checks, noun: str, databases: Sequence[str]) -> Standing:
    unread = [one for one in checks.checked if noun in one.kinds]
    here = [one for one in checks.checked if one.workflow == noun]
    lost = {one.database for one in unread}
    return _standing(_found(here), unread, is_known=not databases or not lost.issuperset(databases))


def _found(checked: Iterable[Checked]) -> list[Checked]:
    kinds = {CheckedKind.WORKFLOW, CheckedKind.POLICY}
    return [one for one in checked if one.kind in kinds]


def _identities(
    facts: Facts,
    databases: Sequence[str],
    checks: Checks,
    assigned: AssignedIdentities | None,
) -> tuple[IdentityLine, ...]:
    scopes = (CLUSTER, *map(Scope, databases))
    present = {_key(one): one for one in (assigned.all if assigned else ())}
    named = [entry.identity for scope in scopes for entry in policy_entries.entries(facts, scope)]
    used = [one for each in checks.checked for one in _of(each)]
    # What Azure tells of an identity comes first: it has all of its IDs.
    every = {_key(one): one for one in (*used, *named)} | present
    known = tuple(every.values())
    return tuple(
        IdentityLine(
            one,
            word_among(one, known, lambda other: other.object_id, one.object_id),
            None if assigned is None else key in present,
            _standing(_found(c for c in checks.checked if key in map(_key, _of(c)))),
        )
        for key, one in every.items()
    )


def _of(one: Checked) -> Iterable[ManagedIdentity]:
    return (found.identity for found in one.findings if found.identity is not None)


def _key(identity: ManagedIdentity) -> str:
    return PolicyEntry(identity, ()).key
