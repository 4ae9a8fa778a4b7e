"""``--elevate`` with ``--fleet``: a role is held on each cluster while that one is asked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from adxmi_jupyter.errors import ConfirmationRequired, RoleNotRemoved
from adxmi_jupyter.fixes import Retry

if TYPE_CHECKING:
    from adxmi_jupyter.actions.fleet.running import Answered, Around, FleetResult, Running, Work
    from adxmi_jupyter.magics.call import Call
    from adxmi_jupyter.magics.over_fleet import Asked
    from adxmi_jupyter.rendering.fleet_table import FleetTable
    from adxmi_jupyter.service.connection import Connection


_TO_SETTLE = 900.0


def elevating(call: Call, running: Running) -> Running:
    """Return a run that holds the role on each cluster while it is asked."""
    return replace(running, around=on_each_cluster(call), lets_in=True, to_settle=_TO_SETTLE)


def lines_of_elevation(call: Call, result: FleetResult) -> list[str]:
    """Return who can grant the role where the caller can't, and where it may be left."""
    from adxmi_jupyter.actions.elevation.records import OnFleet

    lines = [
        f"  {piece.outcome.cluster}: {call.write(piece.fix)}"
        for piece in result.pieces
        if piece.fix is not None
    ]
    note = OnFleet(call.connection).note()
    call.has_noted_leftovers = True
    return lines if note is None else [*lines, call.write(note)]


def on_each_cluster(call: Call) -> Around:
    """Return what holds AllDatabasesAdmin on each cluster of many while that one is asked.

    Whom the cluster of the connection knows, the others know as well. What is said goes to the
    notes of the cluster, and no bar is drawn: many clusters are asked at a time.
    """
    from adxmi_jupyter.actions.elevation.elevating import elevated, known_caller, previewed
    from adxmi_jupyter.actions.elevation.records import OnFleet

    me, fleet = known_caller(call.connection), OnFleet(call.connection)

    def around(work: Work) -> Work:
        def elevated_work(connection: Connection) -> Answered:
            notes: list[str] = []
            connection.say = lambda note: notes.append(str(note))
            if call.previews:
                notes += map(str, previewed(connection, me))
                answered = work(connection)
                return replace(answered, notes=(*notes, *answered.notes))
            found: list[Answered] = []
            left = None
            try:
                with fleet.noting(connection), elevated(connection, me=me, tell=_silent):
                    found.append(work(connection))
            except RoleNotRemoved as failure:
                left = failure
                if not found:
                    raise
            (answered,) = found
            failure_of_all = answered.failure or left
            return replace(answered, notes=(*notes, *answered.notes), failure=failure_of_all)

        return elevated_work

    return around


def _silent(_state: object) -> None:
    """Show nothing."""


def clean_up_fleet(
    call: Call, asked: Asked, *, recent: bool, dry_run: bool, confirmed: bool
) -> FleetTable:
    """Remove the temporary roles that are left over on many clusters, or show them.

    Raises
    ------
    ConfirmationRequired
        There are some to remove, and it is not confirmed; they are shown.
    AdxmiError
        As `Asked.results`.

    """
    from adxmi_jupyter.actions.elevation import leftovers
    from adxmi_jupyter.actions.elevation.elevating import known_caller
    from adxmi_jupyter.actions.fleet.running import Answered

    call.has_noted_leftovers = True
    me, is_removing = known_caller(call.connection), confirmed and not dry_run

    def work(connection: Connection) -> Answered:
        notes: list[str] = []
        connection.say = lambda note: notes.append(str(note))
        found = leftovers.find(connection, me)
        chosen = leftovers.to_remove(found, recent=recent)
        if is_removing:
            leftovers.remove(connection, chosen, confirmed=True)
        elif dry_run:
            notes += [f"would send: {one.role.assignment.deletion}" for one in chosen]
        return Answered(leftovers.leftovers_frame(found), tuple(notes), bool(chosen))

    selected = asked.selected()
    result = asked.results(selected, work, lets_in=True)
    table = asked.shown(result, selected)
    if not (is_removing or dry_run):
        _require_confirmation(call, result, table)
    return table


def _require_confirmation(call: Call, result: FleetResult, table: FleetTable) -> None:
    clusters = sum(piece.has_found for piece in result.pieces)
    if not clusters:
        return
    call.show(table.to_text())
    raise ConfirmationRequired(
        f"cleanup removes temporary roles from {clusters} cluster{'s' * (clusters > 1)}",
        why="a command that still uses one loses the role",
        fix=Retry.having("--yes"),
    )
