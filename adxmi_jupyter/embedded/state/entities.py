"""What runs with a managed identity in a database: the state that `World` keeps about it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_OPERATIONS = 10_000


@dataclass(frozen=True)
class Partition:
    """A partition of an external table: a virtual column, or one made from a real column.

    `kind` is string, datetime or long. `function` is empty for a virtual column and for one that
    repeats `column`; else `bin`, `hash`, `startofday`, `startofweek`, `startofmonth` or
    `startofyear`, with a length of time for `bin` and a modulus for `hash` as `argument`.
    """

    name: str
    kind: str
    column: str = ""
    function: str = ""
    argument: timedelta | int | None = None


@dataclass(frozen=True)
class PathItem:
    """A piece of a path format: a text, or a partition with an optional .NET time pattern."""

    text: str = ""
    partition: str = ""
    pattern: str = ""


@dataclass(frozen=True)
class AccelerationPolicy:
    """The query acceleration policy of an external table; `managed_identity` may be `system`."""

    is_enabled: bool
    hot: timedelta
    max_age: timedelta = timedelta(minutes=5)
    managed_identity: str | None = None
    hot_windows: tuple[tuple[str, str], ...] = ()
    hot_datetime_column: str | None = None
    updated_on: str = ""


@dataclass(frozen=True)
class ExternalTable:
    """An external table; its connection strings are kept whole, secrets included.

    `table_type` is `Blob` for storage, `Delta` for Delta Lake and `Sql` for SQL Server and its
    like, whose table `target` names; `columns` are (name, Kusto type), and `infers_schema` says
    that they were read from a delta table. Of a storage folder only blobs with this prefix of
    their name and this extension are read; `include_headers` is `All`, `FirstFile` or `None`.
    `options` are other properties by their canonical names; `admins` fully qualified names.
    """

    name: str
    connection_strings: tuple[str, ...] = field(repr=False)
    table_type: str = "Blob"
    data_format: str = "Csv"
    target: str = ""
    folder: str = ""
    doc_string: str = ""
    columns: tuple[tuple[str, str], ...] = ()
    name_prefix: str = ""
    file_extension: str = ""
    include_headers: str = "None"
    compressed: bool = False
    compression_type: str = ""
    partitions: tuple[Partition, ...] = ()
    path_format: tuple[PathItem, ...] = ()
    infers_schema: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)
    admins: frozenset[str] = frozenset()
    acceleration: AccelerationPolicy | None = None
    mappings: tuple[IngestionMapping, ...] = ()


@dataclass(frozen=True)
class ExportedArtifact:
    """A blob that a continuous export wrote."""

    timestamp: str
    uri: str
    records: int


@dataclass(frozen=True)
class ExportFailure:
    """A run of a continuous export that failed; `last_success` is None when none ever ran."""

    timestamp: str
    operation_id: str
    details: str
    last_success: str | None = None
    kind: str = "Failure"


@dataclass(frozen=True)
class ContinuousExport:
    """A continuous export; times are texts as the service shows them, None for never.

    `managed_identity` is an object ID, `system`, or empty for an export without an identity.
    `tables` are the local tables whose new records alone are exported; `cursors` maps them to
    the number of records that are exported already. `properties` are those given when it was
    made, by their canonical names; `made_by` is the fully qualified name of whoever made it.
    """

    name: str
    external_table: str
    query: str
    managed_identity: str = ""
    tables: tuple[str, ...] = ()
    interval: str = "01:00:00"
    forced_latency: str | None = None
    is_disabled: bool = False
    last_run_time: str | None = None
    last_run_result: str = ""
    exported_to: str | None = None
    properties: Mapping[str, Any] = field(default_factory=dict)
    cursors: Mapping[str, int] = field(default_factory=dict)
    artifacts: tuple[ExportedArtifact, ...] = ()
    failures: tuple[ExportFailure, ...] = ()
    made_by: str = field(default="", compare=False)


@dataclass(frozen=True)
class UpdatePolicy:
    """One item of a table's update policy; `managed_identity` is an object ID or `system`."""

    source: str
    query: str
    managed_identity: str | None = None
    is_enabled: bool = True
    source_is_wildcard: bool = False
    is_transactional: bool = False
    propagates_properties: bool = False


@dataclass(frozen=True)
class StoredFunction:
    """A stored function; `parameters` and `body` are as they were written, with brackets.

    `script_problem` is why its body runs no scripts of the python plugin, whoever calls it.
    """

    name: str
    parameters: str
    body: str
    folder: str = ""
    doc_string: str = ""
    admins: frozenset[str] = frozenset()
    script_problem: str = ""


@dataclass(frozen=True)
class MaterializedView:
    """A materialized view: an aggregation of a table, or of another view when `over_view`.

    `query` is without its brackets. `columns` are (name, Kusto type), empty where the query is
    more than the embedded Azure can run. Times and lengths of time are texts, None for none.
    """

    name: str
    source: str
    query: str
    over_view: bool = False
    columns: tuple[tuple[str, str], ...] = ()
    folder: str = ""
    doc_string: str = ""
    is_enabled: bool = True
    auto_update_schema: bool = False
    effective_from: str | None = None
    lookback: str | None = None
    lookback_column: str = ""
    dimension_tables: tuple[str, ...] = ()
    admins: frozenset[str] = frozenset()


@dataclass(frozen=True)
class IngestionMapping:
    """How fields of data go to the columns of a table or external table; `mapping` is JSON."""

    name: str
    kind: str
    mapping: str
    updated_on: str


@dataclass(frozen=True)
class CommandOperation:
    """A command that did something, as `.show operations` lists it.

    `activity_id` is that of the request; `node` the one that carried it out, if it was another.
    `columns` and `rows` are what `.show operation … details` answers.
    """

    operation_id: str
    command: str
    started_ns: int
    state: str
    status: str
    database: str
    principal: str
    user: str = ""
    activity_id: str = ""
    duration: timedelta = timedelta()
    node: str = ""
    columns: tuple[tuple[str, str], ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()


def _plugins() -> dict[str, bool]:
    return {
        "ai_chat_completion": True,
        "ai_chat_completion_prompt": True,
        "ai_embeddings": True,
        "cosmosdb_sql_request": True,
        "infer_storage_schema": True,
        "mysql_request": False,
        "postgresql_request": False,
        "sql_request": True,
    }


@dataclass
class ServiceState:
    """What commands started and switched: operations, and plugins.

    `plugins` says which plugins of the query language, except python, are enabled: `plugin_states`
    of the module `plugins` knows all.
    """

    operations: deque[CommandOperation] = field(
        default_factory=lambda: deque(maxlen=MOST_OPERATIONS)
    )
    plugins: dict[str, bool] = field(default_factory=_plugins)
