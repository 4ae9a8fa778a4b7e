"""The state of the embedded Azure: one tenant with one cluster, in plain dataclasses.

Every face of the server works on the same `World`. Another thread may read and change it;
hold `world.lock` around a change of several steps.
"""

from __future__ import annotations

import threading
import uuid
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

_NAMESPACE = uuid.UUID("b7b5f1f4-4d0e-4c43-9d5a-6f0f6f3c9e21")


class ClusterRole(StrEnum):
    """Roles that hold on every database of the cluster (page: Security roles)."""

    ADMIN = "AllDatabasesAdmin"
    VIEWER = "AllDatabasesViewer"
    MONITOR = "AllDatabasesMonitor"


class DatabaseRole(StrEnum):
    """Roles on one database, spelled as the role commands spell them."""

    ADMINS = "admins"
    USERS = "users"
    VIEWERS = "viewers"
    UNRESTRICTED_VIEWERS = "unrestrictedviewers"
    INGESTORS = "ingestors"
    MONITORS = "monitors"


class PrincipalKind(StrEnum):
    """Prefix of a principal's fully qualified name."""

    USER = "aaduser"
    GROUP = "aadgroup"
    APPLICATION = "aadapp"
    MICROSOFT_ACCOUNT = "msauser"


@dataclass
class Identity:
    """A managed identity that exists in the directory, assigned to the cluster or not."""

    display_name: str
    object_id: str
    client_id: str
    tenant_id: str


@dataclass(frozen=True)
class Principal:
    """Someone who may hold a security role; a caller when it has a token.

    `identifier` is what stands in the fully qualified name: an object ID for users and groups,
    a client ID for applications and managed identities, an address for Microsoft accounts.
    """

    kind: PrincipalKind
    identifier: str
    tenant_id: str
    display_name: str
    object_id: str = ""
    upn: str = ""
    token: str | None = None

    @property
    def fqn(self) -> str:
        """Fully qualified name, such as `aaduser=<object ID>;<tenant ID>`."""
        if not self.tenant_id:
            return f"{self.kind}={self.identifier}"
        return f"{self.kind}={self.identifier};{self.tenant_id}"


@dataclass(frozen=True)
class RoleAssignment:
    """One principal in one security role."""

    role: ClusterRole | DatabaseRole
    principal: Principal
    notes: str = ""
    assignment_id: str = ""


@dataclass(frozen=True)
class PolicyItem:
    """What the managed identity policy of one scope allows one identity."""

    object_id: str
    client_id: str
    tenant_id: str
    display_name: str
    is_system: bool
    usages: tuple[str, ...]


@dataclass
class Table:
    """A small table: `columns` are (name, Kusto type), rows hold JSON-ready values."""

    name: str
    columns: tuple[tuple[str, str], ...]
    rows: list[tuple[Any, ...]] = field(default_factory=list)


@dataclass
class Database:
    """A database; `policy` is None when no managed identity policy was ever set, or deleted."""

    name: str
    database_id: str
    tables: dict[str, Table] = field(default_factory=dict)
    policy: list[PolicyItem] | None = None
    roles: list[RoleAssignment] = field(default_factory=list)


@dataclass
class Cluster:
    """A cluster with the identities assigned to it."""

    name: str
    region: str
    tenant_id: str
    system_identity: Identity | None = None
    identities: list[Identity] = field(default_factory=list)
    policy: list[PolicyItem] | None = None
    databases: dict[str, Database] = field(default_factory=dict)
    roles: list[RoleAssignment] = field(default_factory=list)

    @property
    def uri(self) -> str:
        """The address it would have in the cloud; refusals name it, so they have no port."""
        return f"https://{self.name}.{self.region}.kusto.windows.net:443/"

    def find_database(self, name: str) -> Database | None:
        """Return the database of that name, letter case aside."""
        folded = name.casefold()
        return next((d for d in self.databases.values() if d.name.casefold() == folded), None)

    def assigned(self, object_id: str) -> Identity | None:
        """Return the identity of that object ID if it is assigned to this cluster."""
        candidates = [*self.identities, *([self.system_identity] if self.system_identity else [])]
        folded = object_id.casefold()
        return next((i for i in candidates if i.object_id.casefold() == folded), None)


@dataclass
class World:
    """Everything the embedded Azure knows."""

    tenant_id: str
    tenant_domain: str
    cluster: Cluster
    identities: list[Identity] = field(default_factory=list)
    principals: list[Principal] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock, repr=False, compare=False)

    def identity(self, display_name: str) -> Identity:
        """Return the identity of that display name; KeyError when there is none."""
        for identity in self.identities:
            if identity.display_name == display_name:
                return identity
        raise KeyError(display_name)

    def principal(self, token: str) -> Principal | None:
        """Return the caller that presents this bearer token."""
        return next((p for p in self.principals if p.token == token), None)

    def add_database(self, name: str, *, tables: tuple[Table, ...] = ()) -> Database:
        """Create an empty database, or one with these tables."""
        database = Database(name, stable_id("database", name), {t.name: t for t in tables})
        with self.lock:
            self.cluster.databases[name] = database
        return database

    def add_identity(
        self,
        display_name: str,
        *,
        object_id: str | None = None,
        client_id: str | None = None,
        assigned: bool = True,
    ) -> Identity:
        """Create a user-assigned identity and, unless told otherwise, assign it to the cluster."""
        identity = Identity(
            display_name,
            object_id or stable_id("object", display_name),
            client_id or stable_id("client", display_name),
            self.tenant_id,
        )
        with self.lock:
            self.identities.append(identity)
            if assigned:
                self.cluster.identities.append(identity)
        return identity

    def add_principal(
        self,
        display_name: str,
        *,
        token: str | None = None,
        kind: PrincipalKind = PrincipalKind.USER,
    ) -> Principal:
        """Create a user, group or application of the tenant; with a token it can call."""
        object_id = stable_id("principal", display_name)
        is_user = kind is PrincipalKind.USER
        principal = Principal(
            kind,
            stable_id("client", display_name) if kind is PrincipalKind.APPLICATION else object_id,
            self.tenant_id,
            display_name,
            object_id,
            upn=f"{display_name}@{self.tenant_domain}" if is_user else "",
            token=token,
        )
        with self.lock:
            self.principals.append(principal)
        return principal

    def grant(
        self, principal: Principal, role: ClusterRole | DatabaseRole, *, database: str = ""
    ) -> None:
        """Put a principal into a role of the cluster or, for a database role, of `database`."""
        target = self.cluster.databases[database] if database else self.cluster
        assignment = RoleAssignment(
            role, principal, assignment_id=stable_id(role, database, principal.fqn)
        )
        with self.lock:
            target.roles.append(assignment)


def stable_id(*parts: str) -> str:
    """Return a GUID that depends on these words only, so that outputs do not change."""
    return str(uuid.uuid5(_NAMESPACE, "/".join(parts)))
