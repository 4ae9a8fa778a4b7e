"""User-assigned identities as resources (page: User Assigned Identities)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.answer import Answer, json_answer
from adxmi_jupyter.embedded.arm.clusters import find_cluster
from adxmi_jupyter.embedded.arm.errors import bad_request, child_not_found, not_found
from adxmi_jupyter.embedded.arm.graph_index import note_made
from adxmi_jupyter.embedded.arm.paging import page_of
from adxmi_jupyter.embedded.arm.request import member
from adxmi_jupyter.embedded.state.clusters import Identity
from adxmi_jupyter.embedded.state.ids import cluster_id, identity_id, same

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.arm.request import ArmRequest

TYPE = "Microsoft.ManagedIdentity/userAssignedIdentities"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{2,127}")


def list_identities(call: ArmRequest) -> Answer:
    """Return the identities of a subscription or of a resource group."""
    subscription, group = call.names["subscription"], call.names.get("group")
    scope = f"/subscriptions/{subscription}/resourcegroups/{group + '/' if group else ''}"
    found = [i for i in call.world.identities if _starts(i.resource_id, scope)]
    return page_of(call, [identity_body(each) for each in found])


def get_identity(call: ArmRequest) -> Answer:
    """Return one identity."""
    found = _find(call)
    if found is None:
        raise not_found(TYPE, call.names["identity"], call.names["group"])
    return json_answer(identity_body(found))


def put_identity(call: ArmRequest) -> Answer:
    """Create an identity, or change its tags; at once. One made again has new IDs."""
    body, existing = call.object(), _find(call)
    location, tags = body.get("location"), member(body.get("tags"))
    if existing is not None:
        existing.tags = tags
        return json_answer(identity_body(existing))
    if not location:
        raise bad_request("An identity needs a location.", "LocationRequired")
    name = call.names["identity"]
    if not _NAME.fullmatch(name):
        raise bad_request(f"'{name}' is no name for an identity.", "InvalidResourceName")
    made = Identity(
        name,
        call.world.mint("object", name),
        call.world.mint("client", name),
        call.world.tenant_id,
        _resource_id(call),
        str(location),
        tags,
        call.settings.directory_lookups,
    )
    call.world.identities.append(made)
    note_made(call, made.resource_id)
    return json_answer(identity_body(made), 201)


def patch_identity(call: ArmRequest) -> Answer:
    """Change the tags of an identity; at once. Nothing else of it can change."""
    found, body = _find(call), call.object()
    if found is None:
        raise not_found(TYPE, call.names["identity"], call.names["group"])
    if body.get("tags") is not None:
        found.tags = member(body["tags"])
    return json_answer(identity_body(found))


def delete_identity(call: ArmRequest) -> Answer:
    """Delete an identity; a cluster that it is assigned to goes on listing it."""
    found = _find(call)
    if found is None:
        return Answer(204, b"")
    found.deleted = True
    call.world.identities = [i for i in call.world.identities if i is not found]
    return Answer(200, b"")


def get_system_identity(call: ArmRequest) -> Answer:
    """Return the system identity of a cluster: the one place that shows its client ID."""
    cluster = find_cluster(call)
    resource_id = f"{cluster_id(cluster)}/providers/Microsoft.ManagedIdentity/Identities/default"
    system = cluster.system_identity
    if system is None:
        raise child_not_found(resource_id)
    return json_answer(
        {
            "id": resource_id,
            "name": "default",
            "type": "Microsoft.ManagedIdentity/Identities",
            "location": cluster.region,
            "tags": {},
            "properties": {
                "tenantId": system.tenant_id,
                "principalId": system.object_id,
                "clientId": system.client_id,
                "clientSecretUrl": f"{call.base_uri}/credentials",
            },
        }
    )


def identity_body(identity: Identity) -> dict[str, Any]:
    """Return the body of a user-assigned identity."""
    return {
        "id": identity.resource_id,
        "name": identity.display_name,
        "type": TYPE,
        "location": identity.location,
        "tags": dict(identity.tags),
        "properties": {
            "tenantId": identity.tenant_id,
            "principalId": identity.object_id,
            "clientId": identity.client_id,
        },
    }


def _find(call: ArmRequest) -> Identity | None:
    wanted = _resource_id(call)
    return next((i for i in call.world.identities if same(i.resource_id, wanted)), None)


def _resource_id(call: ArmRequest) -> str:
    return identity_id(call.names["subscription"], call.names["group"], call.names["identity"])


def _starts(resource_id: str, scope: str) -> bool:
    return resource_id.casefold().startswith(scope.casefold())
