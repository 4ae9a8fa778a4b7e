"""What the service tells of clusters in general: sizes, addresses they call, their networks.

Pages: Skus - List, Clusters - List Skus By Resource, - Diagnose Virtual Network, - List Outbound
Network Dependencies Endpoints.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.answer import json_answer
from adxmi_jupyter.embedded.arm import operations
from adxmi_jupyter.embedded.arm.clusters import find_cluster
from adxmi_jupyter.embedded.arm.operations import Change
from adxmi_jupyter.embedded.arm.paging import page_of
from adxmi_jupyter.embedded.state.ids import child, cluster_id
from adxmi_jupyter.embedded.state.regions import REGIONS, region_name

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.answer import Answer
    from adxmi_jupyter.embedded.arm.request import ArmRequest

# (name, tier, most nodes); the first one is a size for development.
_SIZES = (
    ("Dev(No SLA)_Standard_E2a_v4", "Basic", 1),
    ("Dev(No SLA)_Standard_D11_v2", "Basic", 1),
    *((f"Standard_D{size}_v2", "Standard", 1000) for size in (11, 12, 13, 14)),
    *((f"Standard_E{size}a_v4", "Standard", 1000) for size in (2, 4, 8, 16)),
    *((f"Standard_E{size}ads_v5", "Standard", 1000) for size in (2, 4, 8, 16)),
    *((f"Standard_E{size}d_v5", "Standard", 1000) for size in (2, 4, 8, 16)),
    *((f"Standard_L{size}as_v3", "Standard", 1000) for size in (8, 16)),
)
_ZONES = ("1", "2", "3")
# By their name: the category and the hosts.
_CALLED = {
    "AzureActiveDirectory": (
        "Azure Active Directory",
        ("login.microsoftonline.com", "graph.windows.net", "graph.microsoft.com"),
    ),
    "AzureMonitor": ("Azure Monitor", ("gcs.prod.monitoring.core.windows.net",)),
    "AzureStorage": ("Azure Storage", ("*.blob.core.windows.net", "*.queue.core.windows.net")),
    "CertificateAuthority": ("Certificate Authority", ("ocsp.digicert.com", "crl3.digicert.com")),
    "InternalTracing": ("Internal Tracing", ("*.servicebus.windows.net",)),
}


def list_skus(call: ArmRequest) -> Answer:
    """Return every size in every region, or in that of the path."""
    wanted = region_name(call.names.get("location", ""))
    regions = [each for each in map(region_name, REGIONS) if wanted in {"", each}]
    found = [
        {
            "resourceType": "clusters",
            "name": name,
            "tier": tier,
            "locations": [region],
            "locationInfo": [{"location": region, "zones": list(_ZONES), "zoneDetails": []}],
            "restrictions": [],
        }
        for name, tier, _ in _SIZES
        for region in regions
    ]
    return json_answer({"value": found})


def list_skus_of_cluster(call: ArmRequest) -> Answer:
    """Return the sizes that a cluster may get."""
    cluster = find_cluster(call)
    place = {"location": cluster.location, "zones": list(_ZONES)}
    found = [
        {
            "resourceType": "Microsoft.Kusto/Clusters",
            "sku": {"name": name, "tier": tier, "locationInfo": [place]},
            "capacity": {
                "minimum": min(2, most),
                "maximum": most,
                "default": min(2, most),
                "scaleType": "Automatic",
            },
        }
        for name, tier, most in _SIZES
    ]
    return json_answer({"value": found})


def diagnose_network(call: ArmRequest) -> Answer:
    """Look at the virtual network of a cluster: 202 and an operation, which finds nothing."""
    cluster = find_cluster(call)
    change = Change(
        "ClusterDiagnoseVirtualNetwork",
        cluster,
        f"{cluster_id(cluster)}/VirtualNetwork",
        lambda _: None,
        result={"Findings": []},
    )
    return operations.accepted(call, operations.start(call, change))


def list_outbound_endpoints(call: ArmRequest) -> Answer:
    """Return the hosts that a cluster calls for its own work."""
    cluster = find_cluster(call)
    found: list[dict[str, Any]] = [
        {
            **child(cluster_id(cluster), "OutboundNetworkDependenciesEndpoints", name),
            "location": cluster.location,
            "properties": {
                "category": category,
                "endpoints": [
                    {"domainName": host, "endpointDetails": [{"port": 443}]} for host in hosts
                ],
                "provisioningState": "Succeeded",
            },
        }
        for name, (category, hosts) in _CALLED.items()
    ]
    return page_of(call, found)
