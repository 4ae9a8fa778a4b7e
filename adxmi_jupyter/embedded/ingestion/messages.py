"""What a message of queued ingestion asks for, carried out, and what is reported about it.

Page: Ingestion without the Kusto.Ingest library.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.ingestion.errors import MESSAGE, IngestionError, record_failure
from adxmi_jupyter.embedded.ingestion.jobs import run_job
from adxmi_jupyter.embedded.state.ingestion_jobs import Attempt, Job
from adxmi_jupyter.embedded.state.queues import FAILED_QUEUE, SUCCESSFUL_QUEUE
from adxmi_jupyter.embedded.state.timestamps import now

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adxmi_jupyter.embedded.state.ingestion import IngestionFailure
    from adxmi_jupyter.embedded.state.world import World

_FAILURES_ONLY = 0
_EVERYTHING = 2
_BY_QUEUE = 0


@dataclass(frozen=True)
class Message:
    """The JSON of a message, with what it says about reports."""

    values: Mapping[str, Any]

    @classmethod
    def read(cls, text: str) -> Message:
        """Return a message; an IngestionError when the text holds none."""
        try:
            value = json.loads(base64.b64decode(text, validate=True))
        except (binascii.Error, ValueError, RecursionError) as error:
            raise IngestionError(MESSAGE, "The message is no JSON in base64.") from error
        if not isinstance(value, dict) or not isinstance(value.get(_MORE, {}), dict):
            raise IngestionError(MESSAGE, "The message is no JSON object.")
        return cls(value)

    @property
    def properties(self) -> Mapping[str, Any]:
        """Ingestion properties; a format may stand beside them."""
        more = self.values.get(_MORE) or {}
        known = self.values.get("Format")
        return {"format": known, **more} if known else more

    def reports(self, *levels: int) -> bool:
        """Tell whether it wants a report in a queue, and its level is one of these."""
        method = self.values.get("ReportMethod", _BY_QUEUE)
        return method == _BY_QUEUE and self.values.get("ReportLevel", _FAILURES_ONLY) in levels

    def text(self, name: str) -> str:
        """Return a member as text."""
        return str(self.values.get(name) or "")


_MORE = "AdditionalProperties"


def receive(world: World, text: str, own_address: str) -> None:
    """Ingest what a message names; failures are kept, and reported as the message wants it."""
    try:
        message = Message.read(text)
    except IngestionError as error:
        record_failure(world, Attempt("", "", ""), error)
        return
    job = _job(world, message, own_address)
    try:
        run_job(world, job)
    except IngestionError as error:
        failure = record_failure(world, job.attempt, error)
        if message.reports(_FAILURES_ONLY, _EVERYTHING):
            _report(world, FAILED_QUEUE, _failure_body(failure))
        return
    if message.reports(_EVERYTHING):
        _report(world, SUCCESSFUL_QUEUE, _success_body(world, job))


def _job(world: World, message: Message, own_address: str) -> Job:
    token = str(message.properties.get("authorizationContext") or "")
    is_kept = str(message.values.get("RetainBlobOnSuccess", False)).casefold() == "true"
    return Job(
        message.text("DatabaseName"),
        message.text("TableName"),
        message.text("BlobPath"),
        message.properties,
        world.ingestion.tokens.get(token),
        retain=is_kept,
        own_address=own_address,
        source_id=message.text("Id"),
    )


def _report(world: World, queue: str, body: Mapping[str, Any]) -> None:
    text = base64.b64encode(json.dumps(body).encode()).decode()
    world.ingestion.queues[queue].put(text)


def _common(attempt: Attempt, operation_id: str, activity_id: str) -> dict[str, Any]:
    return {
        "OperationId": operation_id,
        "Database": attempt.database,
        "Table": attempt.table,
        "IngestionSourceId": attempt.source_id,
        "IngestionSourcePath": attempt.source,
        "RootActivityId": activity_id,
    }


def _success_body(world: World, job: Job) -> dict[str, Any]:
    common = _common(job.attempt, world.mint("ingestion"), world.mint("activity"))
    return {**common, "SucceededOn": now()}


def _failure_body(failure: IngestionFailure) -> dict[str, Any]:
    return {
        **_common(failure.attempt, failure.operation_id, failure.activity_id),
        "FailedOn": failure.failed_on,
        "Details": failure.details,
        "ErrorCode": failure.code,
        "FailureStatus": "Permanent",
        "OriginatesFromUpdatePolicy": failure.originates_from_update_policy,
        "ShouldRetry": False,
    }
