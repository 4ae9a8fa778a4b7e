"""Parse trees of this family's grammar to its commands."""

from __future__ import annotations

import re
from typing import Any

from lark import Token, v_args

from adxmi_jupyter.embedded.kusto.errors import syntax_error
from adxmi_jupyter.embedded.kusto.ingestion import statements
from adxmi_jupyter.embedded.kusto.ingestion.statements import ListBlobs, TimePattern
from adxmi_jupyter.embedded.kusto.parser import parse_queued_blobs
from adxmi_jupyter.embedded.kusto.trees import FamilyTrees

_TYPED = re.compile(r"\w+\(\s*(['\"]?)(.*?)\1\s*\)")


@v_args(inline=True)
class Trees(FamilyTrees):
    """Turn the trees of grammar.lark into commands."""

    def show_ingestion_failures(self, name: str | None = None) -> statements.ShowIngestionFailures:
        """Read `.show ingestion failures`."""
        return statements.ShowIngestionFailures(_plain(name) if name is not None else None)

    def get_ingestion_resources(self) -> statements.GetIngestionResources:
        """Read `.get ingestion resources`."""
        return statements.GetIngestionResources()

    def get_identity_token(self) -> statements.GetIdentityToken:
        """Read `.get kusto identity token`."""
        return statements.GetIdentityToken()

    def ingest_into(
        self,
        is_async: Token | None,
        table: str,
        sources: tuple[str, ...],
        properties: statements.Properties | None,
    ) -> statements.IngestInto:
        """Read `.ingest into`."""
        return statements.IngestInto(table, sources, properties or (), is_async is not None)

    def ingest_inline(
        self, table: str, properties: statements.Properties | None, data: Token
    ) -> statements.IngestInline:
        """Read `.ingest inline`."""
        if data.type == "INLINE_ROWS":
            return statements.IngestInline(table, properties or (), rows=str(data))
        return statements.IngestInline(table, properties or (), data.removeprefix("<|"))

    def ingest_from_query(
        self,
        filling: Token,
        is_async: Token | None,
        table: str,
        properties: statements.Properties | None,
        source: Token,
    ) -> statements.IngestFromQuery:
        """Read `.set`, `.append`, `.set-or-append` and `.set-or-replace`."""
        return statements.IngestFromQuery(
            statements.Filling(filling),
            table,
            properties or (),
            source.removeprefix("<|"),
            is_async is not None,
        )

    def blob_addresses(self, *addresses: str) -> tuple[str, ...]:
        """Return connection strings."""
        return addresses

    def blob_uris(self, *addresses: str) -> tuple[str, ...]:
        """Return addresses of blobs."""
        return addresses

    def list_blobs(self, *parts: str | tuple[Token, Any]) -> ListBlobs:
        """Read `.list blobs`; a filter given twice is a syntax error."""
        sources = tuple(part for part in parts if isinstance(part, str))
        filters: dict[str, Any] = {}
        for part in parts:
            if isinstance(part, tuple):
                _add_once(filters, *part)
        return ListBlobs(
            sources, filters.get("Suffix"), filters.get("MaxFiles"), filters.get("PathFormat")
        )

    def list_blobs_in_it(self, command: ListBlobs) -> ListBlobs:
        """Return the list command inside of another one."""
        return command

    def blob_filter(self, name: Token, *values: Any) -> tuple[Token, Any]:
        """Return a filter by its name."""
        match name:
            case "Suffix":
                return name, values[0]
            case "MaxFiles":
                return name, _whole(values[0])
            case _:
                return name, values

    def blob_pattern(self, pattern: str, name: str) -> TimePattern:
        """Return a pattern of times in a path."""
        return TimePattern(pattern, name)

    def ingest_queued(
        self,
        database: str | None,
        table: str,
        options: statements.Properties,
        properties: statements.Properties | None,
        text: Token,
    ) -> statements.IngestQueued:
        """Read `.ingest-from-storage-queued`."""
        blobs = parse_queued_blobs(text.removeprefix("<|"))
        return statements.IngestQueued(database, table, options, properties or (), blobs)

    def ingest_options(self, *options: tuple[Token, str]) -> statements.Properties:
        """Return the options before `with`; one given twice is a syntax error."""
        found: dict[str, str] = {}
        for name, value in options:
            _add_once(found, name, value)
        return tuple(found.items())

    def ingest_option(self, name: Token, value: Token) -> tuple[Token, str]:
        """Return an option and the text of its value."""
        return name, str(value)

    def ingest_properties(self, *properties: tuple[str, str]) -> statements.Properties:
        """Return ingestion properties in their order."""
        return properties

    def ingest_property(self, name: str, value: str) -> tuple[str, str]:
        """Return a property and its value as text."""
        return name, _plain(value)

    def operation_names(self, *names: str) -> tuple[str, ...]:
        """Return IDs of operations."""
        return tuple(_plain(name) for name in names)

    def show_queued_operations(self, names: tuple[str, ...]) -> statements.ShowQueuedOperations:
        """Read `.show queued ingestion operations`."""
        return statements.ShowQueuedOperations(names, details=False)

    def show_queued_operation_details(
        self, names: tuple[str, ...]
    ) -> statements.ShowQueuedOperations:
        """Read `.show queued ingestion operations … details`."""
        return statements.ShowQueuedOperations(names, details=True)

    def queued_blobs(self, blobs: ListBlobs | tuple[str, ...]) -> ListBlobs | tuple[str, ...]:
        """Return what `.ingest-from-storage-queued` ingests."""
        return blobs

    def cancel_queued_operation(
        self, name: str, _properties: statements.Properties | None
    ) -> statements.CancelQueuedOperation:
        """Read `.cancel queued ingestion operation`; a reason has no effect."""
        return statements.CancelQueuedOperation(_plain(name))


def _plain(value: str) -> str:
    """Return the text of a literal: of `guid(…)` and its like what is in the parentheses."""
    match = _TYPED.fullmatch(value) if isinstance(value, Token) else None
    return match[2] if match else str(value)


def _whole(value: Token) -> int:
    if not value.isdecimal():
        raise syntax_error(f"'{value}' is no number of files.", value.line or 1, value.column or 1)
    return int(value)


def _add_once(found: dict[str, Any], name: Token, value: Any) -> None:
    if name in found:
        raise syntax_error(f"'{name}' is given twice.", name.line or 1, name.column or 1)
    found[str(name)] = value
