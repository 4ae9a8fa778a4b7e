"""What a cluster is asked to find out how it behaves, and what it answered.

All requests are reads. Answers are kept as they came: whoever judges them must not count on the
shapes that the rest of the tool expects.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.model.csl_script import read_csl_script
from adxmi_jupyter.model.identity import SYSTEM
from adxmi_jupyter.model.kql import quote_name, show_csl_script, show_policy
from adxmi_jupyter.model.policy import CLUSTER, Scope
from adxmi_jupyter.model.shape import json_cell, text_cell, value_of

if TYPE_CHECKING:
    from adxmi_jupyter.model.csl_script import CslScript

APPLICATION = "adxmi_jupyter"
_POLICY_COLUMNS = ("Policy", "Policies")
_ABSENT = object()
_FOUND = "AllowedUsages"


class Topic(StrEnum):
    """What a request is about."""

    DATABASES = "databases"
    POLICY = "policy"
    EXTERNAL_TABLES = "external tables"
    EXPORTS = "continuous exports"
    SCRIPT = "csl script"
    JOURNAL = "journal"
    COMMANDS = "log of commands"
    CAPACITY = "capacity"


@dataclass(frozen=True)
class Request:
    """A command; `database` is empty for the cluster."""

    topic: Topic
    text: str
    database: str = ""


@dataclass(frozen=True)
class Table:
    """An answer: columns with their types, and rows with the wire's own values."""

    columns: Mapping[str, str]
    rows: Sequence[Mapping[str, Any]]

    @property
    def policy_column(self) -> str:
        """The column that holds a managed identity policy; empty where none can be told.

        Of other columns it is the one whose texts are lists of objects with usages.
        """
        known = {name.casefold(): name for name in self.columns}
        for name in _POLICY_COLUMNS:
            if name.casefold() in known:
                return known[name.casefold()]
        return next((name for name in self.columns if any(self._entries_in(name))), "")

    def _entries_in(self, column: str) -> Iterator[Mapping[str, Any]]:
        for row in self.rows:
            value = json_cell(row, column)
            for item in value if isinstance(value, list) else ():
                if isinstance(item, Mapping) and value_of(item, _FOUND, otherwise=_ABSENT):
                    yield item

    @property
    def entries(self) -> list[Mapping[str, Any]]:
        """The entries of a managed identity policy."""
        column = self.policy_column
        return list(self._entries_in(column)) if column else []


@dataclass(frozen=True)
class Failure:
    """Why a request has no answer."""

    what: str
    is_denied: bool = False


def of_cluster() -> tuple[Request, ...]:
    """Return the requests that no database is needed for."""
    changed = (
        "where EventTimestamp > ago(30d) and (ChangeCommand has 'managed_identity' "
        "or Event contains 'MANAGED-IDENTITY' or UpdatedEntityState has 'AllowedUsages')"
    )
    exported = (
        "where StartedOn > ago(7d) and CommandType contains 'Export' "
        f"and Application != '{APPLICATION}'"
    )
    return (
        Request(Topic.POLICY, show_policy(CLUSTER)),
        Request(Topic.JOURNAL, f".show journal | {changed} | top 20 by EventTimestamp desc"),
        Request(
            Topic.COMMANDS,
            f".show commands | {exported} | summarize Times=count() by Database, CommandType, "
            "Application, Principal",
        ),
        Request(Topic.CAPACITY, ".show capacity"),
    )


def of_database(database: str) -> tuple[Request, ...]:
    """Return the requests about a database."""
    scope = Scope(database)
    return (
        Request(Topic.POLICY, show_policy(scope), database),
        Request(Topic.EXTERNAL_TABLES, ".show external tables", database),
        Request(Topic.EXPORTS, ".show continuous-exports", database),
        Request(Topic.SCRIPT, show_csl_script(database), database),
    )


DATABASES = Request(Topic.DATABASES, ".show databases")


@dataclass(frozen=True)
class Readings:
    """What came back of each request.

    `system_ids` are object IDs of the system-assigned identity as Azure Resource Manager tells
    them; `own_changes` counts the changes of policies that this tool made within the journal's
    window.
    """

    answers: Mapping[Request, Table | Failure]
    system_ids: frozenset[str] = frozenset()
    own_changes: int = 0
    scripts: dict[str, CslScript] = field(default_factory=dict, compare=False)

    def tables(self, topic: Topic) -> Iterator[tuple[str, Table]]:
        """Yield the answers about a topic, each with its database."""
        for request, answer in self.answers.items():
            if request.topic is topic and isinstance(answer, Table):
                yield request.database, answer

    def failures(self, topic: Topic) -> Iterator[tuple[str, Failure]]:
        """Yield what was not answered about a topic, each with its database."""
        for request, answer in self.answers.items():
            if request.topic is topic and isinstance(answer, Failure):
                yield request.database, answer

    def script(self, database: str) -> CslScript | None:
        """Return what the csl script of a database tells; None where it was not answered."""
        texts = dict(self.script_texts).get(database)
        if texts is not None and database not in self.scripts:
            self.scripts[database] = read_csl_script(texts)
        return self.scripts.get(database)

    @property
    def script_texts(self) -> Iterator[tuple[str, list[str]]]:
        """The commands of each database's csl script."""
        for database, table in self.tables(Topic.SCRIPT):
            yield database, [text_cell(row, "DatabaseSchemaScript") for row in table.rows]

    @property
    def entries(self) -> Iterator[Mapping[str, Any]]:
        """The entries of all policies."""
        for _, table in self.tables(Topic.POLICY):
            yield from table.entries

    @property
    def object_ids_of_system(self) -> frozenset[str]:
        """Object IDs of the system-assigned identity, as Azure or the policies tell them."""
        told = {
            str(value_of(entry, "ObjectId", otherwise="")).casefold()
            for entry in self.entries
            if value_of(entry, "IsSystem", otherwise=False)
        }
        return (self.system_ids | told) - {SYSTEM}

    @property
    def identity_ids(self) -> frozenset[str]:
        """Object and client IDs of the identities that policies name."""
        return frozenset(
            str(value_of(entry, name, otherwise="")).casefold()
            for entry in self.entries
            for name in ("ObjectId", "ClientId")
        ) - {"", SYSTEM}

    def exports_with_identity(self) -> Iterator[tuple[str, Mapping[str, Any], str]]:
        """Yield the continuous exports with an identity: database, row, and the identity.

        The identity is from the list or, where it has none, from the script.
        """
        for database, table in self.tables(Topic.EXPORTS):
            script = self.script(database)
            for row in table.rows:
                name = text_cell(row, "Name")
                told = listed_identity(row) or (script.identities.get(name, "") if script else "")
                if told:
                    yield database, row, told


def listed_identity(row: Mapping[str, Any]) -> str:
    """Return the identity that a list of continuous exports shows; empty for none."""
    properties = json_cell(row, "ExportProperties")
    if not isinstance(properties, Mapping):
        return ""
    return str(value_of(properties, "ManagedIdentity", otherwise="") or "")


def connection_strings(row: Mapping[str, Any]) -> list[str]:
    """Return the connection strings that a list of external tables shows."""
    value = json_cell(row, "ConnectionStrings")
    return [str(one) for one in value] if isinstance(value, list) else []


def database_name(row: Mapping[str, Any]) -> str:
    """Return the name in a row of the databases."""
    return text_cell(row, "DatabaseName")


def named(database: str) -> str:
    """Return a database as a command names it."""
    return quote_name(database)


def as_json(text: str) -> Any:
    """Return a text decoded; None where it is no JSON."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
