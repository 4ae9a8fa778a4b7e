"""Ingestion commands in the log of a cluster: which of them name their source with a secret.

Nothing of an ingestion is stored, so its sender has to be changed. The log is asked for addresses,
in its own pipe: secrets never leave the cluster. Literals marked ``h`` are asterisks there.

Source: *.show commands*, *.ingest into command*, *.ingest-from-storage-queued into command*,
*externaldata operator*, *Storage connection strings* (Azure Data Explorer docs).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.errors import InvalidConnectionString
from adxmi_jupyter.model.connection_string import Method, StorageLocation, parse
from adxmi_jupyter.model.declaration import targets
from adxmi_jupyter.model.declaration.requirements import acting_as
from adxmi_jupyter.model.kql import string_literal
from adxmi_jupyter.model.migration.objects import Migratable, ObjectKind, Restoring
from adxmi_jupyter.model.shape import Shape, cell, flag, maybe, required, text, text_cell
from adxmi_jupyter.model.usage import Usage

if TYPE_CHECKING:
    from adxmi_jupyter.model.connection_string import ConnectionString
    from adxmi_jupyter.model.declaration.requirements import Requirement
    from adxmi_jupyter.model.identity import ManagedIdentity

_NOTES = (
    "nothing is stored: change each source in the program or script that sends it",
    "the other properties of the command, such as format and mapping, stay",
)
_HIDDEN, _IDENTITY = "hidden", "identity"
_WAYS = {
    "sas": Method.SAS,
    "presigned": Method.PRESIGNED_URL,
    "token": Method.TOKEN,
    "key": Method.ACCOUNT_KEY,
    "aws": Method.AWS_KEYS,
    "caller": Method.IMPERSONATION,
}
_INGESTS = r"^(?:\s|//[^\n]*\n)*\.(?:ingest|set|append)(?:-or-\w+)?\b"
_TABLE = (
    r"(?:\binto\s+(?:table\s+)?|\.(?:set-or-append|set-or-replace|set|append)\s+(?:async\s+)?)"
    r"(?:database\([^)]*\)\.)?(\[\x22[^\x22]+\x22|\['[^']+'|[\w.-]+)"
)
_SOURCE = (
    r"((?:https?|abfss?|adl)://[^'\x22]+['\x22](?:\s*[hH]@?['\x22]\*+)?"
    r"|[hH]@?(?:['\x22]|```|~~~)\*+)"
)
_ADDRESS = r"^([a-z]+://[^?;'\x22]+)"
_PLACE = r"^(abfss?://[^/]+|[a-z]+://[^/]+/[^/]+)"

COMMANDS = Shape(
    "the log of commands",
    (
        required("Database", check=maybe(text)),
        required("Table", check=maybe(text)),
        required("Way", check=maybe(text)),
        required("Address", check=maybe(text)),
        required("IsApplication", check=flag),
    ),
)
BATCHES = Shape("the data operations", (required("Database"), required("Table")))


@dataclass(frozen=True)
class Ingestion(Migratable):
    """Commands that ingest into a table from one container; `address` is that of a blob there.

    `is_unattended` tells whether an application sends them.
    """

    address: str = ""
    is_unattended: bool = True

    @property
    def restoring(self) -> Restoring:
        """Return that there is nothing to restore."""
        return Restoring.NOTHING_TO_RESTORE

    @property
    def previous(self) -> str:
        """Return nothing: no definition is stored."""
        return ""

    @property
    def marker(self) -> str:
        """Return nothing, as above."""
        return ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells it from other ingestion into the same table."""
        return self.kind.value, self.database, f"{self.name} {self.target} {self.authenticates_by}"

    def definition(self, identity: ManagedIdentity) -> str:
        """Return the source as the sender has to write it."""
        return self._string.with_identity(identity.word).build()

    def marker_with(self, identity: ManagedIdentity) -> str:
        """Return nothing, as above."""
        del identity
        return ""

    def requirements(self, identity: ManagedIdentity) -> tuple[Requirement, ...]:
        """Return what reading the source needs."""
        place = self._string.target
        reading = targets.reads(identity, place) if isinstance(place, StorageLocation) else ()
        return acting_as(identity, Usage.NATIVE_INGESTION, *reading)

    @property
    def _string(self) -> ConnectionString:
        return parse(self.address)


@dataclass(frozen=True, order=True)
class IngestedTable:
    """A table into which something is ingested, and it is not visible how it authenticates."""

    database: str
    table: str


def show_ingestion(databases: Sequence[str]) -> str:
    """Ask the log from where commands ingest, and how they authenticate: no secret is returned."""
    named = ", ".join(map(string_literal, databases))
    is_ingestion = f"Database in ({named}) and Text matches regex {_verbatim(_INGESTS)}"
    quotes = _verbatim(r"[\[\]'\x22]+")
    table = f"Table = trim({quotes}, extract({_verbatim(_TABLE)}, 1, Text))"
    source = f"Source = extract_all({_verbatim(_SOURCE)}, Text)"
    caller = "IsApplication = Principal startswith 'aadapp='"
    return " | ".join(
        (
            ".show commands",
            f"where {is_ingestion} and (Text has 'ingest' or Text has 'externaldata')",
            f"extend {table}, {source}",
            "mv-expand Source to typeof(string)",
            f"extend Address = extract({_verbatim(_ADDRESS)}, 1, Source)",
            f"extend Way = {_WAY}, Place = extract({_verbatim(_PLACE)}, 1, Address)",
            f"where Way != '{_IDENTITY}' and Way != ''",
            f"summarize Address = max(Address) by Database, Table, Place, Way, {caller}",
        )
    )


_WAY = (
    f"case(Address == '', '{_HIDDEN}', "
    f"Source contains ';managed_identity=', '{_IDENTITY}', "
    "Source contains ';impersonate', 'caller', Source contains ';token=', 'token', "
    "Source contains ';awscredentials=', 'aws', Source contains ';', 'key', "
    "Source contains 'x-amz-signature=', 'presigned', Source contains 'sig=', 'sas', '')"
)


def show_batches(databases: Sequence[str]) -> str:
    """Ask into which tables anything was ingested."""
    named = ", ".join(map(string_literal, databases))
    return (
        f".show data operations | where Database in ({named}) and OperationKind == 'BatchIngest' "
        "| distinct Database, Table | order by Database asc, Table asc"
    )


def _verbatim(pattern: str) -> str:
    doubled = pattern.replace('"', '""')
    return f'@"{doubled}"'


def read_ingestion(
    rows: Iterable[Mapping[str, Any]],
) -> Iterator[Ingestion | IngestedTable]:
    """Read what `show_ingestion` asks for; a source that can't be read as one is left out."""
    for row in rows:
        database, table = text_cell(row, "Database"), text_cell(row, "Table")
        way, address = text_cell(row, "Way"), text_cell(row, "Address")
        if way == _HIDDEN:
            yield IngestedTable(database, table)
            continue
        try:
            place = parse(address)
        except InvalidConnectionString:
            continue
        yield Ingestion(
            ObjectKind.INGESTION,
            database,
            table,
            place.address,
            (str(_WAYS[way]),),
            notes=_NOTES,
            address=address,
            is_unattended=bool(cell(row, "IsApplication")),
        )
