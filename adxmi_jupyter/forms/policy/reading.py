"""What the policy form needs to know of a cluster before it can show one scope."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.identity import identities, names
from adxmi_jupyter.actions.policy.policies import read, scopes_of
from adxmi_jupyter.errors import AdxmiError
from adxmi_jupyter.model.policy import CLUSTER, PolicyEntry, Scope
from adxmi_jupyter.model.usage import Usage

if TYPE_CHECKING:
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.model.policy import Policy
    from adxmi_jupyter.service.connection import Connection

Named = Mapping[str, tuple[str, ...]]
"""The usages a policy names, by the key of the identity."""


def key_of(identity: ManagedIdentity) -> str:
    """Return what makes two identities the same one to a policy."""
    return PolicyEntry(identity, ()).key


def named_in(policy: Policy) -> Named:
    """Return the usages a policy names, by identity."""
    return {entry.key: entry.allowed_usages for entry in policy}


@dataclass(frozen=True)
class Surroundings:
    """One scope's policy, and what else the form shows beside it.

    `elsewhere` holds the cluster policy for a database, and those of the databases for the
    cluster; `notes` say what could not be read.
    """

    scope: Scope
    scopes: tuple[Scope, ...]
    policy: Policy
    elsewhere: tuple[Policy, ...]
    identities: Mapping[str, ManagedIdentity]
    notes: tuple[str, ...]

    @property
    def usages(self) -> tuple[str, ...]:
        """The columns: usages this release knows, then newer ones that some policy names."""
        entries = (entry for policy in (self.policy, *self.elsewhere) for entry in policy)
        newer = {name for entry in entries for name in entry.unknown_usages}
        return (*(usage.value for usage in Usage), *sorted(newer))


def surroundings(connection: Connection, scope: Scope) -> Surroundings:
    """Read one scope and what belongs beside it.

    What is only shown beside it may be unreadable: a note says so.

    Raises
    ------
    NotInThisEdition
        There is no such policy; nothing was sent.
    AdxmiError
        The scope's own policy could not be read.

    """
    connection.require_identities()
    databases = names.database_names(connection)
    beside = (CLUSTER,) if scope.database else scopes_of(connection, all_databases=True)
    reading = read(connection, (scope, *beside), skip_unreadable=True)
    for unreadable, failure in reading.unreadable:
        if unreadable == scope:
            raise failure
    here, *elsewhere = reading.policies
    assigned, notes = _assigned(connection)
    notes += tuple(
        f"not read: {unreadable} ({failure.why})" for unreadable, failure in reading.unreadable
    )
    listed = (*(e.identity for e in here.policy), *names.known_identities(connection), *assigned)
    by_key = {key_of(identity): identity for identity in reversed(listed)}
    return Surroundings(
        scope=scope,
        scopes=(CLUSTER, *(Scope(name) for name in databases)),
        policy=here.policy,
        elsewhere=tuple(scoped.policy for scoped in elsewhere),
        identities=dict(sorted(by_key.items(), key=lambda item: (item[1].label.lower(), item[0]))),
        notes=notes,
    )


def _assigned(connection: Connection) -> tuple[tuple[ManagedIdentity, ...], tuple[str, ...]]:
    try:
        return tuple(identities.assigned(connection).all), ()
    except AdxmiError as failure:
        note = f"only identities that some policy names are listed: {failure.what}"
        return (), (note,)
