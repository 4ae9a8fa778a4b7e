"""Find out what became of writes whose outcome is open: the answer was lost, or the sender died.

The first look after a lost answer proves a write, and disproves none: it may still be carried out.
A later one disproves it, once the time is over that the service had for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.actions.elevation.records import ELEVATION
from adxmi_jupyter.actions.identity import identities
from adxmi_jupyter.actions.identity import writes as identity_writes
from adxmi_jupyter.actions.migrate import undoing as migrations
from adxmi_jupyter.actions.migrate.current import MIGRATION
from adxmi_jupyter.actions.migrate.trial import TRIAL
from adxmi_jupyter.actions.policy import callouts, policies
from adxmi_jupyter.actions.roles import roles
from adxmi_jupyter.actions.workflow import data_connections
from adxmi_jupyter.actions.workflow.current_state import current_state
from adxmi_jupyter.actions.write import journal
from adxmi_jupyter.actions.write.journal import Journal
from adxmi_jupyter.actions.write.protocol import Comparison
from adxmi_jupyter.errors import AdxmiError, HistoryUnavailable, UnreadableAnswer
from adxmi_jupyter.model.declaration.registry import declaration_of, nouns
from adxmi_jupyter.model.policy import Scope, parse_policy

if TYPE_CHECKING:
    from adxmi_jupyter.actions.write.journal import Entry
    from adxmi_jupyter.service.connection import Connection

_MARGIN = 30.0
"""Seconds that a request may take longer than the service was told to work on it."""

_LONG_AGO = 7 * 86400.0
"""Seconds after which nothing that is there tells of a write any more."""

Recheck = Callable[["Connection", "Entry"], tuple[Comparison, Any]]
"""Compares what is there with what a write was to bring about; returns what is there, too."""


def settle_all(connection: Connection) -> tuple[str, ...]:
    """Check every open write of the history again; return a note for each that is known now.

    Those that another process is waiting for are left alone, and so are those that something else
    was written after. What cannot be read stays open.
    """
    history = Journal(connection.history_file)
    try:
        still_open = history.still_open()
    except HistoryUnavailable:  # whoever needs it will say so
        return ()
    recent = [entry for entry in still_open if entry.age < _LONG_AGO]
    notes = [_settled(connection, history, entry) for entry in recent]
    connection.has_open_writes = "" in notes
    return tuple(filter(None, notes))


def undecided(entries: Iterable[Entry]) -> frozenset[str]:
    """Return the keys of open writes whose end may yet be known.

    Where something was written after it, or a week passed, nothing tells of it any more.
    """
    latest = {one.place: one for one in entries}
    return frozenset(one.key for one in latest.values() if one.is_open and one.age < _LONG_AGO)


def settle_open(connection: Connection) -> tuple[str, ...]:
    """Do the same, unless it is known that no write is open."""
    return settle_all(connection) if connection.has_open_writes else ()


def _settled(connection: Connection, history: Journal, entry: Entry) -> str:
    recheck = _recheck_of(entry)
    if recheck is None or entry.is_under_way:
        return ""
    try:
        comparison, now = recheck(connection, entry)
    except (AdxmiError, TypeError, KeyError):  # unreadable now, or noted by another version
        return ""
    is_over = entry.age > entry.sender.allowed + _MARGIN
    if comparison is Comparison.DONE:
        outcome, words = journal.APPLIED, "took effect"
    elif comparison is Comparison.AS_BEFORE and is_over:
        outcome, words = journal.NOT_APPLIED, "did not take effect"
    else:
        return ""
    trouble = history.settle(entry, outcome, now)
    place = entry.database or "cluster"
    note = f"write {entry.number} ({entry.kind} {entry.verb}, {place}), which was open: it {words}"
    return f"{note}; {trouble}" if trouble else note


def _policy(connection: Connection, entry: Entry) -> tuple[Comparison, Any]:
    now = policies.read_one(connection, Scope(entry.database))
    before, wanted = parse_policy(entry.before), parse_policy(entry.wanted)
    if entry.wanted is None:  # of an older version
        raise UnreadableAnswer("the history lacks the intended result", why="an older version")
    if now.policy == wanted:
        return Comparison.DONE, now.text
    if now.policy == before:
        return Comparison.AS_BEFORE, now.text
    is_additive = entry.verb in policies.ADDITIVE
    return (
        Comparison.DONE if is_additive and now.policy.contains(wanted) else Comparison.OTHER
    ), now.text


def _callouts(connection: Connection, entry: Entry) -> tuple[Comparison, Any]:
    now = callouts.own_rules(connection)
    comparison = callouts.compare(entry.verb, list(entry.before), list(entry.wanted), now)
    return comparison, callouts.history_value(now)


def _role(connection: Connection, entry: Entry) -> tuple[Comparison, Any]:
    return roles.roles_of(connection, entry.database).outcome(entry)


def _identities(connection: Connection, entry: Entry) -> tuple[Comparison, Any]:
    now = identities.assigned(connection)
    comparison = identity_writes.compare(list(entry.before), list(entry.wanted), now)
    return comparison, identity_writes.history_value(now)


def _data_connection(connection: Connection, entry: Entry) -> tuple[Comparison, Any]:
    now = data_connections.found(connection, entry.database, entry.target)
    comparison = data_connections.compare(now, is_wanted=bool(entry.wanted))
    return comparison, data_connections.history_value(now)


def _workflow(connection: Connection, entry: Entry) -> tuple[Comparison, Any]:
    now = current_state(
        connection, declaration_of(entry.kind), entry.database, entry.target
    ).history_value
    if now == entry.before:
        return Comparison.AS_BEFORE, now
    is_made = bool(now) == (entry.verb != "drop")
    return (Comparison.DONE if is_made else Comparison.OTHER), now


def _recheck_of(entry: Entry) -> Recheck | None:
    if entry.kind in _RECHECKS:
        return _RECHECKS[entry.kind]
    is_kept = entry.kind in nouns() and entry.wanted is not None and entry.verb != "run"
    return _workflow if is_kept else None


_RECHECKS: Mapping[str, Recheck] = {
    journal.POLICY: _policy,
    callouts.CALLOUT: _callouts,
    **dict.fromkeys((*roles.KINDS, ELEVATION), _role),
    identity_writes.IDENTITY: _identities,
    data_connections.DATA_CONNECTION: _data_connection,
    MIGRATION: migrations.outcome,
    TRIAL: migrations.outcome_of_trial,
}
