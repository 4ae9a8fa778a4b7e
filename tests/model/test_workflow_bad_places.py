"""Where a workflow cannot reach: one typed error each, before anything is sent.

Whatever secret was in the input, no line and no traceback has it.
"""

import traceback

import pytest

from adxmi_jupyter import errors
from tests.model.workflow_problems import ARCHIVE, SECRET, example_of, problem_of, told

MODEL = example_of("ai-embeddings", "endpoint")
ARTIFACTS = example_of("python-plugin", "artifacts")
PROVIDERS = "/subscriptions/4c8f2a61-7b3d-4e95-a0d2-91f6c3b58e07/resourceGroups/analytics/providers"
HUB = f"{PROVIDERS}/Microsoft.EventHub/namespaces/contosohub/eventhubs/orders"
STORAGE = f"{PROVIDERS}/Microsoft.Storage/storageAccounts/contosolake"
OTHER_DATABASES = [
    "IdentityNotSupported: MySQL or PostgreSQL cannot use a managed identity",
    "  why: they support user name and password only",
    (
        "  fix: use user name and password in an obfuscated string h'…', or copy the data to Azure "
        "SQL or Azure Storage, which support managed identities"
    ),
]
GEN1 = [
    "IdentityNotSupported: Data Lake Storage Gen1 cannot use a managed identity",
    "  why: adl:// is not supported here, whatever the authentication method",
    "  fix: copy the data to Azure storage: https://ACCOUNT.blob.core.windows.net/CONTAINER/PATH",
]
LOCAL_FILE = [
    "IdentityNotSupported: a local file cannot use a managed identity",
    "  why: the cluster reads the file, and it can't reach this machine",
    (
        "  fix: upload it to a container and use its URL: "
        "https://ACCOUNT.blob.core.windows.net/CONTAINER/FILE"
    ),
]

