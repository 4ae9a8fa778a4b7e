"""External tables of storage and of delta tables (pages: … storage, … Delta Lake)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.kusto.errors import bad_request
from adxmi_jupyter.embedded.kusto.external_tables.partitions import check_partitions
from adxmi_jupyter.embedded.kusto.external_tables.syntax import StorageDefinition
from adxmi_jupyter.embedded.kusto.properties import TEXT, TRUTH, Rule, read_properties
from adxmi_jupyter.embedded.kusto.targets.delta import open_delta
from adxmi_jupyter.embedded.kusto.targets.folders import open_folder, read_location
from adxmi_jupyter.embedded.state.entities import ExternalTable
from adxmi_jupyter.embedded.storage.locations import Method

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.kusto.external_tables.syntax import DeltaDefinition
    from adxmi_jupyter.embedded.kusto.session import Session
    from adxmi_jupyter.embedded.state.clusters import Database

USAGE = "ExternalTable"
GZIP = "gzip"
PARQUET_COMPRESSIONS = (GZIP, "snappy", "lz4_raw", "brotli", "zstd")

_FORMATS = {
    "apacheavro": "ApacheAvro",
    "multijson": "MultiJson",
    "scsv": "SCsv",
    "sohsv": "Sohsv",
    "w3clogfile": "W3CLogFile",
    "azmonstream": "AzMonStream",
}
_COMMON = {
    "folder": TEXT,
    "docString": TEXT,
    "compressed": TRUTH,
    "compressionType": Rule(choices=PARQUET_COMPRESSIONS),
    "namePrefix": TEXT,
    "fileExtension": TEXT,
    "encoding": Rule(choices=("UTF8NoBOM", "UTF8BOM")),
    "dryRun": TRUTH,
}
_STORAGE = {
    **_COMMON,
    "includeHeaders": Rule(choices=("All", "FirstFile", "None")),
    "sampleUris": TRUTH,
    "filesPreview": TRUTH,
    "validateNotEmpty": TRUTH,
}
_DELTA = {**_COMMON, "AutoUpdateSchema": TRUTH}
_FIELDS = {
    "folder": "folder",
    "docString": "doc_string",
    "compressed": "compressed",
    "compressionType": "compression_type",
    "namePrefix": "name_prefix",
    "fileExtension": "file_extension",
    "includeHeaders": "include_headers",
}
_PASSING = {"dryRun", "sampleUris", "filesPreview", "validateNotEmpty"}


def lake_table(
    definition: StorageDefinition | DeltaDefinition, session: Session, database: Database
) -> tuple[ExternalTable, bool]:
    """Return the table that a definition makes, and whether it is to be kept.

    A delta table is opened, with all that needs; storage only with `validateNotEmpty`.
    """
    if isinstance(definition, StorageDefinition):
        return _storage_table(definition, session, database)
    return _delta_table(definition, session, database)


def names_identity(definition: StorageDefinition | DeltaDefinition) -> bool:
    """Tell whether any connection string of a definition names a managed identity."""
    methods = {read_location(each).method for each in _connections(definition)}
    return Method.MANAGED_IDENTITY in methods


def _connections(definition: StorageDefinition | DeltaDefinition) -> tuple[str, ...]:
    if isinstance(definition, StorageDefinition):
        return definition.connection_strings
    return (definition.connection_string,)


def _storage_table(
    definition: StorageDefinition, session: Session, database: Database
) -> tuple[ExternalTable, bool]:
    given = read_properties(definition.properties, _STORAGE, "an external table of kind storage")
    check_compression(given.get("compressionType"), definition.data_format)
    check_partitions(definition)
    for text in definition.connection_strings:
        read_location(text)
        if given.get("validateNotEmpty"):
            _open(text, session, database)
    table = ExternalTable(
        definition.name,
        definition.connection_strings,
        "Blob",
        _FORMATS.get(definition.data_format, definition.data_format.capitalize()),
        columns=definition.columns,
        partitions=definition.partitions,
        path_format=definition.path_format,
        **_fields(given),
    )
    return table, not given.get("dryRun")


def _delta_table(
    definition: DeltaDefinition, session: Session, database: Database
) -> tuple[ExternalTable, bool]:
    given = read_properties(definition.properties, _DELTA, "an external table of kind delta")
    check_compression(given.get("compressionType"), "parquet")
    inferred = definition.columns is None
    if given.get("AutoUpdateSchema") and not inferred:
        raise bad_request("'AutoUpdateSchema' is for a schema that was inferred.")
    folder = open_folder(
        session.world,
        definition.connection_string,
        usage=USAGE,
        database=database,
        caller=session.caller,
    )
    found = open_delta(folder).columns
    table = ExternalTable(
        definition.name,
        (definition.connection_string,),
        "Delta",
        "Parquet",
        columns=definition.columns if definition.columns is not None else found,
        infers_schema=inferred,
        **_fields(given),
    )
    return table, not given.get("dryRun")


def check_compression(kind: str | None, data_format: str) -> None:
    """Raise a KustoError (400) for a compression that the format does not know."""
    if kind and kind != GZIP and data_format != "parquet":
        raise bad_request(f"'compressionType' of {data_format} can only be {GZIP}.")


def _open(text: str, session: Session, database: Database) -> None:
    opened = open_folder(session.world, text, usage=USAGE, database=database, caller=session.caller)
    opened.existing()


def _fields(given: dict[str, Any]) -> dict[str, Any]:
    """Return properties as fields of ExternalTable; those without a field are its options."""
    named = {_FIELDS[name]: value for name, value in given.items() if name in _FIELDS}
    others = {n: v for n, v in given.items() if n not in _FIELDS and n not in _PASSING}
    return {**named, "options": others}
