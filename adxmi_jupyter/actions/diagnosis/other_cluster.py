"""Whether a denial concerns another cluster than the connected one, where nothing was looked at."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.check.findings import Observation, State, finding
from adxmi_jupyter.actions.identity import identities
from adxmi_jupyter.errors import AdxmiError
from adxmi_jupyter.fixes import Connect
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


def of_other_cluster(connection: Connection, denial: Denial) -> Finding | None:
    """Return what is told of a denial by another cluster; None for one by the connected cluster."""
    named = denial.names.clusters
    if not named or denial.matches(_CALLED):
        return None
    own = _own(connection)
    if any(one.is_same(mine) for one in named for mine in own):
        return None
    other = named[0]
    about = Observation(Concern.CLUSTER, place=other.host)
    edition = other.edition
    kind = f", {edition}: {edition.lacks}" if edition else ""
    detail = (
        f"{denial.meaning.says}; this concerns {other.host}{kind}; nothing was looked at there, "
        f"and nothing on {connection.cluster}, to which you are connected, is at fault"
    )
    return finding(about, State.UNKNOWN, detail, Connect(f"https://{other.host}"))


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
