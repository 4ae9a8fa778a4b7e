"""What must be in place before a workflow can use an identity: the links of its chain.

Plain values. Who examines them, and how, is the business of `actions`.

Source: *Managed identities overview*, *Managed identity policy*, *Callout policy* (Azure Data
Explorer docs).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.model.role import Role

if TYPE_CHECKING:
    from adxmi_jupyter.model.azure_role import AzureRole, Target
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.model.usage import Usage


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
class GrantedInKusto:
    """The identity holds a security role on these databases; none named: on the current one."""

    identity: ManagedIdentity
    role: Role
    databases: tuple[str, ...] = ()

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
class NotVerifiable:
    """Something the tool cannot look at, such as rights inside SQL Server: it is only told."""

    subject: str
    what: str


Link = (
    Assigned
    | Allowed
    | GrantedInAzure
    | GrantedInKusto
    | CalloutAllowed
    | PluginEnabled
    | WritesThrough
    | ReadsThrough
    | NotVerifiable
)


def acting_as(identity: ManagedIdentity, usage: Usage, *more: Link) -> tuple[Link, ...]:
    """Return the two links of every chain, and what else there is."""
    return (Assigned(identity), Allowed(identity, usage), *more)


def viewer_of(identity: ManagedIdentity) -> GrantedInKusto:
    """Return the link of an identity that reads the database where it runs."""
    return GrantedInKusto(identity, Role.VIEWERS)


def viewer_elsewhere(identity: ManagedIdentity, databases: Sequence[str]) -> tuple[Link, ...]:
    """Return the link of an identity that reads other databases; none for none."""
    return (GrantedInKusto(identity, Role.VIEWERS, tuple(databases)),) if databases else ()
