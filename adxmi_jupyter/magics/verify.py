"""The verb ``verify``: find out how the cluster behaves where no page says it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from adxmi_jupyter.fixes import Command
from adxmi_jupyter.magics import permissions
from adxmi_jupyter.magics.options import refuse_both
from adxmi_jupyter.magics.params import DatabaseList
from adxmi_jupyter.magics.verbs import verb

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.actions.verify.verifying import Verification
    from adxmi_jupyter.magics.call import Call


@verb(
    "verify",
    permission=permissions.VERIFY,
    pages=("Managed identity policy", "Journal management"),
    examples=("verify", "verify --database Sales,Telemetry"),
)
@click.option(
    "--database",
    "databases",
    type=DatabaseList(),
    metavar="DATABASE[,…]",
    default="",
    help="Databases to read. Default: the first 10.",
)
@click.option("--forget", is_flag=True, help="Forget what was found out about this cluster.")
def verify(call: Call, *, databases: tuple[str, ...], forget: bool) -> pd.DataFrame | None:
    """Show how the cluster behaves where the documentation is silent.

    It sends reads only: at most 4 at a time and 5 in a second. Later commands read the answers of
    this cluster accordingly. What the cluster has no example of is unknown, and so is what you
    aren't permitted to read.
    """
    from adxmi_jupyter.actions.verify.verifying import verification_frame
    from adxmi_jupyter.actions.verify.verifying import verify as run

    refuse_both(call, {"--forget": forget, "--database": bool(databases)})
    if forget:
        _forget(call)
        return None
    found = run(call.connection, databases)
    _tell(call, found)
    return verification_frame(found.answered)


def _forget(call: Call) -> None:
    connection = call.connection
    was_known = connection.verified_file.forget()
    connection.forget_verified()
    said = "Forgot what was found out" if was_known else "Nothing was found out"
    call.say(f"{said} about {connection.cluster}.")


def _tell(call: Call, found: Verification) -> None:
    if found.was_interrupted:
        call.say("interrupted: what was read until then counts")
    if len(found.databases) < found.of:
        read = f"Read {len(found.databases)} of {found.of} databases. Others: "
        call.say(read, Command.of("verify", "--database", "NAME,…"))
