"""What was written to the policies of a cluster, and how to take it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.actions.frames import FLAG, MOMENT, NUMBER, TEXT, fixed_frame
from adxmi_jupyter.actions.identity import identities, names
from adxmi_jupyter.actions.policy.policies import PolicyChange, read_one
from adxmi_jupyter.actions.policy.writes import described
from adxmi_jupyter.actions.write import journal
from adxmi_jupyter.actions.write.journal import Journal
from adxmi_jupyter.actions.write.open_writes import settle_open
from adxmi_jupyter.errors import AdxmiError, HistoryUnavailable, PolicyChanged
from adxmi_jupyter.fixes import Command, Explain
from adxmi_jupyter.model import kql
from adxmi_jupyter.model.identity import SYSTEM
from adxmi_jupyter.model.policy import Policy, Scope, parse_policy

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

    from adxmi_jupyter.actions.policy.policies import ScopedPolicy
    from adxmi_jupyter.actions.write.journal import Entry
    from adxmi_jupyter.fixes import Note
    from adxmi_jupyter.model.assignment import AssignedIdentities
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.model.policy import PolicyEntry
    from adxmi_jupyter.service.connection import Connection

UNDO = "undo"

_COLUMNS = {
    "id": NUMBER,
    "scope": TEXT,
    "database": TEXT,
    "verb": TEXT,
    "change": TEXT,
    "outcome": TEXT,
    "undone": FLAG,
}


def entries(connection: Connection) -> tuple[Entry, ...]:
    """Return the writes of policies, oldest first, once open ones were looked at again.

    Raises as `Journal.read`.
    """
    return tuple(one for one in every_entry(connection) if one.kind == journal.POLICY)


def every_entry(connection: Connection) -> tuple[Entry, ...]:
    """Return the writes of all kinds, likewise."""
    for note in settle_open(connection):
        connection.say(note)
    history = Journal(connection.history_file).read()
    if history.unreadable:
        connection.say(f"the history has lines that cannot be read: {history.unreadable}, skipped")
    return history.entries


_OF_ALL_KINDS = {
    "id": NUMBER,
    "kind": TEXT,
    "database": TEXT,
    "target": TEXT,
    "verb": TEXT,
    "outcome": TEXT,
    "undone": FLAG,
    "apply": NUMBER,
}


def writes_frame(connection: Connection, *, times: bool = False) -> pd.DataFrame:
    """Return every write made from this machine as a DataFrame, oldest first.

    Columns: ``id`` Int64; ``kind`` (such as ``policy`` or ``role``), ``database`` (empty for the
    cluster), ``target``, ``verb``, ``outcome`` string; ``undone`` bool; ``apply`` Int64, the number
    of the apply that it is part of; with `times` also ``time`` datetime64[ns, UTC]. Raises as
    `Journal.read`.
    """
    noted = every_entry(connection)
    taken_back = undone(noted)
    columns = {**_OF_ALL_KINDS, "time": MOMENT} if times else _OF_ALL_KINDS
    rows = [
        (
            *(e.number, e.kind, e.database, e.target, e.verb, e.outcome, e.number in taken_back),
            e.apply or None,
            *((e.time,) if times else ()),
        )
        for e in noted
    ]
    return fixed_frame(columns, rows)


def entry(connection: Connection, number: int) -> Entry:
    """Return one write by its number.

    Raises
    ------
    HistoryUnavailable
        There is none of that number.

    """
    noted = entries(connection)
    found = next((one for one in noted if one.number == number), None)
    if found is None:
        raise HistoryUnavailable(
            f"the history has no entry {number}",
            why=f"it has {len(noted)} entries" if noted else "nothing was written yet",
            fix=Command.of("policy", "history"),
        )
    return found


def history_frame(connection: Connection, *, times: bool = False) -> pd.DataFrame:
    """Return the history as a DataFrame, oldest first.

    Columns: ``id`` Int64; ``scope``, ``database``, ``verb``, ``change``, ``outcome`` string;
    ``undone`` bool; with `times` also ``time`` datetime64[ns, UTC].
    """
    noted = entries(connection)
    taken_back = undone(noted)
    columns = {**_COLUMNS, "time": MOMENT} if times else _COLUMNS
    rows = [
        (
            *(e.number, Scope(e.database).kind, e.database, e.verb),
            *(_changed(e), e.outcome, e.number in taken_back),
            *((e.time,) if times else ()),
        )
        for e in noted
    ]
    return fixed_frame(columns, rows)


def plan_undo(connection: Connection, number: int | None = None) -> PolicyChange:
    """Plan to restore what was there before a write; by default the last one not yet undone.

    Raises
    ------
    HistoryUnavailable
        There is no such entry, or nothing to undo.
    PolicyChanged
        Something else was written to that scope since; restoring would undo that as well.
    HistoryUnavailable
        It names an identity that exists and isn't assigned any more: the service would reject all.

    """
    chosen = entry(connection, number) if number is not None else _last(entries(connection))
    scope = Scope(chosen.database)
    now = read_one(connection, scope)
    before = parse_policy(chosen.before)
    if now.policy == before:
        return _change(chosen, now, before, command="", notes=("nothing to undo: it is as before",))
    if chosen.outcome in {journal.REFUSED, journal.NOT_APPLIED}:
        raise HistoryUnavailable(
            f"entry {chosen.number} cannot be undone",
            why=f"its outcome was: {chosen.outcome}",
            fix=Command.of("policy", "history"),
        )
    _refuse_if_changed(connection, chosen, now)
    after, notes = _restorable(connection, chosen, before)
    if now.policy == after:
        return _change(chosen, now, after, command="", notes=notes)
    return _change(chosen, now, after, command=_restoring(scope, chosen, after), notes=notes)


def _refuse_if_changed(connection: Connection, chosen: Entry, now: ScopedPolicy) -> None:
    """Refuse to undo more than the write: what others wrote since would be undone with it.

    Of a write whose outcome is open, what it was to bring about counts.
    """
    left = chosen.wanted if chosen.after is None else chosen.after
    if left is not None:
        policy = parse_policy(left)
        # What undid a later write may not have restored the entries of who no longer exists.
        if now.policy in (policy, _without(policy, _orphans(connection, policy)[1])):
            return
    since = (
        "since then: " + described(parse_policy(left).diff(now.policy))
        if left is not None
        else "the history doesn't contain the intended result"
    )
    raise PolicyChanged(
        f"the policy of the {now.scope} changed after entry {chosen.number}; nothing was written",
        why=since,
        fix=Explain.of(
            Command.of("policy", "diff", "--since", str(chosen.number)),
            ", then grant or revoke what you want",
        ),
    )


def _restorable(
    connection: Connection, chosen: Entry, before: Policy
) -> tuple[Policy, tuple[Note, ...]]:
    """Return what can be restored of a policy, and what is left out.

    The service rejects a whole policy that names an identity that isn't assigned. Entries of those
    that no longer exist had no effect. Where Azure doesn't tell what is assigned, the service will.

    Raises
    ------
    HistoryUnavailable
        An identity exists that isn't assigned any more: it can be assigned again first.

    """
    orphans, gone = _orphans(connection, before)
    if len(gone) < len(orphans):
        listed = _named([one for one in orphans if one not in gone])
        raise HistoryUnavailable(
            f"entry {chosen.number} cannot be undone; nothing was written",
            why=f"not assigned to the cluster any more: {listed}; the service rejects a whole "
            "policy that names such an identity",
            fix=Command.of("identity", "list"),
        )
    if not gone:
        return before, ()
    note = f"not restored, because the identity no longer exists: {_named(gone)}"
    return _without(before, gone), (note,)


def _orphans(
    connection: Connection, policy: Policy
) -> tuple[Sequence[ManagedIdentity], Sequence[ManagedIdentity]]:
    """Return the identities of entries that aren't assigned, and those that no longer exist."""
    try:
        present = identities.assigned(connection) if policy else None
    except AdxmiError:
        return (), ()
    orphans = [] if present is None else [e.identity for e in policy if not _is_there(e, present)]
    return orphans, [one for one in orphans if not _exists(connection, one)]


