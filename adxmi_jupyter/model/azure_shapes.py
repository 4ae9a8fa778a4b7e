"""What Azure Resource Manager's resources look like: what every version of them has.

Source: REST references of Microsoft.Kusto, Microsoft.ManagedIdentity, Microsoft.Authorization,
Microsoft.DocumentDB and Microsoft.ResourceGraph.
"""

from __future__ import annotations

from collections.abc import Mapping

from adxmi_jupyter.model.shape import (
    Shape,
    cluster_id,
    fields,
    flag,
    guid,
    kind_of,
    listed,
    maybe,
    obj,
    optional,
    required,
    resource_id,
    text,
)

_NO_IDENTITY, _SYSTEM, _USER = "none", "systemassigned", "userassigned"
_ID, _NAME = required("id", check=resource_id), required("name")


def _identity(value: object) -> str:
    """Expect the ``identity`` of a cluster: kinds that are known, and the IDs that go with them."""
    if not isinstance(value, Mapping):
        return f"is {kind_of(value)}"
    kinds = {kind.strip().lower() for kind in str(value.get("type") or "").split(",")}
    if not kinds <= {_NO_IDENTITY, _SYSTEM, _USER}:
        return "has a type that is not known"
    users = value.get("userAssignedIdentities")
    if _USER in kinds and not users:
        return "names no user-assigned identities"
    return _IDS(value) or _users(users)


# Object IDs come when the identity is made, which may be later than the answer.
_IDS = fields(optional("principalId", check=maybe(guid)), optional("clientId", check=maybe(guid)))


def _users(value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, Mapping):
        return f"has {kind_of(value)} of user-assigned identities"
    ids = (problem for key in value for problem in [resource_id(key)])
    known = (_IDS(one) for one in value.values() if one is not None)
    return next(filter(None, (*ids, *known)), "")


def _tenants(value: object) -> str:
    if not isinstance(value, list):
        return "" if value is None else f"is {kind_of(value)}"
    tenant = fields(required("value"))
    return next(filter(None, map(tenant, value)), "")


def _key(value: object) -> str:
    key = fields(
        required("keyName", check=maybe(text)),
        optional("userIdentity", check=maybe(resource_id)),
    )
    return "" if value is None else key(value)


CHILD = Shape("what it contains", (_ID, _NAME))
"""Of resources that are only named."""

CLUSTER = Shape(
    "the cluster",
    (
        required("id", check=cluster_id),
        _NAME,
        required("location", check=text),
        optional("etag", check=maybe(text)),
        optional("identity", check=_identity),
        required(
            "properties",
            check=fields(
                required("provisioningState"),
                optional("uri", check=maybe(text)),
                optional("keyVaultProperties", check=_key),
                optional("trustedExternalTenants", check=_tenants),
                optional("restrictOutboundNetworkAccess", check=maybe(text)),
                optional("allowedFqdnList", check=maybe(listed)),
            ),
        ),
    ),
)

_GUIDS = (required(one, check=guid) for one in ("principalId", "clientId", "tenantId"))
_IDENTITY_PROPERTIES = required("properties", check=fields(*_GUIDS))

IDENTITY = Shape("the identities", (_ID, _NAME, _IDENTITY_PROPERTIES))

SYSTEM_IDENTITY = Shape("the system-assigned identity", (_IDENTITY_PROPERTIES,))

ROLE_ASSIGNMENT = Shape(
    "the role assignments",
    (
        _ID,
        required(
            "properties",
            check=fields(
                required("roleDefinitionId", check=resource_id),
                required("principalId", check=guid),
                required("scope", check=text),
                optional("condition", check=maybe(text)),
                optional("createdOn", check=maybe(text)),
            ),
        ),
    ),
)

COSMOS_ROLE_ASSIGNMENT = Shape(
    "the role assignments of Cosmos DB",
    (
        _ID,
        required(
            "properties",
            check=fields(
                required("roleDefinitionId", check=resource_id),
                required("principalId", check=guid),
                required("scope", check=resource_id),
            ),
        ),
    ),
)

PRINCIPAL_ASSIGNMENT = Shape(
    "the roles on the whole cluster",
    (
        _ID,
        _NAME,
        required(
            "properties",
            check=fields(
                required("principalId"),
                required("role"),
                required("principalType"),
                optional("tenantId", check=maybe(text)),
                optional("principalName", check=maybe(text)),
                optional("aadObjectId", check=maybe(text)),
                optional("provisioningState", check=maybe(text)),
            ),
        ),
    ),
)


