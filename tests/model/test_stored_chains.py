"""The links of what exists follow from what the service shows of it, in each of its shapes."""

import json

import pytest

from adxmi_jupyter.model.azure_role import COSMOS_ACCOUNT, Target
from adxmi_jupyter.model.declaration.registry import declaration_of
from adxmi_jupyter.model.declaration.requirements import (
    Allowed,
    Assigned,
    AssignedToFollowers,
    CalloutAllowed,
    Exists,
    GrantedInAzure,
    GrantedInCosmosDb,
    GrantedInKusto,
    GrantedInSqlServer,
    NamedBy,
    NetworkOpen,
    NotVerifiable,
    ReadsThrough,
    SameTenant,
    WritesThrough,
)
from adxmi_jupyter.model.identity import ManagedIdentity
from adxmi_jupyter.model.role import Role
from adxmi_jupyter.model.usage import Usage
from adxmi_jupyter.rendering.requirements import subject
from tests.model.workflow_samples import GUID, LAKE, SYSTEM, USER

OTHER_ID = "5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b6"
CLUSTER_ID = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Kusto/clusters/contoso"
USER_ID = "/subscriptions/s/resourcegroups/g/providers/Microsoft.ManagedIdentity/x/mi-export"
HUB = "/subscriptions/s/resourceGroups/g/providers/Microsoft.EventHub/namespaces/n/eventhubs/h"
STORAGE = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/lake"
COSMOS = "/subscriptions/s/resourceGroups/g/providers/Microsoft.DocumentDB/databaseAccounts/shop"
BY_IDENTITY = 'Authentication="Active Directory Managed Identity"'
SQL = f"Server=tcp:erp01.database.windows.net,1433;Initial Catalog=Erp;{BY_IDENTITY}"
OTHER = ManagedIdentity(OTHER_ID, "mi-ingest")


def who(word):
    """Find an identity as the front ends do, among those of this test."""
    kept_by = {GUID: USER, OTHER_ID: OTHER, "system": SYSTEM, CLUSTER_ID: SYSTEM, USER_ID: USER}
    return kept_by[word]


def chain(noun, row):
    return declaration_of(noun).listing.chain(row, who)


def of_type(kind, requirements):
    return [requirement for requirement in requirements if isinstance(requirement, kind)]


# External tables


def table(*strings, **more):
    return {"TableName": "T", "TableType": "Blob", "ConnectionStrings": list(strings), **more}


@pytest.mark.parametrize(
    "row",
    [
        table(f"{LAKE}/archive;managed_identity={GUID}"),
        table(ConnectionStrings=json.dumps([f"{LAKE}/archive;managed_identity={GUID}"])),
    ],
)
def test_an_external_table_is_reached_as_the_identity_in_its_connection_string(row):
    requirements = chain("external-table", row)

    assert [type(requirement) for requirement in requirements] == [
        *(NamedBy, Exists, Assigned, Allowed),
        *(CalloutAllowed, SameTenant, GrantedInAzure, NetworkOpen, AssignedToFollowers),
    ]
    assert {
        requirement.identity
        for requirement in requirements
        if not isinstance(requirement, CalloutAllowed)
    } == {USER}
    assert subject(of_type(GrantedInAzure, requirements)[0]) == "mi-export on contosolake/archive"


def test_an_external_table_of_several_identities_needs_the_links_of_each():
    row = table(
        f"{LAKE}/one;managed_identity={GUID}",
        f"{LAKE}/two;managed_identity=system",
        f"{LAKE}/three;managed_identity={GUID}",
    )

    requirements = chain("external-table", row)

    assert of_type(Assigned, requirements) == [Assigned(USER), Assigned(SYSTEM)]
    assert of_type(Exists, requirements) == [Exists(USER)]
    assert of_type(NamedBy, requirements) == [NamedBy(USER, GUID)]
    assert [subject(requirement) for requirement in of_type(GrantedInAzure, requirements)] == [
        "mi-export on contosolake/one",
        "contoso on contosolake/two",
        "mi-export on contosolake/three",
    ]
    own = tuple(of_type(GrantedInAzure, requirements)[1:2])
    usages = (Usage.EXTERNAL_TABLE,)
    assert list(requirements[-2:]) == [
        AssignedToFollowers(USER, (), usages),
        AssignedToFollowers(SYSTEM, own, usages),
    ]


