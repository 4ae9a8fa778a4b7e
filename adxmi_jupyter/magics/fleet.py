"""The noun ``fleet``: which clusters there are, and what only all of them together tell."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import click

from adxmi_jupyter.fixes import Command, Explain
from adxmi_jupyter.magics import permissions
from adxmi_jupyter.magics.fleet_questions import (
    asked_of,
    compare,
    identity,
    policies_of,
)
from adxmi_jupyter.magics.fleet_selection import selection_of, selection_options
from adxmi_jupyter.magics.forms import refuse_console, writer
from adxmi_jupyter.magics.over_fleet import allow_partial, refuse_run_options, run_options
from adxmi_jupyter.magics.verbs import Noun, verb

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.fixes import Note
    from adxmi_jupyter.forms.fleet.form import FleetForm
    from adxmi_jupyter.magics.call import Call
    from adxmi_jupyter.model.fleet import FleetCluster

_PAGES = ("Azure Resource Graph", "Managed identities overview")


@click.group(
    cls=Noun,
    no_args_is_help=True,
    pages=_PAGES,
    commands={str(verb.name): verb for verb in (identity, compare)},
)
def fleet() -> None:
    """List the clusters of many subscriptions, and what they share.

    Azure Resource Graph lists the clusters that you can see. What can't be read is named above each
    result: a cluster that isn't listed may still exist.
    """


@verb(
    "list",
    of=fleet,
    permission=permissions.FLEET,
    pages=_PAGES,
    examples=(
        "embedded reset --world fleet",
        "fleet list",
        "fleet list --tag stage=prod --exclude *vault",
        "fleet list --policy",
        'fleet list --subscription "Contoso Retail,Contoso Lab"',
        "fleet list --management-group contoso-data --ids",
    ),
)
@click.option(
    "--policy",
    is_flag=True,
    help="Read the managed identity policies of clusters that answer: a digest, which is the same "
    "where all entries are, and how many there are. Requires AllDatabasesMonitor.",
)
@selection_options
@partial(run_options, which="with --policy ", own_partial=True)
@allow_partial
def list_(call: Call, *, policy: bool, **options: Any) -> pd.DataFrame:
    """List the clusters that you can see, with state, identities and network access.

    A follower stands after its leader. An identity is deleted if it is assigned to a cluster and
    doesn't exist, although its subscription can be read; unknown if the subscription can't be read.
    """
    from adxmi_jupyter.actions.fleet.listing import fleet_frame, list_fleet
    from adxmi_jupyter.rendering.fleet_listing import FleetListTable, completeness_lines

    if not policy:
        refuse_run_options({**options, "allow_partial": False}, "--policy")
    asked = asked_of(call, **options)
    listing = list_fleet(call.connection, asked.selection)
    lines = completeness_lines(listing.selected)
    asked.tell_whether_whole(listing.selected)
    if not policy:
        return FleetListTable.of(fleet_frame(listing), lines, call.choice)
    policies, summary = policies_of(asked, listing.selected)
    return FleetListTable.of(fleet_frame(listing, policies), [*lines, *summary], call.choice)


@verb(
    "identities",
    of=fleet,
    permission=permissions.FLEET,
    pages=_PAGES,
    examples=(
        "embedded reset --world fleet",
        "fleet identities",
        'fleet identities --subscription "Contoso Retail"',
    ),
)
@selection_options
@allow_partial
def identities(call: Call, **options: Any) -> pd.DataFrame:
    """List user-assigned identities and the clusters that share them.

    Those of most clusters come first. A deleted identity is still assigned to a cluster, but
    doesn't exist. An identity is unknown if you can't read its subscription.
    """
    from adxmi_jupyter.actions.fleet.listing import identities_frame, shared_identities
    from adxmi_jupyter.actions.fleet.selecting import select
    from adxmi_jupyter.rendering.fleet_listing import FleetListTable, completeness_lines

    asked = asked_of(call, since="", deadline="", **options)
    selected = select(call.connection, asked.selection)
    asked.tell_whether_whole(selected)
    shared = shared_identities(call.connection, selected)
    lines = completeness_lines(selected)
    return FleetListTable.of(identities_frame(shared), lines, call.choice)


@verb(
    "form",
    of=fleet,
    permission=permissions.FLEET,
    pages=_PAGES,
    examples=("embedded reset --world fleet", "fleet form", "fleet form --tag stage=prod"),
)
@selection_options
def form(call: Call, **options: Any) -> FleetForm:
    """Show the clusters in a form, with a filter, and connect to one.

    The cluster that you connect to becomes the current connection.
    """
    refuse_console(call, "fleet form", "adxmi fleet list")
    from adxmi_jupyter.actions.fleet.listing import list_fleet
    from adxmi_jupyter.forms.fleet.form import FleetForm
    from adxmi_jupyter.forms.fleet.state import FleetState
    from adxmi_jupyter.service.fleet_addresses import FleetAddresses

    selection, connection = selection_of(**options), call.connection
    connections = call.front.connections

    def connect(cluster: FleetCluster) -> tuple[Note, ...]:
        address = FleetAddresses(connection).of(cluster)
        credential = "default" if address.is_loopback else connection.credential
        connections.open(address.uri, name=cluster.name, credential=credential)
        back = Command.of("connections", "use", connection.name)
        return (f"Connected to {cluster.name}.", Explain.of("Back: ", back))

    state = FleetState(lambda: list_fleet(connection, selection), connect)
    return FleetForm(state, writer(call), connection.cluster)
