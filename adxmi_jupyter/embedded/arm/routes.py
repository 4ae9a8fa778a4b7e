"""Which path means what, and which right it takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.answer import Answer
from adxmi_jupyter.embedded.arm import (
    activity_log,
    assignments,
    attached,
    cluster_facts,
    cluster_lifecycle,
    clusters,
    cosmos_roles,
    data_connections,
    database_principals,
    database_writes,
    databases,
    diagnostic_settings,
    event_hubs,
    identities,
    language_extensions,
    managed_endpoints,
    name_availability,
    operations,
    providers,
    resource_graph,
    roles,
    scripts,
    target_parts,
    targets,
)
from adxmi_jupyter.embedded.arm.request import ArmRequest
from adxmi_jupyter.embedded.state.networks import COSMOS, EVENT_HUBS, MODELS, SQL, STORAGE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    _Routes = Iterator[tuple[str, dict[str, tuple[str, "Handler"]]]]

Handler = Callable[[ArmRequest], Answer]
_SUBSCRIPTION = "subscriptions/{subscription}"
_GROUP = f"{_SUBSCRIPTION}/resourceGroups/{{group}}"
_KUSTO = "providers/Microsoft.Kusto"
_CLUSTER = f"{_GROUP}/{_KUSTO}/clusters/{{cluster}}"
_DATABASE = f"{_CLUSTER}/databases/{{database}}"
_MSI = "providers/Microsoft.ManagedIdentity/userAssignedIdentities"
_COSMOS = f"{_GROUP}/providers/{cosmos_roles.ACCOUNT_TYPE}/{{account}}"
_HUBS = f"{_GROUP}/providers/{event_hubs.NAMESPACE_TYPE}/{{namespace}}/eventhubs"
_RBAC = "{scope}/providers/Microsoft.Authorization"


@dataclass(frozen=True)
class Route:
    """A path pattern and its methods: (permission, handler); no permission means none needed."""

    pattern: tuple[str, ...]
    methods: Mapping[str, tuple[str, Handler]]

    def match(self, segments: tuple[str, ...]) -> dict[str, str] | None:
        """Return the named parts if the path fits, ignoring case; `{scope}` takes several."""
        pattern, given = self.pattern, segments
        if pattern[0] == "{scope}":
            width = len(given) - len(pattern) + 1
            if width < 1:
                return None
            given = ("/".join(given[:width]), *given[width:])
        if len(given) != len(pattern):
            return None
        names = {}
        for each, segment in zip(pattern, given, strict=True):
            if each.startswith("{"):
                names[each.strip("{}")] = segment
            elif each.casefold() != segment.casefold():
                return None
        return names


def find_route(segments: tuple[str, ...]) -> tuple[Route, dict[str, str]] | None:
    """Return the route that a path fits, and the parts of the path that it names."""
    for route in ROUTES:
        names = route.match(segments)
        if names is not None:
            return route, names
    return None


def _crud(kind: str, **handlers: Handler) -> dict[str, tuple[str, Handler]]:
    verbs = {"GET": "read", "PUT": "write", "PATCH": "write", "DELETE": "delete"}
    return {method: (f"{kind}/{verbs[method]}", each) for method, each in handlers.items()}


def _collection(path: str, name: str, kind: str, every: Handler, **handlers: Handler) -> _Routes:
    """Yield the routes of all resources of a kind, and of one whose name the path has."""
    yield path, _crud(kind, GET=every)
    yield f"{path}/{{{name}}}", _crud(kind, **handlers)


def _routes() -> _Routes:
    kind = "Microsoft.Kusto/clusters"
    yield f"{_SUBSCRIPTION}/{_KUSTO}/clusters", _crud(kind, GET=clusters.list_clusters)
    yield (
        f"{_SUBSCRIPTION}/providers/Microsoft.Insights/eventtypes/management/values",
        {"GET": (activity_log.ACTION, activity_log.list_events)},
    )
    yield from _collection(
        f"{_GROUP}/{_KUSTO}/clusters",
        "cluster",
        kind,
        clusters.list_clusters,
        GET=clusters.get_cluster,
        PATCH=clusters.patch_cluster,
        PUT=cluster_lifecycle.put_cluster,
        DELETE=cluster_lifecycle.delete_cluster,
    )
    yield from _cluster_actions(kind)
    yield from _follower_routes(kind)
    status = f"{_SUBSCRIPTION}/{_KUSTO}/locations/{{location}}/operationResults/{{operation}}"
    yield status, {"GET": ("", operations.operation_result)}
    yield from _database_routes(f"{kind}/databases")
    yield from _assignment_routes()
    yield from _identity_routes()
    yield from _role_routes()
    yield from _setting_routes()
    provider = f"{_SUBSCRIPTION}/providers/{{provider}}"
    yield provider, {"GET": ("Microsoft.Resources/subscriptions/read", providers.get_provider)}
    yield from _actions(provider, "Microsoft.Kusto", {"register": providers.register_provider})
    yield from _cosmos_routes()
    yield from _part_routes()
    yield from _network_routes()
    yield (
        "providers/Microsoft.ResourceGraph/resources",
        {"POST": ("", resource_graph.query_resources)},
    )


def _follower_routes(kind: str) -> _Routes:
    yield from _collection(
        f"{_CLUSTER}/attachedDatabaseConfigurations",
        "attached",
        f"{kind}/attachedDatabaseConfigurations",
        attached.list_attached,
        GET=attached.get_attached,
        PUT=attached.put_attached,
        DELETE=attached.delete_attached,
    )
    followers = f"{kind}/listFollowerDatabases"
    yield (
        f"{_CLUSTER}/listFollowerDatabases",
        {
            "POST": (f"{followers}/action", databases.list_followers),
            "GET": (f"{followers}/read", databases.list_followers),
        },
    )


def _actions(path: str, kind: str, handlers: Mapping[str, Handler]) -> _Routes:
    """Yield the routes of what can be done with a resource, by the names of these actions."""
    for name, handler in handlers.items():
        yield f"{path}/{name}", {"POST": (f"{kind}/{name}/action", handler)}


def _cluster_actions(kind: str) -> _Routes:
    actions: dict[str, Handler] = {
        "start": cluster_lifecycle.start_cluster,
        "stop": cluster_lifecycle.stop_cluster,
        "detachFollowerDatabases": attached.detach_followers,
        "listLanguageExtensions": language_extensions.list_extensions,
        "diagnoseVirtualNetwork": cluster_facts.diagnose_network,
        "addLanguageExtensions": language_extensions.add_extensions,
        "removeLanguageExtensions": language_extensions.remove_extensions,
        "checkNameAvailability": name_availability.check_database_name,
        "checkPrincipalAssignmentNameAvailability": name_availability.check_assignment_name,
        "attachedDatabaseConfigurationCheckNameAvailability": name_availability.check_attached_name,
    }
    yield from _actions(_CLUSTER, kind, actions)
    yield f"{_CLUSTER}/skus", _crud(f"{kind}/skus", GET=cluster_facts.list_skus_of_cluster)
    endpoints = _crud(f"{kind}/outbound", GET=cluster_facts.list_outbound_endpoints)
    yield f"{_CLUSTER}/outboundNetworkDependenciesEndpoints", endpoints
    sizes = _crud("Microsoft.Kusto/skus", GET=cluster_facts.list_skus)
    yield f"{_SUBSCRIPTION}/{_KUSTO}/skus", sizes
    yield f"{_SUBSCRIPTION}/{_KUSTO}/locations/{{location}}/skus", sizes
    yield from _actions(
        f"{_SUBSCRIPTION}/{_KUSTO}/locations/{{location}}",
        "Microsoft.Kusto/locations",
        {"checkNameAvailability": name_availability.check_cluster_name},
    )


def _database_actions(kind: str) -> _Routes:
    actions: dict[str, Handler] = {
        "listPrincipals": database_principals.list_principals,
        "addPrincipals": database_principals.add_principals,
        "removePrincipals": database_principals.remove_principals,
        "checkNameAvailability": name_availability.check_connection_name,
        "checkPrincipalAssignmentNameAvailability": name_availability.check_assignment_name,
        "scriptsCheckNameAvailability": name_availability.check_script_name,
        "dataConnectionValidation": data_connections.validate_connection,
    }
    yield from _actions(_DATABASE, kind, actions)


def _database_routes(kind: str) -> _Routes:
    yield from _collection(
        f"{_CLUSTER}/databases",
        "database",
        kind,
        databases.list_databases,
        GET=databases.get_database,
        PUT=database_writes.put_database,
        PATCH=database_writes.patch_database,
        DELETE=database_writes.delete_database,
    )
    yield from _database_actions(kind)
    yield from _collection(
        f"{_DATABASE}/dataConnections",
        "connection",
        f"{kind}/dataConnections",
        data_connections.list_connections,
        GET=data_connections.get_connection,
        PUT=data_connections.put_connection,
        PATCH=data_connections.patch_connection,
        DELETE=data_connections.delete_connection,
    )
    yield from _collection(
        f"{_DATABASE}/scripts",
        "script",
        f"{kind}/scripts",
        scripts.list_scripts,
        GET=scripts.get_script,
        PUT=scripts.put_script,
        PATCH=scripts.patch_script,
        DELETE=scripts.delete_script,
    )


def _assignment_routes() -> _Routes:
    kinds = {_CLUSTER: "Microsoft.Kusto/clusters", _DATABASE: "Microsoft.Kusto/clusters/databases"}
    for parent, parent_kind in kinds.items():
        yield from _collection(
            f"{parent}/principalAssignments",
            "assignment",
            f"{parent_kind}/principalAssignments",
            assignments.list_assignments,
            GET=assignments.get_assignment,
            PUT=assignments.put_assignment,
            DELETE=assignments.delete_assignment,
        )


def _identity_routes() -> _Routes:
    yield f"{_SUBSCRIPTION}/{_MSI}", _crud(identities.TYPE, GET=identities.list_identities)
    yield from _collection(
        f"{_GROUP}/{_MSI}",
        "identity",
        identities.TYPE,
        identities.list_identities,
        GET=identities.get_identity,
        PATCH=identities.patch_identity,
        PUT=identities.put_identity,
        DELETE=identities.delete_identity,
    )
    yield (
        f"{_CLUSTER}/providers/Microsoft.ManagedIdentity/identities/default",
        _crud("Microsoft.ManagedIdentity/identities", GET=identities.get_system_identity),
    )


def _setting_routes() -> _Routes:
    kind = diagnostic_settings.TYPE
    every = f"{_CLUSTER}/providers/{kind}"
    yield from _collection(
        every,
        "setting",
        kind,
        diagnostic_settings.list_settings,
        GET=diagnostic_settings.get_setting,
        PUT=diagnostic_settings.put_setting,
        DELETE=diagnostic_settings.delete_setting,
    )
    yield f"{every}Categories", _crud(f"{kind}Categories", GET=diagnostic_settings.list_categories)


def _role_routes() -> _Routes:
    yield from _collection(
        f"{_RBAC}/roleAssignments",
        "name",
        "Microsoft.Authorization/roleAssignments",
        roles.list_roles,
        GET=roles.get_role,
        PUT=roles.put_role,
        DELETE=roles.delete_role,
    )
    yield from _collection(
        f"{_RBAC}/roleDefinitions",
        "name",
        "Microsoft.Authorization/roleDefinitions",
        roles.list_definitions,
        GET=roles.get_definition,
    )


def _cosmos_routes() -> _Routes:
    yield from _collection(
        f"{_COSMOS}/sqlRoleAssignments",
        "name",
        cosmos_roles.TYPE,
        cosmos_roles.list_data_roles,
        GET=cosmos_roles.get_data_role,
        PUT=cosmos_roles.put_data_role,
        DELETE=cosmos_roles.delete_data_role,
    )


def _part_routes() -> _Routes:
    """Yield the routes of what targets hold: lists, and nothing else."""
    yield _HUBS, _crud(event_hubs.HUB_TYPE, GET=event_hubs.list_hubs)
    groups = _crud(event_hubs.TYPE, GET=event_hubs.list_consumer_groups)
    yield f"{_HUBS}/{{hub}}/consumergroups", groups
    cosmos = f"{COSMOS}/{{target}}/sqlDatabases"
    lists: tuple[tuple[str, str, Handler], ...] = (
        (
            f"{STORAGE}/{{target}}/blobServices/default/containers",
            target_parts.CONTAINERS,
            target_parts.list_containers,
        ),
        (
            f"{SQL}/{{target}}/databases",
            target_parts.SQL_DATABASES,
            target_parts.list_sql_databases,
        ),
        (cosmos, target_parts.COSMOS_DATABASES, target_parts.list_cosmos_databases),
        (
            f"{cosmos}/{{database}}/containers",
            target_parts.COSMOS_CONTAINERS,
            target_parts.list_cosmos_containers,
        ),
        (
            f"{MODELS}/{{target}}/deployments",
            target_parts.DEPLOYMENTS,
            target_parts.list_deployments,
        ),
    )
    for path, kind, handler in lists:
        yield f"{_GROUP}/providers/{path}", _crud(kind, GET=handler)


def _network_routes() -> _Routes:
    for kind in targets.TYPES:
        one = f"{_GROUP}/providers/{kind}/{{target}}"
        yield one, _crud(kind, GET=targets.get_target)
        yield from _collection(
            f"{one}/privateEndpointConnections",
            "connection",
            f"{kind}/privateEndpointConnections",
            targets.list_endpoint_connections,
            PUT=targets.put_endpoint_connection,
        )
    rules = _crud(f"{SQL}/firewallRules", GET=targets.list_firewall_rules)
    yield f"{_GROUP}/providers/{SQL}/{{target}}/firewallRules", rules
    rule_set = _crud(f"{EVENT_HUBS}/networkRuleSets", GET=targets.get_rule_set)
    yield f"{_GROUP}/providers/{EVENT_HUBS}/{{target}}/networkRuleSets/default", rule_set
    yield from _collection(
        f"{_CLUSTER}/managedPrivateEndpoints",
        "endpoint",
        "Microsoft.Kusto/clusters/managedPrivateEndpoints",
        managed_endpoints.list_managed_endpoints,
        GET=managed_endpoints.get_managed_endpoint,
        PUT=managed_endpoints.put_managed_endpoint,
        PATCH=managed_endpoints.patch_managed_endpoint,
        DELETE=managed_endpoints.delete_managed_endpoint,
    )


ROUTES = tuple(Route(tuple(pattern.split("/")), methods) for pattern, methods in _routes())
