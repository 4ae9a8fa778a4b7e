"""What faults do to a request: refuse it before it runs, or spoil its answer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aiohttp import web

from adxmi_jupyter.embedded.faults import Fault
from adxmi_jupyter.embedded.kusto.answer import malformed_request, refusal_answer
from adxmi_jupyter.embedded.kusto.errors import throttled, unavailable

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.faults import ActiveFault
    from adxmi_jupyter.embedded.kusto.answer import Answer
    from adxmi_jupyter.embedded.kusto.tables import RequestIds

_HTML = b"<html><body>Sign in to continue</body></html>"


def refuse(fault: ActiveFault, ids: RequestIds, alias: str) -> Answer | None:
    """Return the answer of a fault that keeps the request from running; None for the others."""
    match fault.fault:
        case Fault.THROTTLED:
            wait = f"{fault.retry_after:g}"
            return refusal_answer(throttled(), ids, alias, Retry_After=wait)
        case Fault.UNAVAILABLE:
            return refusal_answer(unavailable(), ids, alias)
        case Fault.PLAIN_TEXT_400:
            return malformed_request(ids)
        case _:
            return None


def spoil(fault: ActiveFault, answer: Answer) -> Answer:
    """Return what becomes of the answer to a request that has run."""
    match fault.fault:
        case Fault.NOT_JSON:
            return replace(answer, status=200, body=_HTML, content_type="text/html")
        case Fault.WRONG_CONTENT_TYPE:
            return replace(answer, content_type="text/plain")
        case Fault.EMPTY_BODY:
            return replace(answer, status=200, body=b"")
        case _:
            return answer


def drop(request: web.BaseRequest) -> web.Response:
    """Close the connection; the response is never sent."""
    if request.transport is not None:
        request.transport.close()
    return web.Response()


async def truncate(request: web.BaseRequest, answer: Answer, ids: RequestIds) -> web.StreamResponse:
    """Announce the whole body, send half of it and close the connection."""
    body = answer.body
    half = web.StreamResponse(status=answer.status, headers=answer.response(ids).headers)
    half.content_length = len(body)
    await half.prepare(request)
    await half.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.close()
    return half
