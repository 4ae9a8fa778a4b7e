"""What ``check --fix`` does, whatever was checked: the plan, the confirmation, what was done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from adxmi_jupyter.errors import MissingOption
from adxmi_jupyter.fixes import Retry
from adxmi_jupyter.magics.check_filters import STATES, StateList, states
from adxmi_jupyter.magics.options import exit_code

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.actions.check.findings import Checks
    from adxmi_jupyter.actions.check.remediation import Done, PlannedFix
    from adxmi_jupyter.magics.call import Call

Function = Callable[..., Any]

_fix = click.option(
    "--fix",
    is_flag=True,
    help="Apply the fixes that this tool can apply, in order. Requires --yes.",
)


_dry_run = click.option(
    "-n", "--dry-run", is_flag=True, help="Show what --fix would change without changing it."
)
_yes = click.option("-y", "--yes", is_flag=True, help="Confirm the changes of --fix.")


@dataclass(frozen=True)
class Fixing:
    """The options ``--fix``, ``--dry-run`` and ``--yes``, and the states of ``--only``."""

    fix: bool
    dry_run: bool
    yes: bool
    only: tuple[str, ...] = ()


_only = click.option(
    "--only",
    "only",
    type=StateList(),
    metavar="STATE[,…]",
    default="",
    help=f"Show only requirements in these states. Allowed values: {', '.join(STATES)}.",
)


def fix_options(function: Function) -> Function:
    """Declare ``--only``, ``--fix`` and what belongs to it."""
    return _only(_fix(_dry_run(_yes(exit_code(function)))))


def answer(
    call: Call, fixing: Fixing, check: Callable[[], Checks], *, with_database: bool = False
) -> pd.DataFrame:
    """Return what a check found; with ``--fix`` the plan, or what is found once it is applied.

    Raises
    ------
    MissingOption
        ``--dry-run`` or ``--yes`` without ``--fix``: a check changes nothing.
    InvalidValue
        ``--only`` names a state that there is not.
    ConfirmationRequired
        ``--fix`` without ``--yes``; the plan was shown.
    AdxmiError
        As `fixing.apply`.

    """
    from adxmi_jupyter.actions.check import remediation as actions
    from adxmi_jupyter.rendering.check_frames import fixes_frame
    from adxmi_jupyter.rendering.check_table import CheckTable
    from adxmi_jupyter.rendering.requirements import subject, title
    from adxmi_jupyter.rendering.shown_frame import Whole

    _refuse_alone(fixing)
    only = states(fixing.only)
    checks = check()
    if fixing.fix:
        fixes = actions.planned(checks)
        if fixing.dry_run:
            call.has_found = bool(fixes)
            return Whole(fixes_frame(fixes, write=call.write))
        if not fixing.yes:
            _tell_plan(call, fixes)
        left = actions.apply(
            call.connection,
            fixes,
            confirmed=fixing.yes,
            tell=call.say,
            after=lambda done: _tell_done(call, done),
            called=lambda one: f"{title(one.about)} ({subject(one.about)})",
        )
        _tell_left(call, left)
        checks = check() if len(left) < len(fixes) else checks
    table = CheckTable.of(checks, write=call.write, with_database=with_database, only=only)
    call.has_found, call.tells_by_code = table.lacks_a_requirement, True
    return table


def _refuse_alone(fixing: Fixing) -> None:
    given = {"--dry-run": fixing.dry_run, "--yes": fixing.yes}
    alone = [name for name, is_given in given.items() if is_given and not fixing.fix]
    if alone:
        raise MissingOption(
            f"{alone[0]} requires --fix",
            why="a check alone changes nothing",
            fix=Retry.having("--fix"),
        )


def _tell_plan(call: Call, fixes: tuple[PlannedFix, ...]) -> None:
    from adxmi_jupyter.rendering.check_frames import done_by

    for number, one in enumerate(fixes, start=1):
        call.say(f"{number}. {done_by(one)}: {call.write(one.finding.fix)}")
    if not fixes:
        call.say("nothing to fix")


def _tell_done(call: Call, done: Done) -> None:
    for told in done.told:
        call.say(told)
    for line in done.back:
        call.say("Undo: ", line)


def _tell_left(call: Call, left: tuple[PlannedFix, ...]) -> None:
    from adxmi_jupyter.rendering.check_frames import owned_by

    for one in left:
        owner = owned_by(one)
        asked = f"Ask the owner of {owner} to run: " if owner else "Still to fix: "
        call.say(f"{asked}{call.write(one.finding.fix)}")
