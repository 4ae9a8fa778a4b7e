"""The data roles of a Cosmos DB account, which are no Azure roles (page: Sql Resources).

They decide who reads its containers, so what is put here is what `CosmosAccount` asks.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.answer import Answer, json_answer
from adxmi_jupyter.embedded.arm.errors import bad_request, child_not_found, conflict, not_found
from adxmi_jupyter.embedded.arm.paging import page_of
from adxmi_jupyter.embedded.arm.request import member
from adxmi_jupyter.embedded.arm.roles import principal_type
from adxmi_jupyter.embedded.state.ids import group_id, same
from adxmi_jupyter.embedded.state.targets import DATA_CONTRIBUTOR, DATA_READER, DataRoleAssignment

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.arm.request import ArmRequest
    from adxmi_jupyter.embedded.state.targets import CosmosAccount

ACCOUNT_TYPE = "Microsoft.DocumentDB/databaseAccounts"
TYPE = f"{ACCOUNT_TYPE}/sqlRoleAssignments"
_NAME = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_SCOPE = re.compile(r"(?:/dbs/[^/]+(?:/colls/[^/]+)?)?")


def list_data_roles(call: ArmRequest) -> Answer:
    """Return who is in which data role of an account."""
    account_id, account = _account(call)
    return page_of(call, [_body(account_id, each) for each in account.role_assignments])


def get_data_role(call: ArmRequest) -> Answer:
    """Return one assignment."""
    account_id, account = _account(call)
    found = _find(call, account)
    if found is None:
        raise child_not_found(f"{account_id}/sqlRoleAssignments/{call.names['name']}")
    return json_answer(_body(account_id, found))


def put_data_role(call: ArmRequest) -> Answer:
    """Put a principal into a data role; at once."""
    account_id, account = _account(call)
    asked, existing = _asked(call, account_id), _find(call, account)
    other = account.same_as(asked)
    if other is not None and other is not existing:
        raise conflict("Conflict", f"'{other.name}' is the same role assignment already.")
    if existing is None:
        account.role_assignments.append(asked)
    elif existing.principal_id != asked.principal_id or existing.scope != asked.scope:
        raise bad_request("Principal and scope of a role assignment cannot change.")
    else:
        account.role_assignments[account.role_assignments.index(existing)] = asked
    return json_answer(_body(account_id, asked))


def delete_data_role(call: ArmRequest) -> Answer:
    """Take a principal out of a data role; at once."""
    _, account = _account(call)
    found = _find(call, account)
    if found is None:
        return Answer(204, b"")
    account.role_assignments.remove(found)
    return Answer(200, b"")


def _account(call: ArmRequest) -> tuple[str, CosmosAccount]:
    """Return the account that the path names, and its resource ID; an ArmError (404) for none."""
    group, name = call.names["group"], call.names["account"]
    wanted = f"{group_id(call.names['subscription'], group)}/providers/{ACCOUNT_TYPE}/{name}"
    found = next((r for r in call.world.resources if same(r.resource_id, wanted)), None)
    if found is None or found.name not in call.world.cosmos_accounts:
        raise not_found(ACCOUNT_TYPE, name, group)
    return found.resource_id, call.world.cosmos_accounts[found.name]


def _find(call: ArmRequest, account: CosmosAccount) -> DataRoleAssignment | None:
    name = call.names["name"].casefold()
    return next((a for a in account.role_assignments if a.name.casefold() == name), None)


def _asked(call: ArmRequest, account_id: str) -> DataRoleAssignment:
    given, name = member(call.object().get("properties")), call.names["name"]
    if not _NAME.fullmatch(name):
        raise bad_request(f"'{name}' is no GUID, as the name of a role assignment has to be.")
    role_id = str(given.get("roleDefinitionId") or "").rsplit("/", 1)[-1]
    if role_id not in {DATA_READER, DATA_CONTRIBUTOR}:
        raise bad_request(f"There is no data role '{role_id}'.")
    principal_id = str(given.get("principalId") or "").casefold()
    is_own = call.world.tenant_of(account_id) == call.world.tenant_id
    if not is_own or principal_type(call, principal_id) is None:
        raise bad_request(f"The directory of the account has no principal '{principal_id}'.")
    return DataRoleAssignment(name, role_id, principal_id, _scope(given, account_id))


def _scope(given: dict[str, Any], account_id: str) -> str:
    """Return the part of a scope below the account; an ArmError (400) when it is not of it."""
    scope = str(given.get("scope") or "").rstrip("/")
    inside = scope[len(account_id) :] if same(scope[: len(account_id)], account_id) else scope
    if not scope or not _SCOPE.fullmatch(inside):
        raise bad_request(f"'{scope}' is no scope in '{account_id}'.")
    return inside


def _body(account_id: str, assignment: DataRoleAssignment) -> dict[str, Any]:
    return {
        "id": f"{account_id}/sqlRoleAssignments/{assignment.name}",
        "name": assignment.name,
        "type": TYPE,
        "properties": {
            "roleDefinitionId": f"{account_id}/sqlRoleDefinitions/{assignment.role_id}",
            "principalId": assignment.principal_id,
            "scope": f"{account_id}{assignment.scope}",
        },
    }
