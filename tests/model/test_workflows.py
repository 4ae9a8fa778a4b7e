"""What the declarations say: all that the documentation has, and words that a newcomer reads."""

from datetime import timedelta

import pytest

from adxmi_jupyter.model.azure_role import COSMOS_ACCOUNT, SQL_SERVER, Target
from adxmi_jupyter.model.connection_string import AzureStorage, CosmosDb, Gen1, SqlServer
from adxmi_jupyter.model.declaration.fields import FieldKind
from adxmi_jupyter.model.declaration.reading import read
from adxmi_jupyter.model.declaration.registry import declaration_of, declarations, unsupported
from adxmi_jupyter.model.declaration.requirements import (
    Allowed,
    Assigned,
    AssignedToFollowers,
    CalloutAllowed,
    ConsumerGroupFree,
    Exists,
    GrantedInAzure,
    GrantedInCosmosDb,
    GrantedInKusto,
    GrantedInSqlServer,
    NetworkOpen,
    NotVerifiable,
    PluginEnabled,
    ReadsThrough,
    SameTenant,
    TableReady,
    WritesThrough,
)
from adxmi_jupyter.model.declaration.targets import reach
from adxmi_jupyter.model.usage import Usage
from adxmi_jupyter.rendering.requirements import subject
from tests.model.workflow_samples import COSMOS, LAKE, SQL, SYSTEM, USER, workflow

NOUNS = [one.noun() for one in declarations()]
MEGABYTE = 1024**2
AT_ONCE = "inline ingestion, and direct or streaming ingestion with an SDK"

# The optional properties of the documentation, by the kind of value that each takes.
PROPERTIES = {
    "external-table": {
        **dict.fromkeys(("folder", "docString", "namePrefix", "fileExtension"), FieldKind.TEXT),
        **dict.fromkeys(("compressionType", "includeHeaders", "encoding"), FieldKind.CHOICE),
        **dict.fromkeys(("compressed", "sampleUris", "filesPreview", "dryRun"), FieldKind.FLAG),
        **dict.fromkeys(("validateNotEmpty", "AutoUpdateSchema"), FieldKind.FLAG),
        **dict.fromkeys(("firetriggers", "createifnotexists"), FieldKind.FLAG),
        "primarykey": FieldKind.TEXT,
    },
    "export": {
        **dict.fromkeys(("includeHeaders", "encoding", "compressionType"), FieldKind.CHOICE),
        **dict.fromkeys(("distribution", "parquetDatetimePrecision"), FieldKind.CHOICE),
        **dict.fromkeys(("fileExtension", "namePrefix"), FieldKind.TEXT),
        **dict.fromkeys(("distributed", "persistDetails"), FieldKind.FLAG),
        **dict.fromkeys(("sizeLimit", "parquetRowGroupSize"), FieldKind.NUMBER),
    },
    "continuous-export": {
        "managedIdentity": FieldKind.IDENTITY,
        **dict.fromkeys(("intervalBetweenRuns", "forcedLatency"), FieldKind.TIMESPAN),
        **dict.fromkeys(("sizeLimit", "parquetRowGroupSize"), FieldKind.NUMBER),
        **dict.fromkeys(("distributed", "isDisabled"), FieldKind.FLAG),
        **dict.fromkeys(("distribution", "distributionKind"), FieldKind.CHOICE),
    },
    "storage-ingestion": {
        "format": FieldKind.CHOICE,
        "ingestionMapping": FieldKind.JSON_LIST,
        "ingestionMappingReference": FieldKind.TEXT,
        "creationTime": FieldKind.MOMENT,
        **dict.fromkeys(("tags", "ingestIfNotExists"), FieldKind.NAMES),
        **dict.fromkeys(("ignoreFirstRecord", "TreatGzAsUncompressed"), FieldKind.FLAG),
        "validationPolicy": FieldKind.JSON,
        "zipPattern": FieldKind.TEXT,
    },
    "externaldata": {
        "format": FieldKind.CHOICE,
        "ignoreFirstRecord": FieldKind.FLAG,
        "ingestionMapping": FieldKind.JSON_LIST,
    },
}


