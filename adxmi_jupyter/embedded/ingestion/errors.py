"""Why data was not ingested, by the codes of the page "Ingestion error codes", and its record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.state.data_log import current_origin
from adxmi_jupyter.embedded.state.ingestion import IngestionFailure

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.kusto.errors import KustoError
    from adxmi_jupyter.embedded.state.ingestion_jobs import Attempt
    from adxmi_jupyter.embedded.state.world import World

TABLE_NOT_FOUND = "BadRequest_TableNotExist"
TABLE_NAME = "BadRequest_InvalidOrEmptyTableName"
DATABASE_NOT_FOUND = "BadRequest_DatabaseNotExist"
DATABASE_NAME = "BadRequest_EmptyDatabaseName"
DATABASE_DENIED = "BadRequest_DatabaseAccessDenied"
MAPPING_NOT_FOUND = "BadRequest_MappingReferenceWasNotFound"
MAPPING_TWICE = "BadRequest_DuplicateMapping"
MAPPING_INVALID = "BadRequest_InvalidMapping"
MAPPING_INCONSISTENT = "BadRequest_InconsistentMapping"
FORMAT = "BadRequest_FormatNotSupported"
BLOB_INVALID = "BadRequest_InvalidBlob"
BLOB_EMPTY = "BadRequest_EmptyBlob"
NO_RECORDS = "BadRequest_NoRecordsOrWrongFormat"
NO_DATA = "Stream_NoDataToIngest"
FIELDS = "Stream_WrongNumberOfFields"
SOURCE_DENIED = "BadRequest_InvalidAuthentication"
IDENTITY = "BadRequest_InvalidManagedIdentity"
IDENTITY_TOKEN = "BadRequest_InvalidKustoIdentityToken"  # noqa: S105 - the name of an error
MESSAGE = "BadRequest_CorruptedMessage"
BLOB_URI_EMPTY = "BadRequest_EmptyBlobUri"
PROPERTY = "BadRequest_MalformedIngestionProperty"
SOURCE_NOT_FOUND = "Download_SourceNotFound"
SOURCE_FORBIDDEN = "Download_Forbidden"
FAILED_DESCENDANT = "UpdatePolicy_FailedDescendantTransaction"
SKIPPED = "Skipped_IngestByTagAlreadyExists"
_UPLOAD_FORBIDDEN = "Upload_Forbidden"

# What is wrong with the data itself: another try would find the same.
SPOILED = frozenset({BLOB_INVALID, BLOB_EMPTY, NO_RECORDS, NO_DATA, FIELDS, MESSAGE})


@dataclass(eq=False)
class IngestionError(Exception):
    """Data that cannot be ingested; every code here is of a permanent failure."""

    code: str
    details: str

    def __str__(self) -> str:
        return f"{self.code}: {self.details}"


def as_ingestion_error(error: KustoError) -> IngestionError:
    """Return an error on the way to the data as why it was not ingested.

    Who may not delete a blob may not download it for good: there is no code for the difference.
    """
    name = error.type.rsplit(".", 1)[-1]
    code = SOURCE_FORBIDDEN if error.code == _UPLOAD_FORBIDDEN else error.code
    return IngestionError(code, f"{name}: {error.message}")


def record_failure(
    world: World,
    attempt: Attempt,
    error: IngestionError,
    number_of_sources: int = 1,
    *,
    operation_id: str = "",
) -> IngestionFailure:
    """Keep a failure and return it; one within a request has the ID of the request's answer."""
    minted = world.mint("ingestion"), world.mint("activity")
    failure = IngestionFailure(
        attempt,
        error.code,
        error.details,
        operation_id or minted[0],
        current_origin().activity_id or minted[1],
        world.clock(),
        number_of_sources,
    )
    world.ingestion.failures.append(failure)
    return failure
