"""Who and what a refusal names, as the cluster and Azure know it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.check.chains import kept_identity
from adxmi_jupyter.actions.identity import names
from adxmi_jupyter.errors import AdxmiError
from adxmi_jupyter.model.denial import Concern
from adxmi_jupyter.model.identity import ManagedIdentity
from adxmi_jupyter.model.principal import parse_reference

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adxmi_jupyter.model.denial import Denial
    from adxmi_jupyter.model.principal import PrincipalReference
    from adxmi_jupyter.service.connection import Connection

_OF_CHAINS = (Concern.ASSIGNED, Concern.ALLOWED, Concern.TARGET, Concern.UNSPECIFIED)


@dataclass(frozen=True)
class Mentioned:
    """What a refusal is about on this cluster.

    `callers` are those of the identities that the text names as the principal of a request, and
    `principals` those principals that are no identity. `guids` maps the object or client IDs of
    the text to the identities whose they are.
    """

    database: str
    identities: tuple[ManagedIdentity, ...]
    callers: tuple[ManagedIdentity, ...]
    principals: tuple[PrincipalReference, ...]
    external_tables: tuple[str, ...]
    guids: dict[str, ManagedIdentity]


def mentioned_in(
    connection: Connection, denial: Denial, database: str = "", *, otherwise: str = ""
) -> Mentioned:
    """Find out who and what a refusal names; what may not be seen is left out.

    Without `database` it is the one that the text names, else `otherwise`, else the current one.
    """
    seen = names.all_identities(connection)
    ids = {one: identity for identity in seen for one in _ids(identity)}
    guids = {guid: ids[guid] for guid in denial.names.guids if guid in ids}
    called = {str(one): one for one in map(_reference, denial.names.principals) if one}
    callers = {
        text: ids[one.identifier.lower()]
        for text, one in called.items()
        if one.identifier.lower() in ids
    }
    where = database or _database(connection, denial, otherwise)
    return Mentioned(
        where,
        tuple(dict.fromkeys(_identities(denial, seen, ids))),
        tuple(dict.fromkeys(callers.values())),
        tuple(one for text, one in called.items() if text not in callers),
        _external_tables(connection, denial, where),
        guids,
    )


def focused(connection: Connection, denial: Denial) -> Denial:
    """Return a denial without what its command asked for, if it names an identity by itself."""
    plain = denial.without_wishes()
    if plain is denial:
        return denial
    seen = names.all_identities(connection)
    ids = {one: identity for identity in seen for one in _ids(identity)}
    return plain if any(_identities(plain, seen, ids)) else denial


def _ids(identity: ManagedIdentity) -> tuple[str, ...]:
    every = (identity.object_id, identity.client_id, identity.resource_id)
    return tuple(one.lower() for one in every if one)


def _identities(
    denial: Denial,
    seen: Sequence[ManagedIdentity],
    ids: dict[str, ManagedIdentity],
) -> Iterator[ManagedIdentity]:
    """Yield the identities of a text, by their ids first."""
    said = denial.names
    found = [kept_identity(word, seen) for word in said.identities]
    found += [ids[one] for one in said.guids if one in ids]
    found += [ids[one.lower()] for one in said.identity_resources if one.lower() in ids]
    users = [one for one in seen if not one.is_system and one.display_name]
    found += [one for one in users if denial.mentions(one.display_name)]
    if not found:
        # The system-assigned identity bears the name of the cluster, which stands in many texts:
        # in bodies as JSON, too, which have other quotes.
        own = [one for one in seen if one.is_system and one.display_name]
        found += [one for one in own if denial.mentions(f"'{one.display_name}'")]
    unknown = [one for one in said.guids if not any(one in who for who in said.principals)]
    if (
        not found
        and not denial.impersonates
        and len(unknown) == 1
        and denial.meaning.concern in _OF_CHAINS
    ):
        found.append(ManagedIdentity(unknown[0]))
    yield from found


def _reference(text: str) -> PrincipalReference | None:
    try:
        return parse_reference(text)
    except AdxmiError:
        return None


def _database(connection: Connection, denial: Denial, otherwise: str) -> str:
    known = _told(lambda: names.database_names(connection))
    quoted = denial.mentioned(known, is_quoted=True)
    plain = denial.mentioned(known) if not quoted else ()
    if quoted or len(plain) == 1:
        return (*quoted, *plain)[0]
    return otherwise or connection.required_database()


def _external_tables(connection: Connection, denial: Denial, database: str) -> tuple[str, ...]:
    if denial.meaning.concern not in _OF_CHAINS:
        return ()
    known = _told(lambda: names.tables_of(connection, database, external=True))
    return denial.mentioned(known, is_quoted=True)


def _told(ask: Callable[[], tuple[str, ...]]) -> tuple[str, ...]:
    try:
        return ask()
    except AdxmiError:  # then nothing is known of them
        return ()
