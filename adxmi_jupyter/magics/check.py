"""The noun ``check``: every workflow found on the cluster, every link."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.magics.options import database_option
from adxmi_jupyter.magics.tree import verb

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.magics.call import Call


@verb("check", examples=("check", "check --database Sales"))
@database_option("Only the workflows of this database.")
def check(call: Call, *, database: str) -> pd.DataFrame:
    """Tell which links are missing, of every workflow on the cluster, and what mends them.

    Whatever names a managed identity is looked at: external tables, continuous exports, update
    policies, query acceleration, data connections, stored functions, and policy entries.
    """
    from adxmi_jupyter.actions.checks import check_all, checks_frame
    from adxmi_jupyter.actions.policies import scopes_of
    from adxmi_jupyter.magics.chain import Chain

    connection = call.connection
    scopes = scopes_of(connection, database=database, all_databases=not database)
    checks = check_all(connection, [scope.database for scope in scopes])
    if checks.unnamed:
        call.say(f"workflows that name no managed identity, not looked at: {checks.unnamed}")
    return Chain(checks_frame(checks, complete=call.completed, with_database=True))
