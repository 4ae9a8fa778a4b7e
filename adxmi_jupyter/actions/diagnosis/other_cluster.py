"""Whether a denial concerns another cluster than the connected one, where nothing was looked at."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.check.findings import Observation, State, finding
from adxmi_jupyter.actions.diagnosis.requirements import KEYS
from adxmi_jupyter.actions.identity import identities
from adxmi_jupyter.errors import AdxmiError
from adxmi_jupyter.fixes import AzCommand, Connect, Explain
from adxmi_jupyter.model.azure_shapes import CLUSTER
from adxmi_jupyter.model.cluster_host import cluster_host
from adxmi_jupyter.model.denial import Concern
from adxmi_jupyter.service.resource_manager import KUSTO_VERSION

if TYPE_CHECKING:
    from adxmi_jupyter.actions.check.findings import Finding
    from adxmi_jupyter.model.cluster_host import ClusterHost
    from adxmi_jupyter.model.denial import Denial
    from adxmi_jupyter.service.connection import Connection

# A cluster calls others by its callout policy: they are named, and the caller is meant.
_CALLED = re.compile(r"callout", re.IGNORECASE)
_RESOURCE = re.compile(
    r"/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\.Kusto/clusters/[^/]+",
    re.IGNORECASE,
)
_HERE = (*KEYS, Concern.UNSPECIFIED, Concern.STATEMENT)
"""What would be looked for on the connected cluster."""


def of_other_cluster(connection: Connection, denial: Denial) -> Finding | None:
    """Return what is told of a denial by another cluster; None for one by the connected cluster."""
    named = denial.names.clusters
    if not named and denial.meaning.concern in _HERE:
        return _by_resource(connection, denial)
    if not named or denial.matches(_CALLED):
        return None
    own = _own(connection)
    if any(one.is_same(mine) for one in named for mine in own):
        return None
    other = named[0]
    about = Observation(Concern.CLUSTER, place=other.host)
    edition = other.edition
    kind = f", {edition}: {edition.lacks}" if edition else ""
    detail = f"{denial.meaning.says}; it concerns {other.host}{kind}, {_nothing_here(connection)}"
    return finding(about, State.UNKNOWN, detail, Connect(f"https://{other.host}"))


def _by_resource(connection: Connection, denial: Denial) -> Finding | None:
    """Return the same where a text names clusters by their resource IDs only."""
    found = (_RESOURCE.match(one) for one in denial.names.resources)
    named = tuple(dict.fromkeys(one.group() for one in found if one))
    if not named:
        return None
    try:
        own = identities.cluster_id(connection)
    except AdxmiError:  # then it may be this one
        return None
    if any(one.lower() == own.lower() for one in named):
        return None
    about = Observation(Concern.CLUSTER, place=named[0].rsplit("/", 1)[-1])
    detail = f"{denial.meaning.says}; it concerns {named[0]}, {_nothing_here(connection)}"
    show = AzCommand.of("az", "kusto", "cluster", "show", "--ids", named[0], "--query", "uri")
    return finding(about, State.UNKNOWN, detail, Explain.of(show, " tells where to connect to"))


def _nothing_here(connection: Connection) -> str:
    return (
        f"and you are connected to {connection.cluster}: nothing was checked, and nothing has to "
        "change here"
    )


def _own(connection: Connection) -> tuple[ClusterHost, ...]:
    """Return the hosts of the connected cluster; a server on this machine has one in Azure, too."""
    here = cluster_host(connection.address.host)
    if not connection.address.is_loopback:
        return (here,)
    try:
        resource_id = identities.cluster_id(connection)
        found = connection.resource_manager.get(resource_id, KUSTO_VERSION, CLUSTER)
    except AdxmiError:
        return (here,)
    uri = str((found.get("properties") or {}).get("uri") or "")
    return (here, cluster_host(uri)) if uri else (here,)