# What is wrong: the workflow, the fields that differ from its sample, the lines of the error.
CASES = {
    "a URL with a SAS": (
        "external-table",
        {"location": f"{ARCHIVE}?sv=2024&sig={SECRET}"},
        [
            "CredentialsInLocation: the location also says how to sign in",
            "  why: what follows ? may be a secret; the identity is given apart and needs none",
            f"  fix: write {ARCHIVE}",
        ],
    ),
    "a SAS and an identity in a URL": (
        "external-table",
        {"location": f"{ARCHIVE}?sv=2024&sig={SECRET};managed_identity=system"},
        [
            "CredentialsInLocation: the location also says how to sign in",
            "  why: what follows ? may be a secret; the identity is given apart and needs none",
            f"  fix: write {ARCHIVE}",
        ],
    ),
    "a URL with an account key": (
        "export",
        {"location": f"{ARCHIVE};{SECRET}=="},
        [
            "CredentialsInLocation: the location also says how to sign in",
            "  why: what follows ; may be a secret; the identity is given apart and needs none",
            f"  fix: write {ARCHIVE}",
        ],
    ),
    "a URL that names an identity": (
        "export",
        {"location": f"{ARCHIVE};managed_identity=system"},
        [
            "CredentialsInLocation: the location also says how to sign in",
            "  why: what follows ; may be a secret; the identity is given apart and needs none",
            f"  fix: write {ARCHIVE}",
        ],
    ),
    "one of two URLs with a key": (
        "export",
        {"location": f"{ARCHIVE} {ARCHIVE};{SECRET}"},
        [
            "CredentialsInLocation: the location also says how to sign in",
            "  why: what follows ; may be a secret; the identity is given apart and needs none",
            f"  fix: write {ARCHIVE}",
        ],
    ),
    "plain HTTP": (
        "externaldata",
        {"location": f"https://example.org/x.csv?code={SECRET}"},
        [
            "CredentialsInLocation: the location also says how to sign in",
            "  why: what follows ? may be a secret; the identity is given apart and needs none",
            "  fix: write https://example.org/x.csv",
        ],
    ),
    "a resource ID in place of a URL": (
        "export",
        {"location": STORAGE},
        [
            "InvalidConnectionString: this is the resource ID of a storage account, not a URL in it",
            "  why: data is read at the endpoint of the account",
            "  fix: https://contosolake.blob.core.windows.net/CONTAINER",
        ],
    ),
    "a local file": ("sdk-ingestion", {"location": "./orders.csv"}, LOCAL_FILE),
    "a local file of Windows": ("sdk-ingestion", {"location": "C:\\orders.csv"}, LOCAL_FILE),
    "Gen1 as an external table": (
        "external-table",
        {"location": "adl://contosolake.azuredatalakestore.net/x"},
        GEN1,
    ),
    "Gen1 read by a query": (
        "externaldata",
        {"location": "adl://contosolake.azuredatalakestore.net/x"},
        GEN1,
    ),
    "an external table of MySQL": ("external-table", {"kind": "mysql"}, OTHER_DATABASES),
    "an external table of PostgreSQL": ("external-table", {"kind": "PostgreSQL"}, OTHER_DATABASES),
    "a server of MySQL": (
        "sql-request",
        {"server": "erp.mysql.database.azure.com"},
        OTHER_DATABASES,
    ),
    "a database with a line break": (
        "sql-request",
        {"catalog": "a\nb"},
        [
            "InvalidField: --catalog cannot be used: Catalog",
            "  why: it is blank, or contains a line break or an invisible character",
            "  fix: --catalog TEXT",
        ],
    ),
    "a blank database": (
        "sql-request",
        {"catalog": "  "},
        [
            "InvalidField: --catalog cannot be used: Catalog",
            "  why: it is blank, or contains a line break or an invisible character",
            "  fix: --catalog TEXT",
        ],
    ),
    "a resource ID of another type": (
        "event-hub",
        {"event_hub": STORAGE},
        [
            "InvalidField: --event-hub cannot be used: Event hub",
            "  why: it is the ID of a Microsoft.Storage/storageAccounts, not of a Microsoft.EventHub/namespaces",
            "  fix: --event-hub ID",
        ],
    ),
    "a resource ID that ends too early": (
        "event-hub",
        {"event_hub": f"{PROVIDERS}/Microsoft.EventHub/namespaces/contosohub"},
        [
            "InvalidField: --event-hub cannot be used: Event hub",
            "  why: the resource ID must go on with /eventhubs/NAME",
            "  fix: --event-hub ID",
        ],
    ),
    "a resource ID that goes on": (
        "event-grid",
        {
            "storage_account": f"{PROVIDERS}/Microsoft.Storage/storageAccounts/x/blobServices/default"
        },
        [
            "InvalidField: --storage-account cannot be used: Storage account",
            "  why: the resource ID must end after the name",
            "  fix: --storage-account ID",
        ],
    ),
    "a connection string as a resource ID": (
        "event-hub",
        {"event_hub": f"Endpoint=sb://contosohub.servicebus.windows.net/;SharedAccessKey={SECRET}"},
        [
            "InvalidField: --event-hub cannot be used: Event hub",
            "  why: a resource ID begins with /subscriptions/",
            "  fix: --event-hub ID",
        ],
    ),
    "an IoT hub": (
        "event-hub",
        {"event_hub": f"{PROVIDERS}/Microsoft.Devices/IotHubs/devices"},
        [
            "IdentityNotSupported: an IoT Hub data connection cannot use a managed identity",
            "  why: it authenticates with a shared access policy of the IoT hub",
            "  fix: route the messages of the IoT hub to an event hub, and connect that",
        ],
    ),
    "a model for something else": (
        "ai-embeddings",
        {
            "endpoint": "https://contosoai.openai.azure.com/openai/deployments/chat/chat/completions?api-version=1"
        },
        [
            "InvalidField: the model is deployed for chat/completions",
            "  why: ai_embeddings requires a URL that ends in embeddings",
            "  fix: --endpoint https://ACCOUNT.openai.azure.com/openai/deployments/DEPLOYMENT/embeddings",
        ],
    ),
    "a model that names an identity": (
        "ai-embeddings",
        {"endpoint": f"{MODEL};managed_identity=system"},
        [
            "CredentialsInLocation: the URL contains a credential: managed identity",
            "  why: the identity is a separate option, and requires no secret",
            f"  fix: write {MODEL}",
        ],
    ),
    "a database as a location": (
        "export",
        {"location": "Server=tcp:erp01.database.windows.net;Initial Catalog=Erp"},
        [
            "InvalidConnectionString: the location is not in storage",
            "  why: the target is: SQL Server",
            "  fix: https://ACCOUNT.blob.core.windows.net/CONTAINER/PATH",
        ],
    ),
    "a model as a location": (
        "export",
        {"location": MODEL},
        [
            "InvalidConnectionString: the location is not in storage",
            "  why: the target is: AI model",
            "  fix: https://ACCOUNT.blob.core.windows.net/CONTAINER/PATH",
        ],
    ),
    "a URL of no model": (
        "ai-embeddings",
        {"endpoint": ARCHIVE},
        [
            "InvalidConnectionString: the URL isn't that of a model deployment",
            "  why: the target is: Azure Blob Storage",
            "  fix: https://ACCOUNT.openai.azure.com/openai/deployments/DEPLOYMENT/embeddings?api-version=VERSION",
        ],
    ),
    "an artifact without a name": (
        "python-plugin",
        {"artifacts": f"{ARCHIVE}/x.zip"},
        [
            "InvalidField: --artifacts cannot be used: Artifacts",
            "  why: each artifact is NAME=URL; the script refers to the file by its name",
            "  fix: --artifacts NAME=URL,…",
        ],
    ),
    "twin artifacts": (
        "python-plugin",
        {"artifacts": f"a={ARCHIVE}/x.zip a={ARCHIVE}/y.zip"},
        [
            "InvalidField: --artifacts cannot be used: Artifacts",
            "  why: two artifacts have the same name",
            "  fix: --artifacts NAME=URL,…",
        ],
    ),
    "an artifact with a SAS": (
        "python-plugin",
        {"artifacts": f"a={ARCHIVE}/x.zip?sig={SECRET}"},
        [
            "CredentialsInLocation: the location also says how to sign in",
            "  why: what follows ? may be a secret; the identity is given apart and needs none",
            f"  fix: write {ARCHIVE}/x.zip",
        ],
    ),
}

