"""Roles on every database of a cluster: resources of Azure, and the requests that change them.

Source: *Manage cluster permissions* (Azure Data Explorer docs); REST reference of
Microsoft.Kusto/clusters/principalAssignments.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from adxmi_jupyter.errors import InvalidInput
from adxmi_jupyter.fixes import ChangeOption, Explain, Option, Several
from adxmi_jupyter.model.principal import PrincipalKind, PrincipalReference
from adxmi_jupyter.model.role import Role, RoleAssignment, SecurityRole, parse_role
from adxmi_jupyter.model.usage import closest

COLLECTION = "principalAssignments"

_TYPES = {
    PrincipalKind.APPLICATION: "App",
    PrincipalKind.USER: "User",
    PrincipalKind.GROUP: "Group",
}
_KINDS = {word: kind for kind, word in _TYPES.items()}
_SHOWN = {
    "App": "Microsoft Entra app",
    "User": "Microsoft Entra user",
    "Group": "Microsoft Entra group",
}
_DONE = "Succeeded"
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9]+")
_LONGEST_NAME = 60
_START_OF_ID = 8


class ClusterRole(SecurityRole):
    """A role on every database, spelled as Azure Resource Manager spells it."""

    ADMIN = "AllDatabasesAdmin", "everything on all databases, and the policies of the cluster"
    VIEWER = "AllDatabasesViewer", "reading all databases"
    MONITOR = "AllDatabasesMonitor", ".show commands in all databases"


@dataclass(frozen=True)
class PrincipalAssignment(RoleAssignment):
    """One principal in one role on every database, with the Azure resource it is.

    `object_id` is what the directory made of `principal_id`, as far as Azure tells.
    """

    resource_id: str = ""
    principal_id: str = ""
    kind: str = ""
    tenant_id: str = ""

    @property
    def name(self) -> str:
        """The name of the resource."""
        return self.resource_id.rsplit("/", 1)[-1]

    @property
    def is_by_object_id(self) -> bool:
        """Whether it names an application by its object ID, which then is never let in."""
        same = self.principal_id.casefold() == self.object_id.casefold()
        return self.kind == _TYPES[PrincipalKind.APPLICATION] and same

    @property
    def properties(self) -> dict[str, str]:
        """The body of the request that makes it."""
        properties = {
            "principalId": self.principal_id,
            "principalType": self.kind,
            "role": self.role,
            "tenantId": self.tenant_id,
        }
        return {name: value for name, value in properties.items() if value}

    @property
    def creation(self) -> str:
        """The request that makes it, as people read it: method and resource, then the body."""
        return f"PUT {self.resource_id}\n{json.dumps({'properties': self.properties})}"

    @property
    def deletion(self) -> str:
        """The request that removes it."""
        return f"DELETE {self.resource_id}"


def parse_cluster_role(text: str) -> ClusterRole:
    """Return the role a user means: as Azure spells it, or by its counterpart on a database.

    >>> parse_cluster_role("viewers").value
    'AllDatabasesViewer'

    Raises
    ------
    InvalidInput
        There is no such role, or it has no counterpart on every database.

    """
    plain = "".join(text.split()).lower().removesuffix("s")
    found = next((role for role in ClusterRole if role.lower() == plain), None)
    if found is not None:
        return found
    try:
        role = parse_role(text)
    except InvalidInput as unknown:
        raise _no_such_role(text) from unknown
    if role.on_cluster:
        return ClusterRole(role.on_cluster)
    counterparts = ", ".join(one for one in Role if one.on_cluster)
    raise InvalidInput(
        f"there is no role {text} on the whole cluster",
        why=f"only {counterparts} have a counterpart on every database",
        fix=Explain.of("give the role on each database with ", Option("--database")),
    )


def _no_such_role(text: str) -> InvalidInput:
    match = closest(text, [*ClusterRole, *(role for role in Role if role.on_cluster)])
    return InvalidInput(
        f"there is no role {text!r} on the whole cluster",
        why=Explain.of("the roles are ", Several.of(ClusterRole)),
        fix=ChangeOption("--role", match or ClusterRole.VIEWER),
    )


def parse_principal_assignment(resource: Mapping[str, Any]) -> PrincipalAssignment:
    """Read a principal assignment of a cluster; a state other than done becomes its note."""
    properties: Mapping[str, Any] = resource.get("properties") or {}
    told = {name: str(value or "") for name, value in properties.items()}
    kind, tenant = told.get("principalType", ""), told.get("tenantId", "")
    identifier = told.get("principalId", "")
    state = told.get("provisioningState", _DONE)
    return PrincipalAssignment(
        database="",
        role=_spelled(told.get("role", "")),
        principal_type=_SHOWN.get(kind, kind),
        display_name=told.get("principalName", ""),
        object_id=told.get("aadObjectId", ""),
        fqn=_fqn(kind, identifier, tenant),
        notes="" if state == _DONE else f"provisioningState {state}",
        resource_id=str(resource.get("id") or ""),
        principal_id=identifier,
        kind=kind,
        tenant_id=tenant,
    )


def _spelled(role: str) -> str:
    return next((one.value for one in ClusterRole if one.lower() == role.lower()), role)


def _fqn(kind: str, identifier: str, tenant: str) -> str:
    prefix = _KINDS.get(kind)
    return str(PrincipalReference(prefix, identifier, tenant)) if prefix and identifier else ""


def planned_assignment(
    cluster_id: str,
    role: SecurityRole,
    reference: PrincipalReference,
    *,
    display_name: str = "",
    object_id: str = "",
    taken: Iterable[str] = (),
) -> PrincipalAssignment:
    """Return the assignment that gives a principal a role, in a name that is not `taken` yet.

    Raises
    ------
    InvalidInput
        Azure Resource Manager knows no such kind of principal.

    """
    kind = _TYPES.get(reference.kind)
    if kind is None:
        raise InvalidInput(
            f"{reference} cannot hold a role on the whole cluster",
            why="Azure Resource Manager knows users, groups and applications of a tenant only",
            fix="if it is a guest of a tenant: aaduser=ADDRESS;TENANT",
        )
    name = _name(display_name, role, reference.identifier, {one.lower() for one in taken})
    return PrincipalAssignment(
        database="",
        role=role.value,
        principal_type=_SHOWN[kind],
        display_name=display_name,
        object_id=object_id,
        fqn=str(reference),
        resource_id=f"{cluster_id}/{COLLECTION}/{name}",
        principal_id=reference.identifier,
        kind=kind,
        tenant_id=reference.tenant,
    )


def _name(display_name: str, role: SecurityRole, identifier: str, taken: set[str]) -> str:
    """Return a name that tells who and what, and is the same each time."""
    who, whom = _word(display_name), _word(identifier)
    start = f"{who or whom}-{role}"
    for name in (start, f"{start}-{whom[:_START_OF_ID]}", f"{start}-{whom}"):
        if name.lower() not in taken:
            return name
    numbered = (f"{start}-{number}" for number in range(2, len(taken) + 3))
    return next(name for name in numbered if name.lower() not in taken)


def _word(text: str) -> str:
    return _NOT_IN_NAMES.sub("-", text)[:_LONGEST_NAME].strip("-")
