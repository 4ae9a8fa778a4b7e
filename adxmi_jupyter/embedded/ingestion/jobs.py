"""One blob on its way into one table: who may do so, what is read, what is left behind."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.access import Permission, permits
from adxmi_jupyter.embedded.ingestion.append import planned_append
from adxmi_jupyter.embedded.ingestion.blobs import open_blob, open_temporary
from adxmi_jupyter.embedded.ingestion.errors import (
    DATABASE_DENIED,
    IDENTITY_TOKEN,
    PROPERTY,
    SKIPPED,
    IngestionError,
    as_ingestion_error,
    record_failure,
)
from adxmi_jupyter.embedded.ingestion.table_rows import (
    find_database,
    find_table,
    read_table_rows,
)
from adxmi_jupyter.embedded.kusto.errors import KustoError
from adxmi_jupyter.embedded.state.data_log import DATA_MANAGEMENT, bringing
from adxmi_jupyter.embedded.state.ingestion_jobs import BlobStatus

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.ingestion.append import PlannedAppend, Report
    from adxmi_jupyter.embedded.ingestion.blobs import Blob
    from adxmi_jupyter.embedded.ingestion.table_rows import Row
    from adxmi_jupyter.embedded.kusto.policies.update_runs import UpdateFailure
    from adxmi_jupyter.embedded.state.clusters import Database
    from adxmi_jupyter.embedded.state.ingestion_jobs import Job, QueuedOperation
    from adxmi_jupyter.embedded.state.world import World

_TAGS = "tags"
_IF_NOT_EXISTS = "ingestIfNotExists"
_INGEST_BY = "ingest-by:"


@dataclass(frozen=True)
class Prepared:
    """Data that has been read and may come in; `blob` is where it was, if in any."""

    world: World
    job: Job
    database: Database
    planned: PlannedAppend
    blob: Blob | None = None

    def commit(self) -> int:
        """Append the rows, return how many, and delete the blob unless it is to be kept."""
        added = self.planned.commit(self.job.shown_properties)
        self.world.ingestion.tags |= {
            (self.database.name, table, tag)
            for table in self.planned.tagged_tables
            for tag in _texts(self.job, _TAGS)
        }
        if self.blob is not None and not self.job.retain:
            self.blob.delete()
        return added


def run_job(world: World, job: Job) -> int:
    """Ingest the blob and return its rows; an IngestionError when that is impossible."""
    return prepare_job(world, job).commit()


def run_operation(world: World, operation: QueuedOperation) -> None:
    """Ingest what is pending in an operation, as the service itself."""
    with bringing(DATA_MANAGEMENT):
        for blob in operation.pending:
            try:
                run_job(world, blob.job)
            except IngestionError as error:
                record_failure(world, blob.job.attempt, error)
                operation.end(blob, BlobStatus.FAILED, f"{error.code}: {error.details}")
            else:
                operation.end(blob, BlobStatus.INGESTED)


def prepare_job(world: World, job: Job) -> Prepared:
    """Read the blob, and change nothing yet; an IngestionError when it cannot come in."""
    if job.caller is None:
        raise IngestionError(IDENTITY_TOKEN, "The identity token is missing or not valid.")
    database = find_database(world, job.database)
    if not permits(world, job.caller, Permission.DATABASE_INGEST, database):
        raise IngestionError(
            DATABASE_DENIED,
            f"The principal '{job.caller.fqn}' may not ingest into '{database.name}'.",
        )
    table = find_table(database, job.table)
    check_tags(world, database, job)
    try:
        blob = _open(world, job, database)
    except KustoError as error:
        raise as_ingestion_error(error) from error
    rows = read_table_rows(table, blob.data, job.shape, path=blob.path)
    return replace(prepare_rows(world, job, rows), blob=blob)


def prepare_rows(world: World, job: Job, rows: list[Row]) -> Prepared:
    """Run the update policies over rows for the table; raises as `prepare_job` does."""
    database = find_database(world, job.database)
    table = find_table(database, job.table)
    planned = planned_append(world, database, table, rows, _reporter(world, job))
    return Prepared(world, job, database, planned)


def _reporter(world: World, job: Job) -> Report:
    """Return what keeps a failure of an update policy, as one of its own table."""

    def report(failure: UpdateFailure) -> None:
        attempt = replace(job.attempt, table=failure.table)
        record_failure(world, attempt, IngestionError(failure.error_code, failure.details))

    return report


def _open(world: World, job: Job, database: Database) -> Blob:
    if job.own_address and job.source.startswith(f"{job.own_address}/"):
        return open_temporary(world, job.source)
    caller = job.caller if job.impersonates else None
    return open_blob(world, job.source, database, caller=caller, to_delete=not job.retain)


def check_tags(world: World, database: Database, job: Job) -> None:
    """Raise an IngestionError when data came in already with a tag that must not be there."""
    _texts(job, _TAGS)
    place = (database.name, job.table)
    for tag in _texts(job, _IF_NOT_EXISTS):
        if (*place, f"{_INGEST_BY}{tag}") in world.ingestion.tags:
            raise IngestionError(
                SKIPPED, f"The table '{job.table}' holds data with the tag '{_INGEST_BY}{tag}'."
            )


def _texts(job: Job, name: str) -> list[str]:
    """Return a property that is a JSON array of texts."""
    given = {key.casefold(): value for key, value in job.properties.items()}
    text = given.get(name.casefold())
    if not text:
        return []
    try:
        value = json.loads(text) if isinstance(text, str) else text
    except (ValueError, RecursionError) as error:
        raise IngestionError(PROPERTY, f"The property '{name}' is no JSON array.") from error
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise IngestionError(PROPERTY, f"The property '{name}' is no JSON array of texts.")
    return value
