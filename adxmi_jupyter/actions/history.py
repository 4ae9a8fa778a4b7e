"""What was written to the policies of a cluster, and how to take it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.actions import journal
from adxmi_jupyter.actions.frames import FLAG, MOMENT, NUMBER, TEXT, fixed_frame
from adxmi_jupyter.actions.journal import Journal
from adxmi_jupyter.actions.policies import PolicyChange, read_one
from adxmi_jupyter.actions.policy_writes import described
from adxmi_jupyter.errors import HistoryUnavailable, PolicyChanged
from adxmi_jupyter.model import kql
from adxmi_jupyter.model.policy import Scope, parse_policy

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.actions.journal import Entry
    from adxmi_jupyter.actions.policies import ScopedPolicy
    from adxmi_jupyter.model.policy import Policy
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
    """Return the writes on this cluster, oldest first; raises as `Journal.entries` does."""
    return Journal(connection.history_file).entries()


def entry(connection: Connection, number: int) -> Entry:
    """Return one write by its number.

    Raises
    ------
    HistoryUnavailable
        There is none of that number.

    """
    noted = entries(connection)
    if not 1 <= number <= len(noted):
        raise HistoryUnavailable(
            f"the history has no entry {number}",
            why=f"it has {len(noted)} entries" if noted else "nothing was written yet",
            fix="%adxmi policy history",
        )
    return noted[number - 1]


def history_frame(connection: Connection, *, times: bool = False) -> pd.DataFrame:
    """Return the history as a DataFrame, oldest first.

    Columns: ``id`` Int64; ``scope``, ``database``, ``verb``, ``change``, ``outcome`` string;
    ``undone`` bool; with `times` also ``time`` datetime64[ns, UTC].
    """
    noted = entries(connection)
    undone = _undone(noted)
    columns = {**_COLUMNS, "time": MOMENT} if times else _COLUMNS
    rows = [
        (
            *(e.number, Scope(e.database).kind, e.database, e.verb),
            *(_changed(e), e.outcome, e.number in undone),
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
            fix="%adxmi policy history",
        )
    if chosen.after is not None and now.policy != parse_policy(chosen.after):
        raise PolicyChanged(
            f"the policy of the {scope} changed after entry {chosen.number}; nothing was written",
            why="since then: " + described(parse_policy(chosen.after).diff(now.policy)),
            fix=f"%adxmi policy diff --since {chosen.number}, then grant or revoke what you want",
        )
    return _change(chosen, now, before, command=_restoring(scope, chosen, before))


def _restoring(scope: Scope, chosen: Entry, before: Policy) -> str:
    # No policy and an empty one mean the same, but the text should come back as it was.
    if not before and str(chosen.before or "null").strip().lower() == "null":
        return kql.delete_policy(scope)
    return kql.alter_policy(scope, before)


def _change(
    chosen: Entry, now: ScopedPolicy, after: Policy, *, command: str, notes: tuple[str, ...] = ()
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
    undone = _undone(noted)
    for candidate in reversed(noted):
        took_effect = candidate.outcome not in {journal.REFUSED, journal.NOT_APPLIED}
        if took_effect and candidate.verb != UNDO and candidate.number not in undone:
            return candidate
    raise HistoryUnavailable(
        "there is nothing to undo",
        why="every write of the history was undone or did not happen"
        if noted
        else "nothing was written yet",
        fix="%adxmi policy history",
    )


def _undone(noted: tuple[Entry, ...]) -> set[int]:
    return {e.undoes for e in noted if e.undoes and e.outcome == journal.APPLIED}


def _changed(noted: Entry) -> str:
    if noted.after is None and noted.outcome != journal.APPLIED:
        return ""
    return described(parse_policy(noted.before).diff(parse_policy(noted.after)))
