"""Faults that keep a command or query from running."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.faults import Fault
from adxmi_jupyter.embedded.kusto.answer import malformed_request, refusal_answer
from adxmi_jupyter.embedded.kusto.errors import throttled, unavailable

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.answer import Answer
    from adxmi_jupyter.embedded.faults import ActiveFault
    from adxmi_jupyter.embedded.kusto.tables import RequestIds


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
