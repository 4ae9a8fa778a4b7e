"""Who may hold a security role of the cluster or a database, and the roles."""

from __future__ import annotations

import time
from dataclasses import dataclass
from enum import StrEnum

# Whoever presents no token is its caller.
ADMIN_TOKEN = "embedded-admin"  # noqa: S105 - a name in a simulator; it opens nothing


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

    @property
    def shown_name(self) -> str:
        """What the logs call it in their column User."""
        if self.kind is PrincipalKind.APPLICATION:
            return f"AAD app id={self.identifier}"
        return self.upn or self.identifier


@dataclass(frozen=True)
class RoleAssignment:
    """One principal in one security role; `name` is the one given through Resource Manager.

    The cluster knows of it from the moment `counts_from` on, by the monotonic clock.
    """

    role: ClusterRole | DatabaseRole
    principal: Principal
    notes: str = ""
    assignment_id: str = ""
    name: str = ""
    counts_from: float = 0.0

    @property
    def counts(self) -> bool:
        """Whether the cluster knows of it; it is listed before."""
        return self.counts_from <= time.monotonic()
