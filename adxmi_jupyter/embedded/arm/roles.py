"""Azure role assignments and definitions (page: Role Assignments - List For Scope)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.answer import Answer, json_answer
from adxmi_jupyter.embedded.arm.errors import ArmError, bad_request, conflict
from adxmi_jupyter.embedded.arm.paging import page_of
from adxmi_jupyter.embedded.arm.request import member
from adxmi_jupyter.embedded.arm.role_grants import enter_role
from adxmi_jupyter.embedded.azure_roles import ROLES, covers
from adxmi_jupyter.embedded.state.ids import same
from adxmi_jupyter.embedded.state.resources import AzureRoleAssignment
from adxmi_jupyter.embedded.state.security import PrincipalKind

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.arm.request import ArmRequest
    from adxmi_jupyter.embedded.azure_roles import RoleDefinition

_PROVIDER = "providers/Microsoft.Authorization"
_TYPES = {
    PrincipalKind.APPLICATION: "ServicePrincipal",
    PrincipalKind.GROUP: "Group",
    PrincipalKind.USER: "User",
}
_TERM = re.compile(
    r"(?P<at>atScope\(\))|principalId\s+eq\s+'?(?P<id>[\w-]+)'?|assignedTo\('(?P<to>[\w-]+)'\)",
    re.IGNORECASE,
)
_ROLE_NAME = re.compile(r"roleName\s+eq\s+'(?P<name>[^']*)'", re.IGNORECASE)
_AND = re.compile(r"\s+and\s+", re.IGNORECASE)


@dataclass(frozen=True)
class _Filter:
    """What a `$filter` keeps of a list: at or above the scope only, one principal only."""

    at_scope: bool = False
    principal_id: str = ""

    @classmethod
    def read(cls, text: str) -> _Filter:
        """Return the filter; an ArmError (400) when it is none of the known ones."""
        found = cls()
        for term in _AND.split(text.strip()) if text.strip() else []:
            match = _TERM.fullmatch(term)
            if match is None:
                raise bad_request(f"'{term}' is no filter of role assignments.", "InvalidFilter")
            principal = match["id"] or match["to"] or found.principal_id
            found = cls(found.at_scope or bool(match["at"]), principal.casefold())
        return found

    def keeps(self, assignment: AzureRoleAssignment, scope: str) -> bool:
        """Tell whether an assignment belongs into the list at a scope."""
        if self.principal_id not in {"", assignment.principal_id.casefold()}:
            return False
        below = not self.at_scope and covers(scope, assignment.scope)
        return below or covers(assignment.scope, scope)


def list_roles(call: ArmRequest) -> Answer:
    """Return the role assignments at, above and, without `atScope()`, below the scope."""
    scope, kept = _scope(call), _Filter.read(call.query.get("$filter", ""))
    assignments = [a for a in call.world.azure_roles if kept.keeps(a, scope)]
    return page_of(call, [role_body(each) for each in assignments])


def get_role(call: ArmRequest) -> Answer:
    """Return one role assignment."""
    found = _find(call)
    if found is None:
        raise ArmError(
            404, "RoleAssignmentNotFound", f"There is no role assignment '{call.names['name']}'."
        )
    return json_answer(role_body(found))


def put_role(call: ArmRequest) -> Answer:
    """Give an Azure role; at once, unless roles are late."""
    asked, existing = _asked(call), _find(call)
    if existing is not None and _key(existing) == _key(asked):
        return json_answer(role_body(existing))
    if existing is not None:
        raise bad_request(
            "Principal, role and scope of a role assignment cannot change.",
            "RoleAssignmentUpdateNotPermitted",
        )
    if any(_key(each) == _key(asked) for each in call.world.azure_roles):
        raise conflict("RoleAssignmentExists", "The role assignment already exists.")
    entered = enter_role(call.world, call.faults, asked)
    return json_answer(role_body(entered), 201)


def delete_role(call: ArmRequest) -> Answer:
    """Take an Azure role; the answer holds what was taken."""
    found = _find(call)
    if found is None:
        return Answer(204, b"")
    call.world.azure_roles = [each for each in call.world.azure_roles if each is not found]
    return json_answer(role_body(found))


def list_definitions(call: ArmRequest) -> Answer:
    """Return the built-in roles that this server knows, or the one of a name."""
    match = _ROLE_NAME.search(call.query.get("$filter", ""))
    found = [r for r in ROLES if match is None or r.name.casefold() == match["name"].casefold()]
    return page_of(call, [_definition(_scope(call), each) for each in found])


def get_definition(call: ArmRequest) -> Answer:
    """Return one built-in role."""
    wanted = call.names["name"].casefold()
    for each in ROLES:
        if each.role_id == wanted:
            return json_answer(_definition(_scope(call), each))
    raise ArmError(404, "RoleDefinitionDoesNotExist", f"There is no role '{wanted}'.")


def principal_type(call: ArmRequest, principal_id: str) -> str | None:
    """Return the type of a principal, by object ID; None when the directory does not know it."""
    for each in call.world.principals:
        if each.object_id.casefold() == principal_id:
            return _TYPES.get(each.kind)
    identities = {each.object_id.casefold() for each in call.world.identities}
    if principal_id in identities and call.world.find_identity(principal_id):
        return "ServicePrincipal"
    return None


def _asked(call: ArmRequest) -> AzureRoleAssignment:
    given = member(call.object().get("properties"))
    role_id = str(given.get("roleDefinitionId") or "").rsplit("/", 1)[-1].casefold()
    principal_id = str(given.get("principalId") or "").casefold()
    if not role_id or not principal_id:
        raise bad_request(
            "A role assignment needs 'roleDefinitionId' and 'principalId'.", "InvalidRequestContent"
        )
    if role_id not in {each.role_id for each in ROLES}:
        raise bad_request(f"There is no role '{role_id}'.", "RoleDefinitionDoesNotExist")
    kind = _type_of(call, principal_id, given.get("principalType"))
    return AzureRoleAssignment(call.names["name"], _scope(call), role_id, principal_id, kind)


def _type_of(call: ArmRequest, principal_id: str, given: str | None) -> str:
    """Return the type of a principal.

    Of a service principal that the directory does not know (yet), the given type is believed.
    """
    known = principal_type(call, principal_id)
    if known is None and given == "ServicePrincipal":
        return given
    if known is None:
        raise bad_request(
            f"Principal {principal_id} is not in the directory {call.world.tenant_id}. One just "
            "created may not have arrived there: set principalType.",
            "PrincipalNotFound",
        )
    if given is not None and given != known:
        raise bad_request(
            f"Principal {principal_id} is a {known}, not a {given}.", "UnmatchedPrincipalType"
        )
    return known


def _key(assignment: AzureRoleAssignment) -> tuple[str, str, str]:
    return assignment.scope.casefold(), assignment.role_id, assignment.principal_id.casefold()


def _find(call: ArmRequest) -> AzureRoleAssignment | None:
    scope, name = _scope(call), call.names["name"].casefold()
    return next(
        (a for a in call.world.azure_roles if a.name.casefold() == name and same(a.scope, scope)),
        None,
    )


def _scope(call: ArmRequest) -> str:
    return f"/{call.names['scope']}"


def role_body(assignment: AzureRoleAssignment) -> dict[str, Any]:
    """Return the body of a role assignment."""
    scope = assignment.scope
    subscription = "/".join(scope.split("/")[:3])
    return {
        "properties": {
            "roleDefinitionId": f"{subscription}/{_PROVIDER}/roleDefinitions/{assignment.role_id}",
            "principalId": assignment.principal_id,
            "principalType": assignment.principal_type,
            "scope": scope,
            "condition": assignment.condition or None,
            "conditionVersion": "2.0" if assignment.condition else None,
            "createdOn": assignment.created_on,
            "updatedOn": assignment.created_on,
            "createdBy": None,
            "updatedBy": None,
            "delegatedManagedIdentityResourceId": None,
            "description": None,
        },
        "id": f"{scope}/{_PROVIDER}/roleAssignments/{assignment.name}",
        "type": "Microsoft.Authorization/roleAssignments",
        "name": assignment.name,
    }


def _definition(scope: str, role: RoleDefinition) -> dict[str, Any]:
    subscription = "/".join(scope.split("/")[:3])
    return {
        "properties": {
            "roleName": role.name,
            "type": "BuiltInRole",
            "description": role.name,
            "assignableScopes": ["/"],
            "permissions": [
                {
                    "actions": list(role.actions),
                    "notActions": list(role.not_actions),
                    "dataActions": list(role.data_actions),
                    "notDataActions": [],
                }
            ],
        },
        "id": f"{subscription}/{_PROVIDER}/roleDefinitions/{role.role_id}",
        "type": "Microsoft.Authorization/roleDefinitions",
        "name": role.role_id,
    }
