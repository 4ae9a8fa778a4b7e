"""``--elevate`` with ``--fleet``: a role is held on each cluster while that one is asked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from adxmi_jupyter.errors import RoleNotRemoved

if TYPE_CHECKING:
    from adxmi_jupyter.actions.fleet.running import Answered, Around, FleetResult, Running, Work
    from adxmi_jupyter.magics.call import Call
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
