"""What must be in place before a workflow can use an identity: its requirements.

Plain values. Who examines them, and how, is the business of `actions`.

Source: *Managed identities overview*, *Managed identity policy*, *Callout policy* (Azure Data
Explorer docs).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

from adxmi_jupyter.model.identity import SYSTEM
from adxmi_jupyter.model.kql_reading import databases_named_in
from adxmi_jupyter.model.role import Role

if TYPE_CHECKING:
    from adxmi_jupyter.model.azure_role import AzureRole, Target
    from adxmi_jupyter.model.connection_string import Method
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.model.usage import Usage


class Key(StrEnum):
    """What a requirement is, in a word that does not change."""

    ID = "identity_id"
    EXISTS = "identity_exists"
    ASSIGNED = "assigned"
    ALLOWED = "allowed"
    CALLOUT = "callout"
    PLUGIN = "plugin"
    SECURITY_ROLE = "security_role"
    EXTERNAL_TABLE = "external_table"
    TENANT = "same_tenant"
    AZURE_ROLE = "azure_role"
    COSMOS_DB_ROLE = "cosmos_db_role"
    SQL_SERVER_ROLE = "sql_server_role"
    TARGET = "target"
    FOLLOWERS = "followers"
    CONSUMER_GROUP = "consumer_group"
    TABLE = "table"
    NETWORK = "network"


@dataclass(frozen=True)
class NamedBy:
    """What is kept names the identity by `word`, which is the kind of ID that belongs there."""

    key: ClassVar[Key] = Key.ID

    identity: ManagedIdentity
    word: str


@dataclass(frozen=True)
class Exists:
    """The user-assigned identity is there, and still the one with this object ID."""

    key: ClassVar[Key] = Key.EXISTS

    identity: ManagedIdentity


@dataclass(frozen=True)
class Assigned:
    """The identity is assigned to the cluster."""

    key: ClassVar[Key] = Key.ASSIGNED

    identity: ManagedIdentity


@dataclass(frozen=True)
class Allowed:
    """The managed identity policy allows the identity a usage.

    The cluster policy and that of the database add up, but for a usage that counts on the cluster
    only (`cluster_only`).
    """

    key: ClassVar[Key] = Key.ALLOWED

    identity: ManagedIdentity
    usage: Usage
    cluster_only: bool = False


@dataclass(frozen=True)
class SameTenant:
    """The target is in the tenant of the identity, which reaches no other."""

    key: ClassVar[Key] = Key.TENANT

    identity: ManagedIdentity
    target: Target


@dataclass(frozen=True)
class GrantedInAzure:
    """The identity holds one of these Azure roles on the target, or on what contains it."""

    key: ClassVar[Key] = Key.AZURE_ROLE

    identity: ManagedIdentity
    roles: tuple[AzureRole, ...]
    target: Target


@dataclass(frozen=True)
class GrantedInCosmosDb:
    """The identity may read the data of a Cosmos DB account, by a role of Cosmos DB's own."""

    key: ClassVar[Key] = Key.COSMOS_DB_ROLE

    identity: ManagedIdentity
    target: Target


@dataclass(frozen=True)
class NetworkOpen:
    """The network lets the cluster reach the target, as far as Azure Resource Manager tells.

    `host` is the one that is called, where it is known. The cluster passes as a trusted service
    where it comes with a managed identity (`is_trusted`); impersonating somebody it does not, nor
    for the blobs of an Event Grid connection. `identity` is None where the identity is unknown.
    """

    key: ClassVar[Key] = Key.NETWORK

    identity: ManagedIdentity | None
    target: Target
    host: str = ""
    is_trusted: bool = True


@dataclass(frozen=True)
class GrantedInSqlServer:
    """The identity is a user of a database of SQL Server, with permission to read or to write.

    Only SQL Server itself can tell.
    """

    key: ClassVar[Key] = Key.SQL_SERVER_ROLE

    identity: ManagedIdentity
    server: str
    catalog: str
    writes: bool = False


@dataclass(frozen=True)
class GrantedInKusto:
    """The identity holds a security role on these databases; none named: on the current one.

    Stored functions of a `query` that it runs may read others.
    """

    key: ClassVar[Key] = Key.SECURITY_ROLE

    identity: ManagedIdentity
    role: Role
    databases: tuple[str, ...] = ()
    query: str = field(default="", compare=False)


@dataclass(frozen=True)
class CalloutAllowed:
    """The callout policy lets the cluster call the address."""

    key: ClassVar[Key] = Key.CALLOUT

    callout_type: str
    uri: str


@dataclass(frozen=True)
class PluginEnabled:
    """A plugin is enabled on the cluster."""

    key: ClassVar[Key] = Key.PLUGIN

    plugin: str


@dataclass(frozen=True)
class WritesThrough:
    """An external table is there, and as the identity it names its target can be written."""

    key: ClassVar[Key] = Key.EXTERNAL_TABLE

    external_table: str


