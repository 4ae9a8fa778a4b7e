"""The verb ``apply``: make the cluster match a policy file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from adxmi_jupyter.errors import (
    AdxmiError,
    ConfirmationRequired,
    InvalidInput,
    InvalidValue,
    MissingOption,
    PartialRead,
    PlanBlocked,
)
from adxmi_jupyter.fixes import ChangeOption, Command, Explain, LeaveOut, Retry
from adxmi_jupyter.magics import permissions
from adxmi_jupyter.magics.ci import tell, telling_errors
from adxmi_jupyter.magics.lock_file import refuse_other_lock, save_lock
from adxmi_jupyter.magics.options import dry_run, refuse_both, yes
from adxmi_jupyter.magics.over_fleet import over_fleet
from adxmi_jupyter.magics.params import NameList
from adxmi_jupyter.magics.plan import (
    EXAMPLE,
    break_workflows,
    of_file,
    planning_options,
    prepared_plan,
    replace_names,
    shown,
    targets,
    tell_plan,
)
from adxmi_jupyter.magics.policy_file import NamedFile
from adxmi_jupyter.magics.verbs import Example, exit_codes, verb
from adxmi_jupyter.model.history.rows import RunKind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import timedelta

    from adxmi_jupyter.actions.plan.applying import Applied, Applying
    from adxmi_jupyter.actions.plan.planning import Prepared
    from adxmi_jupyter.magics.call import Call
    from adxmi_jupyter.magics.over_fleet import Asked
    from adxmi_jupyter.magics.policy_file import NamedText
    from adxmi_jupyter.model.fleet import FleetCluster

_OF_PLANNING = {
    "file": "--file",
    "given": "--var",
    "var_file": "--var-file",
    "allow_unknown_usage": "--allow-unknown-usage",
    "break_workflows": "--break-workflows",
    "replaced": "--replace",
    "targets": "--target",
}


def _on_fleet(call: Call, asked: Asked, options: Mapping[str, Any]) -> object:
    """Apply a file to many clusters."""
    from adxmi_jupyter.actions.plan.applying import Applying
    from adxmi_jupyter.actions.plan.world import cannot_see
    from adxmi_jupyter.magics.apply_fleet import FleetApply, apply_to_fleet

    own = ("saved", "max_removals", "fail_fast", "max_age", "waves", "dry_run", "yes")
    planning = {name: value for name, value in options.items() if name not in own}
    saved, age = options["saved"], _length(options["max_age"])
    plans = _plans_of(saved)
    given = FleetApply(
        Applying(options["yes"], options["max_removals"], options["fail_fast"]),
        options["waves"],
        options["dry_run"],
        options["allow_partial"],
    )

    def prepare(one: Call) -> Prepared:
        found = (
            _prepared_again(one, plans, saved.name, age)
            if saved
            else prepared_plan(one, **planning)
        )
        if found.plan.unseen and not options["allow_partial"]:
            raise cannot_see(found.plan)
        return found

    with telling_errors(call):
        return apply_to_fleet(call, asked, given, prepare)


def _of_plan(call: Call, options: Mapping[str, Any]) -> Callable[[FleetCluster], bool]:
    """Return what tells whether a saved plan, or else the policy file, is for a cluster."""
    _refuse_beside_plan(call, options)
    plans = _plans_of(options["saved"])
    return (lambda one: one.resource_id.lower() in plans) if plans else of_file(call, options)


def _refuse_beside_plan(call: Call, options: Mapping[str, Any]) -> None:
    """Refuse what a plan was made with beside a saved one, and its age without one.

    Raises
    ------
    ConflictingOptions, MissingOption
        There is such an option.

    """
    saved = bool(options["saved"])
    for name, written in _OF_PLANNING.items():
        refuse_both(call, {"PLAN": saved, written: bool(options[name])})
    if options["max_age"] and not saved:
        raise MissingOption(
            "--max-age requires PLAN",
            why="it is about a plan that was saved before",
            fix=LeaveOut.of("--max-age"),
        )


def _plans_of(saved: NamedText) -> Mapping[str, Mapping[str, Any] | None]:
    from adxmi_jupyter.actions.plan.saved import read_saved_fleet

    return read_saved_fleet(saved.text, saved.name) if saved else {}


def _prepared_again(
    one: Call, plans: Mapping[str, Mapping[str, Any] | None], name: str, age: timedelta | None
) -> Prepared:
    """Return the saved plan of a cluster, made anew.

    Raises
    ------
    PartialRead
        The cluster was not reached when the plan was saved.
    AdxmiError
        As `saved.prepare_saved`.

    """
    from adxmi_jupyter.actions.plan.saved import prepare_again

    saved = plans[one.connection.known_resource_id.lower()]
    if saved is None:
        raise PartialRead(
            f"{name} has no plan for {one.connection.cluster}",
            why="the cluster was not reached when the plan was saved",
            fix=Explain.of(Command.of("plan", "--fleet"), " makes a new one"),
        )
    found = prepare_again(one.connection, saved, name, age)
    refuse_other_lock(found.file, name)
    return found


@verb(
    "apply",
    permission=permissions.APPLY,
    pages=("Managed identity policy", "Manage database security roles"),
    examples=(Example("apply", EXAMPLE), Example("apply --dry-run", EXAMPLE)),
    exit_codes=exit_codes("--dry-run found changes, with --exit-code."),
)
@click.argument("saved", metavar="[PLAN]", type=NamedFile(), required=False, default="")
@planning_options
@break_workflows
@replace_names
@targets
@click.option(
    "--max-removals",
    type=click.IntRange(min=0),
    metavar="NUMBER",
    default=None,
    help="Fail if the plan removes more than this.",
)
@click.option("--fail-fast", is_flag=True, help="Stop at the first change that fails.")
@click.option(
    "--max-age",
    metavar="TIME",
    default="",
    help="Oldest saved plan to apply, such as 30m or 1d. Default: any age.",
)
@click.option(
    "--waves",
    type=NameList(),
    metavar="NAME[,…]",
    default="",
    help="Order of the clusters with --fleet: names with * and ?, values of the tag wave, or rest. "
    "A wave begins once the one before went well. Default: all at a time.",
)
@dry_run
@yes
@over_fleet(
    only=_of_plan,
    instead=_on_fleet,
    own_partial=True,
)
def apply(
    call: Call,
    *,
    saved: NamedText,
    max_removals: int | None,
    fail_fast: bool,
    max_age: str,
    waves: tuple[str, ...],
    dry_run: bool,
    yes: bool,
    **options: Any,
) -> object:
    """Change the cluster to match a policy file.

    PLAN is a plan that plan --save wrote; it is applied only if the cluster is still as it was.
    Additions come before removals, and what depends on a failed change is not sent. The same
    command once more does what is left. All changes of an apply can be undone together.
    """
    from adxmi_jupyter.actions.history.plans import keep_plan
    from adxmi_jupyter.actions.plan.applying import Applying
    from adxmi_jupyter.actions.plan.world import cannot_see

    if waves:
        raise MissingOption(
            "--waves requires --fleet", why="one cluster has no order", fix=Retry.having("--fleet")
        )
    _refuse_beside_plan(call, {"saved": saved, "max_age": max_age, **options})
    age = _length(max_age)

    def prepare() -> Prepared:
        if saved:
            from adxmi_jupyter.actions.plan.saved import prepare_saved

            found = prepare_saved(call.connection, saved.text, saved.name, age)
            refuse_other_lock(found.file, saved.name)
        else:
            found = prepared_plan(call, **options)
        if found.plan.unseen and not options["allow_partial"]:
            call.show(_text(found))
            raise cannot_see(found.plan)
        return found

    with telling_errors(call):
        if dry_run:
            prepared = prepare()
            keep_plan(prepared.world, prepared.plan, RunKind.PLAN)
            return shown(call, prepared.plan, allow_partial=options["allow_partial"])
        return _told(call, *_applied(call, prepare, Applying(yes, max_removals, fail_fast)))


def _applied(
    call: Call, prepare: Callable[[], Prepared], how: Applying
) -> tuple[Applied, Prepared]:
    from adxmi_jupyter.actions.plan.applying import apply as carried_out

    seen: list[Prepared] = []

    def noted() -> Prepared:
        seen.append(prepare())
        return seen[0]

    try:
        return carried_out(call.connection, noted, how), seen[0]
    except (ConfirmationRequired, PlanBlocked):
        call.show(_text(seen[0]))
        tell_plan(call, seen[0].plan)
        raise


def _text(prepared: Prepared) -> str:
    from adxmi_jupyter.rendering.plan_text import plan_text

    return plan_text(prepared.plan)


def _length(text: str) -> timedelta | None:
    from adxmi_jupyter.model.timespan import parse_timespan

    try:
        return parse_timespan(text) if text else None
    except InvalidInput as error:
        raise InvalidValue(
            f"--max-age {text} can't be used", why=error.why, fix=ChangeOption("--max-age", "1d")
        ) from error


def _told(call: Call, done: Applied, prepared: Prepared) -> object:
    """Return what was applied as a result.

    Raises
    ------
    ApplyIncomplete
        Some of it was not; what was is shown all the same.
    ResultNotSaved
        All was applied, and the lock file could not be written.

    """
    from adxmi_jupyter.actions.plan.applying import incomplete
    from adxmi_jupyter.actions.plan.frames import applied_frame
    from adxmi_jupyter.actions.plan.planning import lock_key
    from adxmi_jupyter.rendering.markdown import code, fenced
    from adxmi_jupyter.rendering.plan_text import PlanTable, applied_text, unmatched_line

    text = applied_text(done)
    tell(call, (), f"### adxmi: {code(done.plan.cluster)}\n\n{fenced(text)}\n")
    failure = incomplete(done)
    for one in done.plan.unmatched:
        call.say(unmatched_line(done.plan, one))
    if done.number:
        call.say(f"Undo: {call.front.program} undo --apply {done.number}")
    if failure is not None:
        call.show(text)
    try:
        saved = save_lock(prepared.file.source, lock_key(call.connection), done.names)
    except AdxmiError as unsaved:
        if failure is None:
            raise
        call.say(f"{unsaved.what}: {unsaved.why}")
        raise failure from unsaved
    if saved:
        call.say(f"saved: {saved}")
    if failure is not None:
        raise failure
    return PlanTable.of(applied_frame(done), text)
