"""Plan what a filled-in workflow would create, run, replace or drop; nothing is sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.workflow import second_source
from adxmi_jupyter.actions.workflow.current_state import snapshot
from adxmi_jupyter.actions.workflow.filling import text_of
from adxmi_jupyter.actions.workflow.listing import stored_in
from adxmi_jupyter.actions.workflow.table_users import Users, table_users
from adxmi_jupyter.errors import AlreadyExists, WorkflowNotFound
from adxmi_jupyter.fixes import Command, Explain, Option, Retry, Several
from adxmi_jupyter.model.declaration.fields import FieldKind
from adxmi_jupyter.model.declaration.registry import maker_of
from adxmi_jupyter.model.declaration.stored import DataConnectionListing, KustoListing
from adxmi_jupyter.model.usage import closest

if TYPE_CHECKING:
    from adxmi_jupyter.actions.workflow.current_state import Snapshot
    from adxmi_jupyter.fixes import Fix
    from adxmi_jupyter.model.declaration.stored import Existing, StoredWorkflow
    from adxmi_jupyter.model.declaration.workflow import Workflow
    from adxmi_jupyter.service.connection import Connection


@dataclass(frozen=True)
class WorkflowWrite:
    """A planned or finished write of one workflow.

    `before` is what it replaces or drops, `snapshot` all that the service told of that, `former`
    the statement that makes it again, if the service told all of it, and `users` what else uses it.
    """

    declaration: type[Workflow]
    verb: str
    database: str
    name: str
    text: str
    before: Existing | None = None
    snapshot: Snapshot = None
    users: Users = field(default_factory=Users)
    former: str = ""

    @property
    def title(self) -> str:
        """What it is about, for people."""
        return f"{self.declaration.about.title} {self.name}".rstrip()

    @property
    def show_command(self) -> Command | Explain:
        """What lists those there are; what is run leaves nothing to list."""
        if self.verb == "run":
            return Explain.of("check the target before you ", Retry(), ": it may then exist twice")
        return Command.of(self.declaration.noun(), "list", "--database", self.database)

    @property
    def is_destructive(self) -> bool:
        """Whether something is no longer there afterwards, at least not as it was."""
        return self.before is not None and not (
            self.verb == "create" and self.declaration.about.adds
        )

    @property
    def changes(self) -> tuple[str, ...]:
        """A line for each thing that appears or disappears."""
        place = f"{self.title} (database {self.database})"
        gone = (
            [f"- {place}: {described(self.before)}"] if self.before and self.is_destructive else []
        )
        new = [] if self.verb == "drop" else [f"+ {place}"]
        return (*gone, *new)


def described(one: Existing) -> str:
    """Return what is there in a few words."""
    return ", ".join(part for part in (one.kind, one.target, one.state) if part)


def plan(connection: Connection, workflow: Workflow, database: str) -> WorkflowWrite:
    """Plan to create or run a workflow.

    Raises
    ------
    AlreadyExists
        One of this name exists and is not to be replaced.

    """
    about, name, declaration = workflow.about, named(workflow), type(workflow)
    text = text_of(workflow.product())
    if about.does != "create":
        return WorkflowWrite(declaration, about.does, database, name, text)
    there = _find(stored_in(connection, declaration, database), declaration, name)
    if there is not None and not _replaces(workflow):
        raise AlreadyExists(
            f"{about.title} {there.existing.name} exists already in the database {database}",
            why=described(there.existing),
            fix=_way_on(workflow),
        )
    return _planned(connection, declaration, "create", database, name, text, there)


def _planned(
    connection: Connection,
    declaration: type[Workflow],
    verb: str,
    database: str,
    name: str,
    text: str,
    there: StoredWorkflow | None,
) -> WorkflowWrite:
    """Return a plan with what it takes away, and who uses that."""
    if there is None:
        return WorkflowWrite(declaration, verb, database, name, text)
    (there,) = second_source.whole(connection, declaration.listing, database, (there,))
    before = snapshot(connection, declaration, database, there)
    is_table = declaration.noun() == maker_of(FieldKind.EXTERNAL_TABLE)
    users = table_users(connection, database, name) if is_table else Users()
    former = second_source.restoring(connection, declaration.listing, database, there)
    return WorkflowWrite(
        declaration, verb, database, name, text, there.existing, before, users, former
    )


def named(workflow: Workflow) -> str:
    """Return what the service calls the filled-in workflow; empty for what has no name."""
    name = workflow.about.named_by
    return str(getattr(workflow, name)) if name else ""


def _replaces(workflow: Workflow) -> bool:
    return workflow.about.adds or bool(getattr(workflow, "replace", False))


def _way_on(workflow: Workflow) -> Fix:
    if hasattr(workflow, "replace"):
        return Retry.having("--replace")
    return Explain.of("choose another ", Option("--name"), ", or drop it first")


def _find(
    there: tuple[StoredWorkflow, ...], declaration: type[Workflow], name: str
) -> StoredWorkflow | None:
    return next((one for one in there if is_called(declaration, one.existing, name)), None)


def is_called(declaration: type[Workflow], one: Existing, name: str) -> bool:
    """Tell whether one has this name; Azure does not look at the letter case of names."""
    if isinstance(declaration.listing, DataConnectionListing):
        return one.name.lower() == name.lower()
    return one.name == name


def plan_drop(
    connection: Connection, declaration: type[Workflow], database: str, name: str
) -> WorkflowWrite:
    """Plan to drop what exists.

    Raises
    ------
    WorkflowNotFound
        There is none of this name; those there are are listed.

    """
    every = stored_in(connection, declaration, database)
    there = _find(every, declaration, name)
    if there is None:
        there_are = [one.existing.name for one in every]
        raise absent(declaration, database, name, there_are, verb="drop")
    listing, name = declaration.listing, there.existing.name
    text = (
        listing.drop(name)
        if isinstance(listing, KustoListing)
        else f"DELETE …/dataConnections/{name}"
    )
    return _planned(connection, declaration, "drop", database, name, text, there)


def absent(
    declaration: type[Workflow], database: str, name: str, there: list[str], *, verb: str
) -> WorkflowNotFound:
    """Return the error for a name that none has; the line names the closest one there is."""
    match, noun = closest(name, there), declaration.noun()
    words = (verb, match) if match else ("list",)
    return WorkflowNotFound(
        f"there is no {declaration.noun()} {name} in the database {database}",
        why=Explain.of("there are: ", Several.of(there, otherwise="none that you can read")),
        fix=Command.of(noun, *words, "--database", database),
    )
