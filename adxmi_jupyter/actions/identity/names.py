"""The names of databases and identities, remembered for a minute.

For completion, for closest matches, and to turn what people call an identity into its object ID.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar, cast

from adxmi_jupyter.actions.identity import identities
from adxmi_jupyter.actions.policy.policies import read, scopes_of
from adxmi_jupyter.errors import AdxmiError, UnknownIdentity
from adxmi_jupyter.model.identity import SYSTEM, resolve
from adxmi_jupyter.model.kql import SHOW_EXTERNAL_TABLES
from adxmi_jupyter.model.kusto_shapes import EXTERNAL_TABLES, TABLES
from adxmi_jupyter.model.policy import CLUSTER, PolicyEntry, Scope
from adxmi_jupyter.model.shape import text_cell

if TYPE_CHECKING:
    from adxmi_jupyter.model.identity import ManagedIdentity, ResolvedIdentity
    from adxmi_jupyter.service.connection import Connection

Value = TypeVar("Value")

_MINUTE = 60.0
_MOST_POLICIES = 100
_DATABASES = "databases"
_IDENTITIES = "identities"
_VISIBLE = "identities in Azure"
_TABLES = "names in"


def database_names(connection: Connection) -> tuple[str, ...]:
    """Return the databases the caller may see, by name; raises as a read does."""
    return remembered(
        connection,
        _DATABASES,
        lambda: tuple(scope.database for scope in scopes_of(connection, all_databases=True)),
    )


def known_identities(connection: Connection) -> tuple[ManagedIdentity, ...]:
    """Return the identities that the readable policies of the cluster name, each once.

    No Kusto command lists the identities assigned to a cluster, so the policies are what a caller
    without rights in Azure Resource Manager can know.
    """
    return remembered(connection, _IDENTITIES, lambda: _named_in_policies(connection))


def _named_in_policies(connection: Connection) -> tuple[ManagedIdentity, ...]:
    connection.require_identities()
    reading = read(connection, _scopes_to_read(connection), skip_unreadable=True)
    entries = (entry for scoped in reading.policies for entry in scoped.policy)
    found = {PolicyEntry(entry.identity, ()).key: entry.identity for entry in entries}
    return tuple(sorted(found.values(), key=lambda identity: identity.label.lower()))


def _scopes_to_read(connection: Connection) -> tuple[Scope, ...]:
    """Return the scopes whose policies are read to find a name.

    No command shows the policies of all databases, so of a large cluster only its own policy and
    that of the current database are read; Azure knows the identities that exist.
    """
    names = database_names(connection)
    if len(names) > _MOST_POLICIES:
        names = tuple(name for name in names if name == connection.database)
    return (CLUSTER, *map(Scope, names))


def _named_at(connection: Connection, scope: Scope | None) -> tuple[ManagedIdentity, ...]:
    """Return the identities of a scope's policy, where it is not read anyway."""
    if scope is None or scope in _scopes_to_read(connection):
        return ()
    policies = read(connection, (scope,), skip_unreadable=True).policies
    return tuple(entry.identity for one in policies for entry in one.policy)


def resolved(
    connection: Connection, references: tuple[str, ...], scope: Scope | None = None
) -> tuple[ResolvedIdentity, ...]:
    """Find the identities a user means; raises as `model.identity.resolve` does.

    The policies are asked first, since everybody may read some of them; `scope` is the one that the
    line is about. What they do not know, Azure Resource Manager may; without rights there, it is
    the policies' word that counts.
    """
    connection.require_identities()
    here = _named_at(connection, scope)
    return tuple(_resolved(connection, reference, here) for reference in references)


def _resolved(
    connection: Connection, reference: str, here: tuple[ManagedIdentity, ...]
) -> ResolvedIdentity:
    was_remembered = _VISIBLE in connection.remembered
    try:
        return _resolved_by_what_is_known(connection, reference, here)
    except UnknownIdentity:
        if not was_remembered:
            raise
        connection.remembered.pop(_VISIBLE, None)  # it may have been created since
        return _resolved_by_what_is_known(connection, reference, here)


def _resolved_by_what_is_known(
    connection: Connection, reference: str, here: tuple[ManagedIdentity, ...]
) -> ResolvedIdentity:
    named = (*known_identities(connection), *here)
    known = tuple({PolicyEntry(one, ()).key: one for one in named}.values())
    found = found_among(reference, known, lambda unknown: _with_azure(connection, known, unknown))
    if found.identity.is_system:
        return replace(found, identity=_system_now(connection, found.identity))
    return found


def found_among(
    reference: str,
    named: tuple[ManagedIdentity, ...],
    every: Callable[[UnknownIdentity | None], tuple[ManagedIdentity, ...]],
) -> ResolvedIdentity:
    """Find an identity among those that policies name, else among all; raises as `resolve`.

    `every` returns all; it gets the error to raise if there are none to be had.
    """
    try:
        found = resolve(reference, named)
    except UnknownIdentity as unknown:
        return resolve(reference, every(unknown))
    if found.identity in named or found.identity.is_system:
        return found
    # A GUID that no policy names may be the client ID of an identity of the subscription.
    return resolve(reference, every(None))


def _system_now(connection: Connection, listed: ManagedIdentity) -> ManagedIdentity:
    """Return the system-assigned identity that was assigned when last seen.

    A policy goes on naming the former one after it was removed, and assigned anew with other ids.
    """
    present = connection.assigned_when_last_seen
    system = present.system if present else None
    if system is None or system.object_id.lower() == listed.object_id.lower():
        return listed
    return system


