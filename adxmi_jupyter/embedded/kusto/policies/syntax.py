"""The commands of the callout, update and query acceleration policies as values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from lark import v_args

from adxmi_jupyter.embedded.kusto.statements import FamilyCommand, Level, Scope
from adxmi_jupyter.embedded.kusto.trees import FamilyTrees


class Change(StrEnum):
    """What a command does with a policy."""

    SHOW = "Show"
    ALTER = "Alter"
    ALTER_MERGE = "AlterMerge"
    DELETE = "Delete"


@dataclass(frozen=True)
class MorePolicyCommand(FamilyCommand):
    """Any command about these three policies."""

    runner: ClassVar[tuple[str, str]] = ("policies.commands", "run_more_policy_command")
    entity: ClassVar[str] = ""

    change: Change

    @property
    def kind(self) -> str:
        """What a script calls it."""
        return f"{self.entity}{self.change}"


@dataclass(frozen=True)
class CalloutPolicyCommand(MorePolicyCommand):
    """`.alter`, `.alter-merge` or `.delete cluster policy callout`."""

    level: ClassVar[Level] = Level.CLUSTER
    entity: ClassVar[str] = "ClusterPolicyCallout"

    text: str = ""


class ShowCalloutPolicy(CalloutPolicyCommand):
    """`.show cluster policy callout`."""

    shows: ClassVar[bool] = True


@dataclass(frozen=True)
class UpdatePolicyCommand(MorePolicyCommand):
    """`.alter`, … `table [DATABASE.]NAME policy update`."""

    entity: ClassVar[str] = "TablePolicyUpdate"
    subject_fields: ClassVar[tuple[str, ...]] = ("table",)

    table: str | None = None
    database: str | None = None
    text: str = ""

    @property
    def scope(self) -> Scope:
        """Where the table is."""
        return Scope(self.level, self.database)


class ShowUpdatePolicy(UpdatePolicyCommand):
    """`.show table [DATABASE.]NAME policy update`; without a table, of all: `*`."""

    shows: ClassVar[bool] = True


@dataclass(frozen=True)
class AccelerationPolicyCommand(MorePolicyCommand):
    """`.alter`, … `external table NAME policy query_acceleration`."""

    entity: ClassVar[str] = "ExternalTablePolicyQueryAcceleration"
    subject_fields: ClassVar[tuple[str, ...]] = ("name",)

    name: str | None = None
    text: str = ""


class ShowAccelerationPolicy(AccelerationPolicyCommand):
    """`.show external table NAME policy query_acceleration`; without a name, of all: `*`."""

    shows: ClassVar[bool] = True


class ShowAccelerationStatistics(ShowAccelerationPolicy):
    """`.show external table(s) [NAME] operations query_acceleration statistics`."""


@v_args(inline=True)
class Trees(FamilyTrees):
    """Turn the trees of this folder's grammar into commands."""

    def show_callout_policy(self, _scope: object) -> ShowCalloutPolicy:
        return ShowCalloutPolicy(Change.SHOW)

    def alter_callout_policy(self, _scope: object, text: str) -> CalloutPolicyCommand:
        return CalloutPolicyCommand(Change.ALTER, text)

    def alter_merge_callout_policy(self, _scope: object, text: str) -> CalloutPolicyCommand:
        return CalloutPolicyCommand(Change.ALTER_MERGE, text)

    def delete_callout_policy(self, _scope: object) -> CalloutPolicyCommand:
        return CalloutPolicyCommand(Change.DELETE)

    def qualified_table(self, *names: str) -> tuple[str, str | None]:
        database, table = (None, *names)[-2:]
        return str(table), database

    def every(self) -> tuple[None, None]:
        return None, None

    def show_update_policy(self, place: tuple[str | None, str | None]) -> ShowUpdatePolicy:
        return ShowUpdatePolicy(Change.SHOW, *place)

    def alter_update_policy(
        self, place: tuple[str, str | None], text: str, _properties: object
    ) -> UpdatePolicyCommand:
        return UpdatePolicyCommand(Change.ALTER, *place, text)

    def alter_merge_update_policy(
        self, place: tuple[str, str | None], text: str, _properties: object
    ) -> UpdatePolicyCommand:
        return UpdatePolicyCommand(Change.ALTER_MERGE, *place, text)

    def delete_update_policy(self, place: tuple[str, str | None]) -> UpdatePolicyCommand:
        return UpdatePolicyCommand(Change.DELETE, *place)

    def show_acceleration_policies(self, name: str | None = None) -> ShowAccelerationPolicy:
        return ShowAccelerationPolicy(Change.SHOW, name)

    def show_acceleration_statistics(self, name: str | None = None) -> ShowAccelerationStatistics:
        return ShowAccelerationStatistics(Change.SHOW, name)

    def alter_acceleration_policy(self, name: str, text: str) -> AccelerationPolicyCommand:
        return AccelerationPolicyCommand(Change.ALTER, name, text)

    def alter_merge_acceleration_policy(self, name: str, text: str) -> AccelerationPolicyCommand:
        return AccelerationPolicyCommand(Change.ALTER_MERGE, name, text)

    def delete_acceleration_policy(self, name: str) -> AccelerationPolicyCommand:
        return AccelerationPolicyCommand(Change.DELETE, name)