def _without(policy: Policy, gone: Sequence[ManagedIdentity]) -> Policy:
    return Policy(tuple(entry for entry in policy if entry.identity not in gone))


def _exists(connection: Connection, identity: ManagedIdentity) -> bool:
    """Tell whether Azure shows an identity; one that cannot be looked for may exist."""
    try:
        visible = names.visible_identities(connection)
    except AdxmiError:
        return True
    return any(one.object_id.lower() == identity.object_id.lower() for one in visible)


def _named(every: Iterable[ManagedIdentity]) -> str:
    return ", ".join(f"{one.label} ({one.object_id})" for one in every)


def _is_there(entry: PolicyEntry, present: AssignedIdentities) -> bool:
    words = {SYSTEM, present.system.object_id.lower()} if present.system else set()
    return entry.identity.object_id.lower() in words | {
        one.object_id.lower() for one in present.users
    }


def _restoring(scope: Scope, chosen: Entry, before: Policy) -> str:
    # No policy and an empty one mean the same, but the text should come back as it was.
    if not before and str(chosen.before or "null").strip().lower() == "null":
        return kql.delete_policy(scope)
    return kql.alter_policy(scope, before)


def _change(
    chosen: Entry, now: ScopedPolicy, after: Policy, *, command: str, notes: tuple[Note, ...] = ()
) -> PolicyChange:
    return PolicyChange(
        UNDO,
        now.scope,
        now.policy,
        after,
        now.text,
        command,
        notes,
        undoes=chosen.number,
    )


def _last(noted: tuple[Entry, ...]) -> Entry:
    taken_back = undone(noted)
    for candidate in reversed(noted):
        took_effect = candidate.outcome not in {journal.REFUSED, journal.NOT_APPLIED}
        if took_effect and candidate.verb != UNDO and candidate.number not in taken_back:
            return candidate
    raise HistoryUnavailable(
        "there is nothing to undo",
        why="every write of the history was undone or did not happen"
        if noted
        else "nothing was written yet",
        fix=Command.of("policy", "history"),
    )


def undone(noted: tuple[Entry, ...]) -> set[int]:
    """Return the numbers of the writes that were undone."""
    return {e.undoes for e in noted if e.undoes and e.outcome == journal.APPLIED}


def _changed(noted: Entry) -> str:
    if noted.after is None and noted.outcome != journal.APPLIED:
        return ""
    return described(parse_policy(noted.before).diff(parse_policy(noted.after)))
