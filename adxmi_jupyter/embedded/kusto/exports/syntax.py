"""The commands about continuous exports, exports and operations as values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from lark import v_args

from adxmi_jupyter.embedded.kusto.statements import FamilyCommand
from adxmi_jupyter.embedded.kusto.trees import FamilyTrees

if TYPE_CHECKING:
    from lark import Token

    from adxmi_jupyter.embedded.kusto.values import Properties, Value

_PIPE = "<|"


class ContinuousExportCommand(FamilyCommand):
    """Any command about continuous exports."""

    runner: ClassVar[tuple[str, str]] = ("exports.continuous", "run_continuous_export_command")


class ShowContinuousExportCommand(ContinuousExportCommand):
    """One that changes nothing."""

    shows: ClassVar[bool] = True


@dataclass(frozen=True)
class ShowContinuousExports(ShowContinuousExportCommand):
    """`.show continuous-exports`, or `.show continuous-export NAME`."""

    name: str | None = None


@dataclass(frozen=True)
class ShowExportFailures(ShowContinuousExportCommand):
    """`.show continuous-export NAME failures`."""

    name: str


@dataclass(frozen=True)
class ShowExportedArtifacts(ShowContinuousExportCommand):
    """`.show continuous-export NAME exported-artifacts`."""

    name: str


@dataclass(frozen=True)
class CreateOrAlterContinuousExport(ContinuousExportCommand):
    """`.create-or-alter continuous-export NAME [over (…)] to table … <| query`."""

    kind: ClassVar[str] = "ContinuousExportCreateOrAlter"
    subject_fields: ClassVar[tuple[str, ...]] = ("name",)

    name: str
    tables: tuple[str, ...]
    external_table: str
    properties: Properties
    query: str


@dataclass(frozen=True)
class SwitchContinuousExport(ContinuousExportCommand):
    """`.enable` or `.disable continuous-export NAME`."""

    subject_fields: ClassVar[tuple[str, ...]] = ("name",)

    name: str
    is_disabled: bool

    @property
    def kind(self) -> str:
        """What a script calls it."""
        return f"ContinuousExport{'Disable' if self.is_disabled else 'Enable'}"


@dataclass(frozen=True)
class DropContinuousExport(ContinuousExportCommand):
    """`.drop continuous-export NAME`."""

    kind: ClassVar[str] = "ContinuousExportDrop"
    subject_fields: ClassVar[tuple[str, ...]] = ("name",)

    name: str


class ExportCommand(FamilyCommand):
    """`.export`, to storage or to an external table."""

    runner: ClassVar[tuple[str, str]] = ("exports.export", "run_export")
    runs_on_follower: ClassVar[bool] = True
    is_journaled: ClassVar[bool] = False


@dataclass(frozen=True)
class ExportToStorage(ExportCommand):
    """`.export [async] [compressed] to csv|tsv|json|parquet (…) <| query`."""

    kind: ClassVar[str] = "DataExportToFile"

    is_async: bool
    is_compressed: bool
    data_format: str
    connection_strings: tuple[str, ...] = field(repr=False)
    properties: Properties
    query: str


@dataclass(frozen=True)
class ExportToTable(ExportCommand):
    """`.export [async] to table NAME <| query`."""

    kind: ClassVar[str] = "DataExportToExternalTable"

    is_async: bool
    external_table: str
    properties: Properties
    query: str


class OperationCommand(FamilyCommand):
    """`.show operations` and `.show operation … details`."""

    runner: ClassVar[tuple[str, str]] = ("exports.shown_operations", "show_operations")
    shows: ClassVar[bool] = True


@dataclass(frozen=True)
class ShowOperations(OperationCommand):
    """`.show operations [ID | (ID, …)]`; None for all."""

    ids: tuple[str, ...] | None = None


@dataclass(frozen=True)
class ShowOperationDetails(OperationCommand):
    """`.show operation ID details`."""

    operation_id: str


@v_args(inline=True)
class Trees(FamilyTrees):
    """Turn the trees of this folder's grammar into commands."""

    def show_continuous_exports(self, name: str | None = None) -> ShowContinuousExports:
        return ShowContinuousExports(name)

    def show_export_failures(self, name: str) -> ShowExportFailures:
        return ShowExportFailures(name)

    def show_exported_artifacts(self, name: str) -> ShowExportedArtifacts:
        return ShowExportedArtifacts(name)

    def over(self, *names: str) -> tuple[str, ...]:
        return names

    def create_or_alter_continuous_export(
        self,
        name: str,
        tables: tuple[str, ...] | None,
        external_table: str,
        properties: Properties | None,
        query: Token,
    ) -> CreateOrAlterContinuousExport:
        return CreateOrAlterContinuousExport(
            name, tables or (), external_table, properties or (), _query(query)
        )

    def enable_continuous_export(self, name: str) -> SwitchContinuousExport:
        return SwitchContinuousExport(name, is_disabled=False)

    def disable_continuous_export(self, name: str) -> SwitchContinuousExport:
        return SwitchContinuousExport(name, is_disabled=True)

    def drop_continuous_export(self, _verb: Token, name: str) -> DropContinuousExport:
        return DropContinuousExport(name)

    def export_to_storage(
        self,
        is_async: Token | None,
        is_compressed: Token | None,
        data_format: Token,
        connection_strings: tuple[str, ...],
        properties: Properties | None,
        query: Token,
    ) -> ExportToStorage:
        return ExportToStorage(
            bool(is_async),
            bool(is_compressed),
            str(data_format),
            connection_strings,
            properties or (),
            _query(query),
        )

    def export_to_table(
        self, is_async: Token | None, name: str, properties: Properties | None, query: Token
    ) -> ExportToTable:
        return ExportToTable(bool(is_async), name, properties or (), _query(query))

    def operation_ids(self, *ids: Value) -> tuple[str, ...]:
        return tuple(_id(each) for each in ids)

    def show_operations(self, ids: tuple[str, ...] | None) -> ShowOperations:
        return ShowOperations(ids)

    def show_operation_details(self, operation_id: Value) -> ShowOperationDetails:
        return ShowOperationDetails(_id(operation_id))


def _id(given: Value) -> str:
    return str(given.value).casefold()


def _query(text: Token) -> str:
    return text.removeprefix(_PIPE).strip()
