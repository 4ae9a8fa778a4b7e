"""The commands about tables and ingestion mappings as values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar

from lark import v_args

from adxmi_jupyter.embedded.kusto.errors import syntax_error
from adxmi_jupyter.embedded.kusto.statements import FamilyCommand
from adxmi_jupyter.embedded.kusto.trees import FamilyTrees

if TYPE_CHECKING:
    from lark import Token

    from adxmi_jupyter.embedded.kusto.values import Columns, Properties, Value

_JSON = "json"


class SchemaCommand(FamilyCommand):
    """Any command about tables and their ingestion mappings."""

    runner: ClassVar[tuple[str, str]] = ("schema.commands", "run_schema_command")


class ShowSchemaCommand(SchemaCommand):
    """One that changes nothing."""

    shows: ClassVar[bool] = True


@dataclass(frozen=True)
class ShowTables(ShowSchemaCommand):
    """`.show tables [(NAME, …)] [details]`; without names, all."""

    names: tuple[str, ...] = ()
    details: bool = False


@dataclass(frozen=True)
class ShowExtents(ShowSchemaCommand):
    """`.show table NAME extents`, `.show tables (NAME, …) extents`; without IDs, all of them."""

    names: tuple[str, ...]
    ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class ShowTableAttributes(ShowSchemaCommand):
    """`.show table NAME`."""

    name: str


@dataclass(frozen=True)
class ShowTableSchema(ShowSchemaCommand):
    """`.show table NAME cslschema`, or `.show table NAME schema as json`."""

    name: str
    as_json: bool = False


@dataclass(frozen=True)
class TableCommand(SchemaCommand):
    """A command that changes tables; `names` are of those that it is about."""

    names: tuple[str, ...]

    @property
    def subject(self) -> tuple[str, ...]:
        """Its names, for the journal."""
        return self.names[:1]


@dataclass(frozen=True)
class CreateTables(TableCommand):
    """`.create` or, with `merge`, `.create-merge table NAME (…)`, or `… tables NAME (…), …`."""

    columns: tuple[Columns, ...]
    properties: Properties
    merge: bool = False
    many: bool = False

    @property
    def kind(self) -> str:
        """What a script calls it."""
        return f"Table{'s' * self.many}Create{'Merge' * self.merge}"


@dataclass(frozen=True)
class CreateTableLike(TableCommand):
    """`.create table NAME based-on NAME`."""

    kind: ClassVar[str] = "TableCreate"

    model: str
    if_not_exists: bool
    properties: Properties


@dataclass(frozen=True)
class AlterTable(TableCommand):
    """`.alter` or, with `merge`, `.alter-merge table NAME (…)`."""

    columns: Columns
    properties: Properties
    merge: bool = False

    @property
    def kind(self) -> str:
        """What a script calls it."""
        return f"TableAlter{'Merge' * self.merge}"


@dataclass(frozen=True)
class DescribeTable(TableCommand):
    """`.alter table NAME docstring|folder TEXT`."""

    kind: ClassVar[str] = "TableAlter"

    field: str
    text: str


@dataclass(frozen=True)
class RenameTables(TableCommand):
    """`.rename table NAME to NAME`, `.rename tables NEW=OLD [ifexists], …`.

    `names` are the new ones, `olds` those of tables that are there, `optional` says of each
    whether it need not be.
    """

    olds: tuple[str, ...]
    optional: tuple[bool, ...]
    properties: Properties
    many: bool = False

    @property
    def kind(self) -> str:
        """What a script calls it."""
        return f"Table{'s' * self.many}Rename"

    @property
    def renamed(self) -> tuple[str, ...]:
        """The old and the new name of the first table."""
        return self.olds[0], self.names[0]


@dataclass(frozen=True)
class DropTables(TableCommand):
    """`.drop table NAME [ifexists]`, `.drop tables (NAME, …) [ifexists]`."""

    if_exists: bool
    many: bool = False

    @property
    def kind(self) -> str:
        """What a script calls it."""
        return f"Table{'s' * self.many}Drop"


@dataclass(frozen=True)
class ClearTable(TableCommand):
    """`.clear [async] table NAME data`."""

    kind: ClassVar[str] = "TableDataClear"
    is_journaled: ClassVar[bool] = False

    is_async: bool


class MappingVerb(StrEnum):
    """How a definition treats a mapping of the same name."""

    CREATE = "Create"
    ALTER = "Alter"
    CREATE_OR_ALTER = "CreateOrAlter"
    DROP = "Drop"


@dataclass(frozen=True)
class ChangeMapping(SchemaCommand):
    """`.create`, `.alter`, `.create-or-alter` or `.drop table NAME ingestion KIND mapping …`.

    Only one that is dropped has no text.
    """

    subject_fields: ClassVar[tuple[str, ...]] = ("table", "name")

    verb: MappingVerb
    table: str
    mapping_kind: str
    name: str
    text: str = ""

    @property
    def kind(self) -> str:
        """What a script calls it."""
        return f"TableIngestionMapping{self.verb}"


@dataclass(frozen=True)
class ShowMappings(ShowSchemaCommand):
    """`.show table NAME ingestion [KIND] mappings`, or `… mapping NAME`."""

    table: str
    mapping_kind: str | None = None
    name: str | None = None


@v_args(inline=True)
class Trees(FamilyTrees):
    """Turn the trees of this folder's grammar into commands."""

    def show_tables(self, names: tuple[str, ...] | None) -> ShowTables:
        return ShowTables(names or ())

    def show_tables_details(self, names: tuple[str, ...] | None) -> ShowTables:
        return ShowTables(names or (), details=True)

    def show_extents(self, names: tuple[str, ...], ids: tuple[str, ...]) -> ShowExtents:
        return ShowExtents(names, ids)

    def show_table(self, name: str) -> ShowTableAttributes:
        return ShowTableAttributes(name)

    def show_table_details(self, name: str) -> ShowTables:
        return ShowTables((name,), details=True)

    def show_table_extents(self, name: str, ids: tuple[str, ...]) -> ShowExtents:
        return ShowExtents((name,), ids)

    def show_table_schema(self, name: str, form: Token | None = None) -> ShowTableSchema:
        if form is not None and form != _JSON:
            raise syntax_error(f"'{form}' is not expected here.", form.line or 1, form.column or 1)
        return ShowTableSchema(name, as_json=form is not None)

    def create_table(
        self, name: str, columns: Columns, properties: Properties | None
    ) -> CreateTables:
        return CreateTables((name,), (columns,), properties or ())

    def create_merge_table(
        self, name: str, columns: Columns, properties: Properties | None
    ) -> CreateTables:
        return CreateTables((name,), (columns,), properties or (), merge=True)

    def create_table_like(
        self, name: str, model: str, if_not_exists: Token | None, properties: Properties | None
    ) -> CreateTableLike:
        return CreateTableLike((name,), model, bool(if_not_exists), properties or ())

    def create_tables(
        self, definitions: tuple[tuple[str, Columns], ...], properties: Properties | None
    ) -> CreateTables:
        names, columns = zip(*definitions, strict=True)
        return CreateTables(names, columns, properties or (), many=True)

    def create_merge_tables(
        self, definitions: tuple[tuple[str, Columns], ...], properties: Properties | None
    ) -> CreateTables:
        names, columns = zip(*definitions, strict=True)
        return CreateTables(names, columns, properties or (), merge=True, many=True)

    def alter_table(self, name: str, columns: Columns, properties: Properties | None) -> AlterTable:
        return AlterTable((name,), columns, properties or ())

    def alter_merge_table(
        self, name: str, columns: Columns, properties: Properties | None
    ) -> AlterTable:
        return AlterTable((name,), columns, properties or (), merge=True)

    def describe_table(self, name: str, field: Token, text: str) -> DescribeTable:
        return DescribeTable((name,), "folder" if field == "folder" else "doc_string", text)

    def rename_table(self, old: str, new: str, properties: Properties | None) -> RenameTables:
        return RenameTables((new,), (old,), (False,), properties or ())

    def rename_tables(self, *parts: Any) -> RenameTables:
        *renamings, properties = parts
        news, olds, optional = zip(*renamings, strict=True)
        return RenameTables(news, olds, optional, properties or (), many=True)

    def renaming(self, new: str, old: str, if_exists: Token | None) -> tuple[str, str, bool]:
        return new, old, bool(if_exists)

    def drop_table(self, _verb: Token, name: str, if_exists: Token | None) -> DropTables:
        return DropTables((name,), bool(if_exists))

    def drop_tables(
        self, _verb: Token, names: tuple[str, ...], if_exists: Token | None
    ) -> DropTables:
        return DropTables(names, bool(if_exists), many=True)

    def clear_table(self, is_async: Token | None, name: str) -> ClearTable:
        return ClearTable((name,), bool(is_async))

    def create_mapping(
        self, table: str, kind: Token, name: str, text: str, _properties: object
    ) -> ChangeMapping:
        return ChangeMapping(MappingVerb.CREATE, table, str(kind), name, text)

    def create_or_alter_mapping(
        self, table: str, kind: Token, name: str, text: str, _properties: object
    ) -> ChangeMapping:
        return ChangeMapping(MappingVerb.CREATE_OR_ALTER, table, str(kind), name, text)

    def alter_mapping(
        self, table: str, kind: Token, name: str, text: str, _properties: object
    ) -> ChangeMapping:
        return ChangeMapping(MappingVerb.ALTER, table, str(kind), name, text)

    def drop_mapping(self, _verb: Token, table: str, kind: Token, name: str) -> ChangeMapping:
        return ChangeMapping(MappingVerb.DROP, table, str(kind), name)

    def show_mapping(self, table: str, kind: Token | None, name: str) -> ShowMappings:
        return ShowMappings(table, str(kind) if kind else None, name)

    def show_mappings(self, table: str, kind: Token | None) -> ShowMappings:
        return ShowMappings(table, str(kind) if kind else None)

    def table_names(self, *names: str) -> tuple[str, ...]:
        return names

    def table_definitions(
        self, *definitions: tuple[str, Columns]
    ) -> tuple[tuple[str, Columns], ...]:
        return definitions

    def table_definition(self, name: str, columns: Columns) -> tuple[str, Columns]:
        return name, columns

    def extent_filter(self, ids: tuple[str, ...] | None, _hot: Token | None = None) -> Any:
        return ids or ()

    def extent_ids(self, *ids: Value) -> tuple[str, ...]:
        return tuple(str(each.value).casefold() for each in ids)
