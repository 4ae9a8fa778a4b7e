"""Options of workflows, made from the fields of their declarations: types, help, completion.

Reading a value is the declaration's business; here it passes as the text that it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import click

from adxmi_jupyter.magics.call import Call
from adxmi_jupyter.magics.options import file_option
from adxmi_jupyter.magics.params import DatabaseName, Name, NameList, summary
from adxmi_jupyter.magics.params import IdentityName as IdentityWord
from adxmi_jupyter.magics.subject import subject
from adxmi_jupyter.model.columns import TYPES
from adxmi_jupyter.model.declaration.fields import FieldKind
from adxmi_jupyter.model.declaration.stored import DataConnectionListing, KustoListing

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from adxmi_jupyter.model.declaration.fields import FieldSpec
    from adxmi_jupyter.model.declaration.listed import Listed
    from adxmi_jupyter.model.declaration.workflow import Workflow

    Declaration = type[Workflow]


class FieldText(Name):
    """The text of a field; `known` are the names completion offers."""

    name = kind = "field"

    def __init__(self, kind: str, known: Iterable[str] = ()) -> None:
        self.kind = kind
        self._known = tuple(known)

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """Return the text as it was typed: blanks may matter in a script."""
        del param, ctx
        return str(value)

    def names(self, call: Call) -> Iterable[str]:
        """Return the choices."""
        del call
        return self._known

    def about(self, name: str, param: click.Parameter) -> str:
        """Return what the values are."""
        del name
        return summary(param)


class IdentityName(FieldText):
    """One identity, by any of its names."""

    kept_as = "identity in Azure"
    always = ("system",)

    def names(self, call: Call) -> Iterable[str]:
        """Return ``system`` and the identities that are known."""
        return IdentityWord().names(call)


def _database_on(ctx: click.Context) -> str:
    """Return the database that stands on the line before the cursor; empty for the current one."""
    return str(ctx.params.get("database") or "")


class TableField(FieldText):
    """A table or an external table of the database on the line."""

    def __init__(self, kind: str, *, is_external: bool) -> None:
        super().__init__(kind)
        self._is_external = is_external

    def names_on(self, call: Call, ctx: click.Context) -> Iterable[str]:
        """Return the tables."""
        return _tables(call, _database_on(ctx), external=self._is_external)


class _Listed(FieldText):
    """Several names, separated by commas."""

    def offered(self, names: list[str], incomplete: str) -> list[CompletionItem]:
        """Complete the last name of the list."""
        return NameList().offered(names, incomplete)


class TableNames(_Listed):
    """Tables of the database on the line."""

    def names_on(self, call: Call, ctx: click.Context) -> Iterable[str]:
        """Return the tables."""
        return _tables(call, _database_on(ctx), external=False)


class DatabaseNames(_Listed):
    """Databases."""

    def names(self, call: Call) -> Iterable[str]:
        """Return the databases."""
        return DatabaseName().names(call)


def _tables(call: Call, database: str, *, external: bool) -> Iterable[str]:
    from adxmi_jupyter.actions.identity.names import offered_tables

    connection = call.opened
    if connection is None:
        return ()
    return offered_tables(connection, external=external, database=database)


class ExistingName(Name):
    """The name of one that exists in the database on the line."""

    name = "name"
    kind = "workflow"
    depends_on_line = True

    def __init__(self, declaration: Declaration) -> None:
        self._declaration = declaration
        self.kept_as = declaration.noun()

    def names_on(self, call: Call, ctx: click.Context) -> Iterable[str]:
        """Return the names of those there are."""
        from adxmi_jupyter.actions.identity.names import offered_existing
        from adxmi_jupyter.actions.workflow.listing import existing_in

        connection = call.opened
        if connection is None:
            return ()
        where = _database_on(ctx) or connection.database

        def ask() -> tuple[str, ...]:
            return tuple(one.name for one in existing_in(connection, self._declaration, where))

        return offered_existing(connection, f"{self._declaration.noun()} {where}", ask)


class ListedValue(FieldText):
    """A value that Azure or the cluster can list, such as a storage container or an event hub."""

    def __init__(self, listed: Listed) -> None:
        super().__init__(listed.source.name.lower().replace("_", " "))
        self._listed = listed

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Offer what is listed; inside of an account its containers, inside of these files."""
        del param
        from click.shell_completion import CompletionItem

        from adxmi_jupyter.actions.choices.offered import offered_choices
        from adxmi_jupyter.actions.choices.values import Question, level

        call = ctx.find_object(Call)
        connection = call.opened if call else None
        if connection is None:
            return []
        before, inside = level(self._listed.source, incomplete)
        given = tuple(str(ctx.params.get(name) or "") for name in self._listed.of)
        database = _database_on(ctx) or connection.database
        question = Question(self._listed.source, database, given, inside)
        typed = incomplete.removeprefix(before).lower()
        return [
            CompletionItem(f"{before}{one.value}", type=self.kind, help=one.label)
            for one in offered_choices(connection, question)
            if one.value.lower().startswith(typed) or one.label.lower().startswith(typed)
        ]


