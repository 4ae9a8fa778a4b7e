"""The noun ``check``: every workflow found on the cluster, every link."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.magics.fixing import Fixing, answer, fix_options
from adxmi_jupyter.magics.options import database_option
from adxmi_jupyter.magics.tree import verb

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.actions.checks import Checks
    from adxmi_jupyter.magics.call import Call


@verb("check", examples=("check", "check --database Sales", "check --fix --dry-run"))
@database_option("Only the workflows of this database.")
@fix_options
def check(call: Call, *, database: str, fix: bool, dry_run: bool, yes: bool) -> pd.DataFrame:
    """Tell which links are missing, of all workflows there are.

    Whatever names a managed identity is looked at: external tables, continuous exports, update
    policies, query acceleration, data connections, stored functions, and policy entries.
    """
    return answer(
        call, Fixing(fix, dry_run, yes), lambda: _checks(call, database), with_database=True
    )


def _checks(call: Call, database: str) -> Checks:
    from adxmi_jupyter.actions.checks import check_all
    from adxmi_jupyter.actions.policies import scopes_of

    connection = call.connection
    scopes = scopes_of(connection, database=database, all_databases=not database)
    checks = check_all(connection, [scope.database for scope in scopes])
    if checks.unnamed:
        call.say(f"workflows that name no managed identity, not looked at: {checks.unnamed}")
    return checks
