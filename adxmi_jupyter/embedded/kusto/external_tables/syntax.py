"""The commands about external tables as values, and how their trees become them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

from lark import v_args

from adxmi_jupyter.embedded.kusto.statements import FamilyCommand
from adxmi_jupyter.embedded.kusto.trees import FamilyTrees
from adxmi_jupyter.embedded.state.entities import Partition, PathItem

if TYPE_CHECKING:
    from lark import Token

    from adxmi_jupyter.embedded.kusto.values import Columns, Properties, Value


class Verb(StrEnum):
    """How a definition treats an external table of the same name."""

    CREATE = "Create"
    ALTER = "Alter"
    CREATE_OR_ALTER = "CreateOrAlter"


class ExternalTableCommand(FamilyCommand):
    """Any command about external tables."""

    runner: ClassVar[tuple[str, str]] = ("external_tables.commands", "run_external_table_command")


class ShowExternalTableCommand(ExternalTableCommand):
    """One that changes nothing."""

    shows: ClassVar[bool] = True


@dataclass(frozen=True)
class ShowExternalTables(ShowExternalTableCommand):
    """`.show external tables`, or `.show external table NAME`."""

    name: str | None = None


@dataclass(frozen=True)
class ShowExternalTableDetails(ShowExternalTableCommand):
    """`.show external tables details`, or of one table."""

    name: str | None = None


@dataclass(frozen=True)
class ShowExternalTableSchema(ShowExternalTableCommand):
    """`.show external table NAME cslschema`, or `schema as json|csl|kql`."""

    name: str
    as_json: bool = False


@dataclass(frozen=True)
class ShowExternalTableArtifacts(ShowExternalTableCommand):
    """`.show external table NAME artifacts [limit N]`."""

    name: str
    limit: Value | None = None


@dataclass(frozen=True)
class DropExternalTable(ExternalTableCommand):
    """`.drop external table NAME [ifexists]`."""

    kind: ClassVar[str] = "ExternalTableDrop"
    subject_fields: ClassVar[tuple[str, ...]] = ("name",)

    name: str
    if_exists: bool


@dataclass(frozen=True)
class StorageDefinition:
    """What stands after the name of a table of `kind=storage`; `partitions` may be empty."""

    name: str
    columns: Columns
    partitions: tuple[Partition, ...]
    path_format: tuple[PathItem, ...]
    data_format: str
    connection_strings: tuple[str, ...] = field(repr=False)
    properties: Properties


@dataclass(frozen=True)
class DeltaDefinition:
    """What stands after the name of a table of `kind=delta`; None has the columns inferred."""

    name: str
    columns: Columns | None
    connection_string: str = field(repr=False)
    properties: Properties


@dataclass(frozen=True)
class SqlDefinition:
    """What stands after the name of a table of `kind=sql`."""

    name: str
    columns: Columns
    target: str | None
    connection_string: str = field(repr=False)
    properties: Properties


Definition = StorageDefinition | DeltaDefinition | SqlDefinition


@dataclass(frozen=True)
class DefineExternalTable(ExternalTableCommand):
    """`.create`, `.alter` or `.create-or-alter external table …`."""

    subject_fields: ClassVar[tuple[str, ...]] = ("definition.name",)

    verb: Verb
    definition: Definition

    @property
    def kind(self) -> str:
        """What a script calls it."""
        return f"ExternalTable{self.verb}"


@dataclass(frozen=True)
class ShowExternalMappings(ShowExternalTableCommand):
    """`.show external table NAME mappings`, or `… mapping "NAME"`."""

    table: str
    name: str | None = None


@dataclass(frozen=True)
class DefineExternalMapping(ExternalTableCommand):
    """`.create` or `.alter external table NAME mapping "NAME" "JSON"`."""

    subject_fields: ClassVar[tuple[str, ...]] = ("table", "name")

    verb: Verb
    table: str
    name: str
    text: str

    @property
    def kind(self) -> str:
        """What a script calls it."""
        return f"ExternalTableMapping{self.verb}"


@dataclass(frozen=True)
class DropExternalMapping(ExternalTableCommand):
    """`.drop external table NAME mapping "NAME"`."""

    kind: ClassVar[str] = "ExternalTableMappingDrop"
    subject_fields: ClassVar[tuple[str, ...]] = ("table", "name")

    table: str
    name: str


@v_args(inline=True)
class Trees(FamilyTrees):
    """Turn the trees of this folder's grammar into commands."""

    def show_external_tables(self, name: str | None = None) -> ShowExternalTables:
        return ShowExternalTables(name)

    def show_external_table_details(self, name: str | None = None) -> ShowExternalTableDetails:
        return ShowExternalTableDetails(name)

    def show_external_table_csl(self, name: str) -> ShowExternalTableSchema:
        return ShowExternalTableSchema(name)

    def show_external_table_schema(self, name: str, form: Token) -> ShowExternalTableSchema:
        return ShowExternalTableSchema(name, as_json=form == "json")

    def show_external_table_artifacts(
        self, name: str, limit: Value | None
    ) -> ShowExternalTableArtifacts:
        return ShowExternalTableArtifacts(name, limit)

    def drop_external_table(
        self, _verb: Token, name: str, if_exists: Token | None
    ) -> DropExternalTable:
        return DropExternalTable(name, bool(if_exists))

    def show_external_mappings(self, table: str, name: str | None = None) -> ShowExternalMappings:
        return ShowExternalMappings(table, name)

    def create_external_mapping(self, table: str, name: str, text: str) -> DefineExternalMapping:
        return DefineExternalMapping(Verb.CREATE, table, name, text)

    def alter_external_mapping(self, table: str, name: str, text: str) -> DefineExternalMapping:
        return DefineExternalMapping(Verb.ALTER, table, name, text)

    def drop_external_mapping(self, _verb: Token, table: str, name: str) -> DropExternalMapping:
        return DropExternalMapping(table, name)

    def create_external_table(self, definition: Definition) -> DefineExternalTable:
        return DefineExternalTable(Verb.CREATE, definition)

    def alter_external_table(self, definition: Definition) -> DefineExternalTable:
        return DefineExternalTable(Verb.ALTER, definition)

    def create_or_alter_external_table(self, definition: Definition) -> DefineExternalTable:
        return DefineExternalTable(Verb.CREATE_OR_ALTER, definition)

    def storage_definition(
        self,
        name: str,
        columns: Columns,
        partitions: tuple[Partition, ...] | None,
        path_format: tuple[PathItem, ...] | None,
        _catalog: str | None,
        data_format: Token,
        connection_strings: tuple[str, ...],
        properties: Properties | None,
    ) -> StorageDefinition:
        return StorageDefinition(
            name,
            columns,
            partitions or (),
            path_format or (),
            str(data_format),
            connection_strings,
            properties or (),
        )

    def delta_definition(
        self,
        name: str,
        columns: Columns | None,
        connection_string: Value,
        properties: Properties | None,
    ) -> DeltaDefinition:
        return DeltaDefinition(name, columns, connection_string.value, properties or ())

    def sql_definition(
        self,
        name: str,
        columns: Columns,
        target: str | None,
        connection_string: Value,
        properties: Properties | None,
    ) -> SqlDefinition:
        return SqlDefinition(name, columns, target, connection_string.value, properties or ())

    def partitioned_by(self, *partitions: Partition) -> tuple[Partition, ...]:
        return partitions

    def string_partition(self, name: str, kind: Token, column: str | None) -> Partition:
        return Partition(name, str(kind), column or "")

    def datetime_partition(self, name: str, kind: Token) -> Partition:
        return Partition(name, str(kind))

    def start_partition(self, name: str, kind: Token, function: Token, column: str) -> Partition:
        return Partition(name, str(kind), column, str(function))

    def bin_partition(
        self, name: str, kind: Token, function: Token, column: str, width: Value
    ) -> Partition:
        return Partition(name, str(kind), column, str(function), width.value)

    def hash_partition(
        self, name: str, kind: Token, function: Token, column: str, modulus: Value
    ) -> Partition:
        return Partition(name, str(kind), column, str(function), modulus.value)

    def path_text(self, text: str) -> PathItem:
        return PathItem(text=text)

    def path_partition(self, name: str) -> PathItem:
        return PathItem(partition=name)

    def path_datetime(self, pattern: str, name: str) -> PathItem:
        return PathItem(partition=name, pattern=pattern)

    def path_format(self, *items: PathItem) -> tuple[PathItem, ...]:
        return items
