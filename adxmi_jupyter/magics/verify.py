"""The verb ``verify``: find out how the cluster behaves where no page says it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from adxmi_jupyter.errors import ConfirmationRequired
from adxmi_jupyter.fixes import Command, Retry
from adxmi_jupyter.magics import permissions
from adxmi_jupyter.magics.options import dry_run, refuse_both, yes
from adxmi_jupyter.magics.params import DatabaseList, DatabaseName
from adxmi_jupyter.magics.saving import check_text, save_text
from adxmi_jupyter.magics.verbs import verb

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from adxmi_jupyter.actions.verify.verifying import Verification
    from adxmi_jupyter.magics.call import Call
    from adxmi_jupyter.model.verification.redaction import Kind


# Options that make no sense together.
_APART = (
    ("--forget", "--database"),
    ("--forget", "--record", "--review"),
    ("--write-test", "--database"),
    ("--write-test", "--record"),
)


@verb(
    "verify",
    permission=permissions.VERIFY,
    pages=("Managed identity policy", "Journal management"),
    examples=(
        "verify",
        "verify --database Sales,Telemetry",
        "verify --write-test Telemetry --dry-run",
        "verify --write-test Telemetry --yes",
    ),
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
@click.option(
    "--write-test",
    "written",
    type=DatabaseName(),
    metavar="DATABASE",
    default="",
    help="Grant a usage in this database for a moment, and restore its policy.",
)
@dry_run
@yes
@click.option("--forget", is_flag=True, help="Forget what was found out about this cluster.")
def verify(
    call: Call,
    *,
    databases: tuple[str, ...],
    record: str,
    review: str,
    forget: bool,
    written: str,
    **choices: bool,
) -> pd.DataFrame | None:
    """Show how the cluster behaves where the documentation is silent.

    It sends reads only: at most 4 at a time and 5 in a second. Later commands read the answers of
    this cluster accordingly. What the cluster has no example of is unknown, and so is what you
    aren't permitted to read.

    A recording has no names, IDs, hosts, addresses, tokens, headers or messages: each is replaced,
    the same one by the same stand-in, and words that aren't known to be part of Kusto are names.
    Review it before you attach it to a bug report.

    --write-test finds out by writing what the cluster has no example of: it grants a usage to an
    assigned identity, reads, and restores the policy, also after an error or Ctrl-C. Both writes
    are in the history. It requires --yes; --dry-run shows them.
    """
    from adxmi_jupyter.actions.verify.recording import Recording, read_recording, recording_frame
    from adxmi_jupyter.actions.verify.verifying import verification_frame
    from adxmi_jupyter.actions.verify.verifying import verify as run

    given: dict[str, object] = {"--database": databases, "--record": record, "--review": review}
    given |= {"--forget": forget, "--write-test": written}
    for options in _APART:
        refuse_both(call, {one: bool(given[one]) for one in options})
    if written:
        return _written(call, written, **choices)
    if review:
        return recording_frame(read_recording(review))
    if forget:
        _forget(call)
        return None
    if record:
        check_text("--record", record, call.out)
    recording = Recording() if record else None
    found = run(call.connection, databases, recorder=recording)
    _tell(call, found)
    if recording is not None:
        _save(call, record, *recording.document(found))
    return verification_frame(found.answered)


def _written(call: Call, database: str, *, dry_run: bool, yes: bool) -> pd.DataFrame:
    """Carry out the write test, or show what it would send.

    Raises
    ------
    ConfirmationRequired
        It isn't confirmed. Nothing was sent.

    """
    from adxmi_jupyter.actions.policy.frames import diff_frame
    from adxmi_jupyter.actions.verify.verifying import verification_frame
    from adxmi_jupyter.actions.verify.write_test import plan_write_test, run_write_test

    if yes and not dry_run:
        found = run_write_test(call.connection, database)
        call.say(f"Restored the policy of database {database}.")
        return verification_frame(found.answered)
    planned = plan_write_test(call.connection, database)
    call.say("would send, and restore afterwards:")
    call.show(planned.grant.command)
    call.show(planned.restore)
    if dry_run:
        call.has_found = True
        return diff_frame(planned.scope, planned.grant.diff)
    raise ConfirmationRequired(
        f"the write test changes the policy of database {database} for a moment",
        why="between the two commands the identity has a usage that it didn't have",
        fix=Retry.having("--yes"),
    )


def _forget(call: Call) -> None:
    connection = call.connection
    was_known = connection.verified_file.forget()
    connection.forget_verified()
    said = "Forgot what was found out" if was_known else "Nothing was found out"
    call.say(f"{said} about {connection.cluster}.")


def _save(call: Call, file: str, document: str, replaced: Mapping[Kind, int]) -> None:
    """Write a recording, and tell what is in it."""
    save_text(file, document)
    counted = ", ".join(f"{number} {_several(kind)}" for kind, number in replaced.items())
    call.say(f"Wrote the recording {file}. Replaced: {counted or 'nothing'}.")
    call.say("Review it before you attach it: ", Command.of("verify", "--review", file))


def _several(kind: Kind) -> str:
    """Return what several things of a kind are called."""
    from adxmi_jupyter.model.verification.redaction import Kind

    match kind:
        case Kind.ID:
            return "IDs"
        case Kind.HOST:
            return "hosts"
        case Kind.ADDRESS:
            return "e-mail addresses"
        case Kind.MOMENT:
            return "times"
        case Kind.SPAN:
            return "durations"
        case Kind.VERSION:
            return "versions"
        case Kind.NUMBER:
            return "numbers"
        case Kind.NAME:
            return "other words"


def _tell(call: Call, found: Verification) -> None:
    if found.was_interrupted:
        call.say("interrupted: what was read until then counts")
    if len(found.databases) < found.of:
        read = f"Read {len(found.databases)} of {found.of} databases. Others: "
        call.say(read, Command.of("verify", "--database", "NAME,…"))
