"""The verb ``check`` of workflows: one that exists, one that is planned, or all there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import click

from adxmi_jupyter.errors import ConflictingOptions
from adxmi_jupyter.fixes import OwnCommand
from adxmi_jupyter.magics import permissions
from adxmi_jupyter.magics.fixing import Fixing, answer, fix_options
from adxmi_jupyter.magics.line import quoted
from adxmi_jupyter.magics.options import database_option
from adxmi_jupyter.magics.verbs import verb
from adxmi_jupyter.magics.workflow_filling import example, filled, given, named
from adxmi_jupyter.magics.workflow_params import ExistingName, fields
from adxmi_jupyter.model.declaration.stored import PolicyListing

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.actions.check.findings import Checks
    from adxmi_jupyter.magics.call import Call
    from adxmi_jupyter.magics.verbs import Example, Verb
    from adxmi_jupyter.model.declaration.workflow import Workflow

    Declaration = type[Workflow]


def check_verb(declaration: Declaration) -> Verb:
    """Return the verb ``check`` of a workflow."""

    @verb(
        "check",
        permission=permissions.CHECK,
        pages=declaration.about.pages,
        examples=_examples_of_check(declaration),
    )
    @_named_or_planned(declaration)
    @database_option("Database name. Default: the current database.")
    @fields(declaration, "Required for a planned one", by_name=False)
    @fix_options
    def check(
        call: Call,
        *,
        database: str,
        fix: bool,
        dry_run: bool,
        yes: bool,
        only: tuple[str, ...],
        name_of_one: str = "",
        **raw: Any,
    ) -> pd.DataFrame:
        options = given(call, declaration, raw)
        where = database or call.connection.required_database()
        if name_of_one and options:
            raise _both_named_and_planned(call, declaration, options)
        workflow = filled(call, declaration, raw) if options else None

        def checks() -> Checks:
            return _checked(call, declaration, where, name_of_one, workflow)

        return answer(call, Fixing(fix, dry_run, yes, only), checks)

    told = "Check which requirement isn't met, and show the command that fixes it."
    code = "In a console the exit code is 3 if a requirement isn't met."
    return named(check, f"{told}\n\n{_checks(declaration)} {code}")


def _checked(
    call: Call, declaration: Declaration, database: str, name: str, workflow: Workflow | None
) -> Checks:
    from adxmi_jupyter.actions.check import checks
    from adxmi_jupyter.actions.check.findings import CheckedKind

    if workflow is not None:
        return checks.check_planned(call.connection, workflow, database)
    if name:
        return checks.check_one(call.connection, declaration, database, name)
    found = checks.check_kind(call.connection, declaration, database)
    if all(one.kind is CheckedKind.NOTHING for one in found.checked):
        call.say(f"{database} has none to check; options describe one that is planned")
    return found


def _checks(declaration: Declaration) -> str:
    if isinstance(declaration.listing, PolicyListing):
        return (
            "Options describe a planned one. Without options, all identities with the usage are "
            "checked."
        )
    return (
        "NAME is an existing one, options describe a planned one. Without either, all in the "
        "database are checked."
    )


def _named_or_planned(declaration: Declaration) -> Callable[..., Any]:
    """Add the name of one that exists, where there can be one."""
    if isinstance(declaration.listing, PolicyListing):
        return lambda function: function
    kind = ExistingName(declaration)
    return click.argument("name_of_one", metavar="[NAME]", type=kind, default="")


def _both_named_and_planned(
    call: Call, declaration: Declaration, given: Mapping[str, Any]
) -> ConflictingOptions:
    options = [spec.option for spec in declaration.specs() if spec.name in given]
    places = tuple(i for at in call.places_of(*options) for i in at)
    return ConflictingOptions(
        f"NAME and {options[0] if options else 'a text'} exclude each other",
        why="NAME is one that exists, and options describe one that is planned",
        fix=OwnCommand(call.again(without=places)),
    )


def _examples_of_check(declaration: Declaration) -> list[Example | str]:
    sample = declaration.about.sample
    planned: list[Example | str] = [example(declaration, "check")]
    if not sample.name:
        return planned
    where = f"--database {quoted(sample.database)}"
    return [f"{declaration.noun()} check {quoted(sample.name)} {where}", *planned]
