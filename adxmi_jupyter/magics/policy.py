"""The noun ``policy``: which identities the cluster may use, and for what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from adxmi_jupyter.magics.forms import refuse_console, writer
from adxmi_jupyter.magics.options import cluster_option, database_option, refuse_both
from adxmi_jupyter.magics.policy_reads import diff, history, matrix, show
from adxmi_jupyter.magics.policy_writes import alter, alter_merge, delete, grant, revoke, undo
from adxmi_jupyter.magics.verbs import Noun, verb

if TYPE_CHECKING:
    from adxmi_jupyter.forms.policy.form import PolicyForm
    from adxmi_jupyter.magics.call import Call


@verb("form", examples=("policy form", "policy form --cluster"))
@database_option("Database to start with. Default: the current database.")
@cluster_option("Start with the policy of the cluster.")
def form(call: Call, *, database: str, cluster: bool) -> PolicyForm:
    """Change the managed identity policy in a form.

    Forms require a notebook.
    """
    refuse_both(call, {"--cluster": cluster, "--database": bool(database)})
    refuse_console(call, "policy form", "adxmi policy matrix, then adxmi policy grant or revoke")
    from adxmi_jupyter.forms.policy.form import PolicyForm
    from adxmi_jupyter.forms.policy.state import PolicyState
    from adxmi_jupyter.model.policy import Scope

    connection = call.connection
    scope = Scope("" if cluster else database or connection.database)
    return PolicyForm(PolicyState(connection, scope), writer(call), connection.cluster)


_VERBS = (show, matrix, diff, grant, revoke, alter, alter_merge, delete, history, undo, form)


@click.group(
    cls=Noun,
    no_args_is_help=True,
    commands={str(verb.name): verb for verb in _VERBS},
    pages=("Managed identity policy",),
)
def policy() -> None:
    """Manage the managed identity policy.

    The policy defines which identities the cluster may use, and for what. The cluster has one, and
    each database has one.
    """
