"""What the form of a workflow needs to know of a cluster before it can be filled in.

All of it is read when the form opens or another database is chosen: typing must send no request.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.actions.identity import known_identities, names
from adxmi_jupyter.errors import AdxmiError, DatabaseNotFound
from adxmi_jupyter.fixes import ChangeOption, Explain, Several
from adxmi_jupyter.model.declaration.fields import FieldKind
from adxmi_jupyter.model.identity import SYSTEM, word_among
from adxmi_jupyter.model.usage import closest
from adxmi_jupyter.service.gather import gather

if TYPE_CHECKING:
    from adxmi_jupyter.actions.identity.known_identities import KnownIdentities
    from adxmi_jupyter.model.declaration.workflow import Workflow
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.service.connection import Connection

_TABLES = {FieldKind.TABLE: "tables", FieldKind.EXTERNAL_TABLE: "external tables"}


@dataclass(frozen=True)
class Tables:
    """The tables of a database that fields offer, by kind of field; `notes` say what is missing."""

    offered: Mapping[FieldKind, tuple[str, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Offers:
    """What fields offer; anything else can be typed all the same."""

    databases: tuple[str, ...]
    identities: KnownIdentities
    tables: Tables

    @property
    def notes(self) -> tuple[str, ...]:
        """What could not be read."""
        return (*self.identities.notes, *self.tables.notes)

    @cached_property
    def identity_words(self) -> tuple[str, ...]:
        """What identities can be called: by name, or by object ID where a name is not certain."""
        every = self.identities.every
        words = (word_among(one, every, _key, one.object_id) for one in every)
        named = dict.fromkeys(word for word in words if word != SYSTEM)
        return (*named, SYSTEM)


def _key(identity: ManagedIdentity) -> str:
    return identity.object_id.lower()


def read(connection: Connection, declaration: type[Workflow], database: str) -> Offers:
    """Read what the fields of a workflow offer; what cannot be read, a note says.

    Raises
    ------
    NotInThisEdition
        The workflow takes a managed identity, and there are none; nothing was sent.
    DatabaseNotFound
        There is no such database, as far as the caller may see.
    AdxmiError
        As `names.database_names`.

    """
    connection.require_identities()
    databases = names.database_names(connection)  # first and alone: it may have to sign in
    if database and database not in databases:
        raise _no_database(database, databases)
    asks: tuple[Callable[[], Any], ...] = (
        lambda: known_identities.read(connection),
        lambda: tables_of(connection, declaration, database),
    )
    found: list[Any] = gather(lambda ask: ask(), asks, what="")
    for failure in found:
        if isinstance(failure, Exception):
            raise failure
    return Offers(databases, *found)


def tables_of(connection: Connection, declaration: type[Workflow], database: str) -> Tables:
    """Read the tables that the fields of a workflow offer; what cannot be read, a note says."""
    kinds = {spec.kind for spec in declaration.specs()}
    if not database:
        return Tables()
    offered, notes = {}, []
    for kind in _TABLES.keys() & kinds:
        try:
            is_external = kind is FieldKind.EXTERNAL_TABLE
            offered[kind] = names.tables_of(connection, database, external=is_external)
        except AdxmiError as failure:
            notes.append(f"The {_TABLES[kind]} could not be read: {failure.what} ({failure.why})")
    return Tables(offered, tuple(sorted(notes)))


def _no_database(database: str, databases: tuple[str, ...]) -> DatabaseNotFound:
    match = closest(database, databases)
    return DatabaseNotFound(
        f"there is no database {database!r}",
        why=Explain.of(
            "the cluster shows: ", Several.of(databases, otherwise="none that you can read")
        ),
        fix=ChangeOption("--database", match or "NAME"),
    )
