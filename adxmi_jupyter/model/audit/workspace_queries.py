"""What the tables of a Log Analytics workspace are asked: counts and moments, never texts.

Source: *Azure Monitor logs reference*: ADXQuery, ADXCommand, ADXJournal, StorageBlobLogs,
AADManagedIdentitySignInLogs, AzureActivity.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.model.audit.cluster import Touch
from adxmi_jupyter.model.audit.evidence import Source
from adxmi_jupyter.model.audit.log_queries import counted_runs, of_policies
from adxmi_jupyter.model.audit.targets_seen import signed_in_to, writes
from adxmi_jupyter.model.kql import string_literal
from adxmi_jupyter.model.moment import parse_moment
from adxmi_jupyter.model.shape import (
    Shape,
    cell,
    filled,
    maybe,
    number,
    optional,
    required,
    text,
    text_cell,
)

if TYPE_CHECKING:
    from datetime import datetime

_COUNTED = "Times = count(), First = min(TimeGenerated), Last = max(TimeGenerated)"


COVERAGE = Shape(
    "the age of a log in the workspace",
    (
        required("Times", check=number),
        required("First", check=maybe(filled)),
        required("Last", check=maybe(filled)),
    ),
)
TOUCHES = Shape(
    "a log in the workspace",
    (
        required("Who"),
        optional("Target", check=maybe(text)),
        required("Times", check=number),
        required("First"),
        required("Last"),
    ),
)


def coverage(source: Source, cluster_id: str) -> str:
    """Ask from when until when a log has rows; logs of clusters are asked about one of them."""
    return f"{_of(source, cluster_id)} | summarize {_COUNTED}"


def _of(source: Source, cluster_id: str) -> str:
    if source not in {Source.ADX_QUERY, Source.ADX_COMMAND, Source.ADX_JOURNAL}:
        return str(source)
    return f"{source} | where _ResourceId =~ {string_literal(cluster_id)}"


def runs(source: Source, cluster_id: str, names: Iterable[str]) -> str:
    """Ask which constructs queries or commands had, as `log_queries.show_runs` does."""
    is_query = "true" if source is Source.ADX_QUERY else "false"
    columns = (
        f"project Database = DatabaseName, State, StartedOn = TimeGenerated, Text, Principal, "
        f"Application = ApplicationName, IsQuery = {is_query}"
    )
    return counted_runs(f"{_of(source, cluster_id)} | {columns}", names)


def grants(cluster_id: str) -> str:
    """Ask for changes of managed identity policies, and who made them."""
    return (
        f"{_of(Source.ADX_JOURNAL, cluster_id)} | where {of_policies()} "
        "| project EventTimestamp = OperationTimestamp, Database = DatabaseName, "
        "OriginalEntityState, UpdatedEntityState, User"
    )


def touches(source: Source, ids: Iterable[str]) -> str:
    """Ask what a log outside of the cluster shows of identities, given by their IDs."""
    who, wanted, by = _TOUCHES[source]
    known = ", ".join(map(string_literal, ids))
    return (
        f"{source} | where {who} in~ ({known}) and {wanted} "
        f"| summarize {_COUNTED} by Who = {who}{by}"
    )


_MANAGER = "Azure Resource Manager"
_TOUCHES = {
    Source.STORAGE: (
        "RequesterObjectId",
        "tostring(StatusCode) startswith '2'",
        ", Target = AccountName, Operation = OperationName",
    ),
    Source.SIGN_INS: (
        "ServicePrincipalId",
        "tostring(ResultType) == '0'",
        ", Target = iff(ResourceDisplayName == '', ResourceIdentity, ResourceDisplayName)",
    ),
    Source.ACTIVITY: ("Caller", "ActivityStatusValue in~ ('Success', 'Succeeded')", ""),
}


def read_touches(source: Source, rows: Iterable[Mapping[str, Any]]) -> Iterator[Touch]:
    """Read what `touches` asks for."""
    for row in rows:
        target, is_write = text_cell(row, "Target") or _MANAGER, source is Source.ACTIVITY
        if source is Source.STORAGE:
            is_write = writes(text_cell(row, "Operation"))
        if source is Source.SIGN_INS:
            target = signed_in_to(target)
        yield Touch(
            source,
            text_cell(row, "Who").lower(),
            target,
            is_write,
            int(cell(row, "Times") or 0),
            parse_moment(text_cell(row, "First")),
            parse_moment(text_cell(row, "Last")),
        )


def read_coverage(rows: Iterable[Mapping[str, Any]]) -> tuple[datetime, datetime] | None:
    """Read what `coverage` asks for; None for a log without any row."""
    row = next(iter(rows), None)
    if row is None or not text_cell(row, "First"):
        return None
    return parse_moment(text_cell(row, "First")), parse_moment(text_cell(row, "Last"))
