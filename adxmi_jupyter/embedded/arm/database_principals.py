"""The older list of a database's principals (page: Databases - List Principals)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.answer import json_answer
from adxmi_jupyter.embedded.arm.assignments import DATABASE_ROLES, WORDS
from adxmi_jupyter.embedded.arm.clusters import find_cluster
from adxmi_jupyter.embedded.arm.databases import database_id, find_database
from adxmi_jupyter.embedded.arm.errors import bad_request
from adxmi_jupyter.embedded.arm.principals import KINDS, TYPES, principal_name, resolve
from adxmi_jupyter.embedded.arm.request import member
from adxmi_jupyter.embedded.state.ids import stable_id
from adxmi_jupyter.embedded.state.security import PrincipalKind, RoleAssignment

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.answer import Answer
    from adxmi_jupyter.embedded.arm.request import ArmRequest
    from adxmi_jupyter.embedded.state.clusters import Database
    from adxmi_jupyter.embedded.state.security import DatabaseRole, Principal
    from adxmi_jupyter.embedded.state.world import World


def list_principals(call: ArmRequest) -> Answer:
    """Return who is in which role of a database."""
    return _listed(call, find_database(call, find_cluster(call)))


def add_principals(call: ArmRequest) -> Answer:
    """Put principals into roles at once; the answer holds all of them."""
    cluster = find_cluster(call)
    database = find_database(call, cluster)
    parent = database_id(cluster, database.name)
    for role, principal in _asked(call):
        held = {(each.role, each.principal.fqn) for each in database.roles}
        if (role, principal.fqn) not in held:
            made = stable_id(parent, str(role), principal.fqn)
            entry = RoleAssignment(role, replace(principal, token=None), "", made)
            database.roles = [*database.roles, entry]
    return _listed(call, database)


def remove_principals(call: ArmRequest) -> Answer:
    """Take principals out of roles at once; the answer holds those that are left."""
    database = find_database(call, find_cluster(call))
    asked = {(role, principal.fqn) for role, principal in _asked(call)}
    database.roles = [e for e in database.roles if (e.role, e.principal.fqn) not in asked]
    return _listed(call, database)


def _asked(call: ArmRequest) -> list[tuple[DatabaseRole, Principal]]:
    return [_one(call.world, member(each)) for each in call.object().get("value") or []]


def _one(world: World, given: dict[str, Any]) -> tuple[DatabaseRole, Principal]:
    """Return role and principal of an item; an ArmError (400) when one of them is none.

    An item names its principal by its fully qualified name, else by its application or address.
    """
    role, kind = DATABASE_ROLES.get(str(given.get("role"))), KINDS.get(str(given.get("type")))
    if role is None or kind is None:
        raise bad_request("[BadRequest] A principal needs 'role' and 'type'.")
    fqn = str(given.get("fqn") or "")
    identifier, _, tenant = fqn.partition("=")[2].partition(";")
    named = identifier or str(given.get("appId") or given.get("email") or given.get("name") or "")
    principal = resolve(world, kind, named, tenant)
    if principal is None:
        raise bad_request(f"[BadRequest] The principal '{named}' was not found.")
    return role, principal


def _listed(call: ArmRequest, database: Database) -> Answer:
    return json_answer({"value": [_body(call.world, each) for each in database.roles]})


def _body(world: World, assignment: RoleAssignment) -> dict[str, str]:
    principal = assignment.principal
    is_app = principal.kind is PrincipalKind.APPLICATION
    return {
        "name": principal_name(principal),
        "role": WORDS[assignment.role],
        "type": TYPES[principal.kind],
        "fqn": principal.fqn,
        "email": principal.upn,
        "appId": principal.identifier if is_app else "",
        "tenantName": world.tenant_domain if principal.tenant_id == world.tenant_id else "",
    }
