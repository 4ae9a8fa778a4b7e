"""The commands about tables and ingestion mappings as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from lark import Token, Transformer, v_args

from adxmi_jupyter.embedded.kusto.statements import FamilyCommand

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.kusto.values import Columns, Properties


class SchemaCommand(FamilyCommand):
    """Any command about tables and their ingestion mappings."""


class ShowSchemaCommand(SchemaCommand):
    """One that changes nothing."""

    shows: ClassVar[bool] = True


@dataclass(frozen=True)
class ShowTables(ShowSchemaCommand):
    """`.show tables [(NAME, …)]`; without names, all."""

    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class ShowTableSchema(ShowSchemaCommand):
    """`.show table NAME cslschema`."""

    name: str


@dataclass(frozen=True)
class CreateTable(SchemaCommand):
    """`.create table` or, with `merge`, `.create-merge table NAME (…)`."""

    name: str
    columns: Columns
    properties: Properties
    merge: bool = False

    @property
    def kind(self) -> str:
        """What a script calls it."""
        return f"TableCreate{'Merge' * self.merge}"

    @property
    def subject(self) -> tuple[str, ...]:
        """Its names, for the journal."""
        return (self.name,)


@dataclass(frozen=True)
class DropTable(SchemaCommand):
    """`.drop table NAME [ifexists]`."""

    kind: ClassVar[str] = "TableDrop"

    name: str
    if_exists: bool

    @property
    def subject(self) -> tuple[str, ...]:
        """Its names, for the journal."""
        return (self.name,)


@dataclass(frozen=True)
class CreateMapping(SchemaCommand):
    """`.create` or, with `replace`, `.create-or-alter table NAME ingestion KIND mapping …`."""

    table: str
    mapping_kind: str
    name: str
    text: str
    replace: bool = False

    @property
    def kind(self) -> str:
        """What a script calls it."""
        return f"TableIngestionMappingCreate{'OrAlter' * self.replace}"

    @property
    def subject(self) -> tuple[str, ...]:
        """Its names, for the journal."""
        return (self.table, self.name)


@dataclass(frozen=True)
class ShowMappings(ShowSchemaCommand):
    """`.show table NAME ingestion [KIND] mappings`."""

    table: str
    mapping_kind: str | None = None


@v_args(inline=True)
class SchemaTrees(Transformer[Token, Any]):
    """Turn the trees of this folder's grammar into commands."""

    def show_tables(self, *names: str | None) -> ShowTables:
        return ShowTables(tuple(name for name in names if name is not None))

    def show_table_schema(self, name: str) -> ShowTableSchema:
        return ShowTableSchema(name)

    def create_table(
        self, name: str, columns: Columns, properties: Properties | None
    ) -> CreateTable:
        return CreateTable(name, columns, properties or ())

    def create_merge_table(
        self, name: str, columns: Columns, properties: Properties | None
    ) -> CreateTable:
        return CreateTable(name, columns, properties or (), merge=True)

    def drop_table(self, _verb: Token, name: str, if_exists: Token | None) -> DropTable:
        return DropTable(name, bool(if_exists))

    def create_mapping(
        self, table: str, kind: Token, name: str, text: str, _properties: object
    ) -> CreateMapping:
        return CreateMapping(table, str(kind), name, text)

    def create_or_alter_mapping(
        self, table: str, kind: Token, name: str, text: str, _properties: object
    ) -> CreateMapping:
        return CreateMapping(table, str(kind), name, text, replace=True)

    def show_mappings(self, table: str, kind: Token | None) -> ShowMappings:
        return ShowMappings(table, str(kind) if kind else None)