@pytest.mark.parametrize(
    "string", [f"{LAKE}/archive;impersonate", f"{LAKE}/archive?sv=1&sig=c2VjcmV0"]
)
def test_an_external_table_without_identity_is_told_and_keeps_its_secret(string):
    (requirement,) = chain("external-table", table(string))

    assert isinstance(requirement, NotVerifiable)
    assert subject(requirement) == f"{LAKE}/archive"
    assert requirement.what.startswith("it authenticates by: ")
    assert "c2VjcmV0" not in str(requirement)


def test_an_external_table_that_shows_no_connection_string_has_no_links():
    assert chain("external-table", {"TableName": "T", "TableType": "Blob"}) == ()


def test_an_external_table_over_sql_server_is_read_among_its_properties():
    properties = json.dumps({"TargetEntityConnectionString": f"{SQL};User Id={GUID}"})

    requirements = chain("external-table", table(ConnectionStrings=None, Properties=properties))

    assert of_type(Assigned, requirements) == [Assigned(USER)]
    assert of_type(GrantedInSqlServer, requirements) == [
        GrantedInSqlServer(USER, "erp01.database.windows.net", "Erp")
    ]


# Continuous exports


def export(**more):
    return {
        "Name": "Nightly",
        "ExternalTableName": "Archive",
        "Query": "Orders",
        "ExportProperties": json.dumps({"ManagedIdentity": GUID}),
        **more,
    }


@pytest.mark.parametrize(
    "row",
    [export(), export(ExportProperties={"managedIdentity": GUID}), export(ManagedIdentity=GUID)],
)
def test_a_continuous_export_runs_as_its_identity_and_writes_through_its_table(row):
    requirements = chain("continuous-export", row)

    assert [type(requirement) for requirement in requirements] == [
        *(NamedBy, Exists, Assigned, Allowed, GrantedInKusto, WritesThrough),
    ]
    assert requirements[-1] == WritesThrough("Archive")


def test_a_continuous_export_reads_the_databases_its_query_names():
    query = (
        "Orders | join kind=leftouter database('Telemetry').Nodes on Id // database('No')\n"
        '| join database("Tom\'s Lab").Runs on Id | extend X = "database(\'Nor\')"'
    )

    requirements = chain("continuous-export", export(Query=query))

    assert of_type(GrantedInKusto, requirements) == [
        GrantedInKusto(USER, Role.VIEWERS),
        GrantedInKusto(USER, Role.VIEWERS, ("Telemetry", "Tom's Lab")),
    ]


def test_a_continuous_export_without_identity_is_about_its_table_only():
    requirements = chain("continuous-export", export(ExportProperties="{}"))

    assert requirements == (WritesThrough("Archive"),)


# Update policies


def item(word, query="Orders", source="Orders"):
    return {"IsEnabled": True, "Source": source, "Query": query, "ManagedIdentity": word}


@pytest.mark.parametrize(
    "shape",
    [
        lambda items: {"EntityName": "[Sales].[C]", "Policy": json.dumps(items)},
        lambda items: {"EntityName": "[Sales].[C]", "Policies": items},
        lambda items: {"TableName": "C", "Policy": items},
    ],
)
def test_an_update_policy_of_several_identities_needs_the_links_of_each(shape):
    items = [
        item(GUID),
        item("system", "database('Telemetry').Events"),
        item(None),
        item(OTHER_ID),
        item(GUID, source="Returns"),
    ]

    requirements = chain("update-policy", shape(items))

    assert of_type(Assigned, requirements) == [Assigned(USER), Assigned(SYSTEM), Assigned(OTHER)]
    assert of_type(NamedBy, requirements) == [NamedBy(USER, GUID), NamedBy(OTHER, OTHER_ID)]
    assert of_type(GrantedInKusto, requirements) == [
        GrantedInKusto(USER, Role.VIEWERS),
        GrantedInKusto(SYSTEM, Role.VIEWERS),
        GrantedInKusto(SYSTEM, Role.VIEWERS, ("Telemetry",)),
        GrantedInKusto(OTHER, Role.VIEWERS),
    ]


