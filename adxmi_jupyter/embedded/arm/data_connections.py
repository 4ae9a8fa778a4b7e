"""Data connections of a database (page: Data Connections), changed by long-running operations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.arm import operations
from adxmi_jupyter.embedded.arm.connection_checks import Candidate, named_identity
from adxmi_jupyter.embedded.arm.connection_kinds import (
    IDENTITY,
    OBJECT_ID,
    START,
    STATE,
    check_name,
    find_kind,
    kind_of,
    read_connection,
    start_of,
)
from adxmi_jupyter.embedded.arm.database_children import ChildKind, Place
from adxmi_jupyter.embedded.arm.databases import database_id
from adxmi_jupyter.embedded.arm.errors import bad_request
from adxmi_jupyter.embedded.arm.operations import Change
from adxmi_jupyter.embedded.arm.paging import page_of
from adxmi_jupyter.embedded.arm.request import member
from adxmi_jupyter.embedded.arm.versions import (
    CONNECTION_KIND_SINCE,
    CONNECTION_SINCE,
    child_extras,
    properties_at,
)
from adxmi_jupyter.embedded.state.arm_operations import Failure
from adxmi_jupyter.embedded.state.ids import last_name
from adxmi_jupyter.embedded.state.resources import DataConnection
from adxmi_jupyter.embedded.state.timestamps import now

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adxmi_jupyter.embedded.answer import Answer
    from adxmi_jupyter.embedded.arm.connection_kinds import ConnectionKind
    from adxmi_jupyter.embedded.arm.request import ArmRequest
    from adxmi_jupyter.embedded.state.clusters import Cluster, Database
    from adxmi_jupyter.embedded.state.world import World


_Place = Place[DataConnection]
_CONNECTIONS = ChildKind[DataConnection](
    "DataConnections", "connection", lambda database: database.data_connections
)


def list_connections(call: ArmRequest) -> Answer:
    """Return the data connections of a database."""
    place = _CONNECTIONS.place_of(call)
    return page_of(call, [_body(call, place, each) for each in place.database.data_connections])


def get_connection(call: ArmRequest) -> Answer:
    """Return one data connection; one that is being made is shown as it was asked for."""
    place = _CONNECTIONS.place_of(call)
    return place.shown(call, lambda found: _body(call, place, found))


def put_connection(call: ArmRequest) -> Answer:
    """Make a data connection, or replace one: 201 or 200, and an operation."""
    place, body = _CONNECTIONS.place_of(call), call.object()
    return _write(call, place, place.find(), body)


def patch_connection(call: ArmRequest) -> Answer:
    """Change a data connection: 202 and an operation. What the body leaves out is not kept."""
    place, body = _CONNECTIONS.place_of(call), call.object()
    return _write(call, place, place.existing(), body)


def delete_connection(call: ArmRequest) -> Answer:
    """Remove a data connection: 202 and an operation, or 204 when there is none."""
    place = _CONNECTIONS.place_of(call)

    def remove(found: DataConnection) -> None:
        database = place.database
        database.data_connections = [c for c in database.data_connections if c is not found]

    return place.removed(call, "DmServiceDataObtainerDrop", remove)


def validate_connection(call: ArmRequest) -> Answer:
    """Check a data connection without making it; the result is a list with a capital name."""
    place, body = _CONNECTIONS.place_of(call), call.object()
    kind, properties = read_connection(member(body.get("properties")), is_new=True)
    name = str(body.get("dataConnectionName") or "")
    if name:
        check_name(name)
    candidate = Candidate(call.world, place.cluster, place.database, name, kind, properties)
    change = Change(
        "DataConnectionValidation",
        place.cluster,
        database_id(place.cluster, place.database.name),
        lambda _: None,
        result={"Value": [{"errorMessage": each} for each in candidate.problems()]},
    )
    return operations.accepted(call, operations.start(call, change))


def _write(
    call: ArmRequest, place: _Place, existing: DataConnection | None, body: Mapping[str, Any]
) -> Answer:
    check_name(place.name)
    _require_version(call, find_kind(body.get("kind")))
    kind, properties = read_connection(body, is_new=existing is None)
    if existing is not None and existing.kind != kind.name:
        raise bad_request(f"[BadRequest] The kind {existing.kind} of a connection cannot change.")
    place.require_no_change(call)
    operations.require_no_maintenance(call, place.cluster)
    properties = _with_start(kind, properties, existing)
    wanted = DataConnection(place.name, kind.name, properties)
    candidate = Candidate(call.world, place.cluster, place.database, place.name, kind, properties)
    failure = operations.overlap(call, place.cluster) or _invalid(candidate)

    def finish(succeeded: bool) -> None:
        if succeeded:
            _put_in(call.world, place.database, existing, wanted)

    location = "" if existing is not None else str(body.get("location") or "")
    pending = _pending(call, place, existing, {**body, "kind": kind.name})
    change = Change(
        kind.operation,
        place.cluster,
        place.head["id"],
        finish,
        failure,
        pending,
        location=location,
        first_kind=kind.first_operation,
    )
    operation = operations.start(call, change)
    if call.method == "PATCH":
        return operations.accepted(call, operation, pending)
    return operations.created(call, operation, pending, 201 if existing is None else 200)


def _require_version(call: ArmRequest, kind: ConnectionKind) -> None:
    """Raise an ArmError (400) when the version of the request has no such kind."""
    if call.api_version < CONNECTION_KIND_SINCE.get(kind.name, ""):
        raise bad_request(f"[BadRequest] {call.api_version} has no kind '{kind.name}'.")


def _with_start(
    kind: ConnectionKind, properties: dict[str, Any], existing: DataConnection | None
) -> dict[str, Any]:
    """Return the properties with the start of an Event Hubs connection: set at first, then kept."""
    if kind.family != "EventHub" or properties.get(START):
        return properties
    start = now() if existing is None else existing.properties.get(START)
    return {**properties, START: start}


def _pending(
    call: ArmRequest, place: _Place, existing: DataConnection | None, body: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what the answer shows: what was asked for, or for a PATCH what is there so far."""
    if call.method == "PATCH" and existing is not None:
        shown = _body(call, place, existing)
        return {**shown, "properties": {**shown["properties"], STATE: "Accepted"}}
    asked = member(body.get("properties"))
    state = "Creating" if existing is None else "Accepted"
    return {
        **place.head,
        **child_extras(call.api_version, has_tags=False),
        "location": body.get("location") or place.cluster.location,
        "kind": body["kind"],
        "properties": {**asked, STATE: state},
    }


