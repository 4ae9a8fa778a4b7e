"""Why a role can't be held for the time of a command, with what helps.

Source: *Manage cluster permissions* (Azure Data Explorer docs); *az kusto
cluster-principal-assignment* (Azure CLI reference).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.actions.elevation.records import CLEANUP
from adxmi_jupyter.actions.elevation.temporary import ROLE
from adxmi_jupyter.errors import AdxmiError, ElevationFailed, RoleNotRemoved
from adxmi_jupyter.fixes import AzCommand, Command, Explain, Option, option_words
from adxmi_jupyter.model.cluster_role import planned_assignment

if TYPE_CHECKING:
    from adxmi_jupyter.actions.elevation.temporary import TemporaryRole
    from adxmi_jupyter.actions.roles.principals import ResolvedPrincipal
    from adxmi_jupyter.service.connection import Connection

_ACTION = "Microsoft.Kusto/clusters/principalAssignments/write"


def unknown_caller() -> ElevationFailed:
    """Return the error where the cluster does not tell who the caller is."""
    return ElevationFailed(
        f"you can't be granted {ROLE}: neither the cluster nor your token tells who you are",
        why="a cluster tells it only principals that hold any role on it",
        fix=Explain.of(
            "any role on a database is enough; ask its admin to run ",
            Command.of(
                "role", "grant", "--database", "NAME", "--role", "viewers", "--identity", "YOU"
            ),
        ),
    )


def denied(
    connection: Connection, me: ResolvedPrincipal | None, refusal: AdxmiError
) -> ElevationFailed:
    """Return the error for a caller who may not grant the role, with what another one runs."""
    who = "YOU" if me is None else str(me.reference)
    role = Command.of("role", "grant", "--cluster", "--role", str(ROLE), "--identity", who)
    az = _az(connection, me)
    error = ElevationFailed(
        f"you may not grant yourself {ROLE} on the cluster",
        why=Explain.of(
            f"{refusal.why}; it requires {_ACTION}, which Contributor on the cluster has"
        ),
        fix=Explain.of(
            "ask a Contributor of the cluster to run ", role, *((" or ", az) if az else ())
        ),
    )
    error.service = refusal.service
    return error


def _az(connection: Connection, me: ResolvedPrincipal | None) -> AzCommand | None:
    """Return the command of the Azure CLI; None where there is no cluster in Azure."""
    if me is None:
        return None
    try:
        cluster = connection.cluster_id
    except AdxmiError:  # whoever runs it knows the group
        if connection.address.is_loopback:
            return None
        name = connection.address.host.partition(".")[0]
        cluster = f"/subscriptions/SUBSCRIPTION/resourceGroups/GROUP/clusters/{name}"
    planned = planned_assignment(cluster, ROLE, me.reference)
    _, _, subscription, _, group, *_, name = cluster.split("/")
    return AzCommand.of(
        *("az", "kusto", "cluster-principal-assignment", "create"),
        *option_words("--subscription", subscription),
        *option_words("--resource-group", group),
        *option_words("--cluster-name", name),
        *option_words("--principal-assignment-name", planned.name),
        *option_words("--principal-id", planned.principal_id),
        *option_words("--principal-type", planned.kind),
        *option_words("--tenant-id", planned.tenant_id),
        *option_words("--role", str(ROLE)),
    )


def not_in_effect(seconds: float) -> ElevationFailed:
    """Return the error for a role that was granted, and that the cluster does not know of yet."""
    return ElevationFailed(
        f"{ROLE} was granted, and the cluster doesn't apply it",
        why=f"it was not in effect {seconds:.0f} s after it was granted, and is removed again",
        fix=Explain.of(
            "run the command again later, or, once you hold the role, without ",
            Option("--elevate"),
        ),
    )


def not_removed(role: TemporaryRole, trouble: BaseException) -> RoleNotRemoved:
    """Return the error for a role that is still there after the command."""
    why = f"{trouble.what} ({trouble.why})" if isinstance(trouble, AdxmiError) else "interrupted"
    return RoleNotRemoved(
        f"you may still hold {ROLE}, which --elevate granted and couldn't remove: {role.name}",
        why=f"{why}; the command itself is done",
        fix=CLEANUP,
    )


def note_of(left: RoleNotRemoved) -> Explain:
    """Return the same as a note, for a command that failed itself."""
    return Explain.of(f"{left.what}: ", CLEANUP)
