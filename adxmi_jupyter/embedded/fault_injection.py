"""What faults do to a request of any API: keep it from running, or spoil its answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from adxmi_jupyter.embedded.answer import Answer, Identified
    from adxmi_jupyter.embedded.faults import ActiveFault
    from adxmi_jupyter.embedded.web import Response

_HTML = b"<html><body>Sign in to continue</body></html>"


@dataclass(frozen=True)
class Responder:
    """How to answer one request: `run` executes it, `instead` is a fault's own answer."""

    ids: Identified
    run: Callable[[], Awaitable[Answer]]
    pause: Callable[[float], Awaitable[None]]

    async def send(
        self, fault: ActiveFault | None, instead: Answer | None = None
    ) -> Response | None:
        """Answer the request, or do to it what the fault does; None closes the connection."""
        if instead is not None:
            return instead.response(self.ids)
        if fault is None:
            return (await self.run()).response(self.ids)
        if fault.fault is Fault.DROPPED_BEFORE_WRITE:
            return None
        answer = _spoil(fault, await self.run())
        if fault.fault is Fault.DROPPED_AFTER_WRITE:
            return None
        if fault.fault is Fault.TRUNCATED_BODY:
            return self._truncated(answer)
        if fault.fault is Fault.SLOW:
            await self.pause(fault.delay)
        return answer.response(self.ids)

    def _truncated(self, answer: Answer) -> Response:
        """Announce the whole body, send half of it and close the connection."""
        return replace(answer.response(self.ids), cut=len(answer.body) // 2)


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