def _put_in(
    world: World, database: Database, existing: DataConnection | None, wanted: DataConnection
) -> None:
    """Let a connection take effect; a new one reads what came after it, or since its own start."""
    if existing is None or _source_of(existing) != _source_of(wanted):
        wanted.backlog = _earlier(world, wanted)
    else:
        wanted.backlog = existing.backlog
    if existing is None:
        database.data_connections.append(wanted)
        return
    wanted.name = existing.name
    database.data_connections = [
        wanted if each is existing else each for each in database.data_connections
    ]


def _source_of(connection: DataConnection) -> list[str]:
    source = kind_of(connection.kind).source_of(connection.properties)
    return [each.casefold() for each in source]


def _earlier(world: World, connection: DataConnection) -> list[Any]:
    """Return what was in the source since the start that the connection was given."""
    kind, start = kind_of(connection.kind), start_of(connection.properties)
    source = kind.source_of(connection.properties)
    if kind.has_hub:
        hub = world.sources.hub(source[0])
        return list(hub.since(start)) if hub else []
    account, database, container = source
    found = world.cosmos_accounts[last_name(account)].containers[f"{database}/{container}"]
    return list(found.changes_since(start))


def _invalid(candidate: Candidate) -> Failure | None:
    """Return why an operation fails; the code has been seen for event hubs, misspelled like this.

    Source: hashicorp/terraform-provider-azurerm#12776.
    """
    problems = candidate.problems()
    if not problems:
        return None
    return Failure(
        f"{candidate.kind.family}ValidationErorFound",
        f"[BadRequest] Validation Errors found: {'; '.join(problems)}",
    )


def _body(call: ArmRequest, place: _Place, connection: DataConnection) -> dict[str, Any]:
    head = place.head_of(connection.name)
    running = operations.running_for(call, head["id"])
    properties = _with_object_id(place.cluster, connection.properties)
    return {
        **head,
        **child_extras(call.api_version),
        "location": place.cluster.location,
        "kind": connection.kind,
        "properties": properties_at(
            call.api_version,
            CONNECTION_SINCE,
            {**properties, STATE: "Running" if running else "Succeeded"},
        ),
    }


def _with_object_id(cluster: Cluster, properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return the properties with the object ID behind the resource ID of the identity."""
    named = properties.get(IDENTITY)
    identity = named_identity(cluster, named) if named else None
    shown: dict[str, Any] = {}
    for name, value in properties.items():
        shown[name] = value
        if name == IDENTITY:
            shown[OBJECT_ID] = identity.object_id if identity else None
    return shown
