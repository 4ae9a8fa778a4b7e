"""The verb ``snapshot``: the cluster as a policy file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from adxmi_jupyter.magics import permissions
from adxmi_jupyter.magics.options import database_option
from adxmi_jupyter.magics.verbs import verb
from adxmi_jupyter.model.policy_file.nodes import Mode

if TYPE_CHECKING:
    from adxmi_jupyter.magics.call import Call

_MODES = [mode.value for mode in Mode]


@verb(
    "snapshot",
    permission=permissions.PLAN,
    pages=("Managed identity policy", "Manage database security roles"),
    examples=("snapshot", "snapshot --database Sales --mode authoritative"),
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
    help="Save the policy file, such as adxmi.yaml, instead of showing it.",
)
def snapshot(call: Call, *, database: str, mode: str, file: str) -> object:
    """Show the cluster as a policy file.

    The same state gives the same bytes, and plan finds no changes right after it. What you can't
    read is named in the head of the file.
    """
    from adxmi_jupyter.actions.history.plans import keep_snapshot
    from adxmi_jupyter.actions.plan.planning import lock_key
    from adxmi_jupyter.actions.plan.snapshot import snapshot as taken
    from adxmi_jupyter.magics.lock_file import save_lock
    from adxmi_jupyter.magics.text_file import write_text
    from adxmi_jupyter.rendering.text import PlainText

    found = taken(call.connection, Mode(mode), (database,) if database else ())
    keep_snapshot(found.world)
    for one in found.unseen:
        call.say(f"not read: {one.section} of the {one.scope} ({one.failure.why})")
    if not file:
        return PlainText(found.text)
    write_text(file, found.text)
    call.say(f"saved: {file}")
    locked = save_lock(file, lock_key(call.connection), found.names)
    if locked:
        call.say(f"saved: {locked}")
    return None
