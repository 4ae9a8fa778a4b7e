"""Runs the commands about stored functions (pages: `.show functions`, `.create function`, …)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.access import Permission
from adxmi_jupyter.embedded.kusto.entities import chosen
from adxmi_jupyter.embedded.kusto.errors import entity_exists, entity_not_found
from adxmi_jupyter.embedded.kusto.functions.syntax import (
    DefineFunction,
    DropFunction,
    ShowFunctions,
    Verb,
)
from adxmi_jupyter.embedded.kusto.properties import TEXT, TRUTH, read_properties
from adxmi_jupyter.embedded.kusto.results import result
from adxmi_jupyter.embedded.state.entities import StoredFunction

if TYPE_CHECKING:
    from collections.abc import Iterable

    from adxmi_jupyter.embedded.kusto.functions.syntax import FunctionCommand
    from adxmi_jupyter.embedded.kusto.results import Result
    from adxmi_jupyter.embedded.kusto.session import Session

_RULES = {"folder": TEXT, "docstring": TEXT, "skipvalidation": TRUTH, "view": TRUTH}
_KIND = "Function"


def run_function_command(command: FunctionCommand, session: Session) -> Result:
    """Return the command's result; a KustoError when it may not or cannot run."""
    match command:
        case ShowFunctions():
            return _show(command, session)
        case DefineFunction():
            return _define(command, session)
        case DropFunction():
            return _drop(command, session)
        case _:
            raise AssertionError(command)


def _show(command: ShowFunctions, session: Session) -> Result:
    database = session.database(None)
    session.require(Permission.DATABASE_SHOW, "FunctionsShowCommand", database)
    return _functions(chosen(database.functions, command.name, _KIND, database))


def _functions(functions: Iterable[StoredFunction]) -> Result:
    return result(
        "Name:string, Parameters:string, Body:string, Folder:string, DocString:string",
        [
            [each.name, each.parameters, each.body, each.folder, each.doc_string]
            for each in functions
        ],
    )


def _define(command: DefineFunction, session: Session) -> Result:
    """Create or replace a function; who creates it becomes its admin."""
    database, operation = session.database(None), f"{command.kind}Command"
    name = command.definition.name
    present = database.functions.get(name)
    if present is not None and command.verb is not Verb.CREATE:
        session.require_admin(present.admins, operation, database)
    else:
        session.require(Permission.DATABASE_USER, operation, database)
    if present is None and command.verb is Verb.ALTER:
        raise entity_not_found(_KIND, name, database.name)
    if present is not None and command.verb is Verb.CREATE:
        if not command.if_not_exists:
            raise entity_exists(_KIND, name, database.name)
        return _functions([present])
    admins = present.admins if present else frozenset({session.caller.fqn})
    made = replace(_function(command, admins), script_problem=_script_problem(name, session))
    database.functions[name] = made
    return _functions([made])


def _function(command: DefineFunction, admins: frozenset[str]) -> StoredFunction:
    given, definition = (
        read_properties(command.properties, _RULES, "a function"),
        command.definition,
    )
    return StoredFunction(
        definition.name,
        definition.parameters,
        definition.body,
        folder=given.get("folder", ""),
        doc_string=given.get("docstring", ""),
        admins=admins,
    )


def _script_problem(name: str, session: Session) -> str:
    """Return why the function runs no scripts: else others could plant them for the owner."""
    if not session.sender.script_problem:
        return ""
    return (
        f"The function '{name}' runs no scripts: a client made it that may not run any. A client "
        "with the key of the embedded Azure has to make it again."
    )


def _drop(command: DropFunction, session: Session) -> Result:
    """Return the name of the function that is no more; no row when there was none."""
    database = session.database(None)
    present = database.functions.get(command.name)
    admins = present.admins if present else frozenset[str]()
    session.require_admin(admins, f"{command.kind}Command", database)
    if present is None and not command.if_exists:
        raise entity_not_found(_KIND, command.name, database.name)
    database.functions.pop(command.name, None)
    return result("Name:string", [[present.name]] if present else [])
