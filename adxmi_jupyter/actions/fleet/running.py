"""Do one thing on many clusters, and keep what came of each.

A cluster that can't answer in its state is not asked. Of the others each is first asked the
cheapest command there is, so that one which is not reachable costs seconds. A failing cluster is a
row with its reason: what is not known of it is never taken for nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.fleet.reaching import outcome_of, probe, without_asking
from adxmi_jupyter.actions.fleet.runs import Piece
from adxmi_jupyter.errors import ElevationFailed, NotAuthenticated, NotAuthorized
from adxmi_jupyter.model.fleet_run import Outcome, Reach, Reached
from adxmi_jupyter.service.fan_out import Bounds, Ending, Task, fan_out
from adxmi_jupyter.service.pace import Clock

if TYPE_CHECKING:
    import threading

    from adxmi_jupyter.actions.fleet.elevation import FleetRoles
    from adxmi_jupyter.actions.fleet.runs import Answered, Run
    from adxmi_jupyter.errors import AdxmiError
    from adxmi_jupyter.model.fleet import FleetCluster
    from adxmi_jupyter.service.connection import Connection
    from adxmi_jupyter.service.many import ManyClusters
    from adxmi_jupyter.service.pace import Pace, PacedInFlight

_MARGIN = 10.0


def _never(_answered: Answered) -> bool:
    return False


@dataclass(frozen=True)
class Running:
    """How a run goes: over which connections, how fast, how long, and where it is kept.

    `what` names the run in its progress bar; `ends` is when its time is over, by the clock.
    Runs with `stopping` change clusters: one that has begun comes to its end. `roles` are what is
    granted for the work on each cluster, and stays there for a later run if `keeps_role` says so of
    what was answered; a cluster that lets the caller not in yet is asked all the same (`lets_in`),
    and has `to_settle` seconds at the end to put everything back.
    """

    many: ManyClusters
    pace: Pace
    run: Run
    what: str
    deadline: float | None = None
    clock: Clock = field(default_factory=Clock)
    ends: float | None = None
    stopping: threading.Event | None = None
    roles: FleetRoles | None = None
    keeps_role: Callable[[Answered], bool] = _never
    lets_in: bool = False
    to_settle: float = 0.0


@dataclass(frozen=True)
class FleetResult:
    """What came of a run, in the order of the clusters, and how it ended."""

    number: int
    pieces: tuple[Piece, ...]
    ending: Ending = Ending.DONE

    @property
    def reached(self) -> Reached:
        """How complete it is."""
        return Reached([piece.outcome for piece in self.pieces])

    @property
    def may_be_denied(self) -> bool:
        """Whether a cluster was not read, or only in part, for want of a permission it may be."""
        denied = {Reach.NO_PERMISSION, Reach.IN_PART}
        return any(piece.outcome.reach in denied and not piece.apply for piece in self.pieces)

    def reached_of(self, clusters: Sequence[FleetCluster]) -> list[FleetCluster]:
        """Return those of the clusters that were reached, in their order."""
        reached = {one.resource_id.lower() for one in self.reached.outcomes if one.is_reached}
        return [one for one in clusters if one.resource_id.lower() in reached]

    @property
    def has_found(self) -> bool:
        """Whether any cluster had something to find."""
        return any(piece.has_found for piece in self.pieces)


@dataclass(frozen=True)
class _Target:
    cluster: FleetCluster
    in_flight: PacedInFlight


def named_apart(clusters: Sequence[FleetCluster]) -> tuple[FleetCluster, ...]:
    """Return the clusters with names that are all different.

    Where they are not: with the region, or else by their resource IDs.
    """
    for longer in ("short_uri", "resource_id"):
        counts = Counter(one.name.lower() for one in clusters)
        clusters = [
            one if counts[one.name.lower()] == 1 else replace(one, name=getattr(one, longer))
            for one in clusters
        ]
    return tuple(clusters)


def run_over(
    running: Running,
    clusters: Sequence[FleetCluster],
    work: Callable[[Connection], Answered],
    earlier: Mapping[str, Piece],
) -> FleetResult:
    """Do something on every cluster; return what came of each.

    `earlier` are results of another run: a cluster that was reached then is not asked again.

    Raises
    ------
    Exception
        What `work` raised, if it is no typed error.

    """
    pieces: dict[str, Piece] = {}
    for cluster in clusters:
        known = earlier.get(cluster.resource_id.lower())
        silent = without_asking(cluster)
        if known is not None and known.outcome.is_reached:
            outcome = replace(known.outcome, cluster=cluster.name)
            pieces[cluster.key] = replace(known, outcome=outcome)
        elif silent is not None:
            pieces[cluster.key] = Piece(silent)
    for piece in pieces.values():
        running.run.keep(piece)
    asked = [one for one in clusters if one.key not in pieces]
    found, ending = _asked(running, asked, work)
    pieces |= found
    return FleetResult(running.run.number, tuple(pieces[one.key] for one in clusters), ending)


def skipped(cluster: FleetCluster, why: str) -> Piece:
    """Return the result of a cluster that was left out on purpose."""
    return Piece(Outcome(cluster.name, cluster.resource_id, Reach.SKIPPED, why))


def changing(connection: Connection, apply: int) -> Piece:
    """Return the result of a cluster of which nothing else came than that its apply began."""
    why = "it was being changed when the run ended"
    outcome = Outcome(connection.cluster, connection.known_resource_id, Reach.FAILED, why)
    return Piece(outcome, apply=apply)


def _asked(
    running: Running, clusters: Sequence[FleetCluster], work: Callable[[Connection], Answered]
) -> tuple[dict[str, Piece], Ending]:
    whole = running.roles.around(work, running.keeps_role) if running.roles else work

    def ask(target: _Target) -> Piece:
        with running.many.opened(target.cluster, target.in_flight) as connection:
            try:
                probe(connection, running.pace.to_probe)
            except (NotAuthorized, NotAuthenticated):
                if not running.lets_in:
                    raise
            return _piece(target.cluster, whole(connection))

    def piece_of(target: _Target, result: Piece | AdxmiError) -> Piece:
        return result if isinstance(result, Piece) else _failed(target.cluster, result)

    def done(target: _Target, result: Piece | AdxmiError) -> None:
        running.run.keep(piece_of(target, result))

    pace = running.pace
    # One cluster under two names is one cluster: what it gets at a time counts together.
    limits = {one.uri.lower(): running.many.in_flight() for one in clusters}
    tasks = [Task(_Target(one, at), at) for one in clusters for at in (limits[one.uri.lower()],)]
    bounds = Bounds(
        pace.clusters,
        pace.to_answer + pace.to_connect + _MARGIN,
        running.deadline,
        running.clock,
        running.ends,
        running.stopping,
        running.to_settle,
    )
    results, ending = fan_out(ask, tasks, bounds, what=running.what, done=done)
    found = zip(tasks, results, strict=True)
    return {task.item.cluster.key: piece_of(task.item, result) for task, result in found}, ending


def _piece(cluster: FleetCluster, answered: Answered) -> Piece:
    outcome = Outcome(cluster.name, cluster.resource_id, Reach.REACHED)
    if answered.failure is not None:
        outcome = outcome_of(cluster, answered.failure, answered.failure.why)
    return Piece(
        outcome,
        answered.frame,
        answered.notes,
        answered.has_found,
        answered.apply,
        answered.document,
    )


def _failed(cluster: FleetCluster, failure: AdxmiError) -> Piece:
    fix = failure.remediation if isinstance(failure, ElevationFailed) else None
    return Piece(outcome_of(cluster, failure, failure.why), fix=fix)
