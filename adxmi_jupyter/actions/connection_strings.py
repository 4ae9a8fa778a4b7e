"""Connection strings for people: built with any name of an identity; read and explained.

Source: *Storage connection strings*, *SQL external tables* (Azure Data Explorer docs).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.frames import TEXT, fixed_frame
from adxmi_jupyter.actions.identity.names import resolved
from adxmi_jupyter.errors import AdxmiError, IdentityNotSupported
from adxmi_jupyter.model import kql
from adxmi_jupyter.model.connection_string import (
    IMPERSONATION,
    ConnectionString,
    Method,
    TargetKind,
    managed_identity,
    parse,
    refuse_client_id,
)
from adxmi_jupyter.model.identity import SYSTEM, ManagedIdentity, is_guid
from adxmi_jupyter.model.kql_reading import read_literals

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.model.connection_string import Target
    from adxmi_jupyter.service.connection import Connection

Connect = Callable[[], "Connection"]
"""Returns the connection, opening it if need be: not every connection string needs one."""


@dataclass(frozen=True)
class Explained:
    """A connection string and what there is to say about it.

    `identity` is the identity it names as far as it is known; `instead` the same target with a
    managed identity, where there is a secret now.
    """

    value: ConnectionString
    notes: tuple[str, ...] = ()
    identity: ManagedIdentity | None = None
    instead: ConnectionString | None = None


def with_identity(connect: Connect, target: Target, reference: str) -> Explained:
    """Build a connection string with the identity a user means, by its object ID or ``system``.

    Raises
    ------
    IdentityNotSupported
        The target takes none.
    UnknownIdentity, AmbiguousIdentity, InvalidGuid
        See `model.identity.resolve`.
    ConnectionFailure, ServiceRefusal
        A name had to be looked up, and could not be.

    """
    identity, notes = _identity(connect, reference)
    word = _word(identity)
    value = ConnectionString(target, managed_identity(word))
    return Explained(value, (*notes, *value.notes, *_needs(value, identity.label)), identity)


def impersonating(target: Target) -> Explained:
    """Build a connection string that signs in as whoever asks the cluster.

    Raises
    ------
    InvalidConnectionString
        The target takes no impersonation.

    """
    value = ConnectionString(target, IMPERSONATION)
    return Explained(value, (*value.notes, *_needs(value, "the caller")))


def object_id(connect: Connect, reference: str) -> tuple[str, tuple[str, ...]]:
    """Return what stands for an identity in a connection string, and notes on its name.

    Raises as `with_identity` does for the name.
    """
    identity, notes = _identity(connect, reference)
    return _word(identity), notes


def _word(identity: ManagedIdentity) -> str:
    return SYSTEM if identity.is_system else identity.object_id


def _identity(connect: Connect, reference: str) -> tuple[ManagedIdentity, tuple[str, ...]]:
    """Find an identity; ``system`` needs no look at the cluster, and an object ID can do without.

    Returns the identity and notes on what its name was.
    """
    word = reference.strip()
    if word.lower() == SYSTEM:
        return ManagedIdentity(SYSTEM, "the system-assigned identity", is_system=True), ()
    try:
        (found,) = resolved(connect(), (word,))
    except AdxmiError as failure:
        if not is_guid(word):
            raise
        note = f"used as an object ID without verification: {failure.what}"
        return ManagedIdentity(word.lower()), (note,)
    notes = [found.note] if found.note else []
    if found.identity.is_system:
        notes.append(f"{found.identity.label} is the system-assigned identity: written as system")
    return found.identity, tuple(notes)


def _needs(value: ConnectionString, label: str) -> Iterator[str]:
    """Say what the identity needs on the target, once if it is the same for reading and writing."""
    read, write = value.needs(write=False), value.needs(write=True)
    if read and write and read != write:
        yield f"{label} needs: {read.name} to read, {write.name} to write"
    elif read:
        yield f"{label} needs: {read.name}"
    is_by_identity = value.authentication.method is Method.MANAGED_IDENTITY
    if value.kind is TargetKind.SQL_SERVER and is_by_identity:
        yield "it must be a user of the database: CREATE USER [NAME] FROM EXTERNAL PROVIDER there"


def built_frame(built: Explained) -> pd.DataFrame:
    """Return what was built, in one row.

    Columns ``kind``, ``authentication``, ``identity`` (object ID or ``system``),
    ``connection_string``, ``literal`` (obfuscated, ready to stand in a command), all string.
    """
    value = built.value
    text = value.build()
    row = (
        value.kind,
        value.authentication.method,
        value.authentication.identity,
        text,
        kql.obfuscated_literal(text),
    )
    names = ("kind", "authentication", "identity", "connection_string", "literal")
    return fixed_frame(dict.fromkeys(names, TEXT), [tuple(map(str, row))])


def explain(text: str, known: Sequence[ManagedIdentity], identity: str = "") -> Explained:
    """Read a connection string, or a literal that holds one, and explain it.

    `known` are the identities that are known, `identity` is ``system`` or the object ID of the one
    to use instead of a secret.

    Raises
    ------
    InvalidConnectionString
        See `model.connection_string.parse`; or it names an identity by its client ID.

    """
    literal = read_literals(text)
    value = parse(text if literal is None else literal)
    refuse_client_id(value.authentication, known)
    named = next((i for i in known if _is_named(value, i)), None)
    instead, notes = _instead(value, identity)
    return Explained(value, (*value.notes, *notes), named, instead)


def _is_named(value: ConnectionString, identity: ManagedIdentity) -> bool:
    word = value.authentication.identity
    return bool(word) and (
        identity.is_system if word == SYSTEM else identity.object_id.lower() == word
    )


def _instead(
    value: ConnectionString, identity: str
) -> tuple[ConnectionString | None, tuple[str, ...]]:
    if not identity and not value.has_secret:
        return None, ()
    try:
        return value.with_identity(identity or SYSTEM), ()
    except IdentityNotSupported as refusal:
        return None, (f"{refusal.what}: {refusal.fix}",)


def explained_frame(explained: Explained) -> pd.DataFrame:
    """Return the parts of a connection string, without its secrets.

    Columns ``part``, ``value``, both string. Parts that are empty are left out.
    """
    rows = [(part, value) for part, value in _parts(explained) if value]
    return fixed_frame({"part": TEXT, "value": TEXT}, rows)


def _parts(explained: Explained) -> Iterator[tuple[str, str]]:
    value, authentication = explained.value, explained.value.authentication
    yield "kind", value.kind.value
    yield from value.target.parts.items()
    yield "host", "" if value.host in value.target.parts.values() else value.host
    yield "authentication", authentication.method.value
    yield "identity", authentication.identity
    yield "name of the identity", explained.identity.label if explained.identity else ""
    yield "user", authentication.user
    for operation, write in (("read", False), ("write", True)):
        right = value.needs(write=write)
        yield f"needed to {operation}", right.name if right else ""
    yield "callout policy", value.target.callout_type
    yield "connection string", value.masked()
    yield "literal", "" if value.has_secret else kql.obfuscated_literal(value.build())
    if explained.instead:
        yield "with a managed identity", explained.instead.build()