def test_an_update_policy_without_identity_has_no_links():
    assert chain("update-policy", {"TableName": "C", "Policy": json.dumps([item(None)])}) == ()


# Query acceleration

ACCELERATION = {"IsEnabled": True, "Hot": "7.00:00:00", "ManagedIdentity": GUID}


@pytest.mark.parametrize(
    "row",
    [
        {"EntityName": "[Sales].[Lake]", "Policy": json.dumps(ACCELERATION)},
        {"EntityName": "[Sales].[Lake]", "Policies": ACCELERATION},
        {"TableName": "Lake", "QueryAccelerationPolicy": json.dumps(ACCELERATION)},
    ],
)
def test_query_acceleration_reads_through_its_table_as_its_identity(row):
    requirements = chain("query-acceleration", row)

    assert [type(requirement) for requirement in requirements] == [
        NamedBy,
        Exists,
        Assigned,
        Allowed,
        ReadsThrough,
    ]
    assert requirements[-1] == ReadsThrough("Lake", USER)


def test_query_acceleration_without_identity_has_no_links():
    policy = json.dumps({"IsEnabled": True, "Hot": "7.00:00:00"})

    assert chain("query-acceleration", {"TableName": "Lake", "Policy": policy}) == ()


# Data connections

CONNECTIONS = [
    ("event-hub", {"eventHubResourceId": HUB}, ["n/h"]),
    ("event-hub", {"eventHubResourceIdForManagedIdentity": HUB}, ["n/h"]),
    (
        "event-grid",
        {"eventHubResourceId": HUB, "storageAccountResourceId": STORAGE},
        ["lake", "n/h"],
    ),
    (
        "event-grid",
        {
            "eventHubResourceId": None,
            "eventHubResourceIdForManagedIdentity": HUB,
            "storageAccountResourceIdForManagedIdentity": STORAGE,
        },
        ["lake", "n/h"],
    ),
    ("cosmosdb-connection", {"cosmosDbAccountResourceId": COSMOS}, ["shop"]),
]
each_connection = pytest.mark.parametrize(("noun", "properties", "targets"), CONNECTIONS)


@each_connection
@pytest.mark.parametrize(
    ("word", "identity", "has"),
    [(USER_ID, USER, [Exists, Assigned, Allowed]), (CLUSTER_ID, SYSTEM, [Assigned, Allowed])],
)
def test_a_data_connection_is_read_as_the_identity_of_its_resource_id(
    noun, properties, targets, word, identity, has
):
    requirements = chain(noun, {**properties, "managedIdentityResourceId": word})

    assert [type(requirement) for requirement in requirements[: len(has)]] == has
    assert {requirement.identity for requirement in requirements} == {identity}
    assert [
        str(requirement.target) for requirement in of_type(GrantedInAzure, requirements)
    ] == targets
    assert [str(requirement.target) for requirement in of_type(SameTenant, requirements)] == targets


@each_connection
@pytest.mark.parametrize("nothing", [{}, {"managedIdentityResourceId": None}])
def test_a_data_connection_with_a_key_has_no_links(noun, properties, targets, nothing):
    assert chain(noun, properties | nothing) == ()


def test_a_connection_of_cosmos_db_needs_two_roles_on_the_account():
    row = {"managedIdentityResourceId": USER_ID, "cosmosDbAccountResourceId": COSMOS}

    requirements = chain("cosmosdb-connection", row)

    assert of_type(GrantedInCosmosDb, requirements) == [
        GrantedInCosmosDb(USER, Target(COSMOS_ACCOUNT, "shop", COSMOS))
    ]
    assert [one.roles[0].role_name for one in of_type(GrantedInAzure, requirements)] == [
        "Cosmos DB Account Reader Role"
    ]
