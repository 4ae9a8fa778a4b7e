"""Answers of the Kusto API that are no result: errors as JSON, as text and without a body."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.answer import Answer, json_answer
from adxmi_jupyter.embedded.faults import Fault
from adxmi_jupyter.embedded.kusto.errors import throttled, unavailable
from adxmi_jupyter.embedded.kusto.results import failed_body_v2, timestamp

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.faults import ActiveFault
    from adxmi_jupyter.embedded.kusto.errors import KustoError
    from adxmi_jupyter.embedded.kusto.results import RequestIds

_TEXT = "text/plain"


def error_answer(error: KustoError, ids: RequestIds, alias: str, **headers: str) -> Answer:
    """Return the answer to a rejected request; `alias` is the name of the cluster."""
    return json_answer(error.body(_context(ids, alias)), error.status, **headers)


def partial_failure(error: KustoError, ids: RequestIds, alias: str) -> Answer:
    """Return the answer to a query that failed after its answer had begun: its status is 200."""
    return json_answer(failed_body_v2(error.body(_context(ids, alias))))


def text_error(sentence: str, ids: RequestIds) -> Answer:
    """Return a 400 from before the JSON error layer: plain text."""
    details = (
        f"ClientRequestId='{ids.client_request_id}', ActivityId='{ids.activity_id}', "
        f"Timestamp='{timestamp()}'."
    )
    return Answer(400, f"{sentence}\nError details:\n{details}".encode(), _TEXT)


def malformed_request(ids: RequestIds) -> Answer:
    """Return the answer to a request that cannot be read at all."""
    return text_error("General_BadRequest: Request is invalid and cannot be executed.", ids)


def unauthenticated() -> Answer:
    """Return the 401 of an unknown caller; it has no body."""
    return Answer(401, b"", _TEXT, {"WWW-Authenticate": "Bearer"})


def throttled_answer(retry_after: float, ids: RequestIds, alias: str) -> Answer:
    """Return the 429 of a cluster that takes no more at the moment."""
    return error_answer(throttled(), ids, alias, Retry_After=f"{retry_after:g}")


def fault_answer(fault: ActiveFault, ids: RequestIds, alias: str) -> Answer | None:
    """Return the answer of a fault that keeps the request from running; None for the others."""
    match fault.fault:
        case Fault.THROTTLED:
            return throttled_answer(fault.retry_after, ids, alias)
        case Fault.UNAVAILABLE:
            return error_answer(unavailable(), ids, alias)
        case Fault.PLAIN_TEXT_400:
            return malformed_request(ids)
        case _:
            return None


def _context(ids: RequestIds, alias: str) -> dict[str, Any]:
    return {
        "timestamp": timestamp(),
        "serviceAlias": alias.upper(),
        "machineName": "KEngine000000",
        "processName": "EmbeddedAzure",
        "processId": 1,
        "threadId": 1,
        "clientRequestId": ids.client_request_id,
        "activityId": ids.activity_id,
        "subActivityId": str(uuid.uuid4()),
        "activityType": "GW.Http.CallContext",
        "parentActivityId": ids.activity_id,
        "activityStack": f"(Activity stack: CRID={ids.client_request_id} ARID={ids.activity_id})",
    }
