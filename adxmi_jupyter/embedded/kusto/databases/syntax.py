"""The commands about databases as a whole as values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

from lark import Token, v_args

from adxmi_jupyter.embedded.kusto.errors import bad_request, syntax_error
from adxmi_jupyter.embedded.kusto.statements import FamilyCommand
from adxmi_jupyter.embedded.kusto.trees import FamilyTrees

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.kusto.statements import Scope
    from adxmi_jupyter.embedded.kusto.values import Properties

_VERSION = re.compile(r"v(\d{1,9})\.(\d{1,9})", re.IGNORECASE)
_JSON = "json"


class DatabaseCommand(FamilyCommand):
    """Any command that shows databases as a whole."""

    runner: ClassVar[tuple[str, str]] = ("databases.commands", "run_database_command")
    shows: ClassVar[bool] = True


class Flavor(StrEnum):
    """Which properties of databases are shown; `plain` is the list without such a word."""

    PLAIN = "plain"
    DETAILS = "details"
    IDENTITY = "identity"
    POLICIES = "policies"
    DATASTATS = "datastats"
    METADATA = "metadata"


@dataclass(frozen=True)
class ShowDatabases(DatabaseCommand):
    """`.show databases [(NAME, …)] [FLAVOR]`; with `only_context` it is `.show database [FLAVOR]`.

    Names may hold asterisks; None are all databases that the caller may see.
    """

    flavor: Flavor = Flavor.PLAIN
    names: tuple[str, ...] | None = None
    only_context: bool = False


@dataclass(frozen=True)
class Wanted:
    """A database, the request's own without a name, and the version that it has to be past."""

    name: str | None
    later_than: tuple[int, int] | None = None


class Form(StrEnum):
    """How a schema is shown: a flat list, the lists of columns, JSON, or commands."""

    FLAT = "flat"
    CSL = "csl"
    JSON = "json"
    SCRIPT = "script"


@dataclass(frozen=True)
class ShowDatabaseSchema(DatabaseCommand):
    """`.show database … schema …`, `.show databases … schema …`, `.show schema …`, `… cslschema …`.

    `databases` is None for all that the caller may see.
    """

    form: Form
    databases: tuple[Wanted, ...] | None = None
    properties: Properties = ()


@dataclass(frozen=True)
class ShowEntities(DatabaseCommand):
    """`.show databases entities`, or `.show database NAME entity NAME`."""

    properties: Properties
    database: str | None = None
    name: str | None = None


@dataclass(frozen=True)
class ShowCapacity(DatabaseCommand):
    """`.show capacity [RESOURCE] [with (scope=…)]`."""

    resource: str | None
    of_workload_group: bool


@v_args(inline=True)
class Trees(FamilyTrees):
    """Turn the trees of this folder's grammar into commands."""

    def show_databases(
        self,
        listed: tuple[Wanted | Token, ...] | None,
        flavor: Token | None,
        _properties: object,
    ) -> ShowDatabases:
        names = None if listed is None else tuple(_name_or_pattern(each) for each in listed)
        return ShowDatabases(_flavor(flavor), names)

    def show_database(self, flavor: Token | None, _properties: object) -> ShowDatabases:
        return ShowDatabases(_flavor(flavor), only_context=True)

    def show_every_schema(self, form: Token | None = None) -> ShowDatabaseSchema:
        return ShowDatabaseSchema(Form.FLAT if form is None else _json(form))

    def show_schemas(self, listed: tuple[Wanted | Token, ...] | None) -> ShowDatabaseSchema:
        return ShowDatabaseSchema(Form.FLAT, _databases(listed))

    def show_schemas_as(
        self,
        listed: tuple[Wanted | Token, ...] | None,
        form: Token,
        properties: Properties | None,
    ) -> ShowDatabaseSchema:
        return ShowDatabaseSchema(_json(form), _databases(listed), properties or ())

    def show_schema(self, scope: Scope, version: tuple[int, int] | None) -> ShowDatabaseSchema:
        return ShowDatabaseSchema(Form.FLAT, (Wanted(scope.database, version),))

    def show_schema_as(
        self,
        scope: Scope,
        version: tuple[int, int] | None,
        form: Token,
        properties: Properties | None,
    ) -> ShowDatabaseSchema:
        shown = Form.JSON if form == _JSON else Form.CSL
        return ShowDatabaseSchema(shown, (Wanted(scope.database, version),), properties or ())

    def show_schema_script(
        self,
        scope: Scope,
        version: tuple[int, int] | None,
        form: Token,
        properties: Properties | None,
    ) -> ShowDatabaseSchema:
        if form == _JSON:
            raise _unexpected(form)
        wanted = (Wanted(scope.database, version),)
        return ShowDatabaseSchema(Form.SCRIPT, wanted, properties or ())

    def show_csl_schema(self, scope: Scope, version: tuple[int, int] | None) -> ShowDatabaseSchema:
        return ShowDatabaseSchema(Form.CSL, (Wanted(scope.database, version),))

    def show_csl_script(self, scope: Scope, version: tuple[int, int] | None) -> ShowDatabaseSchema:
        return ShowDatabaseSchema(Form.SCRIPT, (Wanted(scope.database, version),))

    def show_entities(self, properties: Properties | None) -> ShowEntities:
        return ShowEntities(properties or ())

    def show_entity(self, scope: Scope, name: str, properties: Properties | None) -> ShowEntities:
        return ShowEntities(properties or (), scope.database, name)

    def show_capacity(self, resource: Token | None, scope: Token | None) -> ShowCapacity:
        return ShowCapacity(str(resource) if resource else None, scope == "workloadgroup")

    def listed_databases(self, *databases: Wanted | Token) -> tuple[Wanted | Token, ...]:
        return databases

    def listed_database(self, name: str, version: tuple[int, int] | None) -> Wanted:
        return Wanted(name, version)

    def wildcarded(self, pattern: Token) -> Token:
        return pattern

    def version(self, text: str) -> tuple[int, int]:
        """Return the numbers of `v1.2`; a KustoError (400) for another text."""
        match = _VERSION.fullmatch(text)
        if match is None:
            raise bad_request(f"'{text}' is no version of a database: one looks like v1.2.")
        return int(match[1]), int(match[2])


def _flavor(word: Token | None) -> Flavor:
    if word is None:
        return Flavor.PLAIN
    return Flavor.DETAILS if word == "verbose" else Flavor(word)


def _name_or_pattern(listed: Wanted | Token) -> str:
    if isinstance(listed, Token):
        return str(listed)
    if listed.later_than is not None or listed.name is None:
        raise syntax_error("Versions belong to the schema of databases.", 1, 1)
    return listed.name


def _databases(listed: tuple[Wanted | Token, ...] | None) -> tuple[Wanted, ...] | None:
    if listed is None:
        return None
    for each in listed:
        if isinstance(each, Token):
            raise _unexpected(each)
    return tuple(each for each in listed if isinstance(each, Wanted))


def _json(form: Token) -> Form:
    if form != _JSON:
        raise _unexpected(form)
    return Form.JSON


def _unexpected(word: Token) -> Exception:
    return syntax_error(f"'{word}' is not expected here.", word.line or 1, word.column or 1)
