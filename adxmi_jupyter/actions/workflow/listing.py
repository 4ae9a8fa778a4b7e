"""What exists of a workflow: in databases, in Azure, or as far as a policy tells.

Everything here works on declarations (`model.workflow`) and knows none of them by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.actions.frames import TEXT, fixed_frame
from adxmi_jupyter.actions.identity import identities, names
from adxmi_jupyter.actions.policy.policies import read_one
from adxmi_jupyter.actions.scopes import read_each
from adxmi_jupyter.actions.workflow import second_source
from adxmi_jupyter.errors import AdxmiError, DatabaseNotFound, ResourceNotFound
from adxmi_jupyter.fixes import ChangeOption, Command, Explain, Several
from adxmi_jupyter.model.declaration.stored import (
    DataConnectionListing,
    Existing,
    FunctionListing,
    KustoListing,
    PolicyListing,
    Source,
    StoredWorkflow,
    identities_named_in,
)
from adxmi_jupyter.model.identity import SYSTEM, ManagedIdentity
from adxmi_jupyter.model.kql import SHOW_FUNCTIONS, show_csl_script, show_policy
from adxmi_jupyter.model.kusto_shapes import FUNCTIONS
from adxmi_jupyter.model.policy import CLUSTER, Scope
from adxmi_jupyter.model.shape import cell
from adxmi_jupyter.model.usage import closest
from adxmi_jupyter.service.data_connections import listed

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.model.declaration.stored import Listing as StoredListing
    from adxmi_jupyter.model.declaration.workflow import Workflow
    from adxmi_jupyter.model.policy import PolicyEntry
    from adxmi_jupyter.model.shape import Shape
    from adxmi_jupyter.service.connection import Connection


DATA_CONNECTIONS = "GET …/dataConnections"
"""How Azure is asked for data connections."""


@dataclass(frozen=True)
class ListedWorkflow:
    """One that exists, and where."""

    database: str
    existing: Existing


@dataclass(frozen=True)
class WorkflowListing:
    """What exists of a workflow, and which databases could not be read."""

    connection: str
    command: str
    found: tuple[ListedWorkflow, ...]
    unreadable: tuple[tuple[Scope, AdxmiError], ...] = ()


def listing(
    connection: Connection,
    declaration: type[Workflow],
    scopes: tuple[Scope, ...],
    *,
    skip_unreadable: bool = False,
) -> WorkflowListing:
    """Read what exists of a workflow in databases, at the same time.

    Raises
    ------
    PartialRead
        Some databases could not be read and `skip_unreadable` is false.
    AdxmiError
        None could be read: the first one's error.

    """
    # What is kept nowhere is listed by policy, and the cluster's policy counts for all databases.
    by_policy = isinstance(declaration.listing, PolicyListing)
    if isinstance(declaration.listing, DataConnectionListing):
        identities.cluster_id(connection)  # once, before all databases need it
    found, unreadable = read_each(
        lambda scope: whole_in(connection, declaration, scope.database),
        (*((CLUSTER,) if by_policy else ()), *scopes),
        what="policies" if by_policy else "databases",
        skip_unreadable=skip_unreadable,
    )
    listed = (
        ListedWorkflow(scope.database, one) for scope, existing in found.items() for one in existing
    )
    return WorkflowListing(
        connection.name, command_of(declaration.listing), tuple(listed), unreadable
    )


def existing_in(
    connection: Connection, declaration: type[Workflow], database: str
) -> tuple[Existing, ...]:
    """Read what exists of a workflow in one database, as it is listed; raises as requests do."""
    return tuple(one.existing for one in stored_in(connection, declaration, database))


def whole_in(
    connection: Connection, declaration: type[Workflow], database: str
) -> tuple[Existing, ...]:
    """Read the same, and elsewhere what the list leaves open; raises as listing them does."""
    every = stored_in(connection, declaration, database)
    found = second_source.whole(connection, declaration.listing, database, every)
    return tuple(one.existing for one in found)


Rows = Sequence[Any]
"""What the service answers when it is asked what exists: rows, resources or policy entries."""


def stored_in(
    connection: Connection, declaration: type[Workflow], database: str
) -> tuple[StoredWorkflow, ...]:
    """Read what is kept of a workflow in one database; raises as the request does."""
    rows = rows_in(connection, declaration.listing, database)
    return stored_of(connection, declaration.listing, rows)


def rows_in(connection: Connection, listing: StoredListing, database: str) -> Rows:
    """Ask what exists in one database, workflows of other kinds among it; raises as requests do."""
    if isinstance(listing, DataConnectionListing):
        return data_connections_in(connection, database)
    if isinstance(listing, PolicyListing):
        return tuple(read_one(connection, Scope(database)).policy)
    return connection.kusto.command(command_of(listing), database=database).rows(shape_of(listing))


def stored_of(
    connection: Connection, listing: StoredListing, rows: Rows
) -> tuple[StoredWorkflow, ...]:
    """Return those of a kind among what `rows_in` answers for a listing of the same command."""
    if isinstance(listing, KustoListing):
        read = ((row, listing.read(row)) for row in rows)
        return tuple(StoredWorkflow(one, _lasting(row)) for row, one in read if one is not None)
    if isinstance(listing, DataConnectionListing):
        kinds = {kind.lower() for kind in listing.kinds}
        mine = [row for row in rows if str(row.get("kind")).lower() in kinds]
        cluster = identities.cluster_id(connection) if mine else ""
        return tuple(StoredWorkflow(_data_connection(row, cluster), row) for row in mine)
    if isinstance(listing, FunctionListing):
        return _functions(rows, listing)
    return _allowed(rows, listing)


_CHANGING = (
    *("lastruntime", "lastrunresult", "startcursor", "exportedto", "isrunning"),
    "queryaccelerationstate",
)
"""Columns that change by themselves: with every run of an export, while files are cached."""


def _lasting(row: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: value for name, value in row.items() if name.lower() not in _CHANGING}


def command_of(listing: StoredListing) -> str:
    """Return how it is asked what exists; listings with the same answer have the same."""
    if isinstance(listing, KustoListing):
        return listing.command
    if isinstance(listing, FunctionListing):
        return SHOW_FUNCTIONS
    if isinstance(listing, PolicyListing):
        return show_policy(Scope("NAME"))
    return DATA_CONNECTIONS


def shape_of(listing: KustoListing | FunctionListing) -> Shape:
    """Return what the rows that `command_of` lists look like."""
    return listing.shape if isinstance(listing, KustoListing) else FUNCTIONS


def _allowed(entries: Iterable[PolicyEntry], listing: PolicyListing) -> tuple[StoredWorkflow, ...]:
    """Return who may do what is kept nowhere, by the policy of a database or the cluster."""
    return tuple(
        StoredWorkflow(
            Existing("", "policy entry", (entry.identity.word.lower(),), str(listing.usage)), {}
        )
        for entry in entries
        if entry.allows(listing.usage)
    )


def data_connections_in(connection: Connection, database: str) -> Rows:
    """Return the data connections of a database, whatever their kind; raises as a request does."""
    cluster = identities.cluster_id(connection)
    try:
        return listed(connection.resource_manager, cluster, database)
    except ResourceNotFound as missing:
        raise _no_database(connection, database, missing) from missing


def _no_database(
    connection: Connection, database: str, missing: ResourceNotFound
) -> DatabaseNotFound:
    """Return the error for a database that Azure does not know; the closest match is named."""
    try:
        there = names.database_names(connection)
    except AdxmiError:  # rights in Azure are no rights in the cluster
        there = ()
    match = closest(database, there)
    error = DatabaseNotFound(
        f"there is no database {database!r}",
        why=Explain.of(
            f"{missing.why} (there are: ", Several.of(there, otherwise="none you can see"), ")"
        ),
        fix=ChangeOption("--database", match)
        if match
        else Command.of("policy", "show", "--all-databases"),
    )
    error.service = missing.service
    return error


_TARGETS = (
    *("eventHubResourceId", "eventHubResourceIdForManagedIdentity"),
    *("storageAccountResourceId", "storageAccountResourceIdForManagedIdentity"),
    *("cosmosDbAccountResourceId",),
)


def _data_connection(resource: Mapping[str, Any], cluster: str) -> Existing:
    properties = resource.get("properties") or {}
    named = str(properties.get("managedIdentityResourceId") or "")
    object_id = str(properties.get("managedIdentityObjectId") or "").lower()
    is_system = named.rstrip("/").lower() == cluster.lower()
    word = SYSTEM if is_system else object_id or named.lower()
    target = next((str(properties[name]) for name in _TARGETS if properties.get(name)), "")
    return Existing(
        str(resource.get("name")).split("/")[-1],
        str(resource.get("kind")),
        (word,) if word else (),
        target,
        str(properties.get("provisioningState") or ""),
    )


def _functions(rows: Rows, listing: FunctionListing) -> tuple[StoredWorkflow, ...]:
    return tuple(
        StoredWorkflow(
            Existing(
                str(cell(row, "Name")), "function", identities_named_in(body), listing.words[0]
            ),
            row,
        )
        for row in rows
        for body in [str(cell(row, "Body") or "")]
        if listing.is_in(body)
    )


_UNKNOWN = "unknown"
_COLUMNS = ("database", "name", "kind", "identity", "object_id", "target", "state")


def listing_frame(connection: Connection, read: WorkflowListing) -> pd.DataFrame:
    """Return a row for each and each identity it names, or one without identity.

    Columns: ``database``, ``name``, ``kind``, ``identity`` (the display name where it is known),
    ``object_id`` (or ``system``), ``target``, ``state``, all string. Where the caller may not see
    whether there is an identity, it is ``unknown``, and its object ID null.
    """
    words = {word for listed in read.found for word in listed.existing.identities}
    known = _known(connection, words)
    frame = fixed_frame(
        dict.fromkeys(_COLUMNS, TEXT),
        [row for listed in read.found for row in _rows(listed, known)],
    )
    frame.attrs["adxmi"] = {"connection": read.connection, "command": read.command}
    return frame


def _known(connection: Connection, words: AbstractSet[str]) -> Mapping[str, ManagedIdentity]:
    """Return the identities whose names can be told; a list must not fail for want of them.

    Azure is asked only for those that no policy names.
    """
    if not words:
        return {}
    try:
        found = _by_word(names.known_identities(connection))
    except AdxmiError:
        found = {}
    return found if found.keys() >= words else _by_word(names.all_identities(connection))


def _by_word(found: Iterable[ManagedIdentity]) -> Mapping[str, ManagedIdentity]:
    listed = tuple(found)
    by_resource = {one.resource_id.lower(): one for one in listed if one.resource_id}
    by_object_id = {one.object_id.lower(): one for one in listed}
    return by_resource | by_object_id | {one.word.lower(): one for one in listed}


def _rows(
    listed: ListedWorkflow, known: Mapping[str, ManagedIdentity]
) -> list[tuple[str | None, ...]]:
    one = listed.existing
    if one.untold is not None:
        return [(listed.database, one.name, one.kind, _UNKNOWN, None, one.target, one.state)]
    rows: list[tuple[str | None, ...]] = []
    for word in one.identities or ("",):
        identity = known.get(word, ManagedIdentity(word, is_system=word == SYSTEM))
        label = identity.label if word else ""
        rows.append(
            (listed.database, one.name, one.kind, label, identity.word, one.target, one.state)
        )
    return rows


def source_notes(read: WorkflowListing) -> tuple[str, ...]:
    """Say where identities were read that the list leaves out, and which are unknown."""
    where = dict.fromkeys(
        show_csl_script(one.database)
        for one in read.found
        if one.existing.source is Source.CSL_SCRIPT and one.existing.identities
    )
    named = (f"identities that {read.command} doesn't show are from {one}" for one in where)
    unknown = (
        f"identity of {one.existing.name} unknown: {second_source.why(one.existing.untold)}"
        for one in read.found
        if one.existing.untold
    )
    return (*named, *unknown)


def unassigned_notes(connection: Connection, read: WorkflowListing) -> tuple[str, ...]:
    """Say which identities are named that the cluster did not have when it was last looked at.

    Azure is not asked for this; nothing is said before somebody looked.
    """
    present = connection.assigned_when_last_seen
    if present is None:
        return ()
    there = {one.object_id.lower() for one in present.all}
    there |= {one.resource_id.lower() for one in present.all}
    there |= {SYSTEM} if present.system else set()
    words = dict.fromkeys(word for listed in read.found for word in listed.existing.identities)
    gone = [word for word in words if word not in there]
    known = _known(connection, set(gone))
    labels = (known[word].label if word in known else word for word in gone)
    return tuple(f"{label} is named but not assigned to the cluster" for label in labels)
