"""``--elevate`` with ``--fleet``: a role is held on each cluster while that one is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from adxmi_jupyter.errors import AdxmiError

if TYPE_CHECKING:
    from adxmi_jupyter.actions.fleet.elevation import Released
    from adxmi_jupyter.actions.fleet.running import FleetResult, Running
    from adxmi_jupyter.magics.call import Call
    from adxmi_jupyter.model.fleet import FleetCluster


def elevating(call: Call, running: Running) -> Running:
    """Return a run that holds the role on each cluster while it is asked."""
    from adxmi_jupyter.actions.fleet.elevation import TO_SETTLE, FleetRoles

    roles = FleetRoles(call.connection, previews=call.previews)
    return replace(running, roles=roles, lets_in=True, to_settle=TO_SETTLE)


@contextmanager
def released_at_end(
    call: Call, running: Running, clusters: Sequence[FleetCluster]
) -> Iterator[dict[str, tuple[FleetCluster, Released]]]:
    """Remove the roles that are held, however the command ends; give what came of that, then.

    Where the command failed, it is said.
    """
    released: dict[str, tuple[FleetCluster, Released]] = {}
    if running.roles is None:
        yield released
        return
    of_run = running.many, running.pace.clusters, clusters
    try:
        yield released
    except BaseException as failure:
        _tell(call, failure, running.roles.release(*of_run))
        raise
    released |= running.roles.release(*of_run)


def _tell(
    call: Call, failure: BaseException, released: Mapping[str, tuple[FleetCluster, Released]]
) -> None:
    """Say what came of the roles of a command that failed; where one is left, it says so, too."""
    from adxmi_jupyter.rendering.fleet_table import folded_notes, named_at_most

    every = released.values()
    for line in folded_notes((one.name, note) for one, came in every for note in came.notes):
        call.say(line)
    left = [cluster.name for cluster, came in every if came.left is not None]
    if left and isinstance(failure, AdxmiError):
        failure.why = f"{failure.why}; a temporary role may be left on {named_at_most(left)}"
    if left:
        for line in _leftovers(call):
            call.say(line)


def lines_of_elevation(call: Call, result: FleetResult) -> list[str]:
    """Return who can grant the role where the caller can't, and where it may be left."""
    lines = [
        f"  {piece.outcome.cluster}: {call.write(piece.fix)}"
        for piece in result.pieces
        if piece.fix is not None
    ]
    return [*lines, *_leftovers(call)]


def _leftovers(call: Call) -> list[str]:
    from adxmi_jupyter.actions.elevation.records import OnFleet

    note = OnFleet(call.connection).note()
    call.has_noted_leftovers = True
    return [] if note is None else [call.write(note)]
