"""The verb ``verify``: find out how the cluster behaves where no page says it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from adxmi_jupyter.fixes import Command
from adxmi_jupyter.magics import permissions
from adxmi_jupyter.magics.options import refuse_both
from adxmi_jupyter.magics.params import DatabaseList
from adxmi_jupyter.magics.saving import check_text, save_text
from adxmi_jupyter.magics.verbs import verb

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from adxmi_jupyter.actions.verify.verifying import Verification
    from adxmi_jupyter.magics.call import Call


_KINDS = {
    "id": "IDs",
    "host": "hosts",
    "address": "e-mail addresses",
    "moment": "times",
    "number": "numbers",
    "name": "other words",
}


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
@click.option(
    "--record",
    "record",
    metavar="FILE",
    default="",
    help="Write a redacted recording of the answers, for a bug report or a test.",
)
@click.option(
    "--review", metavar="FILE", default="", help="Show all that is in a recording. Nothing is sent."
)
@click.option("--forget", is_flag=True, help="Forget what was found out about this cluster.")
def verify(
    call: Call, *, databases: tuple[str, ...], record: str, review: str, forget: bool
) -> pd.DataFrame | None:
    """Show how the cluster behaves where the documentation is silent.

    It sends reads only: at most 4 at a time and 5 in a second. Later commands read the answers of
    this cluster accordingly. What the cluster has no example of is unknown, and so is what you
    aren't permitted to read.

    A recording has no names, IDs, hosts, addresses, tokens, headers or messages: each is replaced,
    the same one by the same stand-in, and words that aren't known to be part of Kusto are names.
    Review it before you attach it to a bug report.
    """
    from adxmi_jupyter.actions.verify.recording import (
        Recording,
        read_recording,
        recording_frame,
    )
    from adxmi_jupyter.actions.verify.verifying import verification_frame
    from adxmi_jupyter.actions.verify.verifying import verify as run

    refuse_both(call, {"--forget": forget, "--database": bool(databases)})
    refuse_both(call, {"--forget": forget, "--record": bool(record), "--review": bool(review)})
    if review:
        return recording_frame(read_recording(review))
    if forget:
        _forget(call)
        return None
    if record:
        check_text("--record", record)
    recording = Recording() if record else None
    found = run(call.connection, databases, recorder=recording)
    _tell(call, found)
    if recording is not None:
        _save(call, record, *recording.document(found))
    return verification_frame(found.answered)


def _forget(call: Call) -> None:
    connection = call.connection
    was_known = connection.verified_file.forget()
    connection.forget_verified()
    said = "Forgot what was found out" if was_known else "Nothing was found out"
    call.say(f"{said} about {connection.cluster}.")


def _save(call: Call, file: str, document: str, replaced: Mapping[str, int]) -> None:
    """Write a recording, and tell what is in it."""
    save_text(file, document)
    counted = ", ".join(f"{number} {_KINDS[kind]}" for kind, number in replaced.items())
    call.say(f"Wrote the recording {file}. Replaced: {counted or 'nothing'}.")
    call.say("Review it before you attach it: ", Command.of("verify", "--review", file))


def _tell(call: Call, found: Verification) -> None:
    if found.was_interrupted:
        call.say("interrupted: what was read until then counts")
    if len(found.databases) < found.of:
        read = f"Read {len(found.databases)} of {found.of} databases. Others: "
        call.say(read, Command.of("verify", "--database", "NAME,…"))