@pytest.mark.parametrize("noun", PROPERTIES)
def test_all_documented_properties_can_be_given(noun):
    specs = declaration_of(noun).specs()

    found = {spec.property_name: spec.kind for spec in specs if spec.property_name}

    assert found == PROPERTIES[noun]


@pytest.mark.parametrize(
    ("noun", "name", "bounds"),
    [
        ("export", "size_limit", (100 * MEGABYTE, 4096 * MEGABYTE)),
        ("continuous-export", "size_limit", (100 * MEGABYTE, 1024 * MEGABYTE)),
        ("continuous-export", "interval_between_runs", (timedelta(minutes=1), None)),
        ("query-acceleration", "hot", (timedelta(days=1), None)),
        ("query-acceleration", "max_age", (timedelta(minutes=1), None)),
        ("ai-embeddings", "records_per_request", (1, None)),
        ("ai-embeddings", "chars_per_request", (0, None)),
        ("storage-ingestion", "max_files", (1, None)),
        ("sdk-ingestion", "size", (0, None)),
    ],
)
def test_documented_bounds_hold(noun, name, bounds):
    (spec,) = [spec for spec in declaration_of(noun).specs() if spec.name == name]

    assert (spec.least, spec.most) == bounds


@pytest.mark.parametrize("noun", NOUNS)
def test_every_field_is_explained(noun):
    for spec in declaration_of(noun).specs():
        assert spec.label[0].isupper(), spec.name
        assert spec.help[0].isupper(), spec.name
        assert spec.help.endswith("."), spec.name
        shows_itself = spec.kind in {FieldKind.CHOICE, FieldKind.FLAG}
        assert spec.example or shows_itself, spec.name


@pytest.mark.parametrize("noun", NOUNS)
def test_every_example_can_be_used(noun):
    declaration = declaration_of(noun)

    specs = [s for s in declaration.specs() if s.example and s.kind is not FieldKind.IDENTITY]
    told = [read(declaration, {s.name: s.example}).problems.get(s.name) for s in specs]

    wrong = [one.what for one in told if one and "can't be combined" not in one.what]
    assert wrong == []
    assert told.count(None) > len(told) / 2


@pytest.mark.parametrize("noun", NOUNS)
def test_every_sample_is_complete(noun):
    assert workflow(noun).product().text


USAGES = {
    "ai-chat-completion": Usage.AZURE_AI,
    "ai-embeddings": Usage.AZURE_AI,
    "continuous-export": Usage.AUTOMATED_FLOWS,
    "cosmosdb-connection": Usage.DATA_CONNECTION,
    "cosmosdb-sql-request": Usage.SQL_REQUEST,
    "event-grid": Usage.DATA_CONNECTION,
    "event-hub": Usage.DATA_CONNECTION,
    "export": Usage.EXPORT_REQUEST,
    "external-table": Usage.EXTERNAL_TABLE,
    "externaldata": Usage.EXTERNAL_DATA_REQUEST,
    "infer-storage-schema": Usage.EXTERNAL_DATA_REQUEST,
    "python-plugin": Usage.SANDBOX_ARTIFACTS,
    "query-acceleration": Usage.AUTOMATED_FLOWS,
    "sdk-ingestion": Usage.NATIVE_INGESTION,
    "sql-request": Usage.SQL_REQUEST,
    "storage-ingestion": Usage.NATIVE_INGESTION,
    "update-policy": Usage.AUTOMATED_FLOWS,
}
IN_AZURE = [SameTenant, GrantedInAzure, NetworkOpen]
BEYOND_THE_POLICY = {
    "ai-chat-completion": [CalloutAllowed, *IN_AZURE],
    "ai-embeddings": [CalloutAllowed, *IN_AZURE],
    "continuous-export": [GrantedInKusto, WritesThrough],
    "cosmosdb-connection": [*IN_AZURE, GrantedInCosmosDb, TableReady],
    "cosmosdb-sql-request": [CalloutAllowed, SameTenant, GrantedInCosmosDb, NetworkOpen],
    "event-grid": [*IN_AZURE, *IN_AZURE, ConsumerGroupFree, TableReady],
    "event-hub": [*IN_AZURE, ConsumerGroupFree, TableReady],
    "export": IN_AZURE,
    "external-table": [CalloutAllowed, *IN_AZURE, AssignedToFollowers],
    "externaldata": [CalloutAllowed, *IN_AZURE],
    "infer-storage-schema": [CalloutAllowed, *IN_AZURE],
    "python-plugin": [PluginEnabled, CalloutAllowed, *IN_AZURE],
    "query-acceleration": [ReadsThrough],
    "sdk-ingestion": IN_AZURE,
    "sql-request": [CalloutAllowed, GrantedInSqlServer, NetworkOpen],
    "storage-ingestion": IN_AZURE,
    "update-policy": [GrantedInKusto],
}