def _connection(value: object) -> str:
    """Expect the properties of a data connection: every kind names what it reads from."""
    if not isinstance(value, Mapping):
        return f"is {kind_of(value)}"
    named = {key: one for key, one in value.items() if "resourceid" in str(key).lower()}
    wrong = next(filter(None, map(maybe(resource_id), named.values())), "")
    return wrong or ("" if any(named.values()) else "names nothing to read from")


DATA_CONNECTION = Shape(
    "the data connections",
    (_ID, _NAME, required("kind"), required("properties", check=_connection)),
)

_FOLLOWS = (required("clusterResourceId", check=cluster_id), required("databaseName"))

FOLLOWER = Shape("the followers", _FOLLOWS)

# Newer versions of the service, asked by GET, tell it inside of resources.
LISTED_FOLLOWER = Shape("the followers", (required("properties", check=fields(*_FOLLOWS)),))

FOUND_CLUSTER = Shape(
    "the cluster's resource ID",
    (required("id", check=cluster_id), optional("sku", check=maybe(text))),
)

FOUND_RESOURCE = Shape(
    "the targets",
    (
        _ID,
        _NAME,
        required("type"),
        required("tenantId", check=maybe(guid)),
        optional("access", check=maybe(text)),
        optional("acls", check=maybe(obj)),
        optional("endpoints", check=maybe(listed)),
        optional("addresses", check=maybe(listed)),
        optional("subnets", check=maybe(listed)),
        optional("filtered", check=maybe(flag)),
    ),
)

_RULES = fields(
    required("defaultAction", check=maybe(text)),
    optional("publicNetworkAccess", check=maybe(text)),
    optional("trustedServiceAccessEnabled", check=maybe(flag)),
    optional("ipRules", check=maybe(listed)),
    optional("virtualNetworkRules", check=maybe(listed)),
)

NETWORK_RULE_SET = Shape("the network rules", (required("properties", check=_RULES),))

FIREWALL_RULE = Shape(
    "the firewall rules",
    (
        _NAME,
        required(
            "properties",
            check=fields(
                required("startIpAddress", check=text), required("endIpAddress", check=text)
            ),
        ),
    ),
)

MANAGED_ENDPOINT = Shape(
    "the managed private endpoints",
    (
        _ID,
        _NAME,
        required(
            "properties",
            check=fields(
                required("privateLinkResourceId", check=resource_id),
                optional("groupId", check=maybe(text)),
            ),
        ),
    ),
)

FOUND_TENANT = Shape("the tenants of resources", (_ID, required("tenantId", check=guid)))

LISTED_RESOURCE = Shape(
    "the resources of a type", (_ID, _NAME, optional("endpoint", check=maybe(text)))
)

DEPLOYMENT = Shape(
    "the deployed models",
    (_ID, _NAME, required("properties", check=fields(optional("capabilities", check=maybe(obj))))),
)

FOUND_HOLDER = Shape(
    "the Azure role assignments",
    (
        _ID,
        required("principalId", check=guid),
        required("scope", check=text),
        required("role", check=resource_id),
    ),
)

FOUND_IDENTITIES = Shape(
    "the identities of clusters",
    (
        required("id", check=cluster_id),
        optional("identity", check=maybe(_identity)),
        optional("tags", check=maybe(obj)),
    ),
)

FLEET_CLUSTER = Shape(
    "the clusters",
    (
        _ID,
        _NAME,
        required("type"),
        required("subscriptionId", check=guid),
        optional("identity", check=maybe(obj)),
        optional("tags", check=maybe(obj)),
        optional("trusted", check=maybe(listed)),
        optional("ranges", check=maybe(listed)),
    ),
)
"""Of clusters and Synapse pools alike; a state or a kind of identity that is new passes."""

FOUND_SUBSCRIPTION = Shape(
    "the subscriptions",
    (_ID, _NAME, required("subscriptionId", check=guid), optional("tenantId", check=maybe(text))),
)

FLEET_IDENTITY = Shape("the identities", (_ID, _NAME))

ATTACHED_DATABASE = Shape(
    "the databases that the cluster follows",
    (
        required(
            "properties",
            check=fields(required("clusterResourceId", check=cluster_id), required("databaseName")),
        ),
    ),
)

DIAGNOSTIC_SETTING = Shape(
    "the diagnostic settings",
    (_NAME, required("properties", check=fields(optional("logs", check=maybe(listed))))),
)
