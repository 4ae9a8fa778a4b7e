"""The nouns of workflows, made from their declarations: options, verbs, help and completion."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from inspect import getdoc
from typing import TYPE_CHECKING, Any

import click

from adxmi_jupyter.errors import ConflictingOptions, MissingOption
from adxmi_jupyter.magics.line import quoted
from adxmi_jupyter.magics.options import (
    all_databases_option,
    database_option,
    dry_run,
    no_wait,
    refuse_both,
    skip_unreadable,
    yes,
)
from adxmi_jupyter.magics.tree import Example, Noun, verb
from adxmi_jupyter.magics.workflow_params import ExistingName, can_be_dropped, fields
from adxmi_jupyter.model.declaration.fields import Kind
from adxmi_jupyter.model.declaration.registry import declaration_of
from adxmi_jupyter.model.declaration.stored import (
    DataConnectionListing,
    FunctionListing,
    PolicyListing,
)

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.magics.call import Call
    from adxmi_jupyter.magics.tree import Verb
    from adxmi_jupyter.model.declaration.workflow import Workflow

    Declaration = type[Workflow]


def noun_of(name: str) -> Noun:
    """Return the noun of a workflow."""
    declaration = declaration_of(name)
    noun = Noun(name, help=_help(declaration), no_args_is_help=True)
    for made in (_build, _carry_out, _list, _drop, _check, _form):
        command = made(declaration)
        if command is not None:
            noun.add_command(command)
    return noun


def _help(declaration: Declaration) -> str:
    about = declaration.about
    pages = "".join(f"\n  {page}" for page in about.pages)
    parts = [
        getdoc(declaration) or "",
        *(
            f"Not with an identity: {one.title}, because {one.why}. Instead: {one.instead}."
            for one in about.without_identity
        ),
        f"Least right of the caller: {about.caller}.",
        f"\b\nDocumentation:{pages}",
    ]
    return "\n\n".join(parts)


def _build(declaration: Declaration) -> Verb:
    @verb("build", examples=(_example(declaration, "build"),))
    @database_option("The database it is for, instead of the current one.")
    @fields(declaration)
    def build(call: Call, *, database: str, **raw: Any) -> pd.DataFrame:
        from adxmi_jupyter.actions.workflows import product_frame, text_of
        from adxmi_jupyter.magics.whole import Whole

        workflow = _filled(call, declaration, raw)
        product = workflow.product()
        call.show(text_of(product))
        return Whole(product_frame(product, database or call.connection.database))

    return _named(build, "Show what would be sent, and send nothing.")


def _carry_out(declaration: Declaration) -> Verb:
    about = declaration.about

    @verb(about.does, examples=(_example(declaration, about.does, "--dry-run"),))
    @database_option(_where(declaration))
    @fields(declaration)
    @_waiting(declaration)
    @dry_run
    @_confirmation(declaration)
    def carry_out(
        call: Call,
        *,
        database: str,
        dry_run: bool,
        no_wait: bool = False,
        yes: bool = True,
        **raw: Any,
    ) -> pd.DataFrame:
        from adxmi_jupyter.actions import workflow_writes
        from adxmi_jupyter.actions.workflows import product_frame

        where = _database(call, declaration, database)
        workflow = _filled(call, declaration, raw)
        write = workflow_writes.plan(call.connection, workflow, where)
        if dry_run:
            call.preview(write.users.lines, write.text, write.changes)
            return product_frame(workflow.product(), where)
        done = workflow_writes.carry_out(
            call.connection, workflow, write, confirmed=yes, waits=not no_wait
        )
        return _begun(call, done, no_wait=no_wait)

    return _named(carry_out, f"{_does(declaration)} The caller needs: {about.caller}.")


def _list(declaration: Declaration) -> Verb:
    examples = (f"{declaration.noun()} list", f"{declaration.noun()} list --all-databases")

    @verb("list", examples=examples)
    @database_option("This database instead of the current one.")
    @all_databases_option("Every database, read at the same time.")
    @skip_unreadable
    def list_(
        call: Call, *, database: str, all_databases: bool, skip_unreadable: bool
    ) -> pd.DataFrame:
        from adxmi_jupyter.actions.policies import scopes_of
        from adxmi_jupyter.actions.workflow_listing import listing, listing_frame, unassigned_notes
        from adxmi_jupyter.magics.whole import Whole

        refuse_both(call, {"--database": bool(database), "--all-databases": all_databases})
        connection = call.connection
        scopes = scopes_of(connection, database=database, all_databases=all_databases)
        read = listing(connection, declaration, scopes, skip_unreadable=skip_unreadable)
        for scope, failure in read.unreadable:
            call.say(f"not read: {scope} ({failure.why})")
        for note in unassigned_notes(connection, read):
            call.say(note)
        return Whole(listing_frame(connection, read))

    return _named(list_, _what_is_listed(declaration))


def _drop(declaration: Declaration) -> Verb | None:
    if not can_be_dropped(declaration):
        return None

    @verb("drop", examples=_examples_of_drop(declaration))
    @click.argument("name", metavar="NAME", type=ExistingName(declaration))
    @database_option("The database it is in; a write names it.")
    @_waiting(declaration)
    @dry_run
    @yes
    def drop(
        call: Call, *, name: str, database: str, dry_run: bool, yes: bool, no_wait: bool = False
    ) -> pd.DataFrame:
        from adxmi_jupyter.actions import workflow_writes

        where = _named_database(call, database)
        write = workflow_writes.plan_drop(call.connection, declaration, where, name)
        if dry_run:
            call.preview(write.users.lines, write.text, write.changes)
            return workflow_writes.planned_frame(call.connection, write)
        done = workflow_writes.drop(call.connection, write, confirmed=yes, waits=not no_wait)
        return _begun(call, done, no_wait=no_wait)

    return _named(drop, f"Drop {_one(declaration)}; what depends on it stops working.")


def _check(declaration: Declaration) -> Verb:
    @verb("check", examples=_examples_of_check(declaration))
    @_named_or_planned(declaration)
    @database_option("The database it is in, or for, instead of the current one.")
    @fields(declaration)
    def check(call: Call, *, database: str, name_of_one: str = "", **raw: Any) -> pd.DataFrame:
        from adxmi_jupyter.actions import checks
        from adxmi_jupyter.magics.chain import Chain

        given = _given(call, declaration, raw)
        where = database or call.connection.required_database()
        if name_of_one and given:
            raise _both_named_and_planned(call, declaration, given)
        if name_of_one:
            found = checks.check_one(call.connection, declaration, where, name_of_one)
        elif given:
            workflow = _filled(call, declaration, raw)
            found = checks.check_planned(call.connection, workflow, where)
        else:
            found = checks.check_kind(call.connection, declaration, where)
        if not found.checked:
            call.say(f"{where} has none to check; options describe one that is planned")
        return Chain(checks.checks_frame(found, complete=call.completed))

    return _named(check, f"{_checks(declaration)} Tell which link is missing, and what mends it.")


def _checks(declaration: Declaration) -> str:
    if isinstance(declaration.listing, PolicyListing):
        return "Check one that is planned, by its options; without, all who may do it."
    return "Check the one called NAME; by its options one that is planned; without, all there are."


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
        fix=call.again(without=places),
    )


def _examples_of_check(declaration: Declaration) -> list[Example | str]:
    sample = declaration.about.sample
    planned: list[Example | str] = [_example(declaration, "check")]
    if not sample.name:
        return planned
    where = f"--database {quoted(sample.database)}"
    return [f"{declaration.noun()} check {quoted(sample.name)} {where}", *planned]


def _form(declaration: Declaration) -> Verb:
    @verb("form", examples=(f"{declaration.noun()} form",))
    @database_option("Begin with this database instead of the current one.")
    def form(call: Call, *, database: str) -> object:
        from adxmi_jupyter.magics.forms import refuse_console, writer

        instead = f"adxmi {declaration.noun()} {declaration.about.does} --help"
        refuse_console(call, f"{declaration.noun()} form", instead)
        from adxmi_jupyter.forms.workflow_form import WorkflowForm
        from adxmi_jupyter.forms.workflow_state import WorkflowState

        connection = call.connection
        state = WorkflowState(connection, declaration, database or connection.database)
        return WorkflowForm(state, writer(call), connection.cluster)

    return _named(form, "Fill it in by mouse, see its links, and carry it out. For notebooks.")


def _named(command: Verb, help_text: str) -> Verb:
    command.help = help_text
    return command


def _waiting(declaration: Declaration) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add ``--no-wait`` where Azure takes a while."""
    is_slow = isinstance(declaration.listing, DataConnectionListing)
    return no_wait if is_slow else lambda function: function


