"""Apply one policy file to many clusters: all are planned first, then changed wave by wave.

Nothing is sent before every plan is known and allowed. A cluster that fails ends the apply: those
of its wave that have begun come to their end, no other one begins.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.fleet.running import changing, run_over, skipped
from adxmi_jupyter.actions.fleet.runs import Answered
from adxmi_jupyter.actions.plan import applying
from adxmi_jupyter.actions.plan.frames import applied_frame
from adxmi_jupyter.actions.plan.planning import lock_key
from adxmi_jupyter.errors import AdxmiError, ApplyIncomplete, ConfirmationRequired, StalePlan
from adxmi_jupyter.fixes import ChangeOption, Retry
from adxmi_jupyter.service.fan_out import Ending
from adxmi_jupyter.service.pace import not_asked

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.actions.fleet.running import FleetResult, Running
    from adxmi_jupyter.actions.fleet.runs import Piece
    from adxmi_jupyter.actions.plan.applying import Applying
    from adxmi_jupyter.actions.plan.planning import Prepared
    from adxmi_jupyter.model.fleet import FleetCluster
    from adxmi_jupyter.service.connection import Connection


@dataclass
class FleetPlans:
    """The plans of clusters by their resource IDs, and what lock files call the clusters.

    `names` are what names of the file stand for, of the clusters that were changed.
    """

    prepared: dict[str, Prepared] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    names: dict[str, Mapping[str, str]] = field(default_factory=dict)

    def note(self, connection: Connection, prepared: Prepared) -> None:
        """Note the plan of a cluster."""
        key = _key(connection)
        self.prepared[key] = prepared
        self.keys[key] = lock_key(connection)

    def changed(self, clusters: Sequence[FleetCluster]) -> list[FleetCluster]:
        """Return the clusters whose plans have steps."""
        return [one for one in clusters if (p := self.prepared.get(_id(one))) and p.steps]

    def check(self, clusters: Sequence[FleetCluster], how: Applying) -> None:
        """Check whether all plans may be carried out; nothing is sent.

        Raises
        ------
        PlanBlocked
            One has changes that must not be made.
        ConfirmationRequired
            They remove something and that is not confirmed, or more than allowed together.

        """
        removals = 0
        for cluster in clusters:
            prepared = self.prepared.get(_id(cluster))
            if prepared is None:
                continue
            removals += len(prepared.plan.removals)
            try:
                applying.check_applicable(prepared.plan, replace(how, max_removals=None))
            except AdxmiError as failure:
                failure.what = f"{cluster.name}: {failure.what}"
                raise
        if how.max_removals is not None and removals > how.max_removals:
            raise ConfirmationRequired(
                f"the plans remove {removals}, more than {how.max_removals}; nothing was sent",
                why="--max-removals counts the removals on all clusters together",
                fix=ChangeOption("--max-removals", str(removals)),
            )


def apply_in_waves(
    running: Running,
    waves: Sequence[Sequence[FleetCluster]],
    plans: FleetPlans,
    how: Applying,
    prepare: Callable[[Connection], Prepared],
    *,
    planned: Ending = Ending.DONE,
) -> tuple[dict[str, Piece], Ending]:
    """Carry out the plans, wave by wave; return what came of each cluster, by resource ID.

    `planned` is how the planning ended: nothing begins where it did not come to its end.

    A plan is made anew while no other write of this account is under way; where it is another one
    by then, nothing is sent to the cluster.
    """
    work = _Work(running, plans, how, prepare)
    pieces: dict[str, Piece] = {}
    ending = planned
    for wave in waves:
        if work.stopped.is_set() or ending is not Ending.DONE:
            why = "a cluster of an earlier wave failed" if ending is Ending.DONE else _ENDED[ending]
            pieces |= {_id(cluster): skipped(cluster, why) for cluster in wave}
            continue
        result = run_over(replace(running, stopping=work.stopped), wave, work.change, {})
        ending = result.ending
        pieces |= _with_applies(result.pieces, work.begun)
        if not result.reached.is_whole:
            work.stopped.set()
    return pieces, ending


@dataclass(frozen=True)
class _Work:
    """What is done to each cluster; the first failure stops those that have not begun."""

    running: Running
    plans: FleetPlans
    how: Applying
    prepare: Callable[[Connection], Prepared]
    stopped: threading.Event = field(default_factory=threading.Event)
    begun: dict[str, Piece] = field(default_factory=dict)

    def change(self, connection: Connection) -> Answered:
        """Carry out the plan of one cluster."""
        connection.when_noted = lambda number: self._note(connection, number)
        try:
            done = applying.apply(connection, lambda: self._again(connection), self.how)
        except AdxmiError:
            self.stopped.set()
            raise
        self.plans.names[_key(connection)] = done.names
        failure = applying.incomplete(done)
        if failure is not None:
            self.stopped.set()
        return Answered(applied_frame(done), (), True, failure, done.number)

    def _note(self, connection: Connection, number: int) -> None:
        # Before the first write is sent: what is killed or given up can be undone as well.
        if number and _key(connection) not in self.begun:
            self.begun[_key(connection)] = changing(connection, number)
            self.running.run.keep(self.begun[_key(connection)])

    def _again(self, connection: Connection) -> Prepared:
        """Plan anew.

        Raises
        ------
        NotAsked
            Nothing more may be changed.
        StalePlan
            The plan has other steps by now.

        """
        self._check_stopped()
        prepared, before = self.prepare(connection), self.plans.prepared[_key(connection)]
        self._check_stopped()
        if _commands(prepared) != _commands(before):
            raise StalePlan(
                "the cluster changed after it was planned; nothing was sent",
                why="its plan has other steps now",
                fix=Retry(),
            )
        return prepared

    def _check_stopped(self) -> None:
        if self.stopped.is_set():
            raise not_asked("another cluster of its wave failed, or the run ended")


def _commands(prepared: Prepared) -> list[str]:
    return [one.command for one in prepared.plan.steps]


def _with_applies(pieces: Sequence[Piece], begun: Mapping[str, Piece]) -> dict[str, Piece]:
    """Return results by resource ID, with the numbers of applies: also of what was given up."""
    by_key = {piece.outcome.resource_id.lower(): piece for piece in pieces}
    return {
        key: replace(piece, apply=begun[key].apply) if key in begun else piece
        for key, piece in by_key.items()
    }


_ENDED = {
    Ending.INTERRUPTED: "the run was interrupted",
    Ending.DEADLINE: "the time for the run was over",
}


def together(planned: FleetResult, applied: Mapping[str, Piece], ending: Ending) -> FleetResult:
    """Return the result of all clusters: of those that were changed, else of their plans."""
    return replace(
        planned,
        pieces=tuple(
            applied.get(piece.outcome.resource_id.lower(), replace(piece, frame=_no_rows(piece)))
            for piece in planned.pieces
        ),
        ending=ending,
    )


def incomplete(result: FleetResult) -> ApplyIncomplete | None:
    """Return the error for clusters that were not changed as planned; None for none."""
    left = [piece.outcome for piece in result.pieces if not piece.outcome.is_reached]
    if not left:
        return None
    first = left[0]
    return ApplyIncomplete(
        f"{len(left)} of {len(result.pieces)} clusters were not changed as planned",
        why=f"{first.cluster}: {first.reach}{f' ({first.why})' if first.why else ''}",
        fix=Retry(),
    )


def _no_rows(piece: Piece) -> pd.DataFrame | None:
    return None if piece.frame is None else piece.frame.iloc[:0]


def _key(connection: Connection) -> str:
    return connection.known_resource_id.lower()


def _id(cluster: FleetCluster) -> str:
    return cluster.resource_id.lower()
