"""Long-running operations over HTTP: how one starts, and what its two addresses answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from adxmi_jupyter.embedded.answer import Answer, json_answer
from adxmi_jupyter.embedded.arm.errors import ArmError, conflict
from adxmi_jupyter.embedded.arm.versions import is_first
from adxmi_jupyter.embedded.faults import Fault
from adxmi_jupyter.embedded.state.arm_operations import Failure, Operation, OperationStatus
from adxmi_jupyter.embedded.state.ids import cluster_id, same

if TYPE_CHECKING:
    from collections.abc import Callable

    from adxmi_jupyter.embedded.arm.request import ArmRequest
    from adxmi_jupyter.embedded.state.clusters import Cluster

_STATES = {
    OperationStatus.RUNNING: "InProgress",
    OperationStatus.SUCCEEDED: "Completed",
    OperationStatus.FAILED: "Failed",
}


@dataclass(frozen=True)
class Change:
    """A change of a cluster or of something in it, still to be accepted.

    `finish` is called at its end with whether it succeeds; `failure` makes it fail, as does what
    `work` returns, which is done before. The address
    of its operation shows `location`, or else where the cluster is. The first version of the API
    calls it `first_kind`, if not the same.
    """

    kind: str
    cluster: Cluster
    resource_id: str
    finish: Callable[[bool], None]
    failure: Failure | None = None
    pending: dict[str, Any] | None = None
    result: dict[str, Any] | None = None
    location: str = ""
    work: Callable[[], Failure | None] | None = None
    first_kind: str = ""


def start(call: ArmRequest, change: Change) -> Operation:
    """Accept a change; it takes effect when the operation ends."""
    failure = change.failure
    if call.struck_by(Fault.OPERATION_FAILS):
        failure = Failure("Failed", "Internal Server Error")
    operation = Operation(
        change.kind,
        change.cluster,
        change.resource_id,
        change.finish,
        call.settings,
        failure,
        change.pending,
        change.result,
        change.location,
        change.work,
        change.first_kind,
    )
    call.world.operations.append(operation)
    return operation


def running_on(call: ArmRequest, cluster: Cluster) -> Operation | None:
    """Return the operation that is under way on a cluster, if any."""
    return next((o for o in call.world.operations if o.running and o.cluster is cluster), None)


def running_for(call: ArmRequest, resource_id: str) -> Operation | None:
    """Return the operation that is under way for exactly this resource, if any."""
    operations = call.world.operations
    return next((o for o in operations if o.running and same(o.resource_id, resource_id)), None)


def require_no_maintenance(call: ArmRequest, cluster: Cluster) -> None:
    """Raise an ArmError (409) when the fault `in-maintenance` strikes this write."""
    if call.struck_by(Fault.IN_MAINTENANCE):
        failure = maintenance(cluster)
        raise conflict(failure.code, failure.message)


def maintenance(cluster: Cluster) -> Failure:
    """Return why a write fails while the cluster is busy with another one."""
    return Failure(
        "ServiceIsInMaintenance",
        f"[Conflict] The cluster '{cluster.name}' is being maintained; try again later.",
    )


def overlap(call: ArmRequest, cluster: Cluster) -> Failure | None:
    """Return why an operation fails that starts while another one is under way."""
    return maintenance(cluster) if running_on(call, cluster) else None


def busy(resource_id: str) -> ArmError:
    """Return the error of a second write on one resource."""
    return conflict(
        "RequestConflict",
        f"'{resource_id}' cannot be modified: its provisioning state is not terminal yet.",
    )


def accepted(call: ArmRequest, operation: Operation, body: dict[str, Any] | None = None) -> Answer:
    """Return 202 with both addresses of an operation; DELETE and POST have no body."""
    headers = {
        "Azure-AsyncOperation": _status_uri(call, operation, operation.location),
        "Location": _status_uri(call, operation, quote(operation.location))
        + "&operationResultResponseType=Location",
    }
    if body is None:
        return Answer(202, b"", headers=headers)
    return json_answer(body, 202, **headers)


def created(
    call: ArmRequest, operation: Operation, body: dict[str, Any], status: int = 201
) -> Answer:
    """Return 201, or 200 for what was there, with the one address that a PUT gets."""
    where = _status_uri(call, operation, operation.location)
    return json_answer(body, status, Azure_AsyncOperation=where)


def operation_result(call: ArmRequest) -> Answer:
    """Answer a question after an operation: its status, or its result at the Location address."""
    wanted = call.names["operation"].casefold()
    operation = next((o for o in call.world.operations if o.operation_id == wanted), None)
    if operation is None:
        raise ArmError(404, "OperationNotFound", f"There is no operation '{wanted}'.")
    if "operationresultresponsetype" not in call.query:
        operation.poll()
        return json_answer(
            _status_body(call, operation), x_ms_operation_root_activity_id=operation.operation_id
        )
    if operation.running:
        return accepted(call, operation)
    return json_answer(operation.result) if operation.result is not None else Answer(200, b"")


def _status_uri(call: ArmRequest, operation: Operation, location: str) -> str:
    """Return the address of an operation; the header holds the location with raw blanks."""
    subscription = operation.cluster.subscription_id
    return (
        f"{call.operations_uri}/subscriptions/{subscription}/providers/Microsoft.Kusto/locations/"
        f"{location}/operationResults/{operation.operation_id}?api-version={call.api_version}"
    )


def _status_body(call: ArmRequest, operation: Operation) -> dict[str, Any]:
    cluster = operation.cluster
    body: dict[str, Any] = {
        "id": f"/subscriptions/{cluster.subscription_id}/providers/Microsoft.Kusto/locations/"
        f"{operation.location}/operationresults/{operation.operation_id}",
        "name": operation.operation_id,
        "status": operation.status,
        "startTime": operation.started,
        "endTime": operation.ended or operation.started,
        "percentComplete": 0.5 if operation.running else 1.0,
        "properties": _status_properties(operation, call.api_version),
    }
    if operation.failure and not operation.running:
        body["error"] = {"code": operation.failure.code, "message": operation.failure.message}
    return body


def _status_properties(operation: Operation, version: str) -> dict[str, Any]:
    """Return what kind of operation it is; one with a result shows that, once there is one."""
    if is_first(version):
        return {
            "OperationKind": operation.first_kind or operation.kind,
            "RootActivityId": operation.operation_id,
            "provisioningState": operation.status,
        }
    if not operation.kind:
        return {}
    if operation.result is not None:
        return {} if operation.running else operation.result
    return {
        "operationKind": operation.kind,
        "provisioningState": operation.status,
        "operationState": _STATES[operation.status],
    }


def cluster_busy(call: ArmRequest, cluster: Cluster) -> None:
    """Raise an ArmError (409) while an operation is under way on the cluster."""
    if running_on(call, cluster):
        raise busy(cluster_id(cluster))
