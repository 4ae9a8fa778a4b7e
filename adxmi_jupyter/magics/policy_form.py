"""The verb ``policy form``: the policy by mouse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.errors import UnknownCommand
from adxmi_jupyter.magics.line import quoted
from adxmi_jupyter.magics.options import cluster_option, database_option, refuse_both
from adxmi_jupyter.magics.tree import verb

if TYPE_CHECKING:
    from adxmi_jupyter.forms.line import Line
    from adxmi_jupyter.forms.policy_form import PolicyForm
    from adxmi_jupyter.magics.call import Call


@verb("form", examples=("policy form", "policy form --cluster"))
@database_option("Begin with this database instead of the current one.")
@cluster_option("Begin with the cluster's own policy.")
def form(call: Call, *, database: str, cluster: bool) -> PolicyForm:
    """Change the policy by mouse: tick, look at the command, apply. For notebooks."""
    refuse_both(call, {"--cluster": cluster, "--database": bool(database)})
    _refuse_console(call)
    from adxmi_jupyter.forms.policy_form import PolicyForm
    from adxmi_jupyter.forms.policy_state import PolicyState
    from adxmi_jupyter.model.policy import Scope

    connection = call.connection
    scope = Scope("" if cluster else database or connection.database)
    named = call.connection_name

    def write(line: Line) -> str:
        return written(call.front.program, line, connection=named)

    return PolicyForm(PolicyState(connection, scope), write, connection.cluster)


def written(program: str, line: Line, *, connection: str = "") -> str:
    """Return a line as one types it into a notebook, with the body below it."""
    more = ("--connection", connection) if connection else ()
    words = " ".join(quoted(word.replace("$", "$$")) for word in (*line.words, *more))
    if not line.body:
        return f"{program} {words}"
    return f"%{program} {words}\n{line.body}"


def _refuse_console(call: Call) -> None:
    if call.is_console:
        raise UnknownCommand(
            "policy form runs in a notebook only",
            why="a form needs something to show it",
            fix="adxmi policy matrix, then adxmi policy grant or revoke",
        )
