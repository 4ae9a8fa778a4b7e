"""The names of databases and identities, remembered for a minute.

For completion, for closest matches, and to turn what people call an identity into its object ID.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar, cast

from adxmi_jupyter.actions import identities
from adxmi_jupyter.actions.policies import read, scopes_of
from adxmi_jupyter.errors import AdxmiError, UnknownIdentity
from adxmi_jupyter.model.identity import SYSTEM, resolve
from adxmi_jupyter.model.policy import PolicyEntry

if TYPE_CHECKING:
    from adxmi_jupyter.model.identity import ManagedIdentity, ResolvedIdentity
    from adxmi_jupyter.service.connection import Connection

Value = TypeVar("Value")

_MINUTE = 60.0
_DATABASES = "databases"
_IDENTITIES = "identities"
_VISIBLE = "identities in Azure"


def database_names(connection: Connection) -> tuple[str, ...]:
    """Return the databases the caller may see, by name; raises as a read does."""
    return _remembered(
        connection,
        _DATABASES,
        lambda: tuple(scope.database for scope in scopes_of(connection, all_databases=True)),
    )


def known_identities(connection: Connection) -> tuple[ManagedIdentity, ...]:
    """Return the identities that the readable policies of the cluster name, each once.

    No Kusto command lists the identities assigned to a cluster, so the policies are what a caller
    without rights in Azure Resource Manager can know.
    """
    return _remembered(connection, _IDENTITIES, lambda: _named_in_policies(connection))


def _named_in_policies(connection: Connection) -> tuple[ManagedIdentity, ...]:
    scopes = scopes_of(connection, cluster=True, all_databases=True)
    reading = read(connection, scopes, skip_unreadable=True)
    entries = (entry for scoped in reading.policies for entry in scoped.policy)
    found = {PolicyEntry(entry.identity, ()).key: entry.identity for entry in entries}
    return tuple(sorted(found.values(), key=lambda identity: identity.label.lower()))


def resolved(connection: Connection, references: tuple[str, ...]) -> tuple[ResolvedIdentity, ...]:
    """Find the identities a user means; raises as `model.identity.resolve` does.

    The policies are asked first, since everybody may read some of them. What they do not know,
    Azure Resource Manager may; without rights there, it is the policies' word that counts.
    """
    return tuple(_resolved(connection, reference) for reference in references)


def _resolved(connection: Connection, reference: str) -> ResolvedIdentity:
    known = known_identities(connection)
    try:
        found = resolve(reference, known)
    except UnknownIdentity as unknown:
        return resolve(reference, known + _seen_in_azure(connection, known, unknown))
    if found.identity in known or found.identity.is_system:
        return found
    # A GUID that no policy names may be the client ID of an identity of the subscription.
    return resolve(reference, known + _seen_in_azure(connection, known))


def _seen_in_azure(
    connection: Connection,
    known: tuple[ManagedIdentity, ...],
    unknown: UnknownIdentity | None = None,
) -> tuple[ManagedIdentity, ...]:
    try:
        visible = _remembered(connection, _VISIBLE, lambda: identities.known(connection))
    except AdxmiError as failure:
        if unknown is None:
            return ()
        unknown.why += f"; and {failure.what}"
        raise unknown from failure
    ids = {identity.object_id.lower() for identity in known}
    return tuple(identity for identity in visible if identity.object_id.lower() not in ids)


def offered_databases(connection: Connection) -> tuple[str, ...]:
    """Return database names for completion; nothing where asking would be intrusive or fails."""
    return _offered(connection, database_names)


def offered_identities(connection: Connection) -> tuple[str, ...]:
    """Return identity names for completion; nothing where asking would be intrusive or fails."""
    known = _offered(connection, known_identities)
    return tuple(dict.fromkeys(identity.label for identity in known))


def offered_in_azure(connection: Connection) -> tuple[str, ...]:
    """Return the names of all visible identities for completion, ``system`` among them."""
    seen = _offered(connection, lambda c: _remembered(c, _VISIBLE, lambda: identities.known(c)))
    users = (identity.label for identity in seen if not identity.is_system)
    return tuple(dict.fromkeys((SYSTEM, *users)))


def _offered(
    connection: Connection, ask: Callable[[Connection], tuple[Value, ...]]
) -> tuple[Value, ...]:
    # Completing a word must not open a browser to sign in.
    if not (connection.is_embedded or connection.kusto.has_answered):
        return ()
    try:
        return ask(connection)
    except AdxmiError:  # a completion has nowhere to show an error; the command will
        return ()


def _remembered(connection: Connection, key: str, make: Callable[[], Value]) -> Value:
    since, value = connection.remembered.get(key, (None, None))
    now = time.monotonic()
    if since is None or now - since > _MINUTE:
        value = make()
        connection.remembered[key] = (now, value)
    return cast("Value", value)
