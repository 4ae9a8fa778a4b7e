"""`.ingest into` (page: `.ingest into` command): blobs into a table, all of them or none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.access import Permission
from adxmi_jupyter.embedded.ingestion.errors import FORMAT, SKIPPED, IngestionError, record_failure
from adxmi_jupyter.embedded.ingestion.jobs import prepare_job
from adxmi_jupyter.embedded.kusto.errors import KustoError, entity_not_found
from adxmi_jupyter.embedded.kusto.ingestion.properties import checked_properties
from adxmi_jupyter.embedded.kusto.results import result
from adxmi_jupyter.embedded.state.ingestion_jobs import Job
from adxmi_jupyter.embedded.storage.locations import shown_source

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.kusto.ingestion.statements import IngestInto
    from adxmi_jupyter.embedded.kusto.results import Result
    from adxmi_jupyter.embedded.kusto.session import Session
    from adxmi_jupyter.embedded.state.world import World

# The extent of data that did not come in.
NO_EXTENT = "00000000-0000-0000-0000-000000000000"
_OPERATION = "DataIngestPull"
_TYPES = {FORMAT: "FormatNotSupportedException"}


def ingest_into(command: IngestInto, session: Session) -> Result:
    """Ingest the blobs; a failure is kept, and rejects the command unless it is `async`."""
    database = session.database(None)
    session.require(Permission.DATABASE_INGEST, _OPERATION, database)
    if command.table not in database.tables:
        raise entity_not_found("Table", command.table, database.name)
    properties = checked_properties(command.properties)
    jobs = [
        Job(database.name, command.table, each, properties, session.caller, impersonates=True)
        for each in command.sources
    ]
    operation_id = session.world.mint("ingestion")
    if session.running is not None:
        session.running.operation_id = operation_id
    try:
        rows = _ingest(session.world, jobs, operation_id)
    except IngestionError as error:
        if not command.is_async:
            raise as_kusto_error(error) from error
        if session.running is not None:
            session.running.failure = error.details
        rows = []
    if command.is_async or not rows:
        rows = [[NO_EXTENT, "", "00:00:00", False, operation_id]]
    return result(
        "ExtentId:guid, ItemLoaded:string, Duration:timespan, HasErrors:bool, OperationId:guid",
        rows,
    )


def _ingest(world: World, jobs: list[Job], operation_id: str) -> list[list[Any]]:
    """Return a row per blob; none when data with a tag to look for is there already."""
    prepared = []
    for job in jobs:
        try:
            prepared.append(prepare_job(world, job))
        except IngestionError as error:
            if error.code == SKIPPED:
                return []
            record_failure(world, job.attempt, error, operation_id=operation_id)
            raise
    for each in prepared:
        each.commit()
    return [
        [world.mint("extent"), shown_source(job.source), "00:00:00", False, operation_id]
        for job in jobs
    ]


def as_kusto_error(error: IngestionError) -> KustoError:
    """Return the KustoError behind an error, or the error as one."""
    if isinstance(error.__cause__, KustoError):
        return error.__cause__
    return KustoError(
        400,
        error.code,
        "Request is invalid and cannot be executed.",
        f"Kusto.Data.Exceptions.{_TYPES.get(error.code, 'KustoBadRequestException')}",
        error.details,
    )
