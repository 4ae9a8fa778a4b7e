"""What a text tells besides its codes: inner statuses, which endpoint answered, what was run.

Source: *Query/management HTTP response*, *Ingest from storage*, *Kusto ingestion client library*
(Azure Data Explorer docs); *Azure.RequestFailedException* (Azure SDK for .NET docs).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from adxmi_jupyter.model.denial.codes import (
    BY_OTHER,
    OTHER_LACKS,
    TO_INGESTION,
    TO_QUERIES,
    meaning_of_status,
)
from adxmi_jupyter.model.denial.concern import Concern
from adxmi_jupyter.model.usage import Usage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adxmi_jupyter.model.denial.concern import Meaning

# As the Azure SDK writes what another service answered, in the message of an error of the cluster.
_OF_OTHER_SERVICE = re.compile(r"\bStatus: {0,3}(?P<status>[45]\d\d) {0,3}\(", re.IGNORECASE)
_BY_STATUS = {401: BY_OTHER, 403: BY_OTHER, 404: OTHER_LACKS}
_OPEN = (Concern.UNSPECIFIED, Concern.STATEMENT, Concern.DATA)

_IS_INGESTION = re.compile(
    r"processName[\"'\\]*\s*[:=]\s*[\"'\\]*Kusto\.WinSvc\.DM\b"
    r"|serviceAlias[\"'\\]*\s*[:=]\s*[\"'\\]*ingest-",
    re.IGNORECASE,
)
_FOR_INGESTION = re.compile(
    r"(?<![\w.])\.\s{0,3}(?:get\s{1,3}(?:ingestion\s{1,3}resources|kusto\s{1,3}identity\s{1,3}token)"
    r"|ingest-from-storage-queued|(?:show|cancel)\s{1,3}queued\s{1,3}ingestion\s{1,3}operations)\b",
    re.IGNORECASE,
)
_INGESTION_HOST = re.compile(r"https?://ingest-[\w.-]{1,200}\.kusto", re.IGNORECASE)
_LIKELY = re.compile(r"endpoint[^\n'\"]{0,80}['\"\\]+https?://(?P<ingest>ingest-)?", re.IGNORECASE)
_SYNTAX = re.compile(r"\bsyntax error\b|\bcould not be parsed\b", re.IGNORECASE)
_OF_TEXT = (Concern.SYNTAX, Concern.ENDPOINT)

_RUN: dict[Usage, str] = {
    Usage.NATIVE_INGESTION: r"\bDataIngestPull|(?<!\w)\.ingest\s+(?:async\s+)?into\b"
    r"|(?<!\w)\.ingest-from-storage-queued\b",
    Usage.EXPORT_REQUEST: r"\bDataExport(?!\w*ExternalTable)"
    r"|(?<!\w)\.export\s+(?:async\s+)?(?:compressed\s+)?to\s+(?!table\b)\w",
    Usage.EXTERNAL_DATA_REQUEST: r"\bexternaldata\s*\(|\binfer_storage_schema\b"
    r"|\binline_external_table\b",
    Usage.EXTERNAL_TABLE: r"\bexternal_table\s*\(",
    Usage.SQL_REQUEST: r"\b(?:cosmosdb_)?sql_request\s*\(",
    Usage.AZURE_AI: r"\bai_(?:embeddings|chat_completion)\b",
    Usage.SANDBOX_ARTIFACTS: r"\bexternal_artifacts\b",
}
"""How commands and operations that use an identity are named, whatever a text says of usages."""

_RUNS = {usage: re.compile(pattern, re.IGNORECASE) for usage, pattern in _RUN.items()}
_IMPERSONATES = re.compile(r";\s*impersonate\b", re.IGNORECASE)


def inner_meaning(text: str, outer: Meaning | None) -> Meaning | None:
    """Return what another service said inside of an error whose code leaves it open."""
    if outer is not None and outer.concern not in _OPEN:
        return None
    found = _OF_OTHER_SERVICE.search(text)
    if found is None:
        return None
    status = int(found["status"])
    return _BY_STATUS.get(status) or meaning_of_status(status)


def endpoint_meaning(text: str, found: Meaning | None) -> Meaning | None:
    """Return that a command went to the wrong endpoint of its cluster, where that is told."""
    is_text = found.concern in _OF_TEXT if found else bool(_SYNTAX.search(text))
    if not is_text:
        return None
    is_syntax = found is None or found.concern is Concern.SYNTAX
    is_sent_to_it = is_syntax and bool(_INGESTION_HOST.search(text))
    is_answered_by_it = is_sent_to_it or bool(_IS_INGESTION.search(text))
    is_for_it = bool(_FOR_INGESTION.search(text))
    if is_answered_by_it != is_for_it:
        return TO_QUERIES if is_answered_by_it else TO_INGESTION
    likely = _LIKELY.search(text) if found and found.concern is Concern.ENDPOINT else None
    if likely is None:
        return None
    return TO_INGESTION if likely["ingest"] else TO_QUERIES


def usages_run(text: str) -> Iterator[Usage]:
    """Yield the usages that commands and operations in a text need."""
    return (usage for usage, pattern in _RUNS.items() if pattern.search(text))


def impersonates(text: str) -> bool:
    """Tell whether a connection string in a text signs in as whoever sends the request."""
    return _IMPERSONATES.search(text) is not None