class ColumnTypes(FieldText):
    """Columns as ``Name:type``: behind a colon the types there are."""

    def offered(self, names: list[str], incomplete: str) -> list[CompletionItem]:
        """Complete the type of the last column."""
        before, colon, typed = incomplete.rpartition(":")
        if not colon or "," in typed:
            return []
        found = NameList().offered(names, typed.lstrip())
        for item in found:
            item.value, item.type = f"{before}:{item.value}", self.kind
        return found


class ColumnName(FieldText):
    """A column of the table that another option names, or of those that ``--columns`` declares."""

    def __init__(self, of_field: str) -> None:
        super().__init__("column")
        self._of_field = of_field

    def names_on(self, call: Call, ctx: click.Context) -> Iterable[str]:
        """Return the columns."""
        named = str(ctx.params.get(self._of_field) or "")
        if self._of_field == "columns":
            return [one.strip().partition(":")[0] for one in named.split(",") if one.strip()]
        from adxmi_jupyter.actions.choices.offered import offered_entities

        connection = call.opened
        if connection is None:
            return ()
        entities = offered_entities(connection, _database_on(ctx) or connection.database)
        return [column.name for one in entities if one.name == named for column in one.columns]


def can_be_dropped(declaration: Declaration) -> bool:
    """Tell whether the service keeps it under a name."""
    return isinstance(declaration.listing, KustoListing | DataConnectionListing)


_KNOWN_LISTS: dict[str, Callable[[], FieldText]] = {
    "over": lambda: TableNames("table"),
    "reads": lambda: DatabaseNames("database"),
}
"""Fields of several names that completion knows, by the name they have in every declaration."""

_COLUMNS_OF = {"hot_datetime_column": "external_table", "primary_key": "columns"}
"""Fields that name a column, and the field that says which columns there are."""


def param_of(spec: FieldSpec) -> FieldText:
    """Return the type of the option for a field."""
    if spec.kind is FieldKind.IDENTITY:
        return IdentityName("identity")
    if spec.kind in {FieldKind.TABLE, FieldKind.EXTERNAL_TABLE}:
        return TableField("table", is_external=spec.kind is FieldKind.EXTERNAL_TABLE)
    if spec.kind is FieldKind.NAMES and spec.name in _KNOWN_LISTS:
        return _KNOWN_LISTS[spec.name]()
    if spec.listed is not None:
        return ListedValue(spec.listed)
    if spec.kind is FieldKind.COLUMNS:
        return ColumnTypes("type", TYPES)
    if spec.name in _COLUMNS_OF:
        return ColumnName(_COLUMNS_OF[spec.name])
    return FieldText("value", spec.choices)


def fields(
    declaration: Declaration, required: str = "Required", *, by_name: bool = True
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare an option for each field of a workflow; `required` says when one must be given.

    With `by_name`, the field that the service calls it by is also the word after the verb.
    """

    def declare(function: Callable[..., Any]) -> Callable[..., Any]:
        body = declaration.about.body
        if body:
            function = file_option(f"File with the text of --{body}, instead of the cell body")(
                function
            )
        for spec in reversed(declaration.specs()):
            is_subject = by_name and spec.name == declaration.about.named_by
            function = _option(spec, declaration, required, is_subject=is_subject)(function)
        return function

    return declare


def _option(
    spec: FieldSpec, declaration: Declaration, required: str, *, is_subject: bool
) -> Callable[..., Any]:
    if spec.kind is FieldKind.FLAG:
        # What is neither yes nor no by itself, or is yes, must be able to become no.
        words = spec.option if spec.default is False else f"{spec.option}/--not-{spec.option[2:]}"
        return click.option(
            words, spec.name, is_flag=True, default=spec.default, help=_told(spec, required)
        )
    is_body = spec.name == declaration.about.body
    declare_option = subject if is_subject else click.option
    return declare_option(
        spec.option,
        spec.name,
        type=param_of(spec),
        metavar=spec.placeholder,
        default="",
        help=_told(spec, required) + (" The cell body can hold it." if is_body else ""),
    )


def _told(spec: FieldSpec, required: str) -> str:
    """Return the help of an option: what it is, its choices, and where it has a meaning."""
    parts = [spec.help]
    if spec.choices:
        parts.append(f"Allowed values: {', '.join(spec.choices)}.")
    for name, values in spec.only_for.items():
        if len(values) < _EVERY_CHOICE:
            parts.append(f"Only with --{name.replace('_', '-')} {' or '.join(values)}.")
    for name, values in spec.required_for.items():
        parts.append(f"Required with --{name.replace('_', '-')} {' or '.join(values)}.")
    if spec.is_required:
        parts.append(f"{required}." if not spec.only_for else f"{required} there.")
    return " ".join(parts)


_EVERY_CHOICE = 4
