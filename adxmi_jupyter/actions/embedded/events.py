"""What happens around a cluster, made to happen on the embedded Azure: roles, events, runs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.actions.frames import NUMBER, TEXT, fixed_frame
from adxmi_jupyter.actions.workflow import second_source
from adxmi_jupyter.actions.workflow.filling import fill_in
from adxmi_jupyter.actions.workflow.ingestions import failed, failures
from adxmi_jupyter.actions.workflow.listing import stored_in
from adxmi_jupyter.actions.workflow.writes import fix_of_run
from adxmi_jupyter.errors import AdxmiError, InvalidInput, MalformedBody, OperationFailed
from adxmi_jupyter.fixes import NOTHING, ChangeOption, Command, Explain, Several, Statement
from adxmi_jupyter.model import kql
from adxmi_jupyter.model.body import json_value
from adxmi_jupyter.model.declaration.registry import declaration_of
from adxmi_jupyter.model.identity import SYSTEM
from adxmi_jupyter.model.kusto_shapes import EXPORT_FAILURES
from adxmi_jupyter.model.shape import cell
from adxmi_jupyter.model.usage import closest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

    from adxmi_jupyter.fixes import Fix
    from adxmi_jupyter.model.declaration.stored import StoredWorkflow
    from adxmi_jupyter.service.connection import Connection

_EXPORT = "continuous-export"


def assign_role(connection: Connection, identity: str, role: str, target: str) -> bool:
    """Give an identity a role on a target, all by name; return whether it is new.

    The role may be one that SQL Server or Cosmos DB keeps itself. The identity may be named by its
    object ID, or ``system``; letter case does not matter. The target may be a scope, such as that
    of a resource group.

    Raises
    ------
    InvalidInput
        One of them is not there, or the role is none of the target; the closest match is named.
    EmbeddedAzureNotInUse
        The connection leads to a cluster.

    """
    who = _display_name(connection, _known("identity", identity, identity_words(connection)))
    what = _known("role", role, role_names(connection))
    where = target if target.startswith("/") else _place(connection, what, target)
    try:
        return connection.azure.assign_role(who, what, _scope_or_name(connection, where))
    except KeyError as error:
        raise InvalidInput(
            f"{identity} does not get the role {what} on {target}",
            why="there is no such scope for it, or the two are not of one tenant",
            fix=Command.of("embedded", "azure-role"),
        ) from error


def _place(connection: Connection, role: str, target: str) -> str:
    there, everywhere = connection.azure.data_roles.get(role), targets(connection)
    found = _known("target", target, everywhere)
    if there is None or found in there:
        return found
    raise InvalidInput(
        f"{role} isn't a role on {found}",
        why=Explain.of("it is given on: ", Several.of(there)),
        fix=ChangeOption("--target", closest(target, there) or "TARGET"),
    )


def _display_name(connection: Connection, word: str) -> str:
    world = connection.azure.world
    system = world.cluster.system_identity
    if word == SYSTEM and system is not None:
        return system.display_name
    by_id = {one.object_id: one.display_name for one in world.identities}
    return by_id.get(word, word)


def _scope_or_name(connection: Connection, target: str) -> str:
    """Return the resource ID of an event hub; other things go by their names."""
    found = connection.azure.world.sources.hubs
    return next((hub.resource_id for hub in found if hub.short_name == target), target)


def _known(option: str, given: str, known: Sequence[str]) -> str:
    found = next((name for name in known if name.lower() == given.strip().lower()), None)
    if found is not None:
        return found
    match = closest(given, known) or option.upper()
    raise InvalidInput(
        f"the embedded Azure has no {option} {given!r}",
        why=Explain.of("it has: ", Several.of(known)),
        fix=ChangeOption(f"--{option}", match),
    )


def identity_words(connection: Connection) -> tuple[str, ...]:
    """Return what an identity can be called here: names first, then object IDs, and ``system``."""
    identities = connection.azure.world.identities
    names = [one.display_name for one in identities]
    return tuple(dict.fromkeys((*names, *(one.object_id for one in identities), SYSTEM)))


def role_names(connection: Connection) -> tuple[str, ...]:
    """Return the roles there are: Azure roles, and those that targets keep themselves."""
    azure = connection.azure
    return tuple(sorted((*azure.azure_roles.values(), *azure.data_roles), key=str.casefold))


def targets(connection: Connection) -> tuple[str, ...]:
    """Return what roles can be given on: resources, containers, event hubs, SQL databases."""
    resources = (one.name for one in connection.azure.world.resources)
    inside = (name for names in connection.azure.data_roles.values() for name in names)
    found = (*resources, *storage_places(connection), *hubs(connection), *inside)
    return tuple(dict.fromkeys(found))


def storage_places(connection: Connection) -> tuple[str, ...]:
    """Return the storage accounts, each with its containers after it."""
    return tuple(
        name
        for account in connection.azure.world.storage_accounts.values()
        for name in (account.name, *(f"{account.name}/{one}" for one in account.containers))
    )


def hubs(connection: Connection) -> tuple[str, ...]:
    """Return the event hubs, as ``NAMESPACE/HUB``."""
    return tuple(hub.short_name for hub in connection.azure.world.sources.hubs)


def azure_roles_frame(connection: Connection) -> pd.DataFrame:
    """Return who holds which role: ``identity``, ``role``, ``target``, all string.

    Azure roles are there, and those that SQL Server and Cosmos DB keep themselves.
    """
    azure = connection.azure
    labels = {one.object_id: one.display_name for one in azure.world.identities}
    roles = azure.azure_roles
    held = [
        (one.principal_id, roles.get(one.role_id, one.role_id), _short(one.scope))
        for one in azure.world.azure_roles
    ]
    held += [(one.principal_id, one.role, one.target) for one in azure.data_roles_held]
    rows = [(labels[who], role, target) for who, role, target in held if who in labels]
    return fixed_frame(dict.fromkeys(("identity", "role", "target"), TEXT), sorted(rows))


_GROUP, _RESOURCE = 5, 9


def _short(scope: str) -> str:
    """Return the names in a scope that people know, such as account and container."""
    parts = scope.split("/")
    if len(parts) < _GROUP:
        return f"subscription {parts[-1]}"
    if len(parts) < _RESOURCE:
        return f"resource group {parts[-1]}"
    inside = parts[-1:] if len(parts) > _RESOURCE else []
    return "/".join((parts[_RESOURCE - 1], *inside))


def blobs_frame(connection: Connection, place: str) -> pd.DataFrame:
    """Return the blobs below ``ACCOUNT[/CONTAINER[/PATH]]``, or all of them.

    Columns: ``account``, ``container``, ``path`` string, ``bytes`` Int64.

    Raises
    ------
    InvalidInput
        There is no such account or container.

    """
    wanted = place.strip("/")
    where = "/".join(wanted.split("/")[:2])
    there = storage_places(connection)
    if where and where not in there:
        raise InvalidInput(
            f"there is no storage {where!r}",
            why=Explain.of("there are: ", Several.of(there)),
            fix=Command.of("embedded", "blobs", closest(where, there) or "ACCOUNT/CONTAINER"),
        )
    rows = [
        (account.name, container, path, len(data))
        for account in connection.azure.world.storage_accounts.values()
        for container, blobs in account.containers.items()
        for path, data in blobs.items()
        if f"{account.name}/{container}/{path}/".startswith(f"{wanted}/" if wanted else "")
    ]
    columns = {"account": TEXT, "container": TEXT, "path": TEXT, "bytes": NUMBER}
    return fixed_frame(columns, sorted(rows))


def push_events(connection: Connection, hub: str, lines: Iterable[str]) -> tuple[int, int]:
    """Send a JSON value for each line to an event hub; return how many, and the rows that came in.

    Events that could not be ingested wait for the next push.

    Raises
    ------
    InvalidInput
        There is no such hub, no event, or a line is no JSON.
    OperationFailed
        A data connection could not ingest them; the service's words are kept, and *fix* is what
        fixes the requirement that they name.

    """
    _known_hub(connection, hub)
    events = [_event(number, text) for number, text in enumerate(lines, start=1)]
    if not events:
        raise InvalidInput(
            "there is no event to send",
            why="each line of the cell body is one, as JSON",
            fix='write below the command: {"COLUMN": VALUE, …}',
        )
    before = _failures(connection)
    rows = connection.azure.push_events(hub, events)
    new = [one for one in _failures(connection) if one not in before]
    if new:
        error = failed(f"the ingestion of events from {hub}", new[-1])
        where = str(cell(new[-1], "Database"))
        error.fix = _fix_of_hub(connection, error, hub, where) or error.remediation
        raise error
    return len(events), rows


def _known_hub(connection: Connection, hub: str) -> None:
    there = hubs(connection)
    if hub not in there:
        raise InvalidInput(
            f"there is no event hub {hub!r}",
            why=Explain.of("there are: ", Several.of(there)),
            fix=Command(("embedded", "push-events", closest(hub, there) or "HUB"), takes_body=True),
        )


def _event(number: int, text: str) -> Any:
    try:
        return json_value(text, ignore_case=False)
    except (json.JSONDecodeError, MalformedBody) as error:
        raise InvalidInput(
            f"line {number} isn't JSON",
            why=error.why if isinstance(error, MalformedBody) else str(error),
            fix='write each event on a line: {"COLUMN": VALUE, …}',
        ) from error


def _failures(connection: Connection) -> list[Mapping[str, Any]]:
    """Return the failures of ingestion; none for those who may not see them."""
    try:
        return failures(connection, connection.database)
    except AdxmiError:
        return []


# The fields of a data connection that its requirements depend on, and where Azure shows them.
_FIELDS = {
    "identity": "managedIdentityResourceId",
    "event_hub": "eventHubResourceId",
    "storage_account": "storageAccountResourceId",
    "table": "tableName",
}


def _fix_of_hub(connection: Connection, failure: AdxmiError, hub: str, database: str) -> Fix:
    """Return what fixes a data connection that reads a hub, by what the failure names."""
    end = f"/{'/eventhubs/'.join(hub.lower().split('/'))}"
    for declaration in map(declaration_of, ("event-hub", "event-grid")):
        names = {spec.name for spec in declaration.specs()}
        for kept in stored_in(connection, declaration, database):
            properties = kept.row.get("properties") or {}
            given = {
                name: str(properties[key])
                for name, key in _FIELDS.items()
                if name in names and properties.get(key)
            }
            if "identity" not in given or not given.get("event_hub", "").lower().endswith(end):
                continue
            given["name"] = kept.existing.name
            workflow = fill_in(connection, declaration, given).reading.workflow
            fix = fix_of_run(connection, failure, workflow, database) if workflow else NOTHING
            if fix:  # another connection of the hub may be in order
                return fix
    return NOTHING


def pushed_frame(hub: str, events: int, rows: int) -> pd.DataFrame:
    """Return how events fared: ``hub`` string, ``events`` and ``rows_ingested`` Int64."""
    columns = {"hub": TEXT, "events": NUMBER, "rows_ingested": NUMBER}
    return fixed_frame(columns, [(hub, events, rows)])


def run_export(connection: Connection, database: str, name: str) -> None:
    """Let a continuous export run now, whatever its interval.

    Raises
    ------
    InvalidInput
        The database has no such export, or it is disabled.
    OperationFailed
        The run failed; the service's words are kept, and *fix* is that of the
        requirement that they name.
    EmbeddedAzureNotInUse
        The connection leads to a cluster.

    """
    azure = connection.azure
    exports = stored_in(connection, declaration_of(_EXPORT), database)
    kept = next((one for one in exports if one.existing.name == name), None)
    if kept is None:
        raise InvalidInput(
            f"there is no continuous export {name!r} in the database {database}",
            why=Explain.of("there are: ", Several.of(one.existing.name for one in exports)),
            fix=Command.of("continuous-export", "list", "--all-databases"),
        )
    if kept.existing.state == "disabled":
        raise InvalidInput(
            f"the continuous export {name} is disabled",
            why="it runs again after it is enabled",
            fix=Statement(f".enable continuous-export {kql.quote_name(name)}"),
        )
    found = azure.world.cluster.find_database(database)
    export = azure.run_now(found.name if found else database, name)
    if export.last_run_result == "Failed":
        raise _failed_run(connection, database, kept)


def _failed_run(connection: Connection, database: str, kept: StoredWorkflow) -> OperationFailed:
    declaration, name = declaration_of(_EXPORT), kept.existing.name
    (kept,) = second_source.whole(connection, declaration.listing, database, (kept,))
    command = f".show continuous-export {kql.quote_name(name)} failures"
    rows = connection.kusto.command(command, database=database).rows(EXPORT_FAILURES)
    given = {
        "name": name,
        "external_table": kept.existing.target,
        "identity": next(iter(kept.existing.identities), ""),
        "query": str(cell(kept.row, "Query")),
    }
    workflow = fill_in(connection, declaration, given).reading.workflow
    error = OperationFailed(
        f"the run of the continuous export {name} failed",
        why=str(cell(rows[-1], "Details")) if rows else "the service does not say why",
        fix="fix what the message names; the next run exports what this one did not",
    )
    fix = fix_of_run(connection, error, workflow, database) if workflow else NOTHING
    error.fix = fix or error.remediation
    return error
