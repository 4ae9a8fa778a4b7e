"""The verb ``snapshot``: the cluster as a policy file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from adxmi_jupyter.magics import permissions
from adxmi_jupyter.magics.options import database_option
from adxmi_jupyter.magics.over_fleet import over_fleet
from adxmi_jupyter.magics.verbs import verb
from adxmi_jupyter.model.policy_file.nodes import Mode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adxmi_jupyter.magics.call import Call
    from adxmi_jupyter.magics.over_fleet import Asked

_MODES = [mode.value for mode in Mode]


def _on_fleet(call: Call, asked: Asked, options: Mapping[str, Any]) -> object:
    """Write a policy file of each of many clusters."""
    from adxmi_jupyter.magics.snapshot_fleet import snapshot_of_fleet

    return snapshot_of_fleet(call, asked, options)


@verb(
    "snapshot",
    permission=permissions.PLAN,
    pages=("Managed identity policy", "Manage database security roles"),
    examples=(
        "snapshot",
        "snapshot --database Sales --mode authoritative",
        "snapshot --fleet --out snapshots",
    ),
)
@database_option("Database to read. Default: the cluster and all databases.")
@click.option(
    "--mode",
    type=click.Choice(_MODES),
    metavar="MODE",
    default=Mode.ADDITIVE.value,
    help=f"Mode of the sections. Default: additive. Allowed values: {', '.join(_MODES)}.",
)
@click.option(
    "-o",
    "--out",
    "file",
    metavar="FILE",
    default="",
    help="Save the policy file, such as adxmi.yaml, instead of showing it. With --fleet: directory "
    "for a policy file of each cluster.",
)
@over_fleet(instead=_on_fleet)
def snapshot(call: Call, *, database: str, mode: str, file: str) -> object:
    """Show the cluster as a policy file.

    The same state gives the same bytes, and plan finds no changes right after it. What you can't
    read is named in the head of the file. With --fleet there is a file for each cluster.
    """
    from adxmi_jupyter.actions.history.plans import keep_snapshot
    from adxmi_jupyter.actions.plan.planning import lock_key
    from adxmi_jupyter.actions.plan.snapshot import snapshot as taken
    from adxmi_jupyter.magics.lock_file import changed_lock
    from adxmi_jupyter.magics.saving import check_text
    from adxmi_jupyter.magics.whole_files import write_texts
    from adxmi_jupyter.rendering.text import PlainText

    if file:
        check_text("--out", file)
    found = taken(call.connection, Mode(mode), (database,) if database else ())
    keep_snapshot(found.world)
    for one in found.unseen:
        call.say(f"not read: {one.section} of the {one.scope} ({one.failure.why})")
    if not file:
        return PlainText(found.text)
    texts = {file: found.text, **changed_lock(file, lock_key(call.connection), found.names)}
    write_texts(texts)
    for name in texts:
        call.say(f"saved: {name}")
    return None
