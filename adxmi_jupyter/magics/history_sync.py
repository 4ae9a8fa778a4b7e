"""The verb ``history sync``: runs and writes into tables of a database, or into files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from adxmi_jupyter.errors import MissingOption
from adxmi_jupyter.fixes import Explain, Option
from adxmi_jupyter.magics import permissions
from adxmi_jupyter.magics.history_places import HistoryPlace
from adxmi_jupyter.magics.options import dry_run, yes
from adxmi_jupyter.magics.verbs import verb

if TYPE_CHECKING:
    from adxmi_jupyter.actions.history.places import Place
    from adxmi_jupyter.actions.history.syncing import Choices, Synced
    from adxmi_jupyter.magics.call import Call


@verb(
    "sync",
    permission=permissions.SYNC,
    pages=(".ingest inline command", "Retention policy", "Caching policy (hot and cold cache)"),
    examples=(
        "history record",
        "history sync --to embedded/Telemetry --dry-run",
        "history sync --to embedded/Telemetry --yes",
        "history show --from embedded/Telemetry --kind policy",
        "history sync --script",
    ),
)
@click.option(
    "--to",
    "place",
    type=HistoryPlace("--to"),
    metavar="PLACE",
    default="",
    help="Place to send to: CLUSTER/DATABASE, or a directory such as ./history.",
)
@click.option("--script", is_flag=True, help="Show the commands that create the tables.")
@click.option(
    "--all",
    "compares_all",
    is_flag=True,
    help="List all runs, also those that are in the database already.",
)
@click.option(
    "--allow-clock-skew",
    "allows_skew",
    is_flag=True,
    help="Send although the clocks of this machine and of the cluster differ.",
)
@click.option("--times", is_flag=True, help="Show IDs and times of the runs.")
@dry_run
@yes
def sync(call: Call, *, place: Place, script: bool, times: bool, **options: Any) -> object:
    """Send recorded runs and writes to tables of a database, or to files.

    Without the tables, --yes is required to create them: AdxmiRuns, AdxmiState, AdxmiChanges and
    AdxmiFindings, kept for 10 years, and functions such as AdxmiAsOf. A run that is sent again is
    not stored twice. What can't be sent stays on this machine for the next sync. Runs that were
    sent before and whose rows are gone are sent again.

    In a directory, each database has a file with a line for each thing that was seen, so that
    git shows what changed.
    """
    from adxmi_jupyter.actions.history import syncing
    from adxmi_jupyter.actions.history.syncing import Choices

    if script:
        return _script()
    if place.is_here:
        raise MissingOption(
            "the place to send to isn't given",
            why="it is CLUSTER/DATABASE, or a directory such as ./history",
            fix=Explain.of("add ", Option("--to"), " CLUSTER/DATABASE"),
        )
    choices = Choices(
        dry_run=options["dry_run"],
        confirmed=options["yes"],
        allows_skew=options["allows_skew"],
        compares_all=options["compares_all"],
        again=call.again(more="--yes"),
    )
    done = _synced(call, place, choices)
    is_incomplete = any(one.result == syncing.INCOMPLETE for one in done.runs)
    call.has_found = is_incomplete or (choices.dry_run and bool(done.runs))
    _tell(call, done, choices)
    return syncing.synced_frame(done.runs, times=times)


def _script() -> object:
    from adxmi_jupyter.model.history.tables import script
    from adxmi_jupyter.rendering.text import PlainText

    return PlainText("\n\n".join(script()) + "\n")


def _synced(call: Call, place: Place, choices: Choices) -> Synced:
    from adxmi_jupyter.actions.history import syncing
    from adxmi_jupyter.actions.history.places import folder_in, reached

    connection = call.connection
    if place.directory is not None:
        target = folder_in(place.directory, connection)
        return syncing.sync_to_directory(connection, target, place.directory, choices)
    with reached(call.front.connections, connection, place) as store:
        return syncing.sync_to_cluster(connection, store, choices)


def _tell(call: Call, done: Synced, choices: Choices) -> None:
    from adxmi_jupyter.actions.history.syncing import INCOMPLETE, QUEUED
    from adxmi_jupyter.model.history.tables import TABLES

    if done.creates:
        verb_of = "would create" if choices.dry_run else "created"
        call.say(f"{verb_of} the tables and functions that ", Option("--script"), " shows")
    if done.open_writes:
        call.say(f"writes whose outcome is unknown are not sent yet: {done.open_writes}")
    if any(one.result == QUEUED for one in done.runs):
        call.say("large runs are queued: sync again in some minutes, and they count")
    if any(one.result == INCOMPLETE for one in done.runs):
        call.say(
            "the database doesn't store deleted rows of the incomplete runs again: to send all "
            f"runs, rename its tables {', '.join(TABLES)}, and sync again with ",
            Option("--yes"),
        )
    if not done.compared:
        call.say(
            "runs sent before were not compared: reading the database requires Database Viewer"
        )
    if not done.runs:
        call.say("no new runs")
    elif not choices.dry_run:
        call.say(f"digest of the last run: {done.head}")
