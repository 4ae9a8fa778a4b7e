"""``role cleanup --fleet``: remove what an interrupted command left on many clusters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.errors import ConfirmationRequired
from adxmi_jupyter.fixes import Retry

if TYPE_CHECKING:
    from adxmi_jupyter.actions.fleet.running import FleetResult
    from adxmi_jupyter.actions.fleet.runs import Answered
    from adxmi_jupyter.magics.call import Call
    from adxmi_jupyter.magics.over_fleet import Asked
    from adxmi_jupyter.rendering.fleet_table import FleetTable
    from adxmi_jupyter.service.connection import Connection


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
    from adxmi_jupyter.actions.fleet.runs import Answered

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
