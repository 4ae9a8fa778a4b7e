"""What runs with a managed identity in a database: the state that `World` keeps about it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ExternalTable:
    """An external table; its connection strings are kept whole, secrets included.

    `table_type` is `Blob` for storage and `Sql` for SQL Server, whose table `target` names.
    """

    name: str
    connection_strings: tuple[str, ...]
    table_type: str = "Blob"
    data_format: str = "Csv"
    target: str = ""
    folder: str = ""
    doc_string: str = ""


@dataclass(frozen=True)
class ContinuousExport:
    """A continuous export; times are texts as the service shows them, None for never.

    `managed_identity` is an object ID, `system`, or empty for an export without an identity.
    `tables` are the local tables whose new records alone are exported.
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
