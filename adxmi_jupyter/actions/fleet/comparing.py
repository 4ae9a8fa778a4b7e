"""What clusters of a fleet have, read so that it can be compared.

Source: *.show managed_identity policy*, *Manage database security roles*, *Callout policy* (Azure
Data Explorer docs).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.frames import ANY, NUMBER, TEXT, fixed_frame
from adxmi_jupyter.actions.policy.callouts import read_rules
from adxmi_jupyter.actions.policy.policies import read, scopes_of
from adxmi_jupyter.actions.roles.roles import read_roles, roles_of
from adxmi_jupyter.model.fleet_comparison import Fact, Part, digest_of
from adxmi_jupyter.model.identity import SYSTEM
from adxmi_jupyter.model.policy import CLUSTER

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.model.fleet_comparison import Difference
    from adxmi_jupyter.model.policy import Scope
    from adxmi_jupyter.model.role import RoleAssignment
    from adxmi_jupyter.service.connection import Connection


@dataclass(frozen=True)
class PolicyDigest:
    """What the policies of a cluster are, in short: equal ones have one digest.

    `entries` counts identities, for each scope that has them.
    """

    digest: str
    entries: int


_COLUMNS = ("part", "database", "subject", "subject_id", "value")


def facts_frame(connection: Connection, parts: Iterable[Part]) -> pd.DataFrame:
    """Return what one cluster has: ``part``, ``database``, ``subject``, ``subject_id``, ``value``.

    All are string. Its databases are always among the rows.

    Raises
    ------
    PartialRead
        A database could not be read: what it has is unknown, and so is the comparison.
    AdxmiError
        Nothing could be read.

    """
    scopes = scopes_of(connection, cluster=True, all_databases=True)
    facts = [
        Fact(Part.DATABASES, "", one.database, one.database, "") for one in scopes if one.database
    ]
    for part in parts:
        facts += _READ[part](connection, scopes)
    rows = [(one.part.value, one.database, one.subject, one.subject_id, one.value) for one in facts]
    return fixed_frame(dict.fromkeys(_COLUMNS, TEXT), rows)


def policy_digest(facts: Sequence[Fact]) -> PolicyDigest:
    """Return the digest of the policies among some facts."""
    own = [one for one in facts if one.part is Part.POLICY]
    entries = {(one.database.lower(), one.subject_id) for one in own}
    return PolicyDigest(digest_of(own, Part.POLICY), len(entries))


def facts_of(frame: pd.DataFrame) -> list[Fact]:
    """Return the facts in a frame of `facts_frame`."""
    rows = frame[list(_COLUMNS)].itertuples(index=False)
    return [Fact(Part(part), *map(str, more)) for part, *more in rows]


def policy_facts(connection: Connection, scopes: Sequence[Scope]) -> list[Fact]:
    """Return a fact for each identity, scope and usage; system-assigned ones are alike everywhere.

    Raises as `policies.read`.
    """
    return [
        Fact(
            Part.POLICY,
            scoped.scope.database,
            SYSTEM if entry.identity.is_system else entry.identity.label,
            entry.key,
            usage,
        )
        for scoped in read(connection, scopes).policies
        for entry in scoped.policy
        for usage in entry.allowed_usages
    ]


def _role_facts(connection: Connection, scopes: Sequence[Scope]) -> list[Fact]:
    databases = [scope for scope in scopes if scope.database]
    of_databases = read_roles(connection, databases).assignments if databases else ()
    return [_role_fact(one) for one in (*roles_of(connection, "").read(), *of_databases)]


def _role_fact(one: RoleAssignment) -> Fact:
    return Fact(Part.ROLES, one.database, one.label, one.fqn or one.object_id, one.role)


def _callout_facts(connection: Connection, _scopes: Sequence[Scope]) -> list[Fact]:
    rules = (rule for rule in read_rules(connection) if not rule.is_fixed)
    return [Fact(Part.CALLOUTS, "", rule.pattern, ":".join(rule.key), str(rule)) for rule in rules]


def _other_databases(connection: Connection, _scopes: Sequence[Scope]) -> list[Fact]:
    """Return no other facts: the databases are known. Others see those that they have a role in.

    Only who sees all of them may read the policy of the cluster.
    """
    read(connection, [CLUSTER])
    return []


_READ: Mapping[Part, Callable[[Connection, Sequence[Scope]], list[Fact]]] = {
    Part.POLICY: policy_facts,
    Part.ROLES: _role_facts,
    Part.CALLOUTS: _callout_facts,
    Part.DATABASES: _other_databases,
}


def differences_frame(found: Iterable[Difference]) -> pd.DataFrame:
    """Return a row for each difference.

    Columns: ``part``, ``database``, ``subject``, ``value``, ``difference`` (``missing``: most
    clusters have it, ``additional``: most don't) string, ``clusters`` object, a tuple of those that
    lack or have it, ``compared`` Int64: how many clusters were compared about it.
    """
    columns = {
        **dict.fromkeys(("part", "database", "subject", "value", "difference"), TEXT),
        "clusters": ANY,
        "compared": NUMBER,
    }
    rows = [
        (
            one.fact.part.value,
            one.fact.database or "(cluster)",
            one.fact.subject,
            one.fact.value,
            "missing" if one.is_missing else "additional",
            one.clusters,
            one.compared,
        )
        for one in found
    ]
    return fixed_frame(columns, rows)
