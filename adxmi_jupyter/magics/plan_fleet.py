"""``plan --fleet`` and ``drift --fleet``: one policy file compared with many clusters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from adxmi_jupyter.magics.ci import file_of, system_of, tell, telling_errors
from adxmi_jupyter.model.history.rows import RunKind

if TYPE_CHECKING:
    from adxmi_jupyter.actions.fleet.running import FleetResult
    from adxmi_jupyter.actions.fleet.runs import Answered, Piece
    from adxmi_jupyter.actions.plan.planning import Options, Prepared
    from adxmi_jupyter.magics.call import Call
    from adxmi_jupyter.magics.over_fleet import Asked
    from adxmi_jupyter.model.fleet_plan import ClusterPlan
    from adxmi_jupyter.model.policy_file.reading import PolicyFile
    from adxmi_jupyter.rendering.fleet_table import FleetTable
    from adxmi_jupyter.service.connection import Connection


def plan_on_fleet(
    call: Call,
    asked: Asked,
    given: tuple[PolicyFile, Options],
    *,
    save: str = "",
    allow_partial: bool = False,
) -> FleetTable:
    """Return what would change on each cluster, so that it matches a policy file.

    A cluster of which not all could be read is shown with what is known of it, and told.

    Raises
    ------
    AdxmiError
        As `Asked.results`.

    """
    from adxmi_jupyter.actions.plan.planning import prepare
    from adxmi_jupyter.actions.plan.saved import basis

    file, options = given
    now = {"file_sha256": file.digest, **basis(file, options)}

    def is_still_valid(piece: Piece) -> bool:
        saved = piece.document["saved"] if piece.document else {}
        return all(saved.get(name) == value for name, value in now.items())

    def work(connection: Connection) -> Answered:
        return _answered(connection, lambda one: prepare(one, file, options), allow_partial)

    with telling_errors(call):
        selected = asked.selected()
        result = asked.results(selected, work, is_still_valid)
        plans = cluster_plans(result)
        if save:
            _save(call, save, plans)
        _tell(call, plans, file.source)
        return asked.shown(result, selected, _documents(call, plans, file.source))


def _answered(
    connection: Connection, prepare: Callable[[Connection], Prepared], allow_partial: bool
) -> Answered:
    from adxmi_jupyter.actions.fleet.runs import Answered
    from adxmi_jupyter.actions.history.plans import keep_plan
    from adxmi_jupyter.actions.plan.frames import plan_frame
    from adxmi_jupyter.actions.plan.kept import kept_plan
    from adxmi_jupyter.actions.plan.world import cannot_see

    notes: list[str] = []
    connection.say = lambda note: notes.append(str(note))
    prepared = prepare(connection)
    plan, is_drift = prepared.plan, prepared.options.observes
    keep_plan(prepared.world, plan, RunKind.DRIFT if is_drift else RunKind.PLAN)
    return Answered(
        plan_frame(plan),
        tuple(notes),
        not plan.is_empty,
        cannot_see(plan) if plan.unseen and not allow_partial else None,
        document=kept_plan(prepared),
    )


def cluster_plans(result: FleetResult) -> tuple[ClusterPlan, ...]:
    """Return the plans of a run, in the order of the clusters."""
    from adxmi_jupyter.actions.plan.kept import plan_of
    from adxmi_jupyter.model.fleet_plan import ClusterPlan

    return tuple(
        ClusterPlan(piece.outcome)
        if piece.document is None
        else ClusterPlan(piece.outcome, plan_of(piece.document), piece.document["saved"])
        for piece in result.pieces
    )


def _save(call: Call, name: str, plans: Sequence[ClusterPlan]) -> None:
    from adxmi_jupyter.magics.whole_files import write_text
    from adxmi_jupyter.rendering.fleet_plan_documents import saved_fleet_text

    write_text(name, saved_fleet_text(plans))
    call.say(f"saved: {name}")


def _documents(
    call: Call, plans: Sequence[ClusterPlan], source: str
) -> dict[str, Callable[[], str]]:
    from adxmi_jupyter.rendering.fleet_plan_documents import fleet_plan_documents

    return dict(fleet_plan_documents(plans, file_of(source))) if call.documents else {}


def _tell(call: Call, plans: Sequence[ClusterPlan], source: str) -> None:
    """Tell the CI system what changes on which clusters, and which of them weren't reached."""
    if system_of(call) is None:
        return
    from adxmi_jupyter.rendering.fleet_plan_documents import (
        fleet_plan_markdown,
        folded_fleet_annotations,
    )

    tell(call, folded_fleet_annotations(plans, file_of(source)), fleet_plan_markdown(plans))
