"""Whether a cluster answers, and how a failure is called in a run over many clusters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter import errors
from adxmi_jupyter.model.fleet_run import Outcome, Reach
from adxmi_jupyter.service.deadline import within

if TYPE_CHECKING:
    from adxmi_jupyter.errors import AdxmiError
    from adxmi_jupyter.model.fleet import FleetCluster
    from adxmi_jupyter.service.connection import Connection

_STOPPED = frozenset({"stopped", "stopping"})
_EVERY_TENANT = "*"

_REACHES: tuple[tuple[type[AdxmiError], Reach], ...] = (
    (errors.NotAsked, Reach.NOT_ASKED),
    (errors.UntrustedHost, Reach.NOT_TRUSTED),
    (errors.UntrustedAudience, Reach.NOT_TRUSTED),
    (errors.InvalidCluster, Reach.NOT_TRUSTED),
    (errors.UntrustedCertificate, Reach.CERTIFICATE),
    (errors.Throttled, Reach.THROTTLED),
    (errors.NotAuthorized, Reach.NO_PERMISSION),
    (errors.ElevationFailed, Reach.NO_PERMISSION),
    (errors.RoleNotRemoved, Reach.ROLE_LEFT),
    (errors.NotAuthenticated, Reach.NOT_AUTHENTICATED),
    (errors.CredentialFailure, Reach.NOT_AUTHENTICATED),
    (errors.RequestTimedOut, Reach.NO_ANSWER),
    (errors.ClusterUnreachable, Reach.UNREACHABLE),
    (errors.NotInThisEdition, Reach.NOT_SUPPORTED),
    (errors.PartialRead, Reach.IN_PART),
    (errors.ApplyIncomplete, Reach.IN_PART),
)


def probe(connection: Connection, seconds: float) -> None:
    """Make sure that a cluster answers in so many seconds, by the cheapest command there is.

    Raises
    ------
    AdxmiError
        Why it does not.

    """
    with within(seconds):
        connection.kusto.command(".show version")


def without_asking(cluster: FleetCluster) -> Outcome | None:
    """Return the outcome of a cluster that can't answer in its state; None for one that may."""
    if cluster.may_answer:
        return None
    is_stopped = cluster.state.lower() in _STOPPED
    reach = Reach.STOPPED if is_stopped else Reach.NOT_RUNNING
    why = f"state {cluster.state}" if cluster.state else "it has no address"
    return Outcome(cluster.name, cluster.resource_id, reach, why)


def outcome_of(cluster: FleetCluster, failure: AdxmiError, why: str) -> Outcome:
    """Return the outcome of a cluster that failed; `why` is the reason as it is shown."""
    reach = next((reach for kind, reach in _REACHES if isinstance(failure, kind)), Reach.FAILED)
    if reach is Reach.NOT_AUTHENTICATED and _is_of_another_tenant(cluster):
        reach = Reach.OTHER_TENANT
    elif reach in {Reach.UNREACHABLE, Reach.NO_ANSWER} and cluster.network.is_private:
        reach, why = Reach.PRIVATE, _network_of(cluster)
    return Outcome(cluster.name, cluster.resource_id, reach, why)


def _network_of(cluster: FleetCluster) -> str:
    """Return the setting that may keep a client out."""
    network = cluster.network
    if network.allowed_ranges:
        return f"allowed IP ranges {', '.join(network.allowed_ranges)}"
    return f"public network access {network.public}"


def _is_of_another_tenant(cluster: FleetCluster) -> bool:
    """Tell whether a cluster that did not accept the token trusts chosen tenants only."""
    return cluster.trusted_tenants is not None and _EVERY_TENANT not in cluster.trusted_tenants