def _confirmation(declaration: Declaration) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add ``--yes`` where something may be replaced."""
    return yes if _may_replace(declaration) else lambda function: function


def _may_replace(declaration: Declaration) -> bool:
    return any(spec.name == "replace" for spec in declaration.specs())


def _begun(call: Call, done: pd.DataFrame, *, no_wait: bool) -> pd.DataFrame:
    if no_wait:
        call.say(f"Azure goes on; {call.front.program} identity operations tells how far it is")
    return done


def _filled(call: Call, declaration: Declaration, raw: Mapping[str, Any]) -> Workflow:
    """Return the workflow a line describes; raises the first thing that is wrong with it."""
    from adxmi_jupyter.actions.workflows import fill_in

    given = _given(call, declaration, raw)
    filled = fill_in(call.connection, declaration, given)
    workflow: Workflow = filled.reading.required()
    for note in filled.notes:
        call.say(note)
    return workflow


def _given(call: Call, declaration: Declaration, raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was given: options that differ from their defaults, and the cell body."""
    defaults = {spec.name: spec.default for spec in declaration.specs() if spec.kind is Kind.FLAG}
    given = {name: value for name, value in raw.items() if defaults.get(name, "") != value}
    body = given.pop("file", "") or (call.body or "").strip("\n")
    field = declaration.about.body
    if not body.strip():
        return given
    if field in given:
        places = tuple(i for at in call.places_of(f"--{field}") for i in at)
        raise ConflictingOptions(
            f"there is a text besides --{field}",
            why="the cell body or a file can give it, or the option",
            fix=call.again(without=places),
        )
    return {**given, field: body}


