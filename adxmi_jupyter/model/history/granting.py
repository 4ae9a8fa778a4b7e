"""Who allowed an identity a usage: what sources tell, and how they are asked.

Source: *Journal management* (Azure Data Explorer docs); REST reference of the activity log.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from adxmi_jupyter.errors import UnreadableAnswer
from adxmi_jupyter.model.history.rows import time_text
from adxmi_jupyter.model.identity import SYSTEM
from adxmi_jupyter.model.moment import parse_moment
from adxmi_jupyter.model.policy import Scope, parse_policy
from adxmi_jupyter.model.shape import Shape, filled, maybe, optional, required, text, text_cell
from adxmi_jupyter.model.usage import Usage

if TYPE_CHECKING:
    from adxmi_jupyter.model.history.rows import ChangeRow
    from adxmi_jupyter.model.identity import ManagedIdentity

SHOW_GRANTING = (
    ".show journal | where ChangeCommand contains 'policy' "
    "and ChangeCommand contains 'managed_identity' "
    "| project EventTimestamp, Database, OriginalEntityState, UpdatedEntityState, ChangeCommand, "
    "Principal"
)
JOURNAL = Shape(
    "the journal",
    (required("EventTimestamp"), optional("Database", check=maybe(text))),
)
ACTIVITY = Shape("an event of the activity log", (required("eventTimestamp", check=filled),))
ACTIVITY_VERSION = "2015-04-01"
ACTIVITY_KEPT = timedelta(days=90)
_SCRIPT_WRITE = "microsoft.kusto/clusters/databases/scripts/write"
_NEAR = timedelta(minutes=15)


class Action(StrEnum):
    """What happened to a usage, as far as a source tells."""

    GRANTED = "granted"
    REVOKED = "revoked"
    CHANGED = "changed"
    SCRIPT = "script deployed"
    ALLOWED = "allowed"
    UNKNOWN = "unknown"


class BlameSource(StrEnum):
    """Where something is told."""

    HISTORY = "history of adxmi"
    JOURNAL = ".show journal"
    ACTIVITY = "activity log"
    POLICY = "managed identity policy"


class Doubt(StrEnum):
    """Why who granted it is unknown, or how certain it is."""

    NONE = ""
    REQUIRES = "requires"
    FAILED = "could not be read"
    OWN_ONLY = "shows only your own changes; all of them require"
    COMMAND_ONLY = "the journal shows the command, not the states"
    NEAR = "deployed within 15 minutes of the change"
    NO_EVENT = "no source shows since when"


@dataclass(frozen=True)
class Event:
    """What a source tells of a usage; `requires` is the permission that would show it."""

    scope: Scope
    action: Action
    source: BlameSource
    at: str = ""
    by: str = ""
    command: str = ""
    doubt: Doubt = Doubt.NONE
    requires: str = ""


@dataclass(frozen=True)
class Question:
    """The identity and the usage that it is about."""

    identity: ManagedIdentity
    usage: str

    def event(self, before: object, after: object) -> Action | None:
        """Return what a change of a policy did to the usage; None for nothing.

        Raises
        ------
        UnreadableAnswer
            A state is no policy.

        """
        was, now = self._allows(before), self._allows(after)
        return None if was == now else Action.GRANTED if now else Action.REVOKED

    def _allows(self, state: object) -> bool:
        shown = state if isinstance(state, str) else json.dumps(state)
        return any(
            one.allows(self.usage)
            for one in parse_policy(shown or "null")
            if self._is_same(one.identity)
        )

    def _is_same(self, one: ManagedIdentity) -> bool:
        if self.identity.is_system and (one.is_system or one.object_id.lower() == SYSTEM):
            return True
        return one.object_id.lower() == self.identity.object_id.lower()

    def is_in(self, command: str) -> bool:
        """Tell whether a command names the identity, and the usage or all usages."""
        words = command.lower()
        ids = {self.identity.object_id.lower(), *({SYSTEM} if self.identity.is_system else ())}
        usages = {self.usage.lower(), f'"{Usage.ALL.lower()}"'}
        return any(one and one in words for one in ids) and any(one in words for one in usages)


def in_changes(question: Question, changes: Iterable[ChangeRow]) -> Iterator[Event]:
    """Yield what the changes of a history tell."""
    for one in changes:
        if one.kind != "policy" or one.outcome != "applied":
            continue
        action = _action(question, json.loads(one.before), json.loads(one.after))
        if action is not None:
            scope = Scope(one.database)
            yield Event(scope, action, BlameSource.HISTORY, one.at, one.by, one.command)


def in_journal(question: Question, rows: Iterable[Mapping[str, Any]]) -> Iterator[Event]:
    """Yield what the journal of the cluster tells: by states, or by commands where it has none."""
    for row in rows:
        before, after = (
            text_cell(row, name) for name in ("OriginalEntityState", "UpdatedEntityState")
        )
        command = text_cell(row, "ChangeCommand")
        action, doubt = _action(question, before, after), Doubt.NONE
        if not before.strip() and not after.strip() and question.is_in(command):
            action, doubt = Action.CHANGED, Doubt.COMMAND_ONLY
        if action is not None:
            yield Event(
                Scope(text_cell(row, "Database")),
                action,
                BlameSource.JOURNAL,
                time_text(parse_moment(text_cell(row, "EventTimestamp"))),
                text_cell(row, "Principal"),
                command,
                doubt,
            )


def _action(question: Question, before: object, after: object) -> Action | None:
    try:
        return question.event(before, after)
    except UnreadableAnswer:  # texts of the journal are no contract
        return None


def activity_path(cluster_id: str, since: datetime) -> str:
    """Return the path that lists the writes of Kusto resources in a cluster's subscription."""
    subscription = cluster_id.split("/")[2]
    wanted = f"eventTimestamp ge '{time_text(since)}' and resourceProvider eq 'Microsoft.Kusto'"
    base = f"/subscriptions/{subscription}/providers/Microsoft.Insights/eventtypes/management"
    return f"{base}/values?$filter={quote(wanted)}"


def in_activity(
    cluster_id: str, rows: Iterable[Mapping[str, Any]], events: Iterable[Event]
) -> Iterator[Event]:
    """Yield the scripts that somebody deployed shortly before or after one of some events.

    Commands of a script are in the journal only; who deployed it is in the activity log only.
    """
    known = [one for one in events if one.at]
    for row in rows:
        name = row.get("operationName")
        operation = str(name.get("value") if isinstance(name, Mapping) else name).lower()
        resource = str(row.get("resourceId") or "")
        if operation != _SCRIPT_WRITE or not resource.lower().startswith(cluster_id.lower() + "/"):
            continue
        at = parse_moment(str(row["eventTimestamp"]))
        near = [one for one in known if abs(parse_moment(one.at) - at) <= _NEAR]
        for scope in dict.fromkeys(one.scope for one in near):
            yield Event(
                scope,
                Action.SCRIPT,
                BlameSource.ACTIVITY,
                time_text(at),
                str(row.get("caller") or ""),
                resource[len(cluster_id) + 1 :],
                Doubt.NEAR,
            )