@pytest.mark.parametrize("noun", NOUNS)
def test_the_chain_is_as_documented(noun):
    requirements = workflow(noun).requirements()

    assert [
        requirement
        for requirement in requirements
        if isinstance(requirement, Exists | Assigned | Allowed)
    ] == [
        Exists(USER),
        Assigned(USER),
        Allowed(USER, USAGES[noun], cluster_only=noun == "python-plugin"),
    ]
    beyond = [
        type(requirement)
        for requirement in requirements
        if not isinstance(requirement, Exists | Assigned | Allowed)
    ]
    assert beyond == BEYOND_THE_POLICY[noun]


@pytest.mark.parametrize("noun", NOUNS)
def test_the_system_assigned_identity_exists_as_long_as_it_is_assigned(noun):
    requirements = workflow(noun, identity=SYSTEM).requirements()

    assert Assigned(SYSTEM) in requirements
    assert Exists(SYSTEM) not in requirements


def test_rights_in_onelake_are_told():
    onelake = "https://onelake.dfs.fabric.microsoft.com/Sales/Orders.Lakehouse/x"

    requirements = workflow("external-table", location=onelake).requirements()

    (told,) = [
        requirement for requirement in requirements if isinstance(requirement, NotVerifiable)
    ]
    assert subject(told) == "mi-export in onelake.dfs.fabric.microsoft.com"
    assert told.what == "permission to read, given in OneLake"


def test_an_external_table_of_sql_server_takes_a_user_there():
    requirements = workflow("external-table", **SQL).requirements()

    (granted,) = [
        requirement for requirement in requirements if isinstance(requirement, GrantedInSqlServer)
    ]
    assert granted == GrantedInSqlServer(USER, "erp01.database.windows.net", "Erp")
    assert subject(granted) == "mi-export in erp01.database.windows.net"


@pytest.mark.parametrize("noun", NOUNS)
def test_every_link_says_what_it_is_about(noun):
    for requirement in workflow(noun).requirements():
        assert "mi-export" in subject(requirement) or isinstance(
            requirement,
            CalloutAllowed | PluginEnabled | WritesThrough | ConsumerGroupFree | TableReady,
        )


@pytest.mark.parametrize(
    ("write", "right"), [(False, "the role Reader, "), (True, "the role Contributor, ")]
)
def test_the_right_in_data_lake_storage_gen1_is_told(write, right):
    (requirement,) = reach(USER, Gen1("contosolake"), write=write)

    assert requirement.what.startswith(right)


