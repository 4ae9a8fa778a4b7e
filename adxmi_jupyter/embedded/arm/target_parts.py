"""What targets hold, as far as Resource Manager lists it: no data, and no blobs.

Pages: Blob Containers - List; Databases - List By Server (Azure SQL); Sql Resources - List Sql
Databases and List Sql Containers (Cosmos DB); Deployments - List (Cognitive Services).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.arm.errors import child_not_found
from adxmi_jupyter.embedded.arm.paging import page_of
from adxmi_jupyter.embedded.arm.targets import find_target
from adxmi_jupyter.embedded.state.networks import COSMOS, MODELS, SQL, STORAGE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from adxmi_jupyter.embedded.answer import Answer
    from adxmi_jupyter.embedded.arm.request import ArmRequest

CONTAINERS = f"{STORAGE}/blobServices/containers"
SQL_DATABASES = f"{SQL}/databases"
COSMOS_DATABASES = f"{COSMOS}/sqlDatabases"
COSMOS_CONTAINERS = f"{COSMOS_DATABASES}/containers"
DEPLOYMENTS = f"{MODELS}/deployments"
_MASTER = "master"


def list_containers(call: ArmRequest) -> Answer:
    """Return the containers of a storage account; `$filter` is what their names begin with."""
    resource = find_target(call)
    account = call.world.storage_accounts.get(resource.name)
    beginning = call.query.get("$filter", "")
    named = sorted(account.containers if account else ())
    open_to_all = account.public if account else set()
    return page_of(
        call,
        [
            _part(
                f"{resource.resource_id}/blobServices/default/containers/{name}",
                CONTAINERS,
                {
                    "deleted": False,
                    "publicAccess": "Container" if name in open_to_all else "None",
                    "leaseStatus": "Unlocked",
                    "leaseState": "Available",
                },
            )
            for name in named
            if name.startswith(beginning)
        ],
    )


def list_sql_databases(call: ArmRequest) -> Answer:
    """Return the databases of a SQL server, its own one among them."""
    resource = find_target(call)
    server = call.world.sql_servers.get(resource.name)
    named = (_MASTER, *(server.databases if server else ()))
    parts = _parts(resource.resource_id, "databases", SQL_DATABASES, named)
    return page_of(call, [{**each, "properties": {"status": "Online"}} for each in parts])


def list_cosmos_databases(call: ArmRequest) -> Answer:
    """Return the databases of a Cosmos DB account."""
    resource, named = find_target(call), tuple(_cosmos(call))
    found = _parts(resource.resource_id, "sqlDatabases", COSMOS_DATABASES, named)
    return page_of(call, list(map(_as_resource, found)))


def list_cosmos_containers(call: ArmRequest) -> Answer:
    """Return the containers of a database; an ArmError (404) when there is no such database."""
    at = f"{find_target(call).resource_id}/sqlDatabases/{call.names['database']}"
    found = _cosmos(call).get(call.names["database"])
    if found is None:
        raise child_not_found(at)
    return page_of(
        call, list(map(_as_resource, _parts(at, "containers", COSMOS_CONTAINERS, found)))
    )


def list_deployments(call: ArmRequest) -> Answer:
    """Return the models that are deployed in an account, and what they can do."""
    resource = find_target(call)
    account = call.world.model_accounts.get(resource.name)
    can = {"embeddings": "embeddings", "chat/completions": "chatCompletion"}
    return page_of(
        call,
        [
            _part(
                f"{resource.resource_id}/deployments/{name}",
                DEPLOYMENTS,
                {"provisioningState": "Succeeded", "capabilities": {can[kind]: "true"}},
            )
            for name, kind in (account.deployments if account else {}).items()
        ],
    )


def _cosmos(call: ArmRequest) -> Mapping[str, list[str]]:
    """Return the containers of an account by their databases."""
    account = call.world.cosmos_accounts.get(find_target(call).name)
    found: dict[str, list[str]] = {}
    for each in account.containers if account else ():
        database, _, container = each.partition("/")
        found.setdefault(database, []).append(container)
    return found


def _parts(parent: str, word: str, kind: str, names: Iterable[str]) -> Iterator[dict[str, Any]]:
    return (_part(f"{parent}/{word}/{name}", kind, {}) for name in names)


def _as_resource(part: dict[str, Any]) -> dict[str, Any]:
    return {**part, "properties": {"resource": {"id": part["name"]}}}


def _part(part_id: str, kind: str, properties: dict[str, Any]) -> dict[str, Any]:
    name = part_id.rsplit("/", 1)[1]
    return {"id": part_id, "name": name, "type": kind, "properties": properties}
