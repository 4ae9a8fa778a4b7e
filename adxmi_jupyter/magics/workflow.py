"""The nouns of workflows, made from their declarations: options, verbs, help and completion."""

from __future__ import annotations

from collections.abc import Callable
from inspect import getdoc
from typing import TYPE_CHECKING, Any

import click

from adxmi_jupyter.dialect import Dialect
from adxmi_jupyter.errors import MissingOption
from adxmi_jupyter.fixes import ChangeOption, Retry
from adxmi_jupyter.magics import permissions
from adxmi_jupyter.magics.line import quoted
from adxmi_jupyter.magics.missing import Lacking
from adxmi_jupyter.magics.options import (
    all_databases_option,
    database_option,
    dry_run,
    no_wait,
    refuse_both,
    skip_unreadable,
    yes,
)
from adxmi_jupyter.magics.verbs import Noun, verb
from adxmi_jupyter.magics.workflow_check import check_verb
from adxmi_jupyter.magics.workflow_filling import example, filled, named
from adxmi_jupyter.magics.workflow_params import ExistingName, can_be_dropped, fields
from adxmi_jupyter.model.declaration.registry import declaration_of
from adxmi_jupyter.model.declaration.stored import (
    DataConnectionListing,
    FunctionListing,
    PolicyListing,
)

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.magics.call import Call
    from adxmi_jupyter.magics.verbs import Example, Verb
    from adxmi_jupyter.model.declaration.workflow import Workflow
    from adxmi_jupyter.model.permission import Permission

    Declaration = type[Workflow]


def noun_of(name: str) -> Noun:
    """Return the noun of a workflow."""
    declaration = declaration_of(name)
    pages = declaration.about.pages
    noun = Noun(name, help=_help(declaration), no_args_is_help=True, pages=pages)
    for made in (_build, _carry_out, _list, _drop, check_verb, _form):
        command = made(declaration)
        if command is not None:
            noun.add_command(command)
    return noun


def _help(declaration: Declaration) -> str:
    parts = [
        getdoc(declaration) or "",
        *(
            f"Not supported with a managed identity: {one.title}, because {one.why}. "
            f"Instead: {Dialect().part(one.instead)}."
            for one in declaration.about.without_identity
        ),
    ]
    return "\n\n".join(parts)


def _build(declaration: Declaration) -> Verb:
    @verb("build", pages=declaration.about.pages, examples=(example(declaration, "build"),))
    @database_option("Database name. Default: the current database.")
    @fields(declaration)
    def build(call: Call, *, database: str, **raw: Any) -> pd.DataFrame:
        from adxmi_jupyter.actions.workflow.filling import product_frame, text_of
        from adxmi_jupyter.rendering.shown_frame import Whole

        workflow = filled(call, declaration, raw)
        product = workflow.product()
        call.show(text_of(product))
        return Whole(product_frame(product, database or call.connection.database))

    return named(build, "Show the text to send without sending it.")


def _carry_out(declaration: Declaration) -> Verb:
    about = declaration.about

    examples = (example(declaration, about.does, "--dry-run"),)

    @verb(about.does, permission=about.caller, pages=about.pages, examples=examples)
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
        from adxmi_jupyter.actions.workflow import writes as workflow_writes
        from adxmi_jupyter.actions.workflow.filling import product_frame

        workflow = filled(call, declaration, raw, *_lacking_database(declaration, database))
        where = _database(call, declaration, database)
        write = workflow_writes.plan(call.connection, workflow, where)
        if dry_run:
            call.has_found = bool(write.text)
            call.preview(write.users.lines, write.text, write.changes)
            return product_frame(workflow.product(), where)
        done = workflow_writes.carry_out(
            call.connection, workflow, write, confirmed=yes, waits=not no_wait
        )
        if about.does == "create":
            _tell_check(call, declaration, write.name, where)
        return _begun(call, done, no_wait=no_wait)

    return named(carry_out, _does(declaration))


def _list(declaration: Declaration) -> Verb:
    examples = (f"{declaration.noun()} list", f"{declaration.noun()} list --all-databases")

    @verb("list", permission=_to_list(declaration), examples=examples)
    @database_option("Database name. Default: the current database.")
    @all_databases_option("Read all databases, in parallel.")
    @skip_unreadable
    def list_(
        call: Call, *, database: str, all_databases: bool, skip_unreadable: bool
    ) -> pd.DataFrame:
        from adxmi_jupyter.actions.policy.policies import scopes_of
        from adxmi_jupyter.actions.workflow.listing import (
            listing,
            listing_frame,
            source_notes,
            unassigned_notes,
        )

        refuse_both(call, {"--database": bool(database), "--all-databases": all_databases})
        connection = call.connection
        scopes = scopes_of(connection, database=database, all_databases=all_databases)
        read = listing(connection, declaration, scopes, skip_unreadable=skip_unreadable)
        for scope, failure in read.unreadable:
            call.say(f"not read: {scope} ({failure.why})")
        for note in (*source_notes(read), *unassigned_notes(connection, read)):
            call.say(note)
        return listing_frame(connection, read)

    return named(list_, _what_is_listed(declaration))