def _database(call: Call, declaration: Declaration, database: str) -> str:
    if _names_database(declaration):
        return _named_database(call, database)
    return database or call.connection.required_database()


def _names_database(declaration: Declaration) -> bool:
    return declaration.about.does == "create" or declaration.about.writes


def _named_database(call: Call, database: str) -> str:
    if database:
        return database
    current = call.connection.database or "NAME"
    raise MissingOption(
        "the database was not named",
        why="a write never defaults to one",
        fix=call.again(more=f"--database {call.as_word(current)}"),
    )


def _where(declaration: Declaration) -> str:
    if _names_database(declaration):
        return "The database; a write names it."
    return "The database it runs in, instead of the current one."


def _does(declaration: Declaration) -> str:
    about = declaration.about
    if about.does == "run":
        return "Run it; what comes back is the result."
    if about.adds:
        return f"Create {_one(declaration)}; those there are stay."
    more = ", or replace it" if _may_replace(declaration) else ""
    return f"Create {_one(declaration)}{more}."


def _one(declaration: Declaration) -> str:
    """Return its title as it stands in a sentence: names of products keep their capitals."""
    title = declaration.about.title
    is_product = title.partition(" ")[2][:1].isupper()
    word = title if is_product else f"{title[:1].lower()}{title[1:]}"
    return f"{'an' if word[:1].lower() in 'aeiou' else 'a'} {word}"


def _what_is_listed(declaration: Declaration) -> str:
    kept = declaration.listing
    if isinstance(kept, FunctionListing):
        return (
            "List the stored functions that do this, and which identity each uses. Queries "
            "themselves are kept nowhere."
        )
    if isinstance(kept, PolicyListing):
        return f"List who may do it: it is kept nowhere, so the policy's {kept.usage} tells."
    return "List those there are, and which identity each one uses."


def _examples_of_drop(declaration: Declaration) -> list[Example | str]:
    sample, about = declaration.about.sample, declaration.about
    # Where none is there by itself, one has to be made first.
    made: list[Example | str] = [] if sample.name else [_example(declaration, about.does)]
    name = sample.name or sample.fields[about.named_by]
    line = f"{declaration.noun()} drop {quoted(name)} --database {quoted(sample.database)}"
    return [*made, f"{line} --dry-run", f"{line} --yes"]


def _example(declaration: Declaration, verb_name: str, *more: str) -> Example:
    """Return the sample of a declaration as an example; its longest text is the cell body."""
    sample, about = declaration.about.sample, declaration.about
    words: list[str] = [declaration.noun(), verb_name, "--database", quoted(sample.database)]
    body = ""
    for name, value in sample.fields.items():
        if name == about.body and ("\n" in value or '"' in value):
            body = value
        else:
            words += [f"--{name.replace('_', '-')}", quoted(value)]
    return Example(" ".join([*words, *more]), body)
