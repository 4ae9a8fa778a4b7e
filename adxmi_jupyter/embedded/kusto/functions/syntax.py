"""The commands about stored functions as values, and how their trees become them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar

from lark import v_args

from adxmi_jupyter.embedded.kusto.statements import FamilyCommand
from adxmi_jupyter.embedded.kusto.trees import FamilyTrees

if TYPE_CHECKING:
    from lark import Token

    from adxmi_jupyter.embedded.kusto.values import Properties


class Verb(StrEnum):
    """How a definition treats a function of the same name."""

    CREATE = "Create"
    ALTER = "Alter"
    CREATE_OR_ALTER = "CreateOrAlter"


class FunctionCommand(FamilyCommand):
    """Any command about stored functions."""

    runner: ClassVar[tuple[str, str]] = ("functions.commands", "run_function_command")


@dataclass(frozen=True)
class ShowFunctions(FunctionCommand):
    """`.show functions`, or `.show function NAME`."""

    shows: ClassVar[bool] = True

    name: str | None = None


@dataclass(frozen=True)
class Definition:
    """Name, parameters and body as they were written, brackets included."""

    name: str
    parameters: str
    body: str


@dataclass(frozen=True)
class DefineFunction(FunctionCommand):
    """`.create`, `.alter` or `.create-or-alter function …`."""

    subject_fields: ClassVar[tuple[str, ...]] = ("definition.name",)

    verb: Verb
    definition: Definition
    properties: Properties
    if_not_exists: bool = False

    @property
    def kind(self) -> str:
        """What a script calls it."""
        return f"Function{self.verb}"


@dataclass(frozen=True)
class DropFunction(FunctionCommand):
    """`.drop function NAME [ifexists]`."""

    kind: ClassVar[str] = "FunctionDrop"
    subject_fields: ClassVar[tuple[str, ...]] = ("name",)

    name: str
    if_exists: bool


@v_args(inline=True)
class Trees(FamilyTrees):
    """Turn the trees of this folder's grammar into commands.

    `source` is the text that was parsed: parameters and bodies are kept as they stand there.
    """

    source: str

    def show_functions(self, name: str | None = None) -> ShowFunctions:
        return ShowFunctions(name)

    def create_function(
        self, if_not_exists: Token | None, properties: Properties | None, definition: Definition
    ) -> DefineFunction:
        return DefineFunction(Verb.CREATE, definition, properties or (), bool(if_not_exists))

    def alter_function(
        self, properties: Properties | None, definition: Definition
    ) -> DefineFunction:
        return DefineFunction(Verb.ALTER, definition, properties or ())

    def create_or_alter_function(
        self, properties: Properties | None, definition: Definition
    ) -> DefineFunction:
        return DefineFunction(Verb.CREATE_OR_ALTER, definition, properties or ())

    def drop_function(self, _verb: Token, name: str, if_exists: Token | None) -> DropFunction:
        return DropFunction(name, bool(if_exists))

    def function_definition(self, name: str, parameters: str, body: str) -> Definition:
        return Definition(name, parameters, body)

    def function_parameters(self, *pieces: Any) -> str:
        return self._written(pieces)

    def function_body(self, *pieces: Any) -> str:
        return self._written(pieces)

    def _written(self, pieces: tuple[Any, ...]) -> str:
        """Return the text between the first piece and the last one, which are brackets."""
        return self.source[pieces[0].start_pos : pieces[-1].end_pos]
