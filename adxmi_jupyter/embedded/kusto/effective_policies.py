"""Texts of what applies to databases and tables: principals and policies.

A policy that is not set is the default that its documentation page prints. Retention and caching
of a database are then what Resource Manager says: `softDeletePeriod` and `hotCachePeriod`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.state.periods import read_period
from adxmi_jupyter.embedded.state.security import PrincipalKind
from adxmi_jupyter.embedded.storage.values import timespan_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from adxmi_jupyter.embedded.state.clusters import Database, Table
    from adxmi_jupyter.embedded.state.security import Principal
    from adxmi_jupyter.embedded.state.world import World

_SHARDING = json.dumps(
    {"MaxRowCount": 1048576, "MaxExtentSizeInMb": 8192, "MaxOriginalSizeInMb": 3072}
)
_MERGE = json.dumps(
    {
        "RowCountUpperBoundForMerge": 16000000,
        "OriginalSizeMBUpperBoundForMerge": 30000,
        "MaxExtentsToMerge": 100,
        "AllowRebuild": True,
        "AllowMerge": True,
        "MaxRangeInHours": 24,
    }
)
NONE = "null"
_DEFAULTS = {"sharding": _SHARDING, "merge": _MERGE}

_TYPES = {
    PrincipalKind.USER: "AAD User",
    PrincipalKind.GROUP: "AAD Group",
    PrincipalKind.APPLICATION: "AAD Application",
    PrincipalKind.MICROSOFT_ACCOUNT: "Microsoft account",
}


def effective_policy(name: str, database: Database, table: Table | None = None) -> str:
    """Return the text of a policy: of the table, else of the database, else the default."""
    own = table.stored_policies.get(name) if table is not None else None
    return own or database.stored_policies.get(name) or _default(name, database)


def _default(name: str, database: Database) -> str:
    kept, hot = database.soft_delete_period, database.hot_cache_period
    if name == "retention" and kept is not None:
        length = timespan_text(read_period(kept))
        return json.dumps({"SoftDeletePeriod": length, "Recoverability": "Enabled"})
    if name == "caching" and hot is not None:
        length = timespan_text(read_period(hot))
        return json.dumps({"DataHotSpan": length, "IndexHotSpan": length, "ColumnOverrides": []})
    return _DEFAULTS.get(name, NONE)


def authorized_principals(database: Database) -> str:
    """Return the JSON text of who holds which role on a database, without roles on the cluster."""
    return json.dumps(
        [
            {
                **_principal(each.principal, each.notes),
                "Role": str(each.role),
                "RoleAssignmentIdentifier": each.assignment_id,
            }
            for each in database.roles
        ]
    )


def authorized_admins(admins: Iterable[str], world: World) -> str:
    """Return the JSON text of the admins of a table, given by their fully qualified names."""
    known = {each.fqn: each for each in world.principals}
    return json.dumps(
        [_principal(known[fqn], "") if fqn in known else {"FQN": fqn} for fqn in sorted(admins)]
    )


def _principal(principal: Principal, notes: str) -> dict[str, str]:
    return {
        "Type": _TYPES[principal.kind],
        "DisplayName": shown_name(principal),
        "ObjectId": principal.object_id,
        "FQN": principal.fqn,
        "Notes": notes,
    }


def shown_name(principal: Principal) -> str:
    """Return a principal's name as results show it."""
    if principal.upn:
        return f"{principal.display_name} (upn: {principal.upn})"
    return principal.display_name
