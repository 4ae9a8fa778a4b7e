"""The commands of the policies that are only kept and shown, as values."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from lark import v_args

from adxmi_jupyter.embedded.kusto.errors import bad_request, syntax_error
from adxmi_jupyter.embedded.kusto.policies.syntax import Change
from adxmi_jupyter.embedded.kusto.statements import FamilyCommand, Scope
from adxmi_jupyter.embedded.kusto.trees import FamilyTrees
from adxmi_jupyter.embedded.storage.values import timespan_text

if TYPE_CHECKING:
    from lark import Token

    from adxmi_jupyter.embedded.kusto.values import Value

RETENTION, CACHING, STREAMING = "retention", "caching", "streamingingestion"
INGESTION_TIME = "ingestiontime"
# Tables can be given one at once for these alone; some cannot be merged into.
_MANY = {RETENTION, "ingestionbatching", "merge"}
_NOT_MERGED = {"extent_tags_retention", "auto_delete"}
_ENABLED = json.dumps({"IsEnabled": True})

Place = Scope | tuple[str, str | None]


@dataclass(frozen=True)
class StoredPolicyCommand(FamilyCommand):
    """`.alter`, … `database|table … policy NAME`; without tables, of the database itself."""

    runner: ClassVar[tuple[str, str]] = ("stored_policies.commands", "run_stored_policy_command")

    change: Change
    policy: str
    tables: tuple[str, ...] = ()
    database: str | None = None
    text: str = ""

    @property
    def kind(self) -> str:
        """What a script calls it."""
        entity = "Table" if self.tables else "Database"
        words = "".join(word.capitalize() for word in self.policy.split("_"))
        return f"{entity}Policy{words}{self.change}"

    @property
    def scope(self) -> Scope:
        """Where it stands."""
        return Scope(self.level, self.database)

    @property
    def subject(self) -> tuple[str, ...]:
        """Its names, for the journal."""
        return self.tables[:1]


class ShowStoredPolicy(StoredPolicyCommand):
    """`.show database|table … policy NAME`."""

    shows: ClassVar[bool] = True


@v_args(inline=True)
class Trees(FamilyTrees):
    """Turn the trees of these commands into values."""

    def show_stored_policy(self, place: Place, policy: Token) -> ShowStoredPolicy:
        return ShowStoredPolicy(Change.SHOW, str(policy), *_place(place))

    def delete_stored_policy(self, place: Place, policy: Token) -> StoredPolicyCommand:
        return StoredPolicyCommand(Change.DELETE, str(policy), *_place(place))

    def alter_stored_policy(self, place: Place, policy: Token, text: str) -> StoredPolicyCommand:
        return StoredPolicyCommand(Change.ALTER, str(policy), *_place(place), text)

    def alter_merge_stored_policy(
        self, place: Place, policy: Token, text: str
    ) -> StoredPolicyCommand:
        if policy in _NOT_MERGED:
            raise _unexpected(policy)
        return StoredPolicyCommand(Change.ALTER_MERGE, str(policy), *_place(place), text)

    def alter_merge_retention_policy(
        self, place: Place, policy: Token, members: dict[str, str]
    ) -> StoredPolicyCommand:
        if policy != RETENTION:
            raise _unexpected(policy)
        text = json.dumps(members)
        return StoredPolicyCommand(Change.ALTER_MERGE, RETENTION, *_place(place), text)

    def switch_stored_policy(
        self, place: Place, policy: Token, switch: Token
    ) -> StoredPolicyCommand:
        if policy != STREAMING:
            raise _unexpected(policy)
        text = json.dumps({"IsEnabled": switch == "enable", "HintAllocatedRate": None})
        return StoredPolicyCommand(Change.ALTER, STREAMING, *_place(place), text)

    def alter_caching_policy(
        self, place: Place, policy: Token, members: dict[str, Any]
    ) -> StoredPolicyCommand:
        return StoredPolicyCommand(Change.ALTER, str(policy), *_place(place), json.dumps(members))

    def alter_ingestion_time_policy(
        self, place: Place, policy: Token, _true: Token
    ) -> StoredPolicyCommand:
        return StoredPolicyCommand(Change.ALTER, str(policy), *_place(place), _ENABLED)

    def alter_stored_policies(
        self, tables: tuple[str, ...], policy: Token, text: str
    ) -> StoredPolicyCommand:
        if policy not in _MANY:
            raise _unexpected(policy)
        return StoredPolicyCommand(Change.ALTER, str(policy), tables, None, text)

    def alter_caching_policies(
        self, tables: tuple[str, ...], policy: Token, members: dict[str, Any]
    ) -> StoredPolicyCommand:
        return StoredPolicyCommand(Change.ALTER, str(policy), tables, None, json.dumps(members))

    def alter_ingestion_time_policies(
        self, tables: tuple[str, ...], policy: Token, _true: Token
    ) -> StoredPolicyCommand:
        return StoredPolicyCommand(Change.ALTER, str(policy), tables, None, _ENABLED)

    def caching(self, _hot: Token, span: Value, *windows: dict[str, str] | None) -> dict[str, Any]:
        length = _length(span)
        found: dict[str, Any] = {"DataHotSpan": length, "IndexHotSpan": length}
        shown = [each for each in windows if each is not None]
        return {**found, "ColumnOverrides": [], **({"HotWindows": shown} if shown else {})}

    def hot_window(self, start: Value, end: Value) -> dict[str, str]:
        return {"MinValue": str(start.value), "MaxValue": str(end.value)}

    def retention(self, *members: dict[str, str] | None) -> dict[str, str]:
        return {name: value for each in members if each for name, value in each.items()}

    def soft_delete(self, span: Value) -> dict[str, str]:
        return {"SoftDeletePeriod": _length(span)}

    def recoverability(self, word: Token) -> dict[str, str]:
        return {"Recoverability": word.capitalize()}


def _place(place: Place) -> tuple[tuple[str, ...], str | None]:
    if isinstance(place, Scope):
        return (), place.database
    table, database = place
    return (table,), database


def _length(span: Value) -> str:
    if span.kind != "timespan" or span.value is None:
        raise bad_request("A policy takes a length of time here, such as 30d.")
    return timespan_text(span.value)


def _unexpected(policy: Token) -> Exception:
    return syntax_error(f"'{policy}' is not expected here.", policy.line or 1, policy.column or 1)
