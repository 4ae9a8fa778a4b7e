"""What the logs of a cluster are asked: counts and moments, never texts, in the command's own pipe.

Results are cut at 500,000 rows, which the requests of a month exceed. Literals marked ``h`` are
asterisks in the log, so a request can show a construct without the identity that it used.

Source: *.show commands-and-queries*, *.show data operations*, *Journal management*, *Query limits*
(Azure Data Explorer docs).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from adxmi_jupyter.errors import UnreadableAnswer
from adxmi_jupyter.model.audit.cluster import DataRun, Run
from adxmi_jupyter.model.kql import string_literal
from adxmi_jupyter.model.moment import moment_text, parse_moment
from adxmi_jupyter.model.policy import PolicyEntry, Scope, parse_policy
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
from adxmi_jupyter.model.usage import Usage

APPLICATION = "adxmi_jupyter"
"""What this tool calls itself: its own requests are no evidence."""
MOST_NAMES = 400
"""Names that one command looks for: one with more would be long."""

_LONGEST_TOKEN = 1100
# A pattern without counts: with them it takes a service ten times as long.
_CONSTRUCTS = (
    r"external_table\(\s*(?:\x22[^\x22\r\n]+\x22|'[^'\r\n]+')|\bexternal_table\(|\bexternaldata\b"
    r"|\binfer_storage_schema\b|\binline_external_table\b|\bsql_request\b|\bcosmosdb_sql_request\b"
    r"|\bai_embed_text\b|\bai_embeddings\b|\bai_chat_completion(?:_prompt)?\b"
    r"|\bexternal_artifacts\b|\bto\s+(?:csv|tsv|json|parquet)\b"
    r"|\.ingest(?:\s+async|-from-storage-queued)?\s+into\b"
    r"|\bto\s+table\s+(?:\[\x22[^\x22\r\n]+\x22\]|\['[^'\r\n]+'\]|[\w.-]+)"
)
# Other commands only speak of what they define, such as a function.
_RUNS = r"^(?:\s|//[^\n]*\n)*\.(?:set|append|export|ingest)"
_NAMED = r"(?i)managed_?identity[\\\x22']*\s*[=:]\s*[\\\x22']*([0-9a-z-]+)"
_USER = r"(?i)Active Directory Managed Identity[^']{0,200}?User ?Id=([0-9a-z-]+)"
_USAGES: Sequence[tuple[str, Usage]] = (
    ("external_table(", Usage.EXTERNAL_TABLE),
    ("externald", Usage.EXTERNAL_DATA_REQUEST),
    ("infer_", Usage.EXTERNAL_DATA_REQUEST),
    ("inline_", Usage.EXTERNAL_DATA_REQUEST),
    ("sql_", Usage.SQL_REQUEST),
    ("cosmosdb_", Usage.SQL_REQUEST),
    ("ai_", Usage.AZURE_AI),
    ("external_artifacts", Usage.SANDBOX_ARTIFACTS),
    ("to table ", Usage.EXTERNAL_TABLE),
    ("to ", Usage.EXPORT_REQUEST),
    (".ingest", Usage.NATIVE_INGESTION),
)
_OF_COMMANDS = {"to table ", "to ", ".ingest"}


RUNS = Shape(
    "the log of requests",
    (
        required("Database", check=maybe(text)),
        required("Token", check=maybe(text)),
        required("Named", check=maybe(text)),
        required("Caller", check=maybe(text)),
        required("Times", check=number),
        required("Completed", check=number),
        required("Last", check=maybe(filled)),
        required("First", check=maybe(filled)),
    ),
)
DATA = Shape(
    "the data operations",
    (
        required("Database"),
        required("Table"),
        required("OperationKind"),
        required("Times", check=number),
        required("Last"),
    ),
)
GRANTS = Shape(
    "the journal",
    (required("EventTimestamp"), optional("Database", check=maybe(text))),
)


def _between(column: str, since: datetime, until: datetime) -> str:
    first, last = (f"datetime({moment_text(one)})" for one in (since, until))
    return f"{column} >= {first} and {column} <= {last}"


def show_runs(names: Iterable[str], since: datetime, until: datetime) -> str:
    """Ask which constructs requests had, which of some names they mention, and who sent them.

    Requests of this tool are left out. A request counts once for each construct and identity.
    """
    between = _between("StartedOn", since, until)
    columns = (
        "project Database, State, StartedOn, Text, Principal, Application, "
        "IsQuery = CommandType == 'Query'"
    )
    return counted_runs(f".show commands-and-queries | where {between} | {columns}", names)


def counted_runs(source: str, names: Iterable[str]) -> str:
    """Ask for the constructs of requests that a source returns, in its own pipe.

    Its columns are Database, State, StartedOn, Text, Principal, Application and IsQuery.
    """
    pattern = "|".join((_CONSTRUCTS, *map(_as_pattern, names)))
    return " | ".join(
        (
            source,
            f"where Application != {string_literal(APPLICATION)}",
            (
                f"project Database, State, StartedOn, IsQuery, "
                f"runs = IsQuery or Text matches regex {_verbatim(_RUNS)}, "
                f"found = {_all(f'({pattern})')}, ids = {_all(_NAMED)}, "
                f"users = {_all(_USER)}, signs = Text has 'Active Directory Managed Identity', "
                "Principal"
            ),
            *_COUNTED,
        )
    )


def _listed(column: str) -> str:
    return f"coalesce(todynamic({column}), dynamic([]))"


# Requests that are alike are counted before their matches are told apart: there are few of those.
_ALIKE = "Database, IsQuery, runs, signs, Principal, found, ids, users"
_COUNTED = (
    (
        "summarize Times = count(), Completed = countif(State == 'Completed'), "
        f"First = min(StartedOn), Last = max(StartedOn) by {_ALIKE}"
    ),
    (
        "extend hidden = ids == '' and users == '', IsSystem = signs and users == '', "
        f"who = array_concat({_listed('ids')}, {_listed('users')}, dynamic([''])), "
        f"what = array_concat({_listed('found')}, dynamic([''])), "
        r"Caller = extract(@'aadapp=([0-9A-Za-z-]+)', 1, Principal)"
    ),
    "mv-expand Token = what to typeof(string)",
    "mv-expand Named = who to typeof(string)",
    # No name is that long: what a stray quote made of a text stays there.
    (
        f"extend Token = iff(strlen(Token) > {_LONGEST_TOKEN}, "
        r"extract(@'^(external_table\()?', 1, Token), Token)"
    ),
    "where (hidden or Named != '') and (runs or Token == '')",
    (
        "summarize Times = max(Times), Completed = max(Completed), First = min(First), "
        f"Last = max(Last) by {_ALIKE}, IsSystem, Caller, Token, Named"
    ),
    (
        "summarize Times = sum(Times), Completed = sum(Completed), First = min(First), "
        "Last = max(Last) by Database, Token, Named, Caller, IsQuery, IsSystem"
    ),
    "where Token != '' or Caller != ''",
)


def _all(pattern: str) -> str:
    """Return what finds all matches in a text, as a text again; empty where there is none."""
    return f"tostring(extract_all({_verbatim(pattern)}, Text))"


def _verbatim(pattern: str) -> str:
    doubled = pattern.replace('"', '""')
    return f'@"{doubled}"'


def _as_pattern(name: str) -> str:
    before = r"\b" if re.match(r"\w", name) else ""
    behind = r"\b" if re.search(r"\w$", name) else ""
    return f"{before}{re.escape(name)}{behind}"


def read_runs(rows: Iterable[Mapping[str, Any]]) -> Iterator[Run]:
    """Read what `show_runs` asks for."""
    for row in rows:
        token, is_query = text_cell(row, "Token"), bool(cell(row, "IsQuery"))
        usage, mentioned = _meaning(token, is_query=is_query)
        named = text_cell(row, "Named").lower()
        if not named and cell(row, "IsSystem") and usage == Usage.SQL_REQUEST:
            named = "system"
        caller = text_cell(row, "Caller").lower()
        if not (usage or mentioned or caller):
            continue
        yield Run(
            text_cell(row, "Database"),
            usage,
            mentioned,
            named,
            caller,
            int(cell(row, "Times") or 0),
            int(cell(row, "Completed") or 0),
            parse_moment(text_cell(row, "First")),
            parse_moment(text_cell(row, "Last")),
        )


def _meaning(token: str, *, is_query: bool) -> tuple[str, str]:
    """Return the usage of a construct, and the object that it mentions."""
    flat = " ".join(token.split())
    for start, usage in _USAGES:
        if flat.startswith(start) and not (is_query and start in _OF_COMMANDS):
            return usage, _name_in(flat, start) if usage is Usage.EXTERNAL_TABLE else ""
    # A command that names a function or table may just as well create or drop it.
    return "", token if is_query else ""


def _name_in(token: str, start: str) -> str:
    return token.removeprefix(start).strip().strip("[]").strip("\"'")


def show_data(since: datetime, until: datetime) -> str:
    """Ask what made extents in which tables."""
    return (
        f".show data operations | where {_between('Timestamp', since, until)} "
        "| summarize Times = count(), Last = max(Timestamp) "
        "by Database, Table, OperationKind, Source = tostring(Properties.SourceTable)"
    )


def read_data(rows: Iterable[Mapping[str, Any]]) -> Iterator[DataRun]:
    """Read what `show_data` asks for."""
    for row in rows:
        yield DataRun(
            text_cell(row, "Database"),
            text_cell(row, "Table"),
            text_cell(row, "OperationKind"),
            text_cell(row, "Source"),
            int(cell(row, "Times") or 0),
            parse_moment(text_cell(row, "Last")),
        )


def show_grants(since: datetime, until: datetime) -> str:
    """Ask for changes of managed identity policies: their states are no secrets."""
    return (
        f".show journal | where {_between('EventTimestamp', since, until)} and {of_policies()} "
        "| project EventTimestamp, Database, OriginalEntityState, UpdatedEntityState"
    )


def of_policies() -> str:
    """Return the condition for changes of managed identity policies."""
    return (
        "(ChangeCommand contains 'policy' and ChangeCommand contains 'managed_identity' "
        "or isempty(ChangeCommand) and UpdatedEntityState contains 'AllowedUsages')"
    )


def read_grants(rows: Iterable[Mapping[str, Any]]) -> Mapping[tuple[Scope, str, str], datetime]:
    """Read since when which usages are allowed, of those that came to be within the window.

    Texts of the journal are no contract: a state that can't be read is taken for nothing, so that
    what comes after it is rather too young than too old.
    """
    return {key: moment for key, moment, _ in _granted(rows)}


def read_granters(rows: Iterable[Mapping[str, Any]]) -> Mapping[tuple[Scope, str, str], str]:
    """Read who allowed usages within the window, where the log tells."""
    return {key: who for key, _, who in _granted(rows) if who}


def _granted(
    rows: Iterable[Mapping[str, Any]],
) -> Iterator[tuple[tuple[Scope, str, str], datetime, str]]:
    for row in sorted(rows, key=lambda one: text_cell(one, "EventTimestamp")):
        scope, moment = Scope(text_cell(row, "Database")), text_cell(row, "EventTimestamp")
        before = _allowed(row, "OriginalEntityState")
        for key, usage in _allowed(row, "UpdatedEntityState") - before:
            yield (scope, key, usage), parse_moment(moment), text_cell(row, "User")


def _allowed(row: Mapping[str, Any], column: str) -> frozenset[tuple[str, str]]:
    try:
        entries = parse_policy(text_cell(row, column) or "null")
    except UnreadableAnswer:
        return frozenset()
    return frozenset(
        (PolicyEntry(one.identity, ()).key, usage)
        for one in entries
        for usage in one.allowed_usages
    )
