"""How Azure Resource Manager, and Terraform after it, spell roles and principals; IDs of resources.

An application is named by its client ID: an object ID is accepted there, and then denied.

Source: REST reference of Microsoft.Kusto/clusters/principalAssignments and
databases/principalAssignments; *azurerm_kusto_database_principal_assignment* (Terraform registry).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from adxmi_jupyter.errors import InvalidInput
from adxmi_jupyter.model.cluster_host import cluster_host
from adxmi_jupyter.model.cluster_role import ClusterRole, parse_cluster_role
from adxmi_jupyter.model.principal import PrincipalKind, PrincipalReference, parse_reference
from adxmi_jupyter.model.role import Role, parse_role

if TYPE_CHECKING:
    from adxmi_jupyter.model.role import SecurityRole

TYPES: Mapping[PrincipalKind, str] = {
    PrincipalKind.APPLICATION: "App",
    PrincipalKind.USER: "User",
    PrincipalKind.GROUP: "Group",
}
_KINDS = {word.lower(): kind for kind, word in TYPES.items()}
_SINGULAR = {
    Role.ADMINS: "Admin",
    Role.USERS: "User",
    Role.VIEWERS: "Viewer",
    Role.UNRESTRICTED_VIEWERS: "UnrestrictedViewer",
    Role.INGESTORS: "Ingestor",
    Role.MONITORS: "Monitor",
}
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9]+")
_GROUP = re.compile(r"/resourceGroups/([^/]+)/", re.IGNORECASE)
_DIGITS = 8
_LONGEST = 40


def role_word(role: SecurityRole, *, is_template: bool) -> str:
    """Return a role as templates of Azure, or as Terraform, spell it."""
    if isinstance(role, ClusterRole):
        return role.value
    word = _SINGULAR[Role(role)]
    return f"{word}s" if is_template and role is Role.UNRESTRICTED_VIEWERS else word


def role_of(word: str, *, on_cluster: bool) -> SecurityRole | None:
    """Return the role that a word stands for; None for none that is known."""
    try:
        return parse_cluster_role(word) if on_cluster else parse_role(word)
    except InvalidInput:
        return None


def principal_of(kind: str, identifier: str, tenant: str) -> PrincipalReference | None:
    """Return a principal; None for a kind that is not known, or for IDs that cannot be."""
    prefix = _KINDS.get(kind.lower())
    if prefix is None:
        return None
    try:
        return parse_reference(str(PrincipalReference(prefix, identifier, tenant)))
    except InvalidInput:
        return None


def name_for(database: str, role: SecurityRole, reference: PrincipalReference) -> str:
    """Return the name of an assignment: the same for the same one, and no other's."""
    words = _NOT_IN_NAMES.sub("-", f"{database}-{role}").strip("-")[:_LONGEST]
    return f"{words}-{digest(f'{database}/{role}/{reference}'.casefold())}"


def digest(text: str) -> str:
    """Return a few digits that stand for a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]


def resource_group_of(resource_id: str) -> str:
    """Return the resource group of a resource; empty if the ID has none."""
    found = _GROUP.search(resource_id)
    return found[1] if found else ""


def name_of_cluster(uri: str, resource_id: str) -> str:
    """Return the name of a cluster in Azure."""
    if resource_id:
        return resource_id.rstrip("/").rsplit("/", 1)[-1]
    host = cluster_host(uri)
    return (host.name or host.host).partition(".")[0]


def address_of(name: str, location: str) -> str:
    """Return the short address of a cluster; empty if its region is not known."""
    region = location.replace(" ", "").lower()
    return f"{name}.{region}" if name and region else ""
