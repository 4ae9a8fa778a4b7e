"""What a change of roles shows: a preview, a line for each change, and the line that takes it back.

Also what to do about roles on the whole cluster, which Kusto commands do not manage.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from adxmi_jupyter.errors import AdxmiError, ConfirmationRequired, InvalidInput
from adxmi_jupyter.magics.line import quoted

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.actions.principals import ResolvedPrincipal
    from adxmi_jupyter.actions.roles import RoleChange
    from adxmi_jupyter.magics.call import Call
    from adxmi_jupyter.model.role import RoleAssignment

_SHOWN_AT_MOST = 10


def found(
    call: Call, references: tuple[str, ...], tenant: str = ""
) -> tuple[ResolvedPrincipal, ...]:
    """Find the principals a line names; raises as `principals.find`."""
    from adxmi_jupyter.actions.principals import find

    return find(call.connection, references, tenant=tenant)


def not_by_kusto(call: Call, role_name: str, reference: str, tenant: str) -> AdxmiError:
    """Return the error for a role on the whole cluster: it says where that is changed."""
    from adxmi_jupyter.model.role import CLUSTER_ROLES, Role, parse_role

    on_cluster = CLUSTER_ROLES.get(role_name.lower()) or parse_role(role_name).on_cluster
    if not on_cluster:
        counterparts = ", ".join(one for one in Role if one.on_cluster)
        return InvalidInput(
            f"there is no role {role_name} on the whole cluster",
            why=f"only {counterparts} have a counterpart on every database",
            fix="give the role on each database with --database",
        )
    return InvalidInput(
        f"{on_cluster} cannot be changed by a Kusto command",
        why="roles on the whole cluster are resources of Azure: the portal's page Permissions of "
        "the cluster, or the Azure CLI",
        fix=_azure_cli(call, on_cluster, reference, tenant),
    )


def _azure_cli(call: Call, on_cluster: str, reference: str, tenant: str) -> str:
    is_grant = "grant" in (word.text for word in call.words[:2])
    name = "--cluster-name CLUSTER --resource-group GROUP --principal-assignment-name NAME"
    if not is_grant:
        return f"az kusto cluster-principal-assignment delete {name}"
    who, where = _client_id(call, reference, tenant)
    return (
        f"az kusto cluster-principal-assignment create {name} --principal-type App "
        f"--principal-id {who} --tenant-id {where} --role {on_cluster}"
    )


def _client_id(call: Call, reference: str, tenant: str) -> tuple[str, str]:
    try:
        (one,) = found(call, (reference,), tenant)
    except AdxmiError:  # the refusal itself matters more than a ready line
        return "CLIENTID", tenant or "TENANT"
    return one.reference.identifier, one.reference.tenant or "TENANT"


def write(
    call: Call, change: RoleChange, *, dry_run: bool = False, confirmed: bool = True
) -> pd.DataFrame:
    """Carry out a planned change, or only show it, and return a frame.

    After a write those are the roles of the database as they are now (see `roles_frame`), after a
    dry run what would appear or disappear (see `role_change_frame`).

    Raises
    ------
    ConfirmationRequired
        The change takes a role away and is not confirmed; the preview is shown.
    AdxmiError
        As `role_writes.apply`.

    """
    from adxmi_jupyter.actions.role_writes import apply
    from adxmi_jupyter.actions.roles import changed_roles_frame, role_change_frame

    if dry_run:
        _preview(call, change)
        return role_change_frame(change)
    try:
        done = apply(call.connection, change, confirmed=confirmed)
    except ConfirmationRequired:
        _preview(call, change)
        raise
    for line in (*done.notes, *_changed_lines(done), *_way_back(call, done)):
        call.say(line)
    return changed_roles_frame(call.connection, done)


def _preview(call: Call, change: RoleChange) -> None:
    call.preview(change.notes, change.command, _changed_lines(change))
    if not change.command:
        return
    call.say(f"before: {_members(change, change.before)}")
    call.say(f"after: {_members(change, change.after)}")


def _members(change: RoleChange, assignments: tuple[RoleAssignment, ...]) -> str:
    held = change.held_by(assignments)
    rest = len(held) - _SHOWN_AT_MOST
    shown = ", ".join(one.label for one in held[:_SHOWN_AT_MOST]) or "nobody"
    return f"{change.role}: {shown}" + (f" and {rest} more" if rest > 0 else "")


def _changed_lines(change: RoleChange) -> list[str]:
    """Return one line for each assignment: ``Sales: mi-ingest + viewers``."""
    sign = "+" if change.verb == "grant" else "-"
    lines = [f"{change.database}: {one.label} {sign} {change.role}" for one in change.changed]
    return lines or [f"{change.database}: nothing changed"]


def _way_back(call: Call, change: RoleChange) -> list[str]:
    """Return the lines that take a write back; one for each description that was there."""
    if change.verb == "grant":
        who = ",".join(one.fqn for one in change.changed)
        return [f"undo: {_line(call, 'revoke', change, who)} --yes"] if who else []
    by_notes: dict[str, list[str]] = {}
    for one in change.changed:
        by_notes.setdefault(one.notes, []).append(one.fqn)
    return [
        f"undo: {_line(call, 'grant', change, ','.join(fqns))}"
        + (f" --description {_word(call, notes)}" if notes else "")
        for notes, fqns in by_notes.items()
    ]


def _line(call: Call, verb_name: str, change: RoleChange, who: str) -> str:
    return (
        f"{call.front.program} role {verb_name} --database {_word(call, change.database)} "
        f"--role {change.role} --identity {_word(call, who)}"
    )


def _word(call: Call, text: str) -> str:
    """Write a value as one word of a line; a shell has rules of its own, such as for ``;``."""
    return shlex.quote(text) if call.is_console else quoted(text.replace("$", "$$"))