@dataclass(frozen=True)
class ReadsThrough:
    """An external table is there, and the identity may read what it reads."""

    key: ClassVar[Key] = Key.EXTERNAL_TABLE

    external_table: str
    identity: ManagedIdentity


@dataclass(frozen=True)
class AssignedToFollowers:
    """Clusters that follow the database reach the target, too.

    A user-assigned identity has to be assigned to each of them. A system-assigned one belongs to
    one cluster: each of the others acts as its own, which needs `roles` of its own. `usages` must
    be allowed there, too; those `of_cluster_only` by the policy of the other cluster itself.
    """

    key: ClassVar[Key] = Key.FOLLOWERS

    identity: ManagedIdentity
    roles: tuple[GrantedInAzure, ...] = ()
    usages: tuple[Usage, ...] = ()
    of_cluster_only: bool = False


@dataclass(frozen=True)
class ConsumerGroupFree:
    """The event hub has the consumer group, and no other data connection reads by it.

    `connection` is the name of the data connection that is to read by it.
    """

    key: ClassVar[Key] = Key.CONSUMER_GROUP

    event_hub: str
    consumer_group: str
    connection: str


@dataclass(frozen=True)
class TableReady:
    """The table is there; so are the ingestion mapping, if one is named, and its columns."""

    key: ClassVar[Key] = Key.TABLE

    table: str
    mapping: str = ""


@dataclass(frozen=True)
class NotVerifiable:
    """Something the tool cannot look at, such as rights inside SQL Server: it is only told.

    `method` is how something signs in that names no identity.
    """

    key: ClassVar[Key] = Key.TARGET

    subject: str
    what: str
    method: Method | None = None


Requirement = (
    NamedBy
    | Exists
    | Assigned
    | Allowed
    | SameTenant
    | GrantedInAzure
    | GrantedInCosmosDb
    | GrantedInSqlServer
    | NetworkOpen
    | GrantedInKusto
    | CalloutAllowed
    | PluginEnabled
    | WritesThrough
    | ReadsThrough
    | AssignedToFollowers
    | ConsumerGroupFree
    | TableReady
    | NotVerifiable
)


AT_TARGETS = (SameTenant, GrantedInAzure, GrantedInCosmosDb, NetworkOpen)
"""Requirements for which one must know where in Azure the target is."""


def present(identity: ManagedIdentity) -> tuple[Requirement, ...]:
    """Return the requirements by which the cluster has an identity: it exists, and is assigned.

    The system-assigned identity exists as long as it is assigned.
    """
    return (Assigned(identity),) if identity.is_system else (Exists(identity), Assigned(identity))


def for_followers(chain: Sequence[Requirement]) -> tuple[Requirement, ...]:
    """Return what clusters that follow the database need, by the requirements of this one."""
    acting = dict.fromkeys(one.identity for one in chain if isinstance(one, Assigned))
    return tuple(_for_followers(who, chain) for who in acting)


def _for_followers(who: ManagedIdentity, chain: Sequence[Requirement]) -> AssignedToFollowers:
    granted = [one for one in chain if isinstance(one, GrantedInAzure) and one.identity == who]
    allowed = [one for one in chain if isinstance(one, Allowed) and one.identity == who]
    return AssignedToFollowers(
        who,
        tuple(granted) if who.is_system else (),
        tuple(dict.fromkeys(one.usage for one in allowed)),
        any(one.cluster_only for one in allowed),
    )


def named_by(identity: ManagedIdentity, word: str) -> tuple[Requirement, ...]:
    """Return the requirement of an identity that is kept by a word; ``system`` is always right."""
    return () if word.lower() == SYSTEM else (NamedBy(identity, word),)


def acting_as(
    identity: ManagedIdentity, usage: Usage, *more: Requirement
) -> tuple[Requirement, ...]:
    """Return the requirements that every chain begins with, and what else there is."""
    return (*present(identity), Allowed(identity, usage), *more)


def holding(
    identity: ManagedIdentity,
    roles: tuple[AzureRole, ...],
    target: Target,
    host: str = "",
    *,
    is_trusted: bool = True,
) -> tuple[Requirement, ...]:
    """Return the requirements to a target that grants Azure roles; the first role is the least."""
    return (
        SameTenant(identity, target),
        GrantedInAzure(identity, roles, target),
        NetworkOpen(identity, replace(target, inside=""), host, is_trusted),
    )


def viewer_of_all(
    identity: ManagedIdentity, query: str, reads: Sequence[str] = ()
) -> tuple[Requirement, ...]:
    """Return the requirements of an identity that runs a query: it reads every database involved.

    Those are the one where it runs, those that the query names, and others it `reads`.
    """
    elsewhere = tuple(dict.fromkeys((*reads, *databases_named_in(query))))
    here = GrantedInKusto(identity, Role.VIEWERS, query=query)
    return (here, GrantedInKusto(identity, Role.VIEWERS, elsewhere)) if elsewhere else (here,)
