"""The tables of a durable history, and the script that creates them with their functions.

Source: *.create-merge table command*, *Retention policy*, *Caching policy*, *.create-or-alter
function command* (Azure Data Explorer docs).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from adxmi_jupyter.model.kql import string_literal

RUNS, STATE, CHANGES, FINDINGS = "AdxmiRuns", "AdxmiState", "AdxmiChanges", "AdxmiFindings"
FOLDER = "adxmi"

TABLES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        RUNS: {
            "RunId": "guid", "StartedOn": "datetime", "EndedOn": "datetime", "Kind": "string",
            "Tool": "string", "By": "string", "Tenant": "string", "Clusters": "int",
            "Reached": "int", "Findings": "dynamic", "FileSha256": "string",
            "Previous": "string", "Cluster": "string",
        },
        STATE: {
            "RunId": "guid", "SeenOn": "datetime", "Cluster": "string", "ClusterId": "string",
            "Scope": "string", "Database": "string", "DatabaseId": "guid", "Kind": "string",
            "IdentityName": "string", "ObjectId": "guid", "ClientId": "guid",
            "ResourceId": "string", "Item": "string", "Value": "dynamic",
            "Completeness": "string", "Sha256": "string",
        },
        CHANGES: {
            "RunId": "guid", "At": "datetime", "Cluster": "string", "Scope": "string",
            "Database": "string", "Kind": "string", "Action": "string", "ObjectId": "guid",
            "Before": "dynamic", "After": "dynamic", "Command": "string", "Outcome": "string",
            "By": "string", "Ticket": "string", "UndoOf": "string",
        },
        FINDINGS: {
            "RunId": "guid", "SeenOn": "datetime", "Fingerprint": "string", "Rule": "string",
            "Severity": "string", "State": "string", "Cluster": "string", "Database": "string",
            "ObjectId": "guid", "Usage": "string", "Evidence": "dynamic", "Reason": "string",
            "Until": "datetime",
        },
    }
)  # fmt: skip
"""Columns and their types by table; the last two of the runs continue the chain of digests."""

_ABOUT: Mapping[str, str] = {
    RUNS: "Runs of adxmi. A run without a row here is not complete: ignore its other rows",
    STATE: "What each run saw, a row for each atom. Rows without an Item tell of a whole section",
    CHANGES: "Writes made with adxmi, and their outcomes",
    FINDINGS: "Findings of audits",
}

_SEEN = f"{STATE} | where SeenOn <= t and RunId in (({RUNS} | project RunId))"
_ATOM = "strcat_delim('|', Cluster, Kind, Database, tostring(ObjectId), ResourceId, Item, "
_ATOM += "tostring(Value))"
_SECTION = "strcat_delim('|', Cluster, Kind, Database)"

_AS_OF = f"""\
let seen = {_SEEN};
let read = seen | where Item == '' and Completeness == 'complete'
| summarize arg_max(SeenOn, RunId) by Cluster, Kind, Database
| project Cluster, Kind, Database, RunId;
let atoms = seen | where Item != '' | join kind=inner read on Cluster, Kind, Database, RunId;
let names = atoms | where Kind == 'database' | project Name = strcat_delim('|', Cluster, Item);
let listed = atoms | where Kind == 'database' | summarize ListedOn = max(SeenOn) by Cluster;
atoms | join kind=leftouter listed on Cluster
| where Database == '' or isnull(ListedOn) or SeenOn > ListedOn
    or strcat_delim('|', Cluster, Database) in (names)
| project RunId, SeenOn, Cluster, ClusterId, Scope, Database, Kind, IdentityName, ObjectId,
    ClientId, ResourceId, Item, Value, Completeness, Sha256"""

_SECTIONS = f"""\
let seen = {_SEEN};
let tried = seen | where Item == '' | summarize arg_max(SeenOn, Completeness) by Cluster, Kind, \
Database
| project Cluster, Kind, Database, TriedOn = SeenOn, Completeness;
let read = seen | where Item == '' and Completeness == 'complete'
| summarize arg_max(SeenOn, RunId) by Cluster, Kind, Database
| project Cluster, Kind, Database, ReadOn = SeenOn, RunId;
tried | join kind=leftouter read on Cluster, Kind, Database
| project Cluster, Kind, Database, TriedOn, Completeness, ReadOn, RunId"""

_BETWEEN = f"""\
let known = AdxmiSections(a) | where isnotnull(ReadOn) | project Section = {_SECTION};
let before = AdxmiAsOf(a) | extend Atom = {_ATOM};
let after = AdxmiAsOf(b) | extend Atom = {_ATOM};
let added = after | where {_SECTION} in (known) | join kind=leftanti before on Atom
| extend Change = 'added';
let removed = before | join kind=leftanti after on Atom | extend Change = 'removed';
union added, removed
| project Change, Cluster, Scope, Database, Kind, IdentityName, ObjectId, ResourceId, Item, Value"""

_FIRST = f"""\
{STATE} | where Item != '' and RunId in (({RUNS} | project RunId))
| summarize FirstSeen = min(SeenOn), LastSeen = max(SeenOn) by Cluster, Scope, Database, Kind, \
ObjectId, ResourceId, Item, Value = tostring(Value)"""

FUNCTIONS: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {
        "AdxmiAsOf": ("t:datetime", "The state as of a time, as far as runs saw it", _AS_OF),
        "AdxmiSections": ("t:datetime", "When each section was last read until a time", _SECTIONS),
        "AdxmiLatest": ("", "The latest state", "AdxmiAsOf(now())"),
        "AdxmiChangesBetween": (
            "a:datetime, b:datetime",
            "What was added and removed between two times, of what was known at the first one",
            _BETWEEN,
        ),
        "AdxmiFirstSeen": ("", "When each atom was seen first and last", _FIRST),
    }
)
"""Parameters, purpose and body of each stored function."""


def script() -> tuple[str, ...]:
    """Return the commands that create tables, policies and functions; repeated, they keep rows."""
    return (
        *map(create_table, TABLES),
        *(f".alter-merge table {one} policy retention softdelete = 3650d" for one in TABLES),
        *(f".alter table {one} policy caching hot = 31d" for one in TABLES),
        *map(_create_function, FUNCTIONS),
    )


def create_table(name: str) -> str:
    """Return the command that creates a table, or adds the columns that it lacks."""
    columns = ", ".join(f"{column}:{kind}" for column, kind in TABLES[name].items())
    about = f'folder="{FOLDER}", docstring={string_literal(_ABOUT[name])}'
    return f".create-merge table {name} ({columns}) with ({about})"


def _create_function(name: str) -> str:
    parameters, about, body = FUNCTIONS[name]
    # A function that is created before what it calls is not there to be checked.
    given = f'folder="{FOLDER}", docstring={string_literal(about)}, skipvalidation="true"'
    return f".create-or-alter function with ({given}) {name}({parameters}) {{\n{body}\n}}"
