"""The noun ``identity``: which managed identities are assigned to the cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from adxmi_jupyter.magics import permissions
from adxmi_jupyter.magics.forms import refuse_console, writer
from adxmi_jupyter.magics.options import dry_run, no_wait, yes
from adxmi_jupyter.magics.over_fleet import over_fleet
from adxmi_jupyter.magics.params import AzureIdentity, AzureIdentityList
from adxmi_jupyter.magics.subject import subject
from adxmi_jupyter.magics.verbs import Noun, verb

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.actions.identity.dependents import Dependents
    from adxmi_jupyter.forms.identity.form import IdentityForm
    from adxmi_jupyter.magics.call import Call
    from adxmi_jupyter.model.assignment import AssignmentChange
    from adxmi_jupyter.model.identity import ManagedIdentity

_identities = subject(
    "--identity",
    "references",
    type=AzureIdentityList(),
    metavar="IDENTITY[,…]",
    required=True,
    help="Managed identities: name, object ID, client ID, resource ID or system. Separated by "
    "commas.",
)


@click.group(
    cls=Noun, no_args_is_help=True, pages=("Configure managed identities for your cluster",)
)
def identity() -> None:
    """Manage the managed identities of the cluster."""


@verb(
    "list",
    pages=("Managed identities overview",),
    permission=permissions.SHOW_IDENTITIES,
    of=identity,
    examples=("identity list", "identity list --all", "identity list --fleet"),
)
@click.option(
    "--all", "everything", is_flag=True, help="Also list identities that aren't assigned."
)
@over_fleet()
def list_(call: Call, *, everything: bool) -> pd.DataFrame:
    """List the identities assigned to the cluster."""
    from adxmi_jupyter.actions.identity.identities import identities_frame

    return identities_frame(call.connection, everything=everything)


@verb(
    "show",
    pages=("Managed identities overview",),
    permission=permissions.SHOW_IDENTITIES,
    of=identity,
    examples=("identity show mi-ingest", "identity show system"),
)
@subject(
    "--identity",
    "reference",
    type=AzureIdentity(),
    metavar="IDENTITY",
    required=True,
    help="Managed identity: name, object ID, client ID, resource ID or system.",
)
def show(call: Call, *, reference: str) -> pd.DataFrame:
    """Show the IDs of an identity, and where each one is used."""
    from adxmi_jupyter.actions.identity.identities import identity_frame
    from adxmi_jupyter.rendering.shown_frame import Whole

    (found,) = _found(call, (reference,))
    return Whole(identity_frame(call.connection, found))


@verb(
    "assign",
    pages=("Configure managed identities for your cluster",),
    permission=permissions.ASSIGN,
    of=identity,
    examples=(
        "identity assign mi-stranger --dry-run",
        "identity assign --identity mi-stranger",
    ),
)
@_identities
@no_wait
@dry_run
def assign(
    call: Call, *, references: tuple[str, ...], no_wait: bool, dry_run: bool
) -> pd.DataFrame:
    """Assign managed identities to the cluster.

    Assigned identities stay.
    """
    from adxmi_jupyter.actions.identity.identities import plan_assignment

    change = plan_assignment(call.connection, _found(call, references))
    if change.is_empty:
        call.say("assigned already")
    return _carry_out(call, change, dry_run=dry_run, no_wait=no_wait)


@verb(
    "remove",
    pages=("Configure managed identities for your cluster",),
    permission=permissions.REMOVE,
    of=identity,
    examples=(
        "identity remove mi-export --dry-run",
        "identity remove --identity mi-export --yes",
    ),
)
@_identities
@no_wait
@dry_run
@yes
def remove(
    call: Call, *, references: tuple[str, ...], no_wait: bool, dry_run: bool, yes: bool
) -> pd.DataFrame:
    """Remove managed identities from the cluster.

    The command first lists what depends on them.
    """
    from adxmi_jupyter.actions.identity.dependents import dependents
    from adxmi_jupyter.actions.identity.identities import plan_removal

    unwanted = _found(call, references)
    change = plan_removal(call.connection, unwanted)
    depending = dependents(call.connection, change.removed)
    for line in depending.lines:
        call.say(line)
    return _carry_out(
        call, change, dry_run=dry_run, no_wait=no_wait, confirmed=yes, depending=depending
    )


@verb("operations", of=identity, examples=("identity operations", "identity operations --wait"))
@click.option("--wait", "waiting", is_flag=True, help="Wait until all changes have ended.")
def operations(call: Call, *, waiting: bool) -> pd.DataFrame:
    """List the changes of the cluster started from here."""
    from adxmi_jupyter.actions.write.operations import operations_frame, wait_for_all

    if waiting:
        wait_for_all(call.connection)
    return operations_frame(call.connection)


@verb("form", of=identity, examples=("identity form",))
def form(call: Call) -> IdentityForm:
    """Assign and remove managed identities in a form.

    Forms require a notebook.
    """
    refuse_console(
        call, "identity form", "adxmi identity list --all, then adxmi identity assign or remove"
    )
    from adxmi_jupyter.forms.identity.form import IdentityForm
    from adxmi_jupyter.forms.identity.state import IdentityState

    connection = call.connection
    return IdentityForm(IdentityState(connection), writer(call), connection.cluster)


def _found(call: Call, references: tuple[str, ...]) -> tuple[ManagedIdentity, ...]:
    from adxmi_jupyter.actions.identity.identities import found

    resolved = found(call.connection, references)
    for one in resolved:
        if one.note:
            call.say(one.note)
    return tuple(one.identity for one in resolved)


def _carry_out(
    call: Call,
    change: AssignmentChange,
    *,
    dry_run: bool,
    no_wait: bool,
    confirmed: bool = True,
    depending: Dependents | None = None,
) -> pd.DataFrame:
    from adxmi_jupyter.actions.identity.identities import assignment_frame, identities_frame
    from adxmi_jupyter.actions.identity.writes import apply
    from adxmi_jupyter.actions.write.operations import operations_frame

    if dry_run or change.is_empty:
        call.has_found = not change.is_empty
        if not change.is_empty:
            call.say("would send:")
            call.show(change.request)
        return assignment_frame(change)
    found = depending.found if depending else ()
    notes = apply(call.connection, change, confirmed=confirmed, dependents=found, waits=not no_wait)
    for note in notes:
        call.say(note)
    if no_wait:
        call.say(f"Azure goes on; {call.front.program} identity operations tells how far it is")
        return operations_frame(call.connection)
    for one in change.added:
        call.say(f"{change.before.cluster_name}: + {one.label}")
    for one in change.removed:
        call.say(f"{change.before.cluster_name}: - {one.label}")
    return identities_frame(call.connection)
