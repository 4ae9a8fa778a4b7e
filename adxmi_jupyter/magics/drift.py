"""The verb ``drift``: where the cluster and a policy file differ, whatever the file's modes are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adxmi_jupyter.magics import permissions
from adxmi_jupyter.magics.ci import telling_errors
from adxmi_jupyter.magics.over_fleet import over_fleet
from adxmi_jupyter.magics.plan import (
    DOCUMENTS,
    EXAMPLE,
    of_file,
    on_fleet,
    planning_options,
    prepared_plan,
    shown,
)
from adxmi_jupyter.magics.verbs import Example, exit_codes, verb
from adxmi_jupyter.model.history.rows import RunKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adxmi_jupyter.magics.call import Call
    from adxmi_jupyter.magics.over_fleet import Asked


def _on_fleet(call: Call, asked: Asked, options: Mapping[str, Any]) -> object:
    """Compare many clusters with a file."""
    call.tells_by_code = True
    return on_fleet(call, asked, {**options, "observes": True})


@verb(
    "drift",
    permission=permissions.PLAN,
    pages=("Managed identity policy", "Manage database security roles"),
    examples=(Example("drift", EXAMPLE), Example("drift --fleet", EXAMPLE)),
    documents=DOCUMENTS,
    exit_codes=exit_codes("The cluster differs from the file."),
)
@planning_options
@over_fleet(only=of_file, instead=_on_fleet, own_partial=True)
def drift(call: Call, **options: Any) -> object:
    """Show where the cluster differs from a policy file.

    Every section is compared as a whole: what is missing, and what the file doesn't name. Nothing
    is planned or written. In a console the exit code is 3 if there is a difference.
    """
    from adxmi_jupyter.actions.history.plans import keep_plan

    call.tells_by_code = True
    with telling_errors(call):
        prepared = prepared_plan(call, observes=True, **options)
        keep_plan(prepared.world, prepared.plan, RunKind.DRIFT)
        return shown(call, prepared.plan, allow_partial=options["allow_partial"])