def all_identities(connection: Connection) -> tuple[ManagedIdentity, ...]:
    """Return the identities that policies or Azure show, each once; none if neither is readable."""
    try:
        known = known_identities(connection)
    except AdxmiError:  # rights in Azure may do
        known = ()
    return _with_azure(connection, known)


def _with_azure(
    connection: Connection,
    known: tuple[ManagedIdentity, ...],
    unknown: UnknownIdentity | None = None,
) -> tuple[ManagedIdentity, ...]:
    """Return the identities that policies name, with their resource IDs, and Azure's others."""
    try:
        visible = visible_identities(connection)
    except AdxmiError as failure:
        if unknown is None:
            return known
        unknown.why += f"; and {failure.what}"
        raise unknown from failure
    return merged(known, visible)


def visible_identities(connection: Connection) -> tuple[ManagedIdentity, ...]:
    """Return the identities that Azure shows; raises as `identities.known`."""
    return remembered(connection, _VISIBLE, lambda: identities.known(connection))


def merged(
    known: tuple[ManagedIdentity, ...], visible: tuple[ManagedIdentity, ...]
) -> tuple[ManagedIdentity, ...]:
    """Return identities that policies name, with their resource IDs, and the other visible ones.

    A policy may call the system-assigned identity by the word, or by its object ID without saying
    what it is: where Azure shows it, it is known by both.
    """
    in_azure = {identity.object_id.lower(): identity for identity in visible}
    system = next((identity for identity in visible if identity.is_system), None)
    both = []
    for one in known:
        word = one.object_id.lower()
        same = in_azure.pop(system.object_id.lower() if system and word == SYSTEM else word, None)
        if same is None:
            both.append(replace(one, is_system=one.is_system and system is None))
        else:
            both.append(_as_in_azure(one, same))
    return (*both, *in_azure.values())


def _as_in_azure(one: ManagedIdentity, same: ManagedIdentity) -> ManagedIdentity:
    return replace(
        one,
        object_id=same.object_id or one.object_id,
        display_name=one.display_name or same.display_name,
        resource_id=same.resource_id,
        is_system=same.is_system,
    )


def offered_databases(connection: Connection) -> tuple[str, ...]:
    """Return database names for completion; nothing where asking would be intrusive or fails."""
    return offered(connection, database_names)


def offered_tables(
    connection: Connection, *, external: bool, database: str = ""
) -> tuple[str, ...]:
    """Return the tables, or external tables, of a database for completion.

    Without one it is the current database.
    """
    where = database or connection.database
    return offered(connection, lambda c: tables_of(c, where, external=external))


def tables_of(connection: Connection, database: str, *, external: bool) -> tuple[str, ...]:
    """Return the tables, or external tables, of a database; raises as `Kusto.command` does."""
    command = SHOW_EXTERNAL_TABLES if external else ".show tables"
    shape = EXTERNAL_TABLES if external else TABLES

    def ask() -> tuple[str, ...]:
        rows = connection.kusto.command(command, database=database).rows(shape)
        return tuple(text_cell(row, "TableName", "EntityName") for row in rows)

    return remembered(connection, f"{_TABLES} {command} {database}", ask)


def offered_existing(
    connection: Connection, kind: str, ask: Callable[[], tuple[str, ...]]
) -> tuple[str, ...]:
    """Return names of a kind of things for completion, remembered as those of tables are."""
    return offered(connection, lambda c: remembered(c, f"{_TABLES} {kind}", ask))


def forget_tables(connection: Connection) -> None:
    """Forget the names of tables and the like, after one was made or dropped."""
    for key in [one for one in connection.remembered if one.startswith(_TABLES)]:
        connection.remembered.pop(key, None)


def offered_identities(connection: Connection) -> tuple[str, ...]:
    """Return identity names for completion; nothing where asking would be intrusive or fails."""
    known = offered(connection, known_identities)
    return tuple(dict.fromkeys(identity.label for identity in known))


def offered_in_azure(connection: Connection) -> tuple[str, ...]:
    """Return the names of all visible identities for completion, ``system`` among them."""
    all_identities = offered(connection, visible_identities)
    users = (identity.label for identity in all_identities if not identity.is_system)
    return tuple(dict.fromkeys((SYSTEM, *users)))


def known_without_sign_in(connection: Connection) -> tuple[ManagedIdentity, ...]:
    """Return the identities that can be known without a sign-in: policies' first, then Azure's."""
    known = offered(connection, known_identities)
    return merged(known, offered(connection, visible_identities))


def offered(
    connection: Connection, ask: Callable[[Connection], tuple[Value, ...]]
) -> tuple[Value, ...]:
    """Return what can be offered while a word is completed; nothing where asking fails.

    Completing a word must not open a browser to sign in.
    """
    if not (connection.is_embedded or connection.kusto.has_answered):
        return ()
    try:
        return ask(connection)
    except AdxmiError:  # a completion has nowhere to show an error; the command will
        return ()


def remembered(connection: Connection, key: str, make: Callable[[], Value]) -> Value:
    """Return a value made at most a minute ago, or make it."""
    since, value = connection.remembered.get(key, (None, None))
    now = time.monotonic()
    if since is None or now - since > _MINUTE:
        value = make()
        connection.remembered[key] = (now, value)
    return cast("Value", value)
