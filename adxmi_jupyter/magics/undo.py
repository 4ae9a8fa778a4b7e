"""The verb ``undo``: undo any write that was made from this machine, or a whole apply."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from adxmi_jupyter.errors import MissingOption
from adxmi_jupyter.fixes import ChangeOption, Retry
from adxmi_jupyter.magics import permissions
from adxmi_jupyter.magics.options import dry_run, refuse_both, yes
from adxmi_jupyter.magics.verbs import verb

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.magics.call import Call


@verb(
    "undo",
    permission=permissions.APPLY,
    examples=(
        "policy grant --database Telemetry --identity mi-ingest --usage ExportRequest",
        "undo --dry-run",
        "undo --yes",
    ),
)
@click.argument("entry", metavar="[ID]", type=click.IntRange(min=1), required=False)
@click.option(
    "--apply",
    "number",
    metavar="NUMBER",
    type=click.IntRange(min=1),
    default=None,
    help="Undo all writes of an apply, the last first.",
)
@click.option(
    "--fleet",
    is_flag=True,
    help="Undo on all clusters that apply --fleet changed; NUMBER is that of its run.",
)
@dry_run
@yes
def undo(
    call: Call, *, entry: int | None, number: int | None, fleet: bool, dry_run: bool, yes: bool
) -> pd.DataFrame:
    """Undo a write: policies, roles, identities, callout rules and workflows.

    ID is an entry of history. Default: the last write that isn't undone. Where another principal
    wrote to the same place since, nothing is sent. A workflow that was replaced or dropped is
    created again if the service showed all of it before. What migrate apply can't restore stays,
    and what was granted for it.
    """
    from adxmi_jupyter.actions.plan.undoing import (
        FAILED,
        IMPOSSIBLE,
        described,
        planned,
        undone_frame,
    )
    from adxmi_jupyter.actions.plan.undoing import undo as undone

    refuse_both(call, {"ID": entry is not None, "--apply": number is not None})
    if fleet:
        return _on_fleet(call, number, dry_run=dry_run, confirmed=yes)
    if dry_run:
        found = planned(call.connection, entry, number)
        call.has_found = bool(found)
        for one in found:
            why = f"can't undo {described(one.entry)}: {one.failure.why}" if one.failure else ""
            call.say(why or f"would undo {described(one.entry)}")
        return undone_frame(found)
    results = undone(call.connection, entry, number, confirmed=yes)
    failure = next((one.failure for one in results if one.failure and one.result == FAILED), None)
    for result in results:
        kept = f": {result.failure.why}" if result.failure and result.result == IMPOSSIBLE else ""
        call.say(f"{result.result} {described(result.entry)}{kept}")
        for note in result.notes:
            call.say(note)
    if failure is not None:
        raise failure
    return undone_frame(results)


def _on_fleet(call: Call, number: int | None, *, dry_run: bool, confirmed: bool) -> pd.DataFrame:
    """Undo an apply on many clusters.

    Raises
    ------
    MissingOption
        Its number isn't given.

    """
    from adxmi_jupyter.magics.apply_fleet import undo_on_fleet

    refuse_both(call, {"--fleet": True, "--dry-run": dry_run})
    refuse_both(call, {"--fleet": True, "--exit-code": call.tells_by_code})
    if number is None:
        raise MissingOption(
            "undo --fleet requires the number of an apply",
            why="each cluster has a history of its own",
            fix=Retry((ChangeOption("--apply", "NUMBER"),)),
        )
    return undo_on_fleet(call, number, confirmed=confirmed)
