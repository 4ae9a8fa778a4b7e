"""What must be in place before a workflow can use an identity: the links of its chain.

Plain values. Who examines them, and how, is the business of `actions`.

Source: *Managed identities overview*, *Managed identity policy*, *Callout policy* (Azure Data
Explorer docs).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from adxmi_jupyter.model.identity import SYSTEM
from adxmi_jupyter.model.kql_reading import databases_named_in
from adxmi_jupyter.model.role import Role

if TYPE_CHECKING:
    from adxmi_jupyter.model.azure_role import AzureRole, Target
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.model.usage import Usage


@dataclass(frozen=True)
class NamedBy:
    """What is kept names the identity by `word`, which is the kind of ID that belongs there."""

    identity: ManagedIdentity
    word: str

    @property
    def subject(self) -> str:
        """What the link is about, for people."""
        return f"{self.identity.label} as {self.word}"


@dataclass(frozen=True)
class Exists:
    """The user-assigned identity is there, and still the one with this object ID."""

    identity: ManagedIdentity

    @property
    def subject(self) -> str:
        """What the link is about, for people."""
        return self.identity.label


@dataclass(frozen=True)
class Assigned:
    """The identity is assigned to the cluster."""

    identity: ManagedIdentity

    @property
    def subject(self) -> str:
        """What the link is about, for people."""
        return self.identity.label


@dataclass(frozen=True)
class Allowed:
    """The managed identity policy allows the identity a usage.

    The cluster policy and that of the database add up, but for a usage that counts on the cluster
    only (`cluster_only`).
    """

    identity: ManagedIdentity
    usage: Usage
    cluster_only: bool = False

    @property
    def subject(self) -> str:
        """What the link is about, for people."""
        return f"{self.identity.label} {self.usage}"


@dataclass(frozen=True)
class SameTenant:
    """The target is in the tenant of the identity, which reaches no other."""

    identity: ManagedIdentity
    target: Target

    @property
    def subject(self) -> str:
        """What the link is about, for people."""
        return f"{self.identity.label} and {self.target.name}"


@dataclass(frozen=True)
class GrantedInAzure:
    """The identity holds one of these Azure roles on the target, or on what contains it."""

    identity: ManagedIdentity
    roles: tuple[AzureRole, ...]
    target: Target

    @property
    def subject(self) -> str:
        """What the link is about, for people."""
        return f"{self.identity.label} on {self.target}"


@dataclass(frozen=True)
class GrantedInCosmosDb:
    """The identity may read the data of a Cosmos DB account, by a role of Cosmos DB's own."""

    identity: ManagedIdentity
    target: Target

    @property
    def subject(self) -> str:
        """What the link is about, for people."""
        return f"{self.identity.label} on {self.target}"


@dataclass(frozen=True)
class GrantedInSqlServer:
    """The identity is a user of a database of SQL Server, with the right to read or to write.

    Only SQL Server itself can tell.
    """

    identity: ManagedIdentity
    server: str
    catalog: str
    writes: bool = False

    @property
    def subject(self) -> str:
        """What the link is about, for people."""
        return f"{self.identity.label} in {self.server}"


@dataclass(frozen=True)
class GrantedInKusto:
    """The identity holds a security role on these databases; none named: on the current one.

    Stored functions of a `query` that it runs may read others.
    """

    identity: ManagedIdentity
    role: Role
    databases: tuple[str, ...] = ()
    query: str = field(default="", compare=False)

    @property
    def subject(self) -> str:
        """What the link is about, for people."""
        return f"{self.identity.label} {self.role}"


@dataclass(frozen=True)
class CalloutAllowed:
    """The callout policy lets the cluster call the address."""

    callout_type: str
    uri: str

    @property
    def subject(self) -> str:
        """What the link is about, for people."""
        return f"{self.callout_type} {self.uri}"


@dataclass(frozen=True)
class PluginEnabled:
    """A plugin is enabled on the cluster."""

    plugin: str

    @property
    def subject(self) -> str:
        """What the link is about, for people."""
        return self.plugin


@dataclass(frozen=True)
class WritesThrough:
    """An external table is there, and as the identity it names its target can be written."""

    external_table: str

    @property
    def subject(self) -> str:
        """What the link is about, for people."""
        return f"external table {self.external_table}"


@dataclass(frozen=True)
class ReadsThrough:
    """An external table is there, and the identity may read what it reads."""

    external_table: str
    identity: ManagedIdentity

    @property
    def subject(self) -> str:
        """What the link is about, for people."""
        return f"{self.identity.label} through external table {self.external_table}"


@dataclass(frozen=True)
class AssignedToFollowers:
    """The identity is assigned to the clusters that follow the database, too."""

    identity: ManagedIdentity

    @property
    def subject(self) -> str:
        """What the link is about, for people."""
        return self.identity.label


@dataclass(frozen=True)
class NotVerifiable:
    """Something the tool cannot look at, such as rights inside SQL Server: it is only told."""

    subject: str
    what: str


Link = (
    NamedBy
    | Exists
    | Assigned
    | Allowed
    | SameTenant
    | GrantedInAzure
    | GrantedInCosmosDb
    | GrantedInSqlServer
    | GrantedInKusto
    | CalloutAllowed
    | PluginEnabled
    | WritesThrough
    | ReadsThrough
    | AssignedToFollowers
    | NotVerifiable
)


AT_TARGETS = (SameTenant, GrantedInAzure, GrantedInCosmosDb)
"""Links for which one must know where in Azure the target is."""


def present(identity: ManagedIdentity) -> tuple[Link, ...]:
    """Return the links by which the cluster has an identity: it exists, and is assigned.

    The system-assigned identity exists as long as it is assigned.
    """
    return (Assigned(identity),) if identity.is_system else (Exists(identity), Assigned(identity))


def named_by(identity: ManagedIdentity, word: str) -> tuple[Link, ...]:
    """Return the link of an identity that is kept by a word; ``system`` is always right."""
    return () if word.lower() == SYSTEM else (NamedBy(identity, word),)


def acting_as(identity: ManagedIdentity, usage: Usage, *more: Link) -> tuple[Link, ...]:
    """Return the links that every chain begins with, and what else there is."""
    return (*present(identity), Allowed(identity, usage), *more)


def holding(
    identity: ManagedIdentity, roles: tuple[AzureRole, ...], target: Target
) -> tuple[Link, ...]:
    """Return the links to a target that grants Azure roles; the first role is the least."""
    return (SameTenant(identity, target), GrantedInAzure(identity, roles, target))


def viewer_of_all(
    identity: ManagedIdentity, query: str, reads: Sequence[str] = ()
) -> tuple[Link, ...]:
    """Return the links of an identity that runs a query: it reads every database involved.

    Those are the one where it runs, those that the query names, and others it `reads`.
    """
    elsewhere = tuple(dict.fromkeys((*reads, *databases_named_in(query))))
    here = GrantedInKusto(identity, Role.VIEWERS, query=query)
    return (here, GrantedInKusto(identity, Role.VIEWERS, elsewhere)) if elsewhere else (here,)
