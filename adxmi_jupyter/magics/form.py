"""The verb ``form``: the three steps on one page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from adxmi_jupyter.errors import InvalidValue
from adxmi_jupyter.fixes import ChangeOption, Explain, Several
from adxmi_jupyter.magics.forms import refuse_console, writer
from adxmi_jupyter.magics.options import database_option
from adxmi_jupyter.magics.params import IdentityName, Name
from adxmi_jupyter.magics.verbs import verb
from adxmi_jupyter.model.declaration.fields import FieldKind
from adxmi_jupyter.model.declaration.registry import maker_of, nouns
from adxmi_jupyter.model.usage import closest

if TYPE_CHECKING:
    from adxmi_jupyter.forms.steps.form import StepsForm
    from adxmi_jupyter.magics.call import Call


class WorkflowNoun(Name):
    """The noun of a workflow."""

    name = kind = "workflow"

    def names(self, call: Call) -> Iterable[str]:
        """Return the nouns."""
        del call
        return nouns()


@verb(
    "form",
    examples=(
        "form",
        "form --identity mi-ingest",
        f"form --identity mi-export --workflow {maker_of(FieldKind.EXTERNAL_TABLE)}",
    ),
)
@database_option("Database to start with. Default: the current database.")
@click.option(
    "--identity",
    type=IdentityName(),
    metavar="IDENTITY",
    default="",
    help="Managed identity to start with: name, object ID, client ID, resource ID or system.",
)
@click.option(
    "--workflow",
    type=WorkflowNoun(),
    metavar="NOUN",
    default="",
    help="Workflow to start with in the third step: its noun.",
)
def form(call: Call, *, database: str, identity: str, workflow: str) -> StepsForm:
    """Show the three steps on one page: assign, allow, use.

    Forms require a notebook.
    """
    refuse_console(
        call, "form", "adxmi identity assign, then adxmi policy grant, then adxmi role grant"
    )
    _refuse_unknown(workflow)
    from adxmi_jupyter.forms.steps.form import StepsForm
    from adxmi_jupyter.forms.steps.state import StepsState

    connection = call.connection
    connection.require_identities()
    state = StepsState(connection, database or connection.database, named=bool(database))
    note = state.choose(identity)
    if note:
        call.say(note)
    return StepsForm(state, writer(call), connection.cluster, workflow=workflow)


def _refuse_unknown(workflow: str) -> None:
    """Refuse a noun that is no workflow's.

    Raises
    ------
    InvalidValue
        It is not.

    """
    if workflow and workflow not in nouns():
        match = closest(workflow, nouns()) or "WORKFLOW"
        raise InvalidValue(
            f"there is no workflow {workflow!r}",
            why=Explain.of("there are: ", Several.of(nouns())),
            fix=ChangeOption("--workflow", match),
        )