def _drop(declaration: Declaration) -> Verb | None:
    if not can_be_dropped(declaration):
        return None

    @verb("drop", permission=_to_drop(declaration), examples=_examples_of_drop(declaration))
    @click.argument("name", metavar="NAME", type=ExistingName(declaration))
    @database_option("Database name. Required.")
    @_waiting(declaration)
    @dry_run
    @yes
    def drop(
        call: Call, *, name: str, database: str, dry_run: bool, yes: bool, no_wait: bool = False
    ) -> pd.DataFrame:
        from adxmi_jupyter.actions.workflow import writes as workflow_writes

        where = _named_database(call, database)
        write = workflow_writes.plan_drop(call.connection, declaration, where, name)
        if dry_run:
            call.has_found = bool(write.text)
            call.preview(write.users.lines, write.text, write.changes)
            return workflow_writes.planned_frame(call.connection, write)
        done = workflow_writes.drop(call.connection, write, confirmed=yes, waits=not no_wait)
        if not no_wait:
            call.say(f"dropped: {name}")
        return _begun(call, done, no_wait=no_wait)

    return named(drop, f"Drop {_one(declaration)}.\n\nWhat depends on it stops working.")


def _form(declaration: Declaration) -> Verb:
    @verb("form", examples=(f"{declaration.noun()} form",))
    @database_option("Database to start with. Default: the current database.")
    def form(call: Call, *, database: str) -> object:
        from adxmi_jupyter.magics.forms import refuse_console, writer

        instead = f"adxmi {declaration.noun()} {declaration.about.does} --help"
        refuse_console(call, f"{declaration.noun()} form", instead)
        from adxmi_jupyter.forms.workflow.form import WorkflowForm
        from adxmi_jupyter.forms.workflow.state import WorkflowState

        connection = call.connection
        state = WorkflowState(connection, declaration, database or connection.database)
        return WorkflowForm(state, writer(call), connection.cluster)

    return named(form, f"{_form_summary(declaration)} in a form.\n\nForms require a notebook.")


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


def _tell_check(call: Call, declaration: Declaration, name: str, database: str) -> None:
    """Say how to look at the links: the service takes most of what is created as it is."""
    words = (declaration.noun(), "check", name, "--database", database)
    line = " ".join(map(call.as_word, words))
    call.say(f"Verify access: {call.front.program} {line}")


def _database(call: Call, declaration: Declaration, database: str) -> str:
    if _names_database(declaration):
        return _named_database(call, database)
    return database or call.connection.required_database()


def _lacking_database(declaration: Declaration, database: str) -> tuple[Lacking, ...]:
    if database or not _names_database(declaration):
        return ()
    return (Lacking("--database", "--database NAME"),)


def _names_database(declaration: Declaration) -> bool:
    return declaration.about.does == "create" or declaration.about.writes


def _named_database(call: Call, database: str) -> str:
    if database:
        return database
    current = call.connection.database or "NAME"
    raise MissingOption(
        "the database was not named",
        why="a write has no default database",
        fix=Retry((ChangeOption("--database", current),)),
    )


def _where(declaration: Declaration) -> str:
    if _names_database(declaration):
        return "Database name. Required."
    return "Database name. Default: the current database."


def _does(declaration: Declaration) -> str:
    about = declaration.about
    if about.does == "run":
        more = "The command returns the result."
    elif about.adds:
        more = "Existing ones stay."
    else:
        more = "With --replace an existing one is replaced." if _may_replace(declaration) else ""
    return f"{about.action}.\n\n{more}".strip()


def _one(declaration: Declaration) -> str:
    """Return its title as it stands in a sentence: names of products keep their capitals."""
    title = declaration.about.title
    is_product = title.partition(" ")[2][:1].isupper()
    word = title if is_product else f"{title[:1].lower()}{title[1:]}"
    return f"{'an' if word[:1].lower() in 'aeiou' else 'a'} {word}"


def _many(declaration: Declaration) -> str:
    """Return its title in the plural: ``external tables``, ``update policies``."""
    word = _one(declaration).partition(" ")[2]
    return f"{word[:-1]}ies" if word.endswith("y") else f"{word}s"


def _form_summary(declaration: Declaration) -> str:
    """Return what its form does."""
    about = declaration.about
    what = _one(declaration) if about.does == "create" else declaration.noun()
    return f"{about.does.capitalize()} {what}"


def _what_is_listed(declaration: Declaration) -> str:
    kept = declaration.listing
    if isinstance(kept, FunctionListing):
        return (
            f"List the stored functions that use {kept.words[0]}.\n\nThe result names the "
            "identity of each. Queries aren't stored: .show queries lists them for 30 days."
        )
    if isinstance(kept, PolicyListing):
        return (
            f"List the identities with the usage {kept.usage}.\n\nRuns aren't stored: the logs of "
            "the cluster list them for 30 days."
        )
    return f"List {_many(declaration)} and their identities."


def _to_list(declaration: Declaration) -> Permission:
    is_in_azure = isinstance(declaration.listing, DataConnectionListing)
    return permissions.SHOW_IN_AZURE if is_in_azure else permissions.SHOW


def _to_drop(declaration: Declaration) -> Permission:
    is_in_azure = isinstance(declaration.listing, DataConnectionListing)
    return permissions.REMOVE if is_in_azure else permissions.DROP


def _examples_of_drop(declaration: Declaration) -> list[Example | str]:
    sample, about = declaration.about.sample, declaration.about
    # Where none is there by itself, one has to be made first.
    made: list[Example | str] = [] if sample.name else [example(declaration, about.does)]
    name = sample.name or sample.fields[about.named_by]
    line = f"{declaration.noun()} drop {quoted(name)} --database {quoted(sample.database)}"
    return [*made, f"{line} --dry-run", f"{line} --yes"]
