"""The noun ``overview``: the whole cluster on one page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.magics import permissions
from adxmi_jupyter.magics.options import database_option, exit_code
from adxmi_jupyter.magics.verbs import verb

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.magics.call import Call


@verb(
    "overview",
    permission=permissions.CHECK,
    pages=("Managed identities overview", "Managed identity policy"),
    examples=("overview", "overview --database Sales"),
)
@database_option("Database to show. Default: all databases.")
@exit_code
def overview(call: Call, *, database: str) -> pd.DataFrame:
    """Show identities, databases, workflows and open findings of the cluster.

    Each row has the command that leads to its details: a filtered check, a list or a form. What you
    aren't permitted to read is unknown, with the permission that it requires. The overview sends
    the requests of check, and no others.
    """
    from adxmi_jupyter.actions.check.findings import State
    from adxmi_jupyter.actions.check.overview import in_state
    from adxmi_jupyter.actions.check.overview import overview as read
    from adxmi_jupyter.actions.policy.policies import scopes_of
    from adxmi_jupyter.rendering.overview import OverviewFrame

    connection = call.connection
    scopes = scopes_of(connection, database=database, all_databases=not database)
    found = read(connection, [scope.database for scope in scopes])
    call.has_found = in_state(found.checks.checked, State.NOT_MET) > 0
    return OverviewFrame.of(found, write=call.write, has_forms=not call.is_console)
