"""The noun ``embedded``: the embedded Azure, its state and its faults."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from adxmi_jupyter.magics.embedded_server import behaviours_option, serve, start, stop
from adxmi_jupyter.magics.missing import Lacking, missing
from adxmi_jupyter.magics.options import database_option, file_option, refuse_both
from adxmi_jupyter.magics.params import (
    BehaviourName,
    DatabaseName,
    FaultName,
    Name,
    WorldName,
)
from adxmi_jupyter.magics.playground import names_in, where_it_is
from adxmi_jupyter.magics.subject import subject
from adxmi_jupyter.magics.verbs import Example, Noun, verb

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.magics.call import Call


class EmbeddedName(Name):
    """A name of something in the embedded Azure; `find` in the actions tells those there are."""

    name = "name"

    def __init__(self, kind: str, find: str) -> None:
        self.kind = kind
        self._find = find

    def names(self, call: Call) -> Iterable[str]:
        """Return the names; none where another cluster is connected."""
        from adxmi_jupyter.actions.embedded import events as embedded_events

        connection = call.opened
        if connection is None or not connection.is_embedded:
            return ()
        if connection.playground is not None:
            return names_in(connection.playground, self._find)
        found: Iterable[str] = getattr(embedded_events, self._find)(connection)
        return found


@click.group(
    cls=Noun,
    no_args_is_help=True,
    commands={str(verb.name): verb for verb in (start, stop, serve)},
)
def embedded() -> None:
    """Manage the embedded Azure.

    The embedded Azure is a server that simulates a cluster and the Azure resources around it. It
    runs in this process. In a console its changes end with each command, unless start runs it in
    the background.
    """


@verb("status", of=embedded, examples=("embedded status",))
@where_it_is
def status(call: Call) -> pd.DataFrame:
    """Show the state of the embedded Azure."""
    from adxmi_jupyter.actions.embedded.state import state_frame

    return state_frame(call.connection)


@verb(
    "reset",
    of=embedded,
    examples=(
        "embedded reset",
        "embedded reset --world fleet",
        "embedded reset --behaviour policy-columns=two",
    ),
)
@click.option(
    "--world",
    type=WorldName(),
    metavar="NAME",
    default="contoso",
    help="Initial state: one cluster, or a fleet around it. Default: contoso. Allowed values:"
    " contoso, fleet.",
)
@behaviours_option
@where_it_is
def reset(call: Call, *, world: str, behaviours: tuple[str, ...]) -> pd.DataFrame:
    """Reset the embedded Azure to its initial state.

    Policies, faults, behaviours and history are reset.
    """
    from adxmi_jupyter.actions.embedded import state as embedded_state

    embedded_state.reset(call.connection, world, behaviours)
    return embedded_state.state_frame(call.connection)


@verb(
    "behaviours",
    of=embedded,
    examples=(
        "embedded behaviours",
        "embedded behaviours system-in-policies=word no-policy=no-row",
        "embedded behaviours --clear",
    ),
)
@click.argument("chosen", metavar="[NAME=ALTERNATIVE]…", nargs=-1, type=BehaviourName())
@click.option("--clear", is_flag=True, help="Return to the defaults.")
@where_it_is
def behaviours(call: Call, *, chosen: tuple[str, ...], clear: bool) -> pd.DataFrame:
    """Change or list how the embedded Azure behaves where no documentation says it.

    Real clusters may behave in any of these ways. verify finds out how a cluster behaves.
    """
    from adxmi_jupyter.actions.embedded.state import behaviours_frame, choose_behaviours

    refuse_both(call, {"--clear": clear, "NAME=ALTERNATIVE": bool(chosen)})
    choose_behaviours(call.connection, chosen, clear=clear)
    return behaviours_frame(call.connection)


@verb(
    "faults",
    of=embedded,
    examples=(
        "embedded faults throttled --times 2 --retry-after 0",
        "embedded faults",
        "embedded faults --clear",
    ),
)
@click.argument("name", metavar="[NAME]", type=FaultName(), required=False)
@click.option(
    "--times",
    type=click.IntRange(min=1),
    metavar="N",
    default=1,
    help="Number of requests that fail. Default: 1.",
)
@click.option(
    "--match", metavar="TEXT", default="", help="Text that a request must contain to fail."
)
@click.option(
    "--retry-after",
    type=click.FloatRange(min=0),
    metavar="SECONDS",
    default=1.0,
    help="Retry-After of the fault throttled. Default: 1.",
)
@click.option(
    "--delay",
    type=click.FloatRange(min=0),
    metavar="SECONDS",
    default=5.0,
    help="Delay of the faults slow and late-cluster-roles. Default: 5.",
)
@click.option("--clear", is_flag=True, help="Switch all faults off.")
@where_it_is
def faults(
    call: Call,
    *,
    name: str | None,
    times: int,
    match: str,
    retry_after: float,
    delay: float,
    clear: bool,
) -> pd.DataFrame:
    """Switch a fault on, or list the faults that are on.

    The fault late-roles concerns role assignments: they have no effect until --clear, as in the
    minutes that a new assignment takes in Azure. The fault late-cluster-roles delays the effect of
    security roles that are granted on the cluster.
    """
    from adxmi_jupyter.actions.embedded.state import add_fault, clear_faults, faults_frame

    refuse_both(call, {"--clear": clear, "NAME": bool(name)})
    connection = call.connection
    if clear:
        clear_faults(connection)
    if name:
        add_fault(connection, name, times=times, match=match, retry_after=retry_after, delay=delay)
    return faults_frame(connection)


@verb(
    "azure-role",
    of=embedded,
    examples=(
        "embedded azure-role",
        (
            'embedded azure-role mi-export --role "Storage Blob Data Contributor"'
            " --target contosobackup/backups"
        ),
        "embedded azure-role --identity mi-export --role db_datawriter --target contososql/Erp",
    ),
)
@subject(
    "--identity",
    type=EmbeddedName("identity", "identity_words"),
    metavar="NAME",
    default="",
    help="Managed identity: name, object ID or system.",
)
@click.option(
    "--role",
    type=EmbeddedName("role", "role_names"),
    metavar="ROLE",
    default="",
    help="Azure role, or role in SQL Server or Cosmos DB.",
)
@click.option(
    "--target",
    type=EmbeddedName("target", "targets"),
    metavar="NAME",
    default="",
    help=(
        "Target resource: name, ACCOUNT/CONTAINER, NAMESPACE/HUB, SERVER/DATABASE, or resource ID."
    ),
)
@where_it_is
def azure_role(call: Call, *, identity: str, role: str, target: str) -> pd.DataFrame:
    """Assign an Azure role on a target resource, or list the assignments.

    In Azure, the owner of the target resource assigns the role: with az role assignment create, az
    cosmosdb sql role assignment create, or in SQL Server.
    """
    from adxmi_jupyter.actions.embedded.events import assign_role, azure_roles_frame

    given = {"--identity": identity, "--role": role, "--target": target}
    if any(given.values()):
        _refuse_half(call, given)
        if not assign_role(call.connection, identity, role, target):
            call.say(f"{identity} holds {role} on {target} already")
    return azure_roles_frame(call.connection)


def _refuse_half(call: Call, given: dict[str, str]) -> None:
    """Refuse an assignment of which something is missing.

    Raises
    ------
    MissingOption
        All that is missing.

    """
    lacking = tuple(Lacking(name, f"{name} NAME") for name, value in given.items() if not value)
    if lacking:
        raise missing(call, lacking)


@verb("follow", of=embedded, examples=("embedded follow Sales",))
@click.argument("database", metavar="DATABASE", type=DatabaseName())
@where_it_is
def follow(call: Call, *, database: str) -> pd.DataFrame:
    """Add a follower of a database: the cluster contosoarchive.

    The result lists the followers. Azure Resource Manager attaches a database to a real cluster.
    """
    from adxmi_jupyter.actions.embedded.state import follow, followers_frame

    follow(call.connection, database)
    return followers_frame(call.connection)


@verb("secrets", of=embedded, examples=("embedded secrets --database Sales",))
@database_option("Database to add the objects to. Default: the current database.")
@where_it_is
def secrets(call: Call, *, database: str) -> pd.DataFrame:
    """Add objects that authenticate by a secret: one of each kind.

    The result lists them, as migrate list does. Adding them again replaces them.
    """
    from adxmi_jupyter.actions.embedded.state import add_secrets
    from adxmi_jupyter.actions.migrate.planning import plan
    from adxmi_jupyter.rendering.migrate_frames import migrations_frame

    where = database or call.connection.required_database()
    add_secrets(call.connection, where)
    return migrations_frame(plan(call.connection, [where]).migrations)


@verb(
    "blobs",
    of=embedded,
    examples=("embedded blobs", "embedded blobs contosolake/archive"),
)
@click.argument(
    "place",
    metavar="[ACCOUNT[/CONTAINER[/PATH]]]",
    type=EmbeddedName("place", "storage_places"),
    default="",
)
@where_it_is
def blobs(call: Call, *, place: str) -> pd.DataFrame:
    """List the blobs in the storage of the embedded Azure."""
    from adxmi_jupyter.actions.embedded.events import blobs_frame

    return blobs_frame(call.connection, place)


@verb(
    "push-events",
    of=embedded,
    examples=(
        Example(
            "embedded push-events contosohub/orders",
            '{"OrderId": 21, "Region": "north", "Amount": 10.5, "Placed": "2026-01-12T08:00:00Z"}',
        ),
    ),
)
@click.argument("hub", metavar="NAMESPACE/HUB", type=EmbeddedName("hub", "hubs"))
@file_option("File with the events, one JSON value per line, instead of the cell body")
@where_it_is
def push_events(call: Call, *, hub: str, file: str) -> pd.DataFrame:
    """Send events to an event hub.

    The cell body holds one JSON value per line. Events that no data connection ingests raise an
    error and stay in the event hub until the next push.
    """
    from adxmi_jupyter.actions.embedded.events import push_events as push
    from adxmi_jupyter.actions.embedded.events import pushed_frame

    lines = [line for line in (file or call.body or "").splitlines() if line.strip()]
    events, rows = push(call.connection, hub, lines)
    return pushed_frame(hub, events, rows)


@verb(
    "run-export",
    of=embedded,
    examples=(
        "role grant --database Sales --role viewers --identity mi-export",
        (
            "continuous-export create --database Sales --name Now --identity mi-export"
            " --external-table ArchivedOrders --query Orders"
        ),
        "embedded run-export Now --database Sales",
    ),
)
@click.argument("name", metavar="NAME", type=Name())
@database_option("Database of the export. Default: the current database.")
@where_it_is
def run_export(call: Call, *, name: str, database: str) -> pd.DataFrame:
    """Run a continuous export now, and list it.

    A failed run raises an error. On a cluster, .show continuous-export failures lists it.
    """
    from adxmi_jupyter.actions.embedded.events import run_export as run
    from adxmi_jupyter.actions.workflow.listing import listing, listing_frame
    from adxmi_jupyter.model.declaration.registry import declaration_of
    from adxmi_jupyter.model.policy import Scope

    connection = call.connection
    where = database or connection.required_database()
    run(connection, where, name)
    exports = listing(connection, declaration_of("continuous-export"), (Scope(where),))
    return listing_frame(connection, exports)