# Judged by connection strings, which have tests of their own: here only the type counts.
OTHERS = {
    "an account Azure would refuse": (
        "external-table",
        {"location": "https://Contoso_Lake.blob.core.windows.net/archive"},
        errors.InvalidConnectionString,
    ),
    "a container Azure would refuse": (
        "external-table",
        {"location": "https://contosolake.blob.core.windows.net/My--Archive"},
        errors.InvalidConnectionString,
    ),
    "Amazon S3": (
        "export",
        {"location": "https://bucket1.s3.eu-west-1.amazonaws.com/x"},
        errors.IdentityNotSupported,
    ),
    "a server without a domain": (
        "sql-request",
        {"server": "erp01"},
        errors.InvalidConnectionString,
    ),
    "a port that is none": (
        "sql-request",
        {"server": "erp01.database.windows.net,99999"},
        errors.InvalidConnectionString,
    ),
    "a connection string as a server": (
        "sql-request",
        {"server": f"Server=tcp:erp01.database.windows.net;Password={SECRET}"},
        errors.InvalidConnectionString,
    ),
    "a Cosmos DB account with a blank": (
        "cosmosdb-sql-request",
        {"account": "contoso orders"},
        errors.InvalidConnectionString,
    ),
    "a connection string as an account": (
        "cosmosdb-sql-request",
        {"account": f"AccountEndpoint=https://a.documents.azure.com;AccountKey={SECRET}"},
        errors.InvalidConnectionString,
    ),
    "a model with a key after it": (
        "ai-embeddings",
        {
            "endpoint": f"https://contosoai.openai.azure.com/openai/deployments/e/embeddings?api-version=1;{SECRET}"
        },
        errors.InvalidConnectionString,
    ),
    "a model with a key in its query": (
        "ai-embeddings",
        {
            "endpoint": f"https://contosoai.openai.azure.com/openai/deployments/e/embeddings?api-version=1&api-key={SECRET}"
        },
        errors.InvalidConnectionString,
    ),
    "a page of another server": (
        "externaldata",
        {"location": "https://example.org/x.csv"},
        errors.IdentityNotSupported,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_cannot_be_reached_is_told_in_three_short_lines(case):
    noun, changes, lines = CASES[case]

    problem = problem_of(noun, changes)

    assert told(problem) == lines


@pytest.mark.parametrize("case", OTHERS)
def test_what_connection_strings_refuse_is_refused(case):
    noun, changes, error = OTHERS[case]

    problem = problem_of(noun, changes)

    assert type(problem) is error
    assert problem.why
    assert problem.fix


WITH_SECRETS = {
    name: parts for name, parts in {**CASES, **OTHERS}.items() if SECRET in str(parts[1])
}


@pytest.mark.parametrize("case", WITH_SECRETS)
def test_no_secret_is_told(case):
    noun, changes, _ = WITH_SECRETS[case]

    problem = problem_of(noun, changes)

    assert SECRET not in "".join(traceback.format_exception(problem))
    assert SECRET not in repr(vars(problem))
