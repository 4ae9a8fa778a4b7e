"""Send the runs that a place does not have: whatever fails, what was not sent stays here.

What a place has is what is seen there: runs that were sent, and lack rows since, are sent again.

A run counts in a database once its own row is there, which is sent last; each part has a tag by
which the service passes over what it has.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from adxmi_jupyter.actions.frames import NUMBER, TEXT, fixed_frame
from adxmi_jupyter.actions.history.folder import QUEUED_AT
from adxmi_jupyter.actions.history.recording import keep_writes, local_folder
from adxmi_jupyter.errors import AdxmiError, ClockSkew, ConfirmationRequired, NotAuthorized
from adxmi_jupyter.fixes import Explain, Option, OwnCommand
from adxmi_jupyter.model.history.rows import Sizes, time_text
from adxmi_jupyter.model.history.sending import is_large
from adxmi_jupyter.model.history.tables import FUNCTIONS, TABLES
from adxmi_jupyter.service.progress import bar

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.actions.history.folder import Folder
    from adxmi_jupyter.actions.history.kusto_store import KustoStore
    from adxmi_jupyter.model.history.rows import Recorded, Run
    from adxmi_jupyter.service.connection import Connection

SENT, THERE, WOULD_SEND, QUEUED = "sent", "there already", "would send", "queued"
INCOMPLETE = "incomplete"
"""Of a run whose deleted rows the service does not store again, as their tag is there yet."""
_MOST_SKEW = timedelta(minutes=5)
_DELAY = 1.0
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class SyncedRun:
    """A run, how many rows it has besides its own, and what became of it."""

    run: Run
    rows: int
    result: str


@dataclass(frozen=True)
class Synced:
    """What a sync did; `head` is that of the chain of digests, `is_open` counts open writes.

    `creates` tells that the tables have to be created, or were; `compared` that the runs there were
    seen, which may not be permitted.
    """

    runs: tuple[SyncedRun, ...]
    head: str
    open_writes: int = 0
    creates: bool = False
    compared: bool = True


@dataclass(frozen=True)
class Choices:
    """How to sync: `again` is the command with its confirmation.

    `compares_all` tells of the runs that are there, too, and forgets what was sent before.
    """

    dry_run: bool = False
    confirmed: bool = False
    allows_skew: bool = False
    compares_all: bool = False
    again: str = ""


def sync_to_directory(
    connection: Connection, target: Folder, directory: Path, choices: Choices
) -> Synced:
    """Add the runs to the files of a directory; raises HistoryUnavailable and ClusterLocked."""
    with _alone(connection):
        return _to_directory(connection, target, directory, choices)


def _to_directory(
    connection: Connection, target: Folder, directory: Path, choices: Choices
) -> Synced:
    open_writes, folder = keep_writes(connection), local_folder(connection)
    there = target.sizes()
    whole = _whole(folder, there)
    wanted = [one for one in folder.runs() if one.id not in whole]
    if choices.dry_run:
        return Synced(_would_send(folder, wanted), folder.head, open_writes)
    place = str(directory.resolve())
    target.restore(list(folder.recorded([one for one in wanted if one.id in there])))

    def add(recorded: Recorded) -> str:
        target.add(recorded)
        return SENT

    done = _sent(connection, folder, wanted, (), place, add)
    return Synced(tuple(done), folder.head, open_writes)


def _whole(folder: Folder, there: Mapping[str, Sizes]) -> frozenset[str]:
    """Return which runs are there with all of their rows."""
    sizes = folder.sizes()
    return frozenset(one for one, rows in there.items() if rows.has(sizes.get(one, Sizes())))


def sync_to_cluster(connection: Connection, store: KustoStore, choices: Choices) -> Synced:
    """Send the runs that were not sent there yet; each is noted as sent once it counts.

    Raises
    ------
    ConfirmationRequired
        The tables have to be created, which was not confirmed.
    ClockSkew
        The clock here differs by more than five minutes from that of the cluster.
    HistoryUnavailable
        The recorded runs cannot be read.
    ClusterLocked
        Another process of this account sends the history, and does not end.
    AdxmiError
        The database could not be reached, or denied it. What was not sent stays here.

    """
    with _alone(connection):
        return _to_cluster(connection, store, choices)


def _alone(connection: Connection) -> AbstractContextManager[None]:
    """Keep others from sending the same runs: the service may take one of a tag from each."""
    return connection.lock.beside("sync").held()


def _to_cluster(connection: Connection, store: KustoStore, choices: Choices) -> Synced:
    open_writes, folder = keep_writes(connection), local_folder(connection)
    place = f"{store.connection.cluster}/{store.database}"
    runs, noted = folder.runs(), folder.sent_to(place)
    nothing: Collection[str] = ()
    with _counting(connection, len([one for one in runs if one.id not in noted])):
        missing = _if_permitted(store.missing, otherwise=nothing)
        there = _if_permitted(lambda: store.sizes(missing), otherwise=None)
    # Without the permission to read, only the notes tell what the database has.
    whole = noted if there is None else _whole(folder, there)
    before = frozenset() if choices.compares_all else whole & noted
    wanted = [one for one in runs if one.id not in before]
    result = Synced((), folder.head, open_writes, bool(missing), there is not None)
    if choices.dry_run:
        return replace(result, runs=_would_send(folder, wanted))
    with _counting(connection, len(wanted)):
        _prepare(store, choices, missing)
    lost = frozenset() if there is None else noted - whole
    again = frozenset(one.id for one in runs) if choices.compares_all or missing else lost

    def send(recorded: Recorded) -> str:
        done = _send(folder, store, recorded, f"{place}{QUEUED_AT}", again=recorded.run.id in again)
        is_lost = done == SENT and recorded.run.id in lost
        return INCOMPLETE if is_lost and not store.has_all(recorded) else done

    done = _sent(connection, folder, wanted, whole if there is not None else (), place, send)
    return replace(result, runs=tuple(done))


@contextmanager
def _counting(connection: Connection, left: int) -> Iterator[None]:
    """Say that nothing is lost when something fails before any run is sent."""
    try:
        yield
    except ConfirmationRequired:
        raise
    except AdxmiError:
        connection.say(f"no run sent; {left} stay here for the next sync")
        raise


def _send(folder: Folder, store: KustoStore, recorded: Recorded, place: str, *, again: bool) -> str:
    """Send a run; queue a large one once, and let it count when all of its rows are there."""
    if not is_large(recorded):
        store.send(recorded)
        return SENT
    if again or recorded.run.id not in folder.sent_to(place):
        store.queue(recorded)
        folder.note_sent(recorded.run, place)
    return SENT if store.commit(recorded) else QUEUED


def _prepare(store: KustoStore, choices: Choices, missing: Collection[str]) -> None:
    if missing and not choices.confirmed:
        lacking = "tables" if len(missing) == len(TABLES) else f"table {', '.join(missing)}"
        raise ConfirmationRequired(
            f"database {store.database} has no {lacking} for the history",
            why=f"sync creates {len(TABLES)} tables and {len(FUNCTIONS)} functions; "
            "--script shows the commands",
            fix=OwnCommand(choices.again),
        )
    if not choices.allows_skew:
        _check_clock(store)
    if missing:
        store.create()
    _if_permitted(store.check_columns, otherwise=None)


def _check_clock(store: KustoStore) -> None:
    there = _if_permitted(store.now, otherwise=None)
    if there is None:
        return
    here = datetime.now(UTC)
    if abs(here - there) > _MOST_SKEW:
        raise ClockSkew(
            "the history wasn't sent: the clocks differ",
            why=f"here it is {time_text(here)}, on {store.connection.cluster} {time_text(there)}",
            fix=Explain.of(
                "correct the clock; ", Option("--allow-clock-skew"), " sends times as they are"
            ),
        )


def _if_permitted(ask: Callable[[], Answer], *, otherwise: Answer) -> Answer:
    """Return an answer that who may ingest may not be allowed to ask for."""
    try:
        return ask()
    except NotAuthorized:
        return otherwise


def _sent(
    connection: Connection,
    folder: Folder,
    wanted: Sequence[Run],
    there: Collection[str],
    place: str,
    send: Callable[[Recorded], str],
) -> Iterator[SyncedRun]:
    done = 0
    with bar("sending runs", delay=_DELAY, total=len(wanted), dynamic_ncols=True) as shown:
        try:
            for recorded in folder.recorded(wanted):
                result = THERE if recorded.run.id in there else send(recorded)
                if result not in {QUEUED, INCOMPLETE}:
                    folder.note_sent(recorded.run, place)
                done += 1
                shown.update()
                yield SyncedRun(recorded.run, recorded.size, result)
        except AdxmiError:
            left = len(wanted) - done
            connection.say(f"{done} of {len(wanted)} runs sent; {left} stay here for the next sync")
            raise


def _would_send(folder: Folder, wanted: Sequence[Run]) -> tuple[SyncedRun, ...]:
    return tuple(SyncedRun(one.run, one.size, WOULD_SEND) for one in folder.recorded(wanted))


def synced_frame(runs: Iterable[SyncedRun], *, times: bool) -> pd.DataFrame:
    """Return what became of runs as a DataFrame, in the order of their ends.

    Columns: ``kind``, ``result`` string, ``rows`` Int64; with `times` also ``run`` and ``ended``
    string.
    """
    columns = {"kind": TEXT, "rows": NUMBER, "result": TEXT}
    columns |= {"run": TEXT, "ended": TEXT} if times else {}
    rows = [
        (one.run.kind, one.rows, one.result, *((one.run.id, one.run.ended) if times else ()))
        for one in runs
    ]
    return fixed_frame(columns, rows)