@pytest.mark.parametrize("write", [False, True])
def test_sql_server_is_reached_by_a_user_with_the_right(write):
    requirements = reach(USER, SqlServer("erp01.database.windows.net", "Erp"), write=write)

    assert requirements == (
        GrantedInSqlServer(USER, "erp01.database.windows.net", "Erp", write),
        NetworkOpen(USER, Target(SQL_SERVER, "erp01"), "erp01.database.windows.net"),
    )


@pytest.mark.parametrize(
    ("write", "right"),
    [(False, "Storage Blob Data Reader"), (True, "Storage Blob Data Contributor")],
)
def test_blobs_are_reached_in_the_tenant_with_the_least_role(write, right):
    tenant, granted, network = reach(USER, AzureStorage("contosolake", "one"), write=write)

    assert tenant == SameTenant(USER, granted.target)
    assert str(granted.target) == "contosolake/one"
    assert granted.roles[0].role_name == right
    assert str(network.target) == "contosolake"
    assert network.host == "contosolake.blob.core.windows.net"


@pytest.mark.parametrize("write", [False, True])
def test_cosmos_db_is_reached_in_the_tenant_with_a_role_of_its_own(write):
    place = CosmosDb("a.documents.azure.com", "shop", "orders")

    tenant, granted, network = reach(USER, place, write=write)

    assert tenant == SameTenant(USER, granted.target)
    assert granted == GrantedInCosmosDb(USER, Target(COSMOS_ACCOUNT, "a"))
    assert network == NetworkOpen(USER, Target(COSMOS_ACCOUNT, "a"), "a.documents.azure.com")


def test_an_external_table_of_cosmos_db_takes_a_role_of_cosmos_db():
    requirements = workflow("external-table", **COSMOS).requirements()

    (granted,) = [
        requirement for requirement in requirements if isinstance(requirement, GrantedInCosmosDb)
    ]
    assert subject(granted) == "mi-export on contosoorders"


def test_a_target_of_another_kind_has_no_known_right():
    assert reach(USER, object(), write=False) == ()


def test_links_of_several_places_are_told_once():
    requirements = workflow(
        "export", location=f"{LAKE}/one {LAKE}/two {LAKE}/one/more"
    ).requirements()

    targets = [
        str(requirement.target)
        for requirement in requirements
        if isinstance(requirement, GrantedInAzure)
    ]
    assert targets == ["contosolake/one", "contosolake/two"]


@pytest.mark.parametrize("noun", ["continuous-export", "update-policy"])
def test_an_identity_must_be_a_viewer_of_other_databases_too(noun):
    requirements = workflow(noun, reads="Telemetry, Archive").requirements()

    assert [
        requirement.databases
        for requirement in requirements
        if isinstance(requirement, GrantedInKusto)
    ] == [
        (),
        ("Telemetry", "Archive"),
    ]


def test_deleting_the_source_takes_the_right_to_write():
    (granted,) = [
        requirement
        for requirement in workflow("sdk-ingestion", delete_source=True).requirements()
        if isinstance(requirement, GrantedInAzure)
    ]

    assert granted.roles[0].role_name == "Storage Blob Data Contributor"


@pytest.mark.parametrize(
    ("word", "title"),
    [
        ("iot-hub", "an IoT Hub data connection"),
        ("mysql", "MySQL or PostgreSQL"),
        ("postgresql-request", "MySQL or PostgreSQL"),
        ("infer_storage_schema_with_suggestions", "infer_storage_schema_with_suggestions"),
        ("direct-ingestion", AT_ONCE),
        ("Streaming ingestion", AT_ONCE),
        ("inline-ingestion", AT_ONCE),
        ("export-to-sql", "export to SQL"),
        ("cross-tenant-event-hub", "an event hub of another tenant"),
    ],
)
def test_what_takes_no_identity_is_known_by_its_word(word, title):
    found = unsupported(word)

    assert found.title == title
    assert found.instead


@pytest.mark.parametrize("noun", NOUNS)
def test_no_workflow_is_called_unsupported(noun):
    assert unsupported(noun) is None
