"""AllDatabasesAdmin on the clusters of a fleet, for one command: granted once, removed once.

A command may ask a cluster several times: to plan, and to change what was planned. The role stays
in between, and goes with its last use, however the command ends. Until then the cluster is noted
as one on which a role may be left.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.elevation.elevating import (
    Deadlines,
    Elevation,
    known_caller,
    previewed,
)
from adxmi_jupyter.actions.elevation.failures import note_of
from adxmi_jupyter.actions.elevation.records import OnFleet
from adxmi_jupyter.errors import RoleNotRemoved
from adxmi_jupyter.model.fleet_run import Reach
from adxmi_jupyter.service.fan_out import Bounds, Ending, Task, fan_out

if TYPE_CHECKING:
    from adxmi_jupyter.actions.fleet.runs import Answered, Piece, Work
    from adxmi_jupyter.errors import AdxmiError
    from adxmi_jupyter.model.fleet import FleetCluster
    from adxmi_jupyter.service.connection import Connection
    from adxmi_jupyter.service.many import ManyClusters

TO_SETTLE = 900.0
"""Seconds at the end of a run for granting and removing roles that have begun."""

_NOTHING_FAILED = frozenset({Reach.REACHED, Reach.SKIPPED, Reach.NOT_ASKED})


@dataclass
class Released:
    """What was said of the role on a cluster since it was granted, and why it is still there."""

    notes: list[str] = field(default_factory=list)
    left: AdxmiError | None = None


class FleetRoles:
    """The roles that one command holds on the clusters of a fleet.

    Whom the cluster of the connection `base` knows, the others know as well. What is said goes to
    the notes of a cluster, and no bar is drawn: many clusters are asked at a time. With `previews`
    nothing is granted, and what would be sent is noted.
    """

    def __init__(self, base: Connection, *, previews: bool) -> None:
        self._me, self._fleet = known_caller(base), OnFleet(base)
        self._previews = previews
        self._held: dict[str, _Held] = {}
        self._lock, self._is_over = threading.Lock(), False

    def around(self, work: Work, stays: Callable[[Answered], bool]) -> Work:
        """Return the work on a cluster with the role, which stays after it if `stays` says so."""

        def elevated_work(connection: Connection) -> Answered:
            if self._previews:
                notes = tuple(map(str, previewed(connection, self._me)))
                answered = work(connection)
                return replace(answered, notes=(*notes, *answered.notes))
            held = self._taken(connection.known_resource_id.lower()) or self._noted(connection)
            with ExitStack() as removing:
                removing.push(held.ended_with)
                held.begin(connection)
                answered = work(connection)
                if stays(answered) and self._keeps(connection, held):
                    removing.pop_all()
                    return answered
            return held.told(answered)

        return elevated_work

    def release(
        self, many: ManyClusters, most: int, clusters: Sequence[FleetCluster]
    ) -> Mapping[str, tuple[FleetCluster, Released]]:
        """Remove the roles that are still held, on `most` clusters at a time.

        One that a command holds later goes with its last use. Return what came of them, by
        resource ID. An interrupt is heard when they are removed; a second one leaves them, and the
        next start offers to remove them.
        """
        with self._lock:
            self._is_over = True
        found: dict[str, tuple[FleetCluster, Released]] = {}
        for _ in range(2):
            left = [one for one in clusters if one.resource_id.lower() in self._held]
            if not left or self._remove(many, most, left, found) is Ending.DONE:
                break
        return found

    def _remove(
        self,
        many: ManyClusters,
        most: int,
        clusters: Sequence[FleetCluster],
        found: dict[str, tuple[FleetCluster, Released]],
    ) -> Ending:
        def remove(cluster: FleetCluster) -> Released:
            with many.opened(cluster, many.in_flight()) as connection:
                held = self._taken(cluster.resource_id.lower())
                return held.removed(connection) if held is not None else Released()

        def done(cluster: FleetCluster, came: Released | AdxmiError) -> None:
            released = came if isinstance(came, Released) else Released(left=came)
            found[cluster.resource_id.lower()] = cluster, released

        # It is set by an interrupt: what has begun comes to its end.
        stopping = threading.Event()
        bounds = Bounds(most, TO_SETTLE, stopping=stopping)
        tasks = [Task(one) for one in clusters]
        _, ending = fan_out(remove, tasks, bounds, what="removing roles", done=done)
        return ending

    def _noted(self, connection: Connection) -> _Held:
        noted = ExitStack()
        noted.enter_context(self._fleet.noting(connection))
        return _Held(Elevation(connection, Deadlines(), self._me, _silent), noted)

    def _taken(self, key: str) -> _Held | None:
        with self._lock:
            return self._held.pop(key, None)

    def _keeps(self, connection: Connection, held: _Held) -> bool:
        with self._lock:
            if not self._is_over:
                self._held[connection.known_resource_id.lower()] = held
            return not self._is_over


@dataclass
class _Held:
    """The role on one cluster, over one connection after the other."""

    elevation: Elevation
    noted: ExitStack
    released: Released = field(default_factory=Released)
    is_there: bool = False

    def begin(self, connection: Connection) -> None:
        """Hold the role, which may be there already; raises as `elevated`."""
        self._goes_on(connection)
        if not self.is_there:
            self.elevation.begin()
        self.is_there = True

    def ended_with(self, _kind: object, failure: BaseException | None, _trace: object) -> None:
        """Remove the role after its last use, which failed or not."""
        with self.noted:
            try:
                self.elevation.end(failure)
            except RoleNotRemoved as left:
                self.released.left = left

    def removed(self, connection: Connection) -> Released:
        """Remove the role over a connection of its own."""
        self._goes_on(connection)
        self.ended_with(None, None, None)
        return self.released

    def told(self, answered: Answered) -> Answered:
        """Return what was answered, with what was said of the role."""
        notes, left = list(self.released.notes), self.released.left
        if isinstance(left, RoleNotRemoved) and answered.failure is not None:
            notes.append(str(note_of(left)))
        failure = answered.failure or left
        return replace(answered, notes=(*notes, *answered.notes), failure=failure)

    def _goes_on(self, connection: Connection) -> None:
        connection.say = lambda note: self.released.notes.append(str(note))
        self.elevation.goes_on_over(connection)


def with_released(
    pieces: Sequence[Piece], released: Mapping[str, tuple[FleetCluster, Released]]
) -> tuple[Piece, ...]:
    """Return results with what came of the roles that were held until the end."""
    return tuple(
        _with(piece, released[key][1])
        if (key := piece.outcome.resource_id.lower()) in released
        else piece
        for piece in pieces
    )


def _with(piece: Piece, released: Released) -> Piece:
    notes, left, outcome = list(released.notes), released.left, piece.outcome
    if left is not None and outcome.reach in _NOTHING_FAILED:
        outcome = replace(outcome, reach=Reach.ROLE_LEFT, why=left.why)
    elif isinstance(left, RoleNotRemoved):
        notes.append(str(note_of(left)))
    return replace(piece, outcome=outcome, notes=(*notes, *piece.notes))


def _silent(_state: object) -> None:
    """Show nothing."""
