"""REST endpoints of the Kusto API (pages: Query/management HTTP request and response)."""

from __future__ import annotations

import functools
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

from adxmi_jupyter.embedded import web
from adxmi_jupyter.embedded.access import authenticate, presents_key
from adxmi_jupyter.embedded.answer import json_answer
from adxmi_jupyter.embedded.fault_injection import Responder
from adxmi_jupyter.embedded.kusto.answer import (
    fault_answer,
    malformed_request,
    throttled_answer,
    unauthenticated,
)
from adxmi_jupyter.embedded.kusto.request import (
    Endpoint,
    MalformedRequestError,
    read_request,
    request_ids,
)
from adxmi_jupyter.embedded.kusto.session import Session
from adxmi_jupyter.embedded.peers import RequestSender

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.cluster_host import ClusterHost

INGESTION_PREFIX = "ingest"
_VERSIONS = {Endpoint.QUERY_V2: "v2"}


class KustoApi:
    """Handlers of the management, query and authentication metadata endpoints."""

    def __init__(self, host: ClusterHost) -> None:
        self._host = host

    def routes(self) -> list[web.Route]:
        """Return the routes to add to an application."""
        return [
            web.post("/v1/rest/mgmt", self._management),
            web.post("/v1/rest/query", self._query_v1),
            web.get("/v1/rest/query", self._query_v1),
            web.post("/v2/rest/query", self._query_v2),
            web.get("/v2/rest/query", self._query_v2),
            web.get("/v1/rest/auth/metadata", self._auth_metadata),
            web.post(f"/{INGESTION_PREFIX}/(?P<cluster>[^/]+)/v1/rest/mgmt", self._ingestion),
            web.get(
                f"/{INGESTION_PREFIX}/(?P<cluster>[^/]+)/v1/rest/auth/metadata", self._auth_metadata
            ),
        ]

    async def _management(self, request: web.Request) -> web.Response | None:
        return await self._serve(request, Endpoint.MANAGEMENT)

    async def _ingestion(self, request: web.Request) -> web.Response | None:
        name = self._host.world.cluster.name
        if request.names["cluster"].casefold() != name.casefold():
            return web.not_found()
        return await self._serve(request, Endpoint.INGESTION)

    async def _query_v1(self, request: web.Request) -> web.Response | None:
        return await self._serve(request, Endpoint.QUERY_V1)

    async def _query_v2(self, request: web.Request) -> web.Response | None:
        return await self._serve(request, Endpoint.QUERY_V2)

    async def _auth_metadata(self, request: web.Request) -> web.Response | None:
        await self._host.pause(self._host.latency)
        if not self._host.is_running:
            return None
        own = self._host.kusto_uri
        metadata = {
            "LoginEndpoint": own,
            "LoginMfaRequired": False,
            "KustoClientAppId": "7a4d0e93-c58b-4f26-9d17-b3e60a82f5c1",
            "KustoClientRedirectUri": f"{own}/redirect",
            "KustoServiceResourceId": own,
            "FirstPartyAuthorityUrl": own,
        }
        return json_answer({"AzureAD": metadata}).response(request_ids(request))

    async def _serve(self, request: web.Request, endpoint: Endpoint) -> web.Response | None:
        with self._host.load.request() as takes:
            return await self._served(request, endpoint, takes=takes)

    async def _served(
        self, request: web.Request, endpoint: Endpoint, *, takes: bool
    ) -> web.Response | None:
        # What runs commands is loaded when there is one: to load it takes longer than to start.
        from adxmi_jupyter.embedded.kusto.logs.recording import coming_in, following
        from adxmi_jupyter.embedded.kusto.request_runner import RequestRunner

        host, ids = self._host, request_ids(request)
        host.count_request()
        await host.pause(host.latency)
        if not host.is_running:
            return None
        authorization = request.headers.get("Authorization")
        caller = authenticate(host.world, authorization)
        if caller is None:
            return unauthenticated().response(ids)
        if not takes:
            return throttled_answer(host.load.retry_after, ids, host.world.cluster.name).response(
                ids
            )
        try:
            call = await read_request(request)
        except MalformedRequestError:
            return malformed_request(ids).response(ids)
        session = Session(
            host.world,
            caller,
            call.database,
            sender=RequestSender(
                request.transport, has_key=presents_key(authorization, host.script_key)
            ),
            scripts=host.scripts,
            base_uri=host.kusto_uri,
            client_request_id=ids.client_request_id,
            activity_id=ids.activity_id,
            at_ingestion_endpoint=endpoint is Endpoint.INGESTION,
            parameters=call.parameters,
            options=call.options,
        )
        running = coming_in(call, session, _VERSIONS.get(endpoint, "v1"))
        session = replace(session, running=running)
        runner = RequestRunner(endpoint, call, session, ids, host.faults, running)
        fault = host.faults.take(call.text, runner.alias)
        instead = fault_answer(fault, ids, runner.alias) if fault else None
        run = functools.partial(host.beside, runner.run)
        with following(running, session, call.text, fault) if runner.is_logged else nullcontext():
            return await Responder(ids, run, host.pause).send(fault, instead)
