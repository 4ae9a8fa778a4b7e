"""The HTTP side of the Resource Manager API: one handler for every path of it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from adxmi_jupyter.embedded import web
from adxmi_jupyter.embedded.answer import json_answer
from adxmi_jupyter.embedded.arm.errors import ArmError, throttled, unavailable
from adxmi_jupyter.embedded.arm.request import ArmIds, ArmRequest, query_of, segments_of
from adxmi_jupyter.embedded.fault_injection import Responder
from adxmi_jupyter.embedded.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Callable

    from adxmi_jupyter.embedded.answer import Answer
    from adxmi_jupyter.embedded.arm.request import ClusterScripts
    from adxmi_jupyter.embedded.faults import ActiveFault, Faults
    from adxmi_jupyter.embedded.state.arm_operations import ArmSettings
    from adxmi_jupyter.embedded.state.world import World

_JSON_UTF8 = "application/json; charset=utf-8"
_KUSTO_QUOTA = {"GET": "299", "PUT": "199", "PATCH": "199"}
_PATHS = r"//*(?i:subscriptions|providers)(?:/.*)?"


class Host(Protocol):
    """What this API needs of the server it runs in."""

    world: World
    faults: Faults
    arm: ArmSettings
    latency: float
    arm_requests_served: int

    def public_uri(self, address: str) -> str:
        """Return the public address of the cluster at a loopback one; others as they are."""

    async def pause(self, seconds: float) -> None:
        """Hold an answer back, at most until the server stops."""

    @property
    def arm_uri(self) -> str:
        """Address that answers whatever becomes of clusters: operations are asked about there."""

    async def follow_states(self) -> None:
        """Let the clusters that run listen, and no others."""


class ArmApi:
    """Answers everything below `/subscriptions` and `/providers`; `uri` is where it does so."""

    def __init__(
        self, host: Host, uri: Callable[[], str], scripts: Callable[[], ClusterScripts]
    ) -> None:
        self._host = host
        self._uri = uri
        self._scripts = scripts
        self._following: set[asyncio.Task[None]] = set()

    def routes(self) -> list[web.Route]:
        """Return the routes to add to an application."""
        return [web.route("*", _PATHS, self._serve)]

    async def _serve(self, request: web.Request) -> web.Response | None:
        host, ids = self._host, ArmIds()
        host.arm_requests_served += 1
        await host.pause(host.latency)
        body = await request.read()
        try:
            call = self._call(request, body)
        except ArmError as error:
            return _error_answer(error).response(ids)
        fault = host.faults.take_arm(call.text)
        instead = _fault_answer(fault) if fault else None

        async def run() -> Answer:
            answer = _run(call)
            await self._follow_states()
            return answer

        return await Responder(ids, run, host.pause).send(fault, instead)

    async def _follow_states(self) -> None:
        """Let clusters listen or not; where one of them listens itself, once it has answered."""
        following = self._host.follow_states()
        if self._uri() == self._host.arm_uri:
            await following
            return
        task = asyncio.get_running_loop().create_task(following)
        self._following.add(task)
        task.add_done_callback(self._following.discard)

    def _call(self, request: web.Request, body: bytes) -> ArmRequest:
        from adxmi_jupyter.embedded.arm.request_checks import sign_in

        host = self._host
        with host.world.lock:
            caller = sign_in(host.world, request.headers.get("Authorization"))
        return ArmRequest(
            host.world,
            host.arm,
            host.faults,
            caller,
            self._uri(),
            request.method,
            segments_of(request.path),
            query_of(request),
            request.headers,
            body,
            f"{request.method} {request.target}\n{body.decode('utf-8', 'replace')}",
            self._scripts,
            host.public_uri,
            host.arm_uri,
        )


def _run(call: ArmRequest) -> Answer:
    """Run the call, alone in its world; what a provider answers shows what is left of a quota."""
    from adxmi_jupyter.embedded.arm.request_checks import pass_through

    with call.world.lock:
        call.world.settle()
        try:
            handler, named = pass_through(call)
        except ArmError as error:
            return _error_answer(error)
        try:
            answer = handler(named)
        except ArmError as error:
            answer = _error_answer(error)
    return replace(
        answer,
        content_type=_JSON_UTF8 if answer.body else "",
        headers={**answer.headers, **_quota(call)},
    )


def _quota(call: ArmRequest) -> dict[str, str]:
    """Return what is left of the rate limit; Kusto counts apart from the rest."""
    path = call.path.casefold()
    is_plain = call.method != "GET" and "/managedprivateendpoints/" in path  # as recorded
    if call.method in _KUSTO_QUOTA and "microsoft.kusto/" in path and not is_plain:
        return {
            "x-ms-ratelimit-remaining-subscription-resource-requests": _KUSTO_QUOTA[call.method]
        }
    if call.method == "GET":
        return {"x-ms-ratelimit-remaining-subscription-reads": "11999"}
    kind = "deletes" if call.method == "DELETE" else "writes"
    return {f"x-ms-ratelimit-remaining-subscription-{kind}": "1199"}


def _fault_answer(fault: ActiveFault) -> Answer | None:
    if fault.fault is Fault.THROTTLED:
        return _error_answer(throttled(fault.retry_after))
    return _error_answer(unavailable()) if fault.fault is Fault.UNAVAILABLE else None


def _error_answer(error: ArmError) -> Answer:
    answer = json_answer(error.body(), error.status)
    return replace(answer, content_type=_JSON_UTF8, headers=error.headers)
