"""Runs the commands of ingestion, each where it belongs: on the cluster or its other endpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.kusto.ingestion.failures import show_failures
from adxmi_jupyter.embedded.kusto.ingestion.ingest_into import ingest_into
from adxmi_jupyter.embedded.kusto.ingestion.inline import ingest_inline
from adxmi_jupyter.embedded.kusto.ingestion.listing import list_blobs
from adxmi_jupyter.embedded.kusto.ingestion.queued import (
    cancel_operation,
    ingest_queued,
    show_operations,
)
from adxmi_jupyter.embedded.kusto.ingestion.resources import (
    get_identity_token,
    get_resources,
    wrong_endpoint,
)
from adxmi_jupyter.embedded.kusto.ingestion.statements import (
    CancelQueuedOperation,
    EndpointCommand,
    GetIdentityToken,
    GetIngestionResources,
    IngestInline,
    IngestInto,
    IngestQueued,
    ListBlobs,
    ShowIngestionFailures,
    ShowQueuedOperations,
)

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.kusto.ingestion.statements import IngestionCommand
    from adxmi_jupyter.embedded.kusto.results import Result
    from adxmi_jupyter.embedded.kusto.session import Session


def run_ingestion_command(command: IngestionCommand, session: Session) -> Result:
    """Return the command's result; a KustoError when it may not or cannot run, or not here."""
    match command:
        case EndpointCommand():
            return _run_endpoint_command(command, session)
        case ShowIngestionFailures():
            return show_failures(command, session)
        case IngestInto():
            return ingest_into(command, session)
        case IngestInline():
            return ingest_inline(command, session)
        case _:
            raise AssertionError(command)


def _run_endpoint_command(command: EndpointCommand, session: Session) -> Result:
    if not session.at_ingestion_endpoint:
        raise wrong_endpoint(session.world.cluster)
    match command:
        case GetIngestionResources():
            return get_resources(session)
        case GetIdentityToken():
            return get_identity_token(session)
        case ListBlobs():
            return list_blobs(command, session)
        case IngestQueued():
            return ingest_queued(command, session)
        case ShowQueuedOperations():
            return show_operations(command, session)
        case CancelQueuedOperation():
            return cancel_operation(command, session)
        case _:
            raise AssertionError(command)
