"""The commands about materialized views as values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar

from lark import v_args

from adxmi_jupyter.embedded.kusto.errors import syntax_error
from adxmi_jupyter.embedded.kusto.lenient_json import load
from adxmi_jupyter.embedded.kusto.statements import FamilyCommand
from adxmi_jupyter.embedded.kusto.trees import FamilyTrees
from adxmi_jupyter.embedded.kusto.values import Property, Value

if TYPE_CHECKING:
    from lark import Token

    from adxmi_jupyter.embedded.kusto.values import Properties

_JSON = "json"


class ViewVerb(StrEnum):
    """How a definition treats a view of the same name."""

    CREATE = "Create"
    ALTER = "Alter"
    CREATE_OR_ALTER = "CreateOrAlter"


class ViewCommand(FamilyCommand):
    """Any command about materialized views."""

    runner: ClassVar[tuple[str, str]] = ("materialized_views.commands", "run_view_command")


@dataclass(frozen=True)
class ShowViews(ViewCommand):
    """`.show materialized-views`, or `.show materialized-view NAME`."""

    shows: ClassVar[bool] = True

    name: str | None = None


@dataclass(frozen=True)
class ShowViewsDetails(ViewCommand):
    """`.show materialized-views [(NAME, …)] details`; None are all."""

    shows: ClassVar[bool] = True

    names: tuple[str, ...] | None = None


@dataclass(frozen=True)
class ShowViewSchema(ViewCommand):
    """`.show materialized-view NAME cslschema`, or `… schema as json`."""

    shows: ClassVar[bool] = True

    name: str
    as_json: bool = False


@dataclass(frozen=True)
class ViewDefinition:
    """What a command says of a view; the query is without its brackets."""

    name: str
    source: str
    over_view: bool
    query: str
    properties: Properties


@dataclass(frozen=True)
class DefineView(ViewCommand):
    """`.create`, `.alter` or `.create-or-alter materialized-view …`."""

    subject_fields: ClassVar[tuple[str, ...]] = ("definition.name",)

    verb: ViewVerb
    definition: ViewDefinition
    is_async: bool = False
    if_not_exists: bool = False

    @property
    def kind(self) -> str:
        """What a script calls it."""
        return f"MaterializedView{self.verb}"


@dataclass(frozen=True)
class ChangeView(ViewCommand):
    """A command that changes one thing of a view: `field` of it becomes `value`."""

    subject_fields: ClassVar[tuple[str, ...]] = ("name",)

    verb: str
    name: str
    field: str
    value: Any

    @property
    def kind(self) -> str:
        """What a script calls it."""
        return f"MaterializedView{self.verb}"

    @property
    def renamed(self) -> tuple[str, ...]:
        """Its old and its new name."""
        return (self.name, str(self.value)) if self.field == "name" else ()


@dataclass(frozen=True)
class DropView(ViewCommand):
    """`.drop materialized-view NAME`."""

    kind: ClassVar[str] = "MaterializedViewDrop"
    subject_fields: ClassVar[tuple[str, ...]] = ("name",)

    name: str


@v_args(inline=True)
class Trees(FamilyTrees):
    """Turn the trees of this folder's grammar into commands."""

    def show_views(self, name: str | None = None) -> ShowViews:
        return ShowViews(name)

    def show_views_details(self, names: tuple[str, ...] | None) -> ShowViewsDetails:
        return ShowViewsDetails(names)

    def show_view_details(self, name: str) -> ShowViewsDetails:
        return ShowViewsDetails((name,))

    def show_view_csl(self, name: str) -> ShowViewSchema:
        return ShowViewSchema(name)

    def show_view_schema(self, name: str, form: Token) -> ShowViewSchema:
        if form != _JSON:
            raise syntax_error(f"'{form}' is not expected here.", form.line or 1, form.column or 1)
        return ShowViewSchema(name, as_json=True)

    def create_view(
        self, is_async: Token | None, if_not_exists: Token | None, definition: ViewDefinition
    ) -> DefineView:
        return DefineView(ViewVerb.CREATE, definition, bool(is_async), bool(if_not_exists))

    def create_or_alter_view(self, definition: ViewDefinition) -> DefineView:
        return DefineView(ViewVerb.CREATE_OR_ALTER, definition)

    def alter_view(self, definition: ViewDefinition) -> DefineView:
        return DefineView(ViewVerb.ALTER, definition)

    def alter_view_text(self, name: str, field: Token, text: str) -> ChangeView:
        return ChangeView("Alter", name, "folder" if field == "folder" else "doc_string", text)

    def alter_view_lookback(self, name: str, value: Value) -> ChangeView:
        return ChangeView("Alter", name, "lookback", value)

    def alter_view_updates(self, name: str, value: Token) -> ChangeView:
        return ChangeView("Alter", name, "auto_update_schema", value.casefold() == "true")

    def enable_view(self, name: str) -> ChangeView:
        return ChangeView("Enable", name, "is_enabled", value=True)

    def disable_view(self, name: str) -> ChangeView:
        return ChangeView("Disable", name, "is_enabled", value=False)

    def rename_view(self, name: str, new_name: str) -> ChangeView:
        return ChangeView("Rename", name, "name", new_name)

    def drop_view(self, _verb: Token, name: str) -> DropView:
        return DropView(name)

    def view_definition(
        self, properties: Properties | None, name: str, source: tuple[Token, str], body: str
    ) -> ViewDefinition:
        kind, source_name = source
        over_view = kind != "table"
        return ViewDefinition(name, source_name, over_view, body[1:-1].strip(), properties or ())

    def view_source(self, kind: Token, name: str) -> tuple[Token, str]:
        return kind, name

    def view_names(self, *names: str) -> tuple[str, ...]:
        return names

    def view_properties(self, *properties: Property) -> Properties:
        return properties

    def view_property(self, name: str, value: Value) -> Property:
        return Property(name, value)

    def list_literal(self, literal: Token) -> Value:
        """Return the value of `dynamic([…])`; a KustoError (400) when it is no JSON."""
        return Value("dynamic", load(literal[len("dynamic(") : -1], "dynamic literal"))
