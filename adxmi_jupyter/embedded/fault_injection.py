"""What faults do to a request of any API: keep it from running, or spoil its answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aiohttp import web

from adxmi_jupyter.embedded.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from adxmi_jupyter.embedded.answer import Answer, Identified
    from adxmi_jupyter.embedded.faults import ActiveFault

_HTML = b"<html><body>Sign in to continue</body></html>"


@dataclass(frozen=True)
class Responder:
    """One request and how to answer it: `run` executes it, `instead` is a fault's own answer."""

    request: web.BaseRequest
    ids: Identified
    run: Callable[[], Awaitable[Answer]]
    pause: Callable[[float], Awaitable[None]]

    async def send(
        self, fault: ActiveFault | None, instead: Answer | None = None
    ) -> web.StreamResponse:
        """Answer the request, or do to it what the fault does."""
        if instead is not None:
            return instead.response(self.ids)
        if fault is None:
            return (await self.run()).response(self.ids)
        if fault.fault is Fault.DROPPED_BEFORE_WRITE:
            return self._drop()
        answer = _spoil(fault, await self.run())
        if fault.fault is Fault.DROPPED_AFTER_WRITE:
            return self._drop()
        if fault.fault is Fault.TRUNCATED_BODY:
            return await self._truncate(answer)
        if fault.fault is Fault.SLOW:
            await self.pause(fault.delay)
        return answer.response(self.ids)

    def _drop(self) -> web.Response:
        """Close the connection; the response is never sent."""
        if self.request.transport is not None:
            self.request.transport.close()
        return web.Response()

    async def _truncate(self, answer: Answer) -> web.StreamResponse:
        """Announce the whole body, send half of it and close the connection."""
        body = answer.body
        headers = answer.response(self.ids).headers
        half = web.StreamResponse(status=answer.status, headers=headers)
        half.content_length = len(body)
        await half.prepare(self.request)
        await half.write(body[: len(body) // 2])
        if self.request.transport is not None:
            self.request.transport.close()
        return half


def _spoil(fault: ActiveFault, answer: Answer) -> Answer:
    match fault.fault:
        case Fault.NOT_JSON:
            return replace(answer, status=200, body=_HTML, content_type="text/html")
        case Fault.WRONG_CONTENT_TYPE:
            return replace(answer, content_type="text/plain")
        case Fault.EMPTY_BODY:
            return replace(answer, status=200, body=b"")
        case _:
            return answer
