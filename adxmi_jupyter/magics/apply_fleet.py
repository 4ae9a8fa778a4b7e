"""``apply --fleet`` and ``undo --fleet``: one file on many clusters, and back."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.errors import AdxmiError, InvalidValue, PartialRead
from adxmi_jupyter.fixes import LeaveOut, Retry
from adxmi_jupyter.magics.ci import tell
from adxmi_jupyter.magics.elevation_fleet import released_at_end
from adxmi_jupyter.magics.fleet_selection import EVERY, named_selection
from adxmi_jupyter.magics.lock_file import save_lock
from adxmi_jupyter.magics.one_of_many import answered, own_call
from adxmi_jupyter.magics.over_fleet import Asked, FleetRun

if TYPE_CHECKING:
    from adxmi_jupyter.actions.fleet.applying import FleetPlans
    from adxmi_jupyter.actions.fleet.running import FleetResult, Running
    from adxmi_jupyter.actions.plan.applying import Applying
    from adxmi_jupyter.actions.plan.planning import Prepared
    from adxmi_jupyter.magics.call import Call
    from adxmi_jupyter.model.fleet import FleetCluster, Selected
    from adxmi_jupyter.model.fleet_run import Outcome, Reached
    from adxmi_jupyter.rendering.fleet_table import FleetTable
    from adxmi_jupyter.service.connection import Connection


@dataclass(frozen=True)
class FleetApply:
    """How a file is applied: `waves` in their order, and whether that is only a preview."""

    how: Applying
    waves: Sequence[str]
    dry_run: bool
    allow_partial: bool


def apply_to_fleet(
    call: Call, asked: Asked, given: FleetApply, prepare: Callable[[Call], Prepared]
) -> FleetTable:
    """Plan all clusters, then change them wave by wave.

    Raises
    ------
    InvalidValue
        It is to take over another run, or a wave means no cluster; nothing was sent.
    PartialRead
        Some could not be planned; nothing was sent.
    PlanBlocked, ConfirmationRequired
        As `FleetPlans.check`; nothing was sent.
    ApplyIncomplete
        Some were not changed as planned; what was is shown all the same.

    """
    from adxmi_jupyter.actions.fleet import applying
    from adxmi_jupyter.actions.fleet.elevation import with_released
    from adxmi_jupyter.actions.fleet.running import named_apart
    from adxmi_jupyter.actions.fleet.waves import in_waves

    _refuse_since(asked)
    selected = asked.selected()
    clusters = named_apart(selected.clusters)
    waves = in_waves(clusters, given.waves)
    running, _ = asked.running()
    plans = applying.FleetPlans()
    with released_at_end(call, running, clusters) as released:
        planned = _planned(call, running, clusters, plans, prepare)
        # A plan that came after the run had given its cluster up is not carried out.
        known = planned.reached_of(clusters)
        if given.dry_run:
            return asked.shown(planned, selected)
        _check(call, asked, (planned, selected), given, lambda: plans.check(known, given.how))
        pieces, ending = applying.apply_in_waves(
            running,
            [plans.changed([one for one in wave if one in known]) for wave in waves],
            plans,
            replace(given.how, confirmed=True, max_removals=None),
            lambda connection: prepare(own_call(call, connection, [])),
            planned=planned.ending,
        )
    result = applying.together(planned, pieces, ending)
    result = replace(result, pieces=with_released(result.pieces, released))
    for piece in result.pieces:
        running.run.keep(piece)
    _save_locks(call, plans)
    return _told(call, given, result, asked.shown(result, selected), pieces)


def _refuse_since(asked: Asked) -> None:
    """Raise `InvalidValue` where another run is to be taken over; none takes over this one."""
    asked.goes_on = False
    if asked.is_continued:
        raise InvalidValue(
            "--since can't be used with apply",
            why="the same command once more does what is left",
            fix=LeaveOut.of("--since"),
        )


def _told(
    call: Call,
    given: FleetApply,
    result: FleetResult,
    table: FleetTable,
    changed: Collection[str],
) -> FleetTable:
    """Return the result, told to the CI system; `changed` are the clusters that it was to change.

    Raises
    ------
    ApplyIncomplete
        Some were not changed as planned.

    """
    from adxmi_jupyter.rendering.markdown import fenced

    tell(call, (), f"### adxmi: apply\n\n{fenced(table.to_text())}\n")
    outcomes = [piece.outcome for piece in result.pieces]
    _end(call, given, result, table, [o for o in outcomes if o.resource_id.lower() in changed])
    return table


def _end(
    call: Call,
    given: FleetApply,
    result: FleetResult,
    table: FleetTable,
    outcomes: Sequence[Outcome],
) -> None:
    """Say how to undo it; raise `ApplyIncomplete`, below what was done, where something was not."""
    from adxmi_jupyter.actions.fleet.applying import incomplete

    if any(piece.apply for piece in result.pieces):
        call.say(f"Undo: {call.front.program} undo --fleet --apply {result.number} --yes")
    if given.allow_partial and all(one.is_reached for one in outcomes):
        return
    failure = incomplete(result)
    if failure is not None:
        call.show(table.to_text())
        raise failure


def undo_on_fleet(call: Call, number: int, *, confirmed: bool) -> FleetTable:
    """Undo what the apply of a run changed on its clusters.

    Raises
    ------
    InvalidValue, HistoryUnavailable
        There is no such run, or it changed nothing.
    ConfirmationRequired
        It is not confirmed.

    """
    from adxmi_jupyter.actions.fleet.running import named_apart, run_over
    from adxmi_jupyter.actions.fleet.undoing import (
        applies,
        check_confirmed,
        damaged,
        not_undone,
        undoing,
    )

    asked = Asked(call, named_selection(EVERY), FleetRun())
    asked.goes_on = False
    run = asked.runs().of(number)
    pieces = run.pieces()
    numbers = applies(pieces, number)
    check_confirmed(numbers, confirmed=confirmed)
    selected = asked.selected()
    clusters = [one for one in named_apart(selected.clusters) if one.resource_id.lower() in numbers]
    running, _ = asked.running()
    running = replace(running, stopping=threading.Event())
    result = run_over(running, clusters, undoing(numbers), {})
    unseen = not_undone(pieces, numbers, {one.resource_id.lower() for one in clusters})
    every = (*result.pieces, *unseen, *damaged(run))
    return asked.shown(replace(result, pieces=every), selected)


def _planned(
    call: Call,
    running: Running,
    clusters: Sequence[FleetCluster],
    plans: FleetPlans,
    prepare: Callable[[Call], Prepared],
) -> FleetResult:
    from adxmi_jupyter.actions.fleet.running import run_over
    from adxmi_jupyter.actions.fleet.runs import NotKept
    from adxmi_jupyter.actions.plan.frames import plan_frame

    def plan(one: Call) -> object:
        found = prepare(one)
        plans.note(one.connection, found)
        one.has_found = not found.plan.is_empty
        return plan_frame(found.plan)

    def work(connection: Connection) -> Any:
        return answered(call, connection, plan)

    not_kept = NotKept(running.run.number)
    running = replace(running, run=not_kept, keeps_role=lambda answered: answered.has_found)
    return run_over(running, clusters, work, {})


def _check(
    call: Call,
    asked: Asked,
    planned: tuple[FleetResult, Selected],
    given: FleetApply,
    check: Callable[[], None],
) -> None:
    """Refuse to apply what is not planned as a whole, or not allowed; the plans are shown then."""
    reached = planned[0].reached
    try:
        if not given.allow_partial:
            _refuse_partial(reached, is_denied=planned[0].may_be_denied)
        check()
    except AdxmiError:
        call.show(asked.shown(*planned).to_text())
        raise


def _refuse_partial(reached: Reached, *, is_denied: bool) -> None:
    if reached.is_whole:
        return
    failure = PartialRead(
        f"{reached.asked - reached.count} of {reached.asked} clusters could not be planned; "
        "nothing was sent",
        why="; ".join(f"{reach}: {len(some)}" for reach, some in reached.missing.items()),
        fix=Retry.having("--allow-partial"),
    )
    failure.is_denied = is_denied
    raise failure


def _save_locks(call: Call, plans: FleetPlans) -> None:
    """Keep the names of what was applied, one cluster after the other."""
    saved = ""
    for key, names in plans.names.items():
        saved = save_lock(plans.prepared[key].file.source, plans.keys[key], names) or saved
    if saved:
        call.say(f"saved: {saved}")
