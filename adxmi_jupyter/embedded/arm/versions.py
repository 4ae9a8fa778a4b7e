"""The api-versions of each provider, and since when a resource has a property.

Sources: the public API descriptions of the versions, recorded traffic of three of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

VERSIONS: Mapping[str, tuple[str, ...]] = {
    "microsoft.kusto": (
        "2025-02-14",
        "2024-04-13",
        "2023-08-15",
        "2023-05-02",
        "2022-12-29",
        "2022-11-11",
        "2022-07-07",
        "2022-02-01",
        "2021-08-27",
        "2021-01-01",
        "2020-09-18",
        "2020-06-14",
        "2020-02-15",
        "2019-11-09",
        "2019-09-07",
    ),
    "microsoft.managedidentity": (
        "2024-11-30",
        "2023-07-31-preview",
        "2023-01-31",
        "2022-01-31-preview",
        "2021-09-30-preview",
        "2018-11-30",
        "2015-08-31-preview",
    ),
    "microsoft.authorization": (
        "2022-05-01-preview",
        "2022-04-01",
        "2020-10-01-preview",
        "2020-08-01-preview",
        "2020-04-01-preview",
        "2020-03-01-preview",
        "2018-09-01-preview",
        "2018-07-01",
        "2018-01-01-preview",
        "2017-10-01-preview",
        "2015-07-01",
    ),
    "microsoft.documentdb": (
        "2025-04-15",
        "2024-11-15",
        "2024-08-15",
        "2024-05-15",
        "2023-11-15",
        "2022-11-15",
        "2021-10-15",
        "2021-04-15",
    ),
    "microsoft.eventhub": ("2024-01-01", "2021-11-01", "2017-04-01"),
    "microsoft.storage": ("2025-01-01", "2024-01-01", "2023-05-01", "2023-01-01", "2022-09-01"),
    "microsoft.sql": ("2023-08-01", "2021-11-01"),
    "microsoft.cognitiveservices": ("2024-10-01", "2023-05-01"),
    "microsoft.insights": ("2021-05-01-preview", "2017-05-01-preview", "2015-04-01"),
    "microsoft.resourcegraph": (
        "2024-04-01",
        "2022-10-01",
        "2021-03-01",
        "2021-06-01-preview",
        "2020-04-01-preview",
        "2019-04-01",
    ),
    "microsoft.resources": (
        "2022-12-01",
        "2022-09-01",
        "2022-01-01",
        "2021-04-01",
        "2021-01-01",
        "2020-06-01",
        "2019-10-01",
        "2017-05-10",
    ),
}

# Properties that are not listed have been there from the first version on.
CLUSTER_SINCE: Mapping[str, str] = {
    "stateReason": "2020-02-15",
    "languageExtensions": "2020-02-15",
    "enablePurge": "2020-02-15",
    "enableDoubleEncryption": "2020-06-14",
    "engineType": "2020-09-18",
    "acceptedAudiences": "2021-08-27",
    "restrictOutboundNetworkAccess": "2021-08-27",
    "allowedFqdnList": "2021-08-27",
    "publicNetworkAccess": "2021-08-27",
    "allowedIpRangeList": "2021-08-27",
    "enableAutoStop": "2021-08-27",
    "publicIPType": "2022-02-01",
    "virtualClusterGraduationProperties": "2022-02-01",
    "privateEndpointConnections": "2022-02-01",
    "migrationCluster": "2023-05-02",
    "calloutPolicies": "2024-04-13",
    "zoneStatus": "2024-04-13",
}
DATABASE_SINCE: Mapping[str, str] = {"isFollowed": "2019-11-09"}
CONNECTION_SINCE: Mapping[str, str] = {
    "compression": "2020-02-15",
    "managedIdentityResourceId": "2021-08-27",
    "managedIdentityObjectId": "2022-02-01",
    "databaseRouting": "2022-02-01",
    "retrievalStartDate": "2022-11-11",
}
CONNECTION_KIND_SINCE: Mapping[str, str] = {
    "CosmosDb": "2022-11-11",
    "EventHubWithManagedIdentity": "2025-02-14",
    "EventGridWithManagedIdentity": "2025-02-14",
}
# Until then children carried an empty etag and tags.
_PLAIN_CHILDREN_SINCE = "2019-11-09"


def properties_at(
    version: str, since: Mapping[str, str], properties: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the properties that a version has."""
    return {k: v for k, v in properties.items() if since.get(k, "") <= version}


def child_extras(version: str, *, has_tags: bool = True) -> dict[str, Any]:
    """Return what the first versions showed of children besides; `has_tags` once they are there."""
    if not is_first(version):
        return {}
    return {"etag": '""', **({"tags": {}} if has_tags else {})}


def is_first(version: str) -> bool:
    """Tell whether this is the first version: it shows some things otherwise.

    Periods are there in days, too; empty objects where later there is nothing; the status of an
    operation has other names.
    """
    return version < _PLAIN_CHILDREN_SINCE
