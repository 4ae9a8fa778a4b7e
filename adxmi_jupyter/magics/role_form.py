"""The verb ``role form``: who holds which role, by mouse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.magics.forms import refuse_console, writer
from adxmi_jupyter.magics.options import cluster_option, database_option, refuse_both
from adxmi_jupyter.magics.verbs import verb

if TYPE_CHECKING:
    from adxmi_jupyter.forms.role.form import RoleForm
    from adxmi_jupyter.magics.call import Call


@verb("form", examples=("role form", "role form --cluster"))
@database_option("Begin with this database instead of the current one.")
@cluster_option("Begin with the roles on the whole cluster.")
def form(call: Call, *, database: str, cluster: bool) -> RoleForm:
    """Grant and revoke roles by mouse: tick, look at the command, apply. For notebooks."""
    refuse_both(call, {"--cluster": cluster, "--database": bool(database)})
    refuse_console(call, "role form", "adxmi role list, then adxmi role grant or revoke")
    from adxmi_jupyter.forms.role.form import RoleForm
    from adxmi_jupyter.forms.role.state import RoleState
    from adxmi_jupyter.model.policy import Scope

    connection = call.connection
    scope = Scope("" if cluster else database or connection.database)
    return RoleForm(RoleState(connection, scope), writer(call), connection.cluster)
