"""The HTTP side of the query API: queries of workspaces, one by one or several in a batch.

The hosts of the service are api.loganalytics.io and its like; here it is at the main port.
"""

from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING, Any, Protocol

from adxmi_jupyter.embedded import web
from adxmi_jupyter.embedded.access import bearer
from adxmi_jupyter.embedded.answer import json_answer
from adxmi_jupyter.embedded.arm.request import ArmIds
from adxmi_jupyter.embedded.azure_roles import may
from adxmi_jupyter.embedded.fault_injection import Responder
from adxmi_jupyter.embedded.faults import Fault
from adxmi_jupyter.embedded.monitor import errors
from adxmi_jupyter.embedded.monitor.errors import MonitorError
from adxmi_jupyter.embedded.state.log_workspaces import MAY_QUERY

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from adxmi_jupyter.embedded.answer import Answer
    from adxmi_jupyter.embedded.faults import ActiveFault, Faults
    from adxmi_jupyter.embedded.state.log_workspaces import LogWorkspace
    from adxmi_jupyter.embedded.state.security import Principal
    from adxmi_jupyter.embedded.state.world import World

_QUERY = r"/v1/workspaces/(?P<workspace>[^/]+)/query"
_BATCH = r"/v1/\$batch"
_STATISTICS = {"query": {"executionTime": 0.0, "resourceUsage": {}, "datasetStatistics": []}}


class Host(Protocol):
    """What this API needs of the server it runs in."""

    world: World
    faults: Faults
    latency: float
    log_requests_served: int

    async def pause(self, seconds: float) -> None:
        """Hold an answer back, at most until the server stops."""

    async def beside(self, call: Callable[[], Answer]) -> Answer:
        """Call this in a thread of its own: it may take long, and others are answered."""


class LogQueryApi:
    """Answers queries of whoever may read the workspace."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def routes(self) -> list[web.Route]:
        """Return the routes to add to an application."""
        return [
            web.get(_QUERY, self._serve),
            web.post(_QUERY, self._serve),
            web.post(_BATCH, self._serve),
        ]

    async def _serve(self, request: web.Request) -> web.Response | None:
        host = self._host
        host.log_requests_served += 1
        await host.pause(host.latency)
        body = await request.read()
        text = f"{request.method} {request.target}\n{body.decode('utf-8', 'replace')}"
        fault = host.faults.take_arm(text)
        instead = _fault_answer(fault) if fault else None
        run = functools.partial(host.beside, functools.partial(_run, host.world, request, body))
        return await Responder(ArmIds(), run, host.pause).send(fault, instead)


def _run(world: World, request: web.Request, body: bytes) -> Answer:
    """Answer a request, alone in its world."""
    with world.lock:
        try:
            caller = _signed_in(world, request.headers.get("Authorization"))
            given = _object(body) if request.method == "POST" else dict(request.query)
            if "workspace" not in request.names:
                return json_answer({"responses": _batch(world, caller, given)})
            prefer = request.headers.get("Prefer", "")
            return json_answer(_asked(world, caller, request.names["workspace"], given, prefer))
        except MonitorError as error:
            return error.answer()


def _signed_in(world: World, authorization: str | None) -> Principal:
    if authorization is None:
        raise errors.not_signed_in()
    caller = bearer(world, authorization)
    if caller is None:
        raise errors.unknown_token()
    return caller


def _batch(world: World, caller: Principal, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the answers of several requests, each with its own status."""
    responses = []
    for each in given.get("requests") or ():
        headers = each.get("headers") or {}
        status = 200
        try:
            workspace, asked = str(each.get("workspace")), each.get("body") or {}
            body = _asked(world, caller, workspace, asked, str(headers.get("Prefer", "")))
        except MonitorError as error:
            status, body = error.status, error.body()
        responses.append({"id": each.get("id"), "status": status, "headers": {}, "body": body})
    return responses


def _asked(
    world: World, caller: Principal, workspace_id: str, given: Mapping[str, Any], prefer: str
) -> dict[str, Any]:
    from adxmi_jupyter.embedded.monitor.query import LogQuery

    text, period = given.get("query"), given.get("timespan")
    if not isinstance(text, str) or not isinstance(period, str | None):
        raise errors.bad_argument(("MissingArgument", "The body has a 'query', which is a text."))
    if given.get("workspaces"):
        raise errors.semantic_error("not supported by the embedded Azure: several workspaces")
    workspace = _readable(world, caller, workspace_id)
    body = LogQuery(world, workspace, text, period or "").body()
    if "include-statistics=true" in prefer:
        body["statistics"] = _STATISTICS
    if "include-render=true" in prefer:
        body["render"] = {"visualization": "table"}
    return body


def _readable(world: World, caller: Principal, workspace_id: str) -> LogWorkspace:
    folded = workspace_id.casefold()
    found = (each for each in world.log_workspaces if each.workspace_id.casefold() == folded)
    workspace = next(found, None)
    if workspace is None:
        raise errors.no_workspace(workspace_id)
    if not may(world, caller, MAY_QUERY, workspace.resource_id):
        raise errors.no_access()
    return workspace


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError as error:
        raise errors.bad_argument(("MalformedJson", "The body is no JSON.")) from error
    if not isinstance(found, dict):
        raise errors.bad_argument(("MalformedJson", "The body is no object."))
    return found


def _fault_answer(fault: ActiveFault) -> Answer | None:
    if fault.fault is Fault.THROTTLED:
        return errors.throttled(fault.retry_after).answer()
    return errors.unavailable().answer() if fault.fault is Fault.UNAVAILABLE else None
