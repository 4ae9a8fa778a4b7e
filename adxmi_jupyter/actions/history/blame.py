"""Who allowed an identity a usage, when, and by which command: each source is named.

Unknown is an answer, with the permission that would show more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.check import many_databases
from adxmi_jupyter.actions.check.cluster_facts import Facts
from adxmi_jupyter.actions.frames import MOMENT, TEXT, fixed_frame
from adxmi_jupyter.actions.history.recording import keep_writes
from adxmi_jupyter.actions.identity import names
from adxmi_jupyter.actions.policy.policies import read_one, scopes_of
from adxmi_jupyter.actions.scopes import read_each
from adxmi_jupyter.errors import AdxmiError, NotAuthorized, ResourceNotFound
from adxmi_jupyter.model.cluster_role import ClusterRole
from adxmi_jupyter.model.history.granting import (
    ACTIVITY,
    ACTIVITY_KEPT,
    ACTIVITY_VERSION,
    JOURNAL,
    SHOW_GRANTING,
    Action,
    BlameSource,
    Doubt,
    Event,
    Question,
    activity_path,
    in_activity,
    in_changes,
    in_journal,
)
from adxmi_jupyter.model.policy import CLUSTER

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.actions.history.places import Store
    from adxmi_jupyter.model.policy import Scope
    from adxmi_jupyter.service.connection import Connection

_MAY_SHOW = {
    BlameSource.JOURNAL: "AllDatabasesAdmin",
    BlameSource.ACTIVITY: "Reader on the subscription, in Azure",
    BlameSource.POLICY: "AllDatabasesMonitor",
}


def blame(
    connection: Connection, store: Store, identity: str, usage: str, scopes: Sequence[Scope] = ()
) -> tuple[Event, ...]:
    """Return what sources tell of a usage that an identity is allowed, oldest first.

    `scopes` are those it is about; all without any. A source that cannot be read is an event of
    its own, and so is a policy that allows it although no source shows since when.

    Raises
    ------
    UnknownIdentity, AmbiguousIdentity
        There is no such identity, or several are.
    HistoryUnavailable
        The history cannot be read.

    """
    question = Question(names.resolved(connection, (identity,))[0].identity, usage)
    keep_writes(connection)
    writes = [one for one in store.runs() if not one.has_state]
    changes = (row for run in store.recorded(writes) for row in run.changes)
    found = [*in_changes(question, changes)]
    found += _told(BlameSource.JOURNAL, lambda: _journal(connection, question))
    found += _told(BlameSource.ACTIVITY, lambda: _activity(connection, found))
    found += _told(BlameSource.POLICY, lambda: _without_event(connection, question, found, scopes))
    wanted = [one for one in found if not scopes or one.scope in scopes or _is_untold(one)]
    return tuple(sorted(wanted, key=lambda one: (not one.at, one.at, one.source)))


def _is_untold(event: Event) -> bool:
    return event.action is Action.UNKNOWN and event.scope == CLUSTER


def _told(source: BlameSource, ask: Callable[[], Iterable[Event]]) -> Iterator[Event]:
    try:
        yield from list(ask())
    except (NotAuthorized, ResourceNotFound):
        requires = _MAY_SHOW[source]
        yield Event(CLUSTER, Action.UNKNOWN, source, doubt=Doubt.REQUIRES, requires=requires)
    except AdxmiError as failure:
        why = f"{failure.what}: {failure.why}"
        yield Event(CLUSTER, Action.UNKNOWN, source, doubt=Doubt.FAILED, requires=why)


def _journal(connection: Connection, question: Question) -> Iterator[Event]:
    """Yield what the journal tells; who is no admin of all databases sees own changes only."""
    answer = connection.kusto.command(SHOW_GRANTING, database=connection.database)
    yield from in_journal(question, answer.rows(JOURNAL))
    facts = Facts(connection)
    facts.gather((many_databases.own_roles(),))
    own = facts.answer(many_databases.own_roles())
    if not any(one.role == ClusterRole.ADMIN and not one.database for one in own):
        source = BlameSource.JOURNAL
        requires = _MAY_SHOW[source]
        yield Event(CLUSTER, Action.UNKNOWN, source, doubt=Doubt.OWN_ONLY, requires=requires)


def _activity(connection: Connection, events: Sequence[Event]) -> Iterator[Event]:
    cluster = connection.cluster_id
    path = activity_path(cluster, datetime.now(UTC) - ACTIVITY_KEPT)
    rows = connection.resource_manager.all_of(path, ACTIVITY_VERSION, ACTIVITY)
    return in_activity(cluster, rows, events)


def _without_event(
    connection: Connection, question: Question, events: Sequence[Event], scopes: Sequence[Scope]
) -> Iterator[Event]:
    """Yield where it is allowed now, although the last event there is no grant."""
    asked = scopes or (CLUSTER, *scopes_of(connection, all_databases=True))
    read, unreadable = read_each(
        lambda scope: read_one(connection, scope), tuple(asked), what="", skip_unreadable=True
    )
    for scope, one in read.items():
        told = [e for e in events if e.scope == scope and e.action is not Action.SCRIPT]
        last = max(told, key=lambda e: e.at).action if told else None
        allowed = question.event("null", one.text) is Action.GRANTED
        if allowed and last not in {Action.GRANTED, Action.CHANGED}:
            yield Event(scope, Action.ALLOWED, BlameSource.POLICY, doubt=Doubt.NO_EVENT)
    for scope, _ in unreadable:
        requires = _MAY_SHOW[BlameSource.POLICY]
        source = BlameSource.POLICY
        yield Event(scope, Action.UNKNOWN, source, doubt=Doubt.REQUIRES, requires=requires)


def blame_frame(events: Iterable[Event]) -> pd.DataFrame:
    """Return what sources tell as a DataFrame, oldest first, what has no time last.

    Columns: ``scope``, ``database``, ``action`` (``granted``, ``revoked``, ``changed``,
    ``script deployed``, ``allowed``, ``unknown``) string; ``time`` datetime64[ns, UTC]; ``by``,
    ``command``, ``source``, ``note`` string.
    """
    columns = {"scope": TEXT, "database": TEXT, "action": TEXT, "time": MOMENT}
    columns |= dict.fromkeys(("by", "command", "source", "note"), TEXT)
    rows = [
        (
            *(one.scope.kind, one.scope.database, one.action.value, one.at or None, one.by),
            *(one.command, one.source.value, f"{one.doubt.value} {one.requires}".strip()),
        )
        for one in events
    ]
    return fixed_frame(columns, rows)
