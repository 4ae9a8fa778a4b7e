"""The verb ``policy form``: the policy by mouse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.magics.forms import refuse_console, writer
from adxmi_jupyter.magics.options import cluster_option, database_option, refuse_both
from adxmi_jupyter.magics.verbs import verb

if TYPE_CHECKING:
    from adxmi_jupyter.forms.policy.form import PolicyForm
    from adxmi_jupyter.magics.call import Call


@verb("form", examples=("policy form", "policy form --cluster"))
@database_option("Begin with this database instead of the current one.")
@cluster_option("Begin with the cluster's own policy.")
def form(call: Call, *, database: str, cluster: bool) -> PolicyForm:
    """Change the policy by mouse: tick, look at the command, apply. For notebooks."""
    refuse_both(call, {"--cluster": cluster, "--database": bool(database)})
    refuse_console(call, "policy form", "adxmi policy matrix, then adxmi policy grant or revoke")
    from adxmi_jupyter.forms.policy.form import PolicyForm
    from adxmi_jupyter.forms.policy.state import PolicyState
    from adxmi_jupyter.model.policy import Scope

    connection = call.connection
    scope = Scope("" if cluster else database or connection.database)
    return PolicyForm(PolicyState(connection, scope), writer(call), connection.cluster)
