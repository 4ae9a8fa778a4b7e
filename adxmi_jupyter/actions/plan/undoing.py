"""Undo any write of the history, or a whole apply, in the reverse order of its writes.

Only what a write did is undone: where another principal wrote to the same place since, nothing is
sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.elevation.records import ELEVATION
from adxmi_jupyter.actions.frames import NUMBER, TEXT, fixed_frame
from adxmi_jupyter.actions.identity import identities
from adxmi_jupyter.actions.identity import writes as identity_writes
from adxmi_jupyter.actions.migrate import undoing as migrations
from adxmi_jupyter.actions.migrate.current import MIGRATION
from adxmi_jupyter.actions.migrate.trial import TRIAL
from adxmi_jupyter.actions.plan import undoing_roles, undoing_workflows
from adxmi_jupyter.actions.policy import callouts
from adxmi_jupyter.actions.policy import writes as policy_writes
from adxmi_jupyter.actions.policy.callouts import CalloutChange
from adxmi_jupyter.actions.roles.change import GRANT
from adxmi_jupyter.actions.roles.cluster import ClusterRoles
from adxmi_jupyter.actions.roles.database import DatabaseRoles
from adxmi_jupyter.actions.write import history, journal
from adxmi_jupyter.actions.write.journal import Journal
from adxmi_jupyter.errors import (
    AdxmiError,
    ConfirmationRequired,
    HistoryUnavailable,
    PolicyChanged,
)
from adxmi_jupyter.fixes import Command, Explain, Retry, Several
from adxmi_jupyter.model import callout
from adxmi_jupyter.model.assignment import plan_change
from adxmi_jupyter.model.identity import SYSTEM, ManagedIdentity
from adxmi_jupyter.model.policy import parse_policy

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.actions.write.journal import Entry
    from adxmi_jupyter.fixes import Note
    from adxmi_jupyter.model.callout import CalloutRule
    from adxmi_jupyter.service.connection import Connection

UNDONE, FAILED, SKIPPED = "undone", "failed", "skipped"
PLANNED, IMPOSSIBLE = "planned", "can't be undone"
_HISTORY = Command.of("history")
_ADDING = frozenset({"alter-merge", "grant", "assign", "allow"})


@dataclass(frozen=True)
class Undone:
    """What became of undoing a write; `notes` are what could not be restored."""

    entry: Entry
    result: str
    failure: AdxmiError | None = None
    notes: tuple[Note, ...] = ()


def chosen(connection: Connection, number: int | None, apply: int | None) -> tuple[Entry, ...]:
    """Return the writes to undo, the last first: one, those of an apply, or the last of all.

    Raises
    ------
    HistoryUnavailable
        There is no such write or apply, or nothing is left to undo.

    """
    noted = history.every_entry(connection)
    undone = history.undone(noted)
    if number is not None:
        found = [one for one in noted if one.number == number]
    elif apply is not None:
        found = [one for one in noted if one.apply == apply]
    else:
        found = [one for one in noted if _can_be_undone(one, undone) and not one.undoes][-1:]
    left = [one for one in reversed(found) if _can_be_undone(one, undone)]
    if not left:
        raise _nothing(number, apply, is_known=bool(found))
    return tuple(left)


def is_undone(connection: Connection, apply: int) -> bool:
    """Tell whether the history has writes of an apply, none of which is left to undo.

    Raises
    ------
    HistoryUnavailable
        The history cannot be read.

    """
    noted = history.every_entry(connection)
    undone = history.undone(noted)
    found = [one for one in noted if one.apply == apply]
    return bool(found) and not any(_can_be_undone(one, undone) for one in found)


def _can_be_undone(one: Entry, undone: set[int]) -> bool:
    happened = one.outcome not in {journal.REFUSED, journal.NOT_APPLIED}
    return happened and one.number not in undone and one.kind not in {TRIAL, ELEVATION}


def _nothing(number: int | None, apply: int | None, *, is_known: bool) -> HistoryUnavailable:
    what = f"write {number}" if number is not None else f"apply {apply}" if apply else "any write"
    why = "it was undone, or did not happen" if is_known else "the history has none"
    return HistoryUnavailable(f"there is nothing to undo of {what}", why=why, fix=_HISTORY)


def removes(entries: Iterable[Entry]) -> bool:
    """Tell whether undoing writes takes something away."""
    return any(_removes(one) for one in entries)


def _removes(entry: Entry) -> bool:
    if entry.kind not in _UNDOING:
        return undoing_workflows.removes(entry)
    if entry.kind != journal.POLICY:
        return entry.verb in _ADDING
    wanted = entry.wanted if entry.after is None else entry.after
    return bool(parse_policy(wanted).losses(parse_policy(entry.before)))


def undo(
    connection: Connection, number: int | None, apply: int | None, *, confirmed: bool
) -> tuple[Undone, ...]:
    """Undo writes; the first that fails ends it, since earlier ones lie below it.

    Of a migration, objects whose secret was masked stay, and what they need stays granted.

    Raises
    ------
    ConfirmationRequired
        It takes something away and is not confirmed. Nothing was sent.
    HistoryUnavailable
        As `chosen`; or the history does not hold what makes a former state again. Nothing was sent.

    """
    with connection.lock.held():
        entries = chosen(connection, number, apply)
        lasting = _lasting(entries)
        left = [one for one in entries if one.number not in lasting]
        for entry in left or entries:
            _check_undoable(entry)
        if removes(left) and not confirmed:
            raise ConfirmationRequired(
                f"undoing removes what {len(left)} writes added",
                why=Explain.of(
                    Several.of((_with_losses(connection, one) for one in left), separator="; ")
                ),
                fix=Retry.having("--yes"),
            )
        again = Journal(connection.history_file).next_apply() if apply is not None else 0
        kept = [Undone(one, IMPOSSIBLE, lasting.get(one.number)) for one in entries]
        return (
            *_each(connection, left, again),
            *(one for one in kept if one.entry.number in lasting),
        )


def _lasting(entries: Sequence[Entry]) -> Mapping[int, HistoryUnavailable]:
    """Return why some writes of a migration stay: of masked definitions, and what these need."""
    masked = [one for one in entries if one.kind == MIGRATION and why_not(one)]
    if not masked:
        return {}
    needed = "; ".join(f"{one.target} needs it, and can't be restored" for one in masked)
    others = [one for one in entries if one.kind != MIGRATION]
    return {
        **{one.number: _impossible(one, needed) for one in others},
        **{one.number: _impossible(one, why_not(one)) for one in masked},
    }


def _each(connection: Connection, entries: Sequence[Entry], again: int) -> Iterable[Undone]:
    failed = False
    for entry in entries:
        if failed:
            yield Undone(entry, SKIPPED)
            continue
        try:
            with connection.noting(apply=again, undoes=entry.number):
                notes = _undo_of(entry)(connection, entry)
        except AdxmiError as failure:
            failed = True
            yield Undone(entry, FAILED, failure)
        else:
            yield Undone(entry, UNDONE, notes=notes or ())


def described(entry: Entry) -> str:
    """Return a write in a few words."""
    target = f" {entry.target}" if entry.target else ""
    return f"{entry.number}: {entry.kind} {entry.verb}{target} ({entry.database or 'cluster'})"


def undone_frame(results: Sequence[Undone]) -> pd.DataFrame:
    """Return one row for each write.

    Columns: ``id`` Int64; ``kind``, ``database``, ``target``, ``verb``, ``result`` (``undone``,
    ``failed`` or ``skipped``; ``planned`` or ``can't be undone`` before), ``why`` string.
    """
    names = ("kind", "database", "target", "verb", "result", "why")
    rows = [
        (
            *(one.entry.number, one.entry.kind, one.entry.database, one.entry.target),
            *(one.entry.verb, one.result, one.failure.why if one.failure else ""),
        )
        for one in results
    ]
    return fixed_frame({"id": NUMBER, **dict.fromkeys(names, TEXT)}, rows)


def planned(connection: Connection, number: int | None, apply: int | None) -> tuple[Undone, ...]:
    """Return the writes to undo as `chosen` does, and which of them cannot be undone."""
    found = chosen(connection, number, apply)
    lasting = _lasting(found)
    obstacles = {one.number: _impossible(one, why_not(one)) for one in found if why_not(one)}
    known = {**lasting, **obstacles}
    return tuple(
        Undone(one, IMPOSSIBLE if one.number in known else PLANNED, known.get(one.number))
        for one in found
    )


def _with_losses(connection: Connection, entry: Entry) -> str:
    lost = undoing_workflows.losses(connection, entry)
    return f"{described(entry)} ({lost})" if lost else described(entry)


def why_not(entry: Entry) -> str:
    """Return why a write cannot be undone, empty if it can: the history may lack what was there."""
    if entry.kind == MIGRATION:
        return migrations.why_not(entry)
    if entry.kind in _UNDOING:
        is_whole = entry.kind != ClusterRoles.kind or entry.verb == GRANT or entry.restoring
        return "" if is_whole else "the history doesn't tell whose role on the cluster was revoked"
    return undoing_workflows.why_not(entry)


def _impossible(entry: Entry, why: str) -> HistoryUnavailable:
    what = f"write {entry.number} can't be undone; nothing was sent"
    return HistoryUnavailable(what, why=why, fix=_HISTORY)


def _check_undoable(entry: Entry) -> None:
    if why_not(entry):
        raise _impossible(entry, why_not(entry))


def _undo_of(entry: Entry) -> Callable[[Connection, Entry], tuple[Note, ...] | None]:
    return _UNDOING.get(entry.kind, undoing_workflows.undo)


def _policy(connection: Connection, entry: Entry) -> tuple[Note, ...]:
    change = history.plan_undo(connection, entry.number)
    policy_writes.apply(connection, change, confirmed=True)
    return change.notes


def _callout(connection: Connection, entry: Entry) -> None:
    now = callouts.own_rules(connection)
    before, left = entry.lists
    there = set(callouts.history_value(now))
    if there != left:
        raise PolicyChanged(
            f"the callout policy changed after write {entry.number}; nothing was written",
            why=Explain.of("in between: ", Several.of(sorted(there ^ left), separator="; ")),
            fix=Command.of("callout", "list"),
        )
    after = _in_their_order(entry, [callout.parse_rule(one) for one in sorted(before)])
    command = callout.alter_command(after) if after else callout.DELETE_COMMAND
    callouts.apply(connection, CalloutChange(now, after, command, is_whole=True), confirmed=True)


def _in_their_order(entry: Entry, rules: Sequence[CalloutRule]) -> tuple[CalloutRule, ...]:
    """Return rules as they stood before a write, where the history tells that."""
    places = {one: place for place, one in enumerate(entry.restoring or ())}
    return tuple(sorted(rules, key=lambda one: places.get(str(one), len(places))))


def _identities(connection: Connection, entry: Entry) -> None:
    present = identities.assigned(connection)
    before, left = entry.lists
    by_key = {identity_writes.key_of(one): one for one in present.all}
    gone = [one for key, one in by_key.items() if key in left - before]
    missing = [_identity(key) for key in sorted(before - left)]
    change = plan_change(present, missing, gone)
    if not change.is_empty:
        identity_writes.apply(connection, change)


def _identity(key: str) -> ManagedIdentity:
    if key == SYSTEM:
        return ManagedIdentity(SYSTEM, display_name=SYSTEM, is_system=True)
    return ManagedIdentity("", display_name=key.rsplit("/", 1)[-1], resource_id=key)


_UNDOING: Mapping[str, Callable[[Connection, Entry], tuple[Note, ...] | None]] = {
    journal.POLICY: _policy,
    DatabaseRoles.kind: undoing_roles.of_database,
    ClusterRoles.kind: undoing_roles.of_cluster,
    callouts.CALLOUT: _callout,
    identity_writes.IDENTITY: _identities,
    MIGRATION: migrations.undo,
}
