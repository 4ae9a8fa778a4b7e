"""External tables: queries read data where it lies, and exports write it there.

The table's connection string names the identity; the cluster reaches the data as that identity
whenever somebody uses the table.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Self

from pydantic import model_validator

from adxmi_jupyter.errors import InvalidField
from adxmi_jupyter.fixes import ChangeOption, Explain, LeaveOut, Option
from adxmi_jupyter.model import kql, partition, path_format
from adxmi_jupyter.model.columns import columns_text, refuse_stars
from adxmi_jupyter.model.connection_string import CosmosDb, SqlServer, StorageLocation
from adxmi_jupyter.model.declaration import fields, stored_tables, targets
from adxmi_jupyter.model.declaration.fields import field, identity_help, typed
from adxmi_jupyter.model.declaration.formats import (
    BlobCompression,
    BlobFormat,
    Encoding,
    Headers,
    check_compression,
    check_written,
)
from adxmi_jupyter.model.declaration.locations import GEN1, OTHER_DATABASES, database_at
from adxmi_jupyter.model.declaration.products import Statement
from adxmi_jupyter.model.declaration.requirements import Requirement, acting_as, for_followers
from adxmi_jupyter.model.declaration.stored import EntityKind, KustoListing
from adxmi_jupyter.model.declaration.stored_tables import TableKind
from adxmi_jupyter.model.declaration.types import (
    Catalog,
    Collection,
    Columns,
    CosmosAccount,
    Identity,
    LocationsWithoutGen1,
    Name,
    Partitions,
    PathFormat,
    SqlServerHost,
    Text,
)
from adxmi_jupyter.model.declaration.unsupported import refusing
from adxmi_jupyter.model.declaration.workflow import About, Sample, Workflow
from adxmi_jupyter.model.kusto_shapes import EXTERNAL_TABLES
from adxmi_jupyter.model.permission import Permission
from adxmi_jupyter.model.usage import Usage

_IN_STORAGE = {"kind": (TableKind.STORAGE, TableKind.DELTA)}
_FILES = {"kind": (TableKind.STORAGE,)}
_SQL = {"kind": (TableKind.SQL,)}
_COSMOS = {"kind": (TableKind.COSMOS,)}
_WITHOUT_SCHEMA = {"kind": (TableKind.STORAGE, TableKind.SQL, TableKind.COSMOS)}
_DATABASES = {"kind": (TableKind.SQL, TableKind.COSMOS)}


class ExternalTable(Workflow):
    """External tables that authenticate with a managed identity.

    The data stays in Azure Storage, a delta lake, SQL Server or Azure Cosmos DB.
    """

    about: ClassVar = About(
        title="External table",
        does="create",
        action="Create an external table that authenticates with a managed identity",
        named_by="name",
        makes=fields.FieldKind.EXTERNAL_TABLE,
        caller=Permission(
            "Database User",
            more="to replace an existing one: AllDatabasesAdmin; for SQL: Database Admin",
        ),
        pages=(
            "Create and alter Azure Storage external tables",
            "Create and alter Azure SQL external tables",
            "Create and alter delta external tables on Azure Storage",
            "Authenticate external tables with managed identities",
        ),
        sample=Sample(
            {
                "name": "Archive",
                "identity": "mi-export",
                "location": "https://contosolake.blob.core.windows.net/archive",
                "columns": "OrderId:long, Region:string, Amount:real, Placed:datetime",
                "data_format": "csv",
            },
            name="ArchivedOrders",
        ),
        without_identity=(OTHER_DATABASES, GEN1),
    )
    listing: ClassVar = KustoListing(
        kql.SHOW_EXTERNAL_TABLES,
        EXTERNAL_TABLES,
        stored_tables.existing,
        stored_tables.chain,
        stored_tables.drop,
        lambda name: f".show external table {kql.quote_name(name)} cslschema",
        belongs_to=EntityKind.EXTERNAL_TABLE,
        second=stored_tables.SECOND_SOURCE,
        restore=stored_tables.restore,
    )

    name: Name = field(
        "Name",
        'Name of the external table, as in external_table("NAME").',
        example="ArchivedOrders",
    )
    kind: Annotated[TableKind, typed(refusing((OTHER_DATABASES,)))] = field(
        "Kind", "Kind of the data source.", TableKind.STORAGE
    )
    identity: Identity = field("Identity", identity_help("reads the data"), example="mi-export")
    location: LocationsWithoutGen1 = field(
        "Location",
        "Container or folder URL, without SAS or key. Files may have several locations, a delta "
        "lake has one.",
        (),
        only_for=_IN_STORAGE,
        required=True,
        example="https://contosolake.blob.core.windows.net/archive",
    )
    server: SqlServerHost = field(
        "Server",
        "Host name of the SQL server.",
        "",
        only_for=_SQL,
        required=True,
        example="contososql.database.windows.net",
    )
    account: CosmosAccount = field(
        "Account",
        "Azure Cosmos DB account: name or host name.",
        "",
        only_for=_COSMOS,
        required=True,
        example="contosocosmos",
    )
    catalog: Catalog = field(
        "Catalog",
        "Database name in SQL Server or Cosmos DB.",
        "",
        only_for=_DATABASES,
        required=True,
        example="Erp",
    )
    collection: Collection = field(
        "Collection",
        "Cosmos DB container name.",
        "",
        only_for=_COSMOS,
        required=True,
        example="Baskets",
    )
    sql_table: Text = field(
        "SQL table",
        "Table name in the SQL database. Outside the schema dbo: Schema.Table.",
        "",
        only_for=_SQL,
        required=True,
        example="Stock",
    )
    columns: Columns = field(
        "Columns",
        "Column names and types. Optional for a delta lake, which has its own schema.",
        (),
        required=_WITHOUT_SCHEMA,
        example="OrderId:long, Region:string",
    )
    data_format: BlobFormat | None = field(
        "Format",
        "Data format of the files. Exports support csv, tsv, json and parquet.",
        None,
        only_for=_FILES,
        required=True,
        example="csv",
    )
    partition_by: Partitions = field(
        "Partitions",
        "Partition columns: NAME:string = COLUMN or NAME:datetime = bin(COLUMN, 1d).",
        (),
        only_for=_FILES,
        example="Date:datetime = bin(Placed, 1d)",
    )
    path_format: PathFormat = field(
        "Path",
        "Path format of the partitions, such as {Date:yyyy/MM/dd}/{Region}.",
        (),
        only_for=_FILES,
        example="{Date:yyyy/MM/dd}",
    )
    folder: Text = field(
        "Folder", "Folder of the table in tools.", "", property_name="folder", example="lake/sales"
    )
    doc_string: Text = field(
        "Description",
        "Description of the table.",
        "",
        property_name="docString",
        example="orders of past years",
    )
    compressed: bool = field(
        "Compressed",
        "Compress exported files.",
        default=False,
        only_for=_IN_STORAGE,
        property_name="compressed",
    )
    compression_type: BlobCompression | None = field(
        "Compression",
        "Compression codec. Parquet also supports snappy, lz4_raw, brotli and zstd.",
        None,
        default_text="gzip",
        only_for=_IN_STORAGE,
        property_name="compressionType",
    )
    include_headers: Headers | None = field(
        "Headers",
        "Text files that begin with column names.",
        None,
        only_for=_FILES,
        property_name="includeHeaders",
    )
    name_prefix: Text = field(
        "Name prefix",
        "Prefix of the names of the files to read and to export.",
        "",
        only_for=_IN_STORAGE,
        property_name="namePrefix",
        example="orders",
    )
    file_extension: Text = field(
        "File extension",
        "Extension of the files to read and to export.",
        "",
        only_for=_IN_STORAGE,
        property_name="fileExtension",
        example=".csv",
    )
    encoding: Encoding | None = field(
        "Encoding",
        "Encoding of text files.",
        None,
        default_text="UTF8NoBOM",
        only_for=_IN_STORAGE,
        property_name="encoding",
    )
    validate_not_empty: bool = field(
        "Validate",
        "Check on creation that files exist. Without it, a missing permission shows at first use.",
        default=False,
        only_for=_FILES,
        property_name="validateNotEmpty",
    )
    sample_uris: bool = field(
        "Sample URIs",
        "Return sample paths of the partitions. Only visible where the command of build is run "
        "elsewhere.",
        default=False,
        only_for=_FILES,
        property_name="sampleUris",
    )
    files_preview: bool = field(
        "Files preview",
        "Return found files. Only visible where the command of build is run elsewhere.",
        default=False,
        only_for=_FILES,
        property_name="filesPreview",
    )
    keep_nothing: bool = field(
        "Validate only",
        "Validate in the service (its dryRun) without creating the table.",
        default=False,
        only_for=_IN_STORAGE,
        property_name="dryRun",
    )
    auto_update_schema: bool = field(
        "Update schema",
        "Update the columns from the delta lake. Requires query acceleration and no columns here.",
        default=False,
        only_for={"kind": (TableKind.DELTA,)},
        property_name="AutoUpdateSchema",
    )
    fire_triggers: bool = field(
        "Fire triggers",
        "Fire INSERT triggers of the SQL table on export.",
        default=False,
        only_for=_SQL,
        property_name="firetriggers",
    )
    create_if_not_exists: bool = field(
        "Create SQL table",
        "Create the SQL table on export. Requires a primary key.",
        default=False,
        only_for=_SQL,
        property_name="createifnotexists",
    )
    primary_key: Text = field(
        "Primary key",
        "Primary key column of the SQL table.",
        "",
        only_for=_SQL,
        property_name="primarykey",
        example="Sku",
    )
    replace: bool = field("Replace", "Replace an external table of the same name.", default=False)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        self._check_delta()
        self._check_columns()
        self._check_partitions()
        self._check_exports()
        return self

    def _check_delta(self) -> None:
        if self.kind is TableKind.DELTA and len(self.location) > 1:
            raise InvalidField(
                "a delta table has one location",
                why=f"{len(self.location)} were given; the log of the delta table lists its files",
                fix=ChangeOption("--location", self.location[0].uri),
            )
        if self.auto_update_schema and self.columns:
            raise InvalidField(
                Explain.of(
                    Option("--auto-update-schema"), " can't be combined with ", Option("--columns")
                ),
                why="the columns come either from the delta lake or from the option",
                fix=LeaveOut.of("--columns"),
            )

    def _check_columns(self) -> None:
        refuse_stars(self.columns)

    def _check_partitions(self) -> None:
        partition.check_sources(self.partition_by, self.columns)
        types = {one.name: one.type for one in self.partition_by}
        path_format.check_path(self.path_format, types)

    def _check_exports(self) -> None:
        if self.compressed or self.compression_type:
            check_written(self.data_format)
        is_parquet = self.kind is TableKind.DELTA or self.data_format is BlobFormat.PARQUET
        check_compression(self.compression_type, is_parquet=is_parquet)
        if self.create_if_not_exists and not self.primary_key:
            raise InvalidField(
                Explain.of(Option("--create-if-not-exists"), " requires ", Option("--primary-key")),
                why="the service requires it to create a table",
                fix=ChangeOption("--primary-key", self.columns[0].name),
            )

    def requirements(self) -> tuple[Requirement, ...]:
        """Return the requirements: the usage ExternalTable, and a role where the data is."""
        chain = acting_as(self.identity, Usage.EXTERNAL_TABLE, *self._at_the_target())
        return (*chain, *for_followers(chain))

    def _at_the_target(self) -> tuple[Requirement, ...]:
        chains = (targets.beyond(self.identity, place, write=False) for place in self._places())
        return tuple(dict.fromkeys(requirement for chain in chains for requirement in chain))

    def _places(self) -> tuple[StorageLocation | SqlServer | CosmosDb, ...]:
        if self.kind is TableKind.SQL:
            return (database_at(self.server, self.catalog),)
        if self.kind is TableKind.COSMOS:
            return (CosmosDb(self.account, self.catalog, self.collection),)
        return self.location

    def connection_strings(self) -> tuple[str, ...]:
        """Return one for each location, or that of the database."""
        return tuple(targets.connection_string(one, self.identity) for one in self._places())

    def product(self) -> Statement:
        """Return the command that creates, or creates or replaces, the table."""
        verb = ".create-or-alter" if self.replace else ".create"
        parts = [
            f"{verb} external table {kql.quote_name(self.name)}",
            columns_text(self.columns) if self.columns else "",
            self._what_it_is(),
            self.properties(),
        ]
        return Statement(" ".join(filter(None, parts)))

    def _what_it_is(self) -> str:
        strings = targets.literals(self.connection_strings())
        if self.kind is TableKind.SQL:
            return f"kind=sql table={kql.quote_name(self.sql_table)} ({strings})"
        if self.kind is TableKind.COSMOS:
            return f"kind=sql ({strings})"
        if self.kind is TableKind.DELTA:
            return f"kind=delta ({strings})"
        folders = path_format.folders_clause(self.partition_by, self.path_format)
        return f"kind=storage {folders}dataformat={self.data_format} ({strings})"

    def more_properties(self) -> tuple[tuple[str, str], ...]:
        """Return the dialect: it tells Cosmos DB from SQL Server."""
        if self.kind is TableKind.COSMOS:
            return (("sqlDialect", kql.string_literal("CosmosDbSql")),)
        return ()
