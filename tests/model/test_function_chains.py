"""The links of stored functions: of what the operators in their text are given."""

import pytest

from adxmi_jupyter.model import kql
from adxmi_jupyter.model.declaration.registry import declaration_of
from adxmi_jupyter.model.declaration.requirements import (
    Allowed,
    Assigned,
    CalloutAllowed,
    GrantedInAzure,
    GrantedInCosmosDb,
    GrantedInSqlServer,
    NamedBy,
    PluginEnabled,
)
from adxmi_jupyter.model.identity import ManagedIdentity
from adxmi_jupyter.model.usage import Usage
from tests.model.workflow_samples import GUID, LAKE, SYSTEM, USER

OTHER_ID = "5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b6"
OTHER = ManagedIdentity(OTHER_ID, "mi-ingest")
BLOB = f"{LAKE}/landing/a.csv;managed_identity={GUID}"
OTHER_BLOB = f"{LAKE}/archive/b.csv;managed_identity={OTHER_ID}"
ADO = 'Authentication="Active Directory Managed Identity"'
SQL = f"Server=tcp:erp01.database.windows.net,1433;Initial Catalog=Erp;{ADO};User Id={GUID}"
COSMOS = (
    "AccountEndpoint=https://shop.documents.azure.com/;Database=Shop;Collection=Baskets;"
    f"Authentication=Active Directory Managed Identity;User Id={GUID}"
)
MODEL = (
    "https://contosoai.openai.azure.com/openai/deployments/chat/chat/completions"
    f"?api-version=2024-06-01;managed_identity={GUID}"
)


def who(word):
    """Find an identity as the front ends do, among those of this test."""
    return {GUID: USER, OTHER_ID: OTHER, "system": SYSTEM}[word]


def requirements_of(noun, body):
    listing = declaration_of(noun).listing
    return listing.requirements(body, who) if listing.is_in(body) else None


def of_type(kind, requirements):
    return [requirement for requirement in requirements if isinstance(requirement, kind)]


def external(*strings):
    return f"externaldata(A:int)[{', '.join(map(kql.obfuscated_literal, strings))}] | take 1"


@pytest.mark.parametrize(
    ("noun", "call", "usage", "kind"),
    [
        ("externaldata", external(BLOB), Usage.EXTERNAL_DATA_REQUEST, GrantedInAzure),
        (
            "infer-storage-schema",
            (
                "evaluate infer_storage_schema(dynamic({'StorageContainers': "
                f"[{kql.obfuscated_literal(BLOB)}]}}))"
            ),
            Usage.EXTERNAL_DATA_REQUEST,
            GrantedInAzure,
        ),
        (
            "python-plugin",
            (
                "T | evaluate python(typeof(*), ```x = 'y'```, external_artifacts = dynamic({'a.zip': "
                f"{kql.string_literal(BLOB)}}}))"
            ),
            Usage.SANDBOX_ARTIFACTS,
            GrantedInAzure,
        ),
        (
            "sql-request",
            f"evaluate sql_request({kql.obfuscated_literal(SQL)}, 'select 1')",
            Usage.SQL_REQUEST,
            GrantedInSqlServer,
        ),
        (
            "cosmosdb-sql-request",
            f"evaluate cosmosdb_sql_request({kql.obfuscated_literal(COSMOS)}, 'select * from c')",
            Usage.SQL_REQUEST,
            GrantedInCosmosDb,
        ),
        (
            "ai-chat-completion",
            f"T | evaluate ai_chat_completion(X, {kql.obfuscated_literal(MODEL)})",
            Usage.AZURE_AI,
            GrantedInAzure,
        ),
    ],
)
def test_each_operator_is_given_its_connection_string(noun, call, usage, kind):
    requirements = requirements_of(noun, f"{{ {call} }}")

    assert of_type(Assigned, requirements) == [Assigned(USER)]
    assert of_type(NamedBy, requirements) == [NamedBy(USER, GUID)]
    assert [requirement.usage for requirement in of_type(Allowed, requirements)] == [usage]
    assert len(of_type(kind, requirements)) == 1


def test_what_the_operator_is_given_counts_and_nothing_besides():
    body = f"{{ {external(BLOB)} | extend Other = {kql.string_literal(OTHER_BLOB)} }}"

    assert of_type(Assigned, requirements_of("externaldata", body)) == [Assigned(USER)]


def test_where_the_operator_is_given_variables_all_of_the_text_counts():
    body = f"{{ let place = {kql.string_literal(BLOB)}; externaldata(A:int)[place] }}"

    requirements = requirements_of("externaldata", body)

    assert of_type(Assigned, requirements) == [Assigned(USER)]
    assert [str(requirement.target) for requirement in of_type(GrantedInAzure, requirements)] == [
        "contosolake/landing"
    ]


def test_several_places_and_identities_are_each_told_once():
    body = f"{{ union ({external(BLOB, OTHER_BLOB)}), ({external(BLOB)}) }}"

    requirements = requirements_of("externaldata", body)

    assert of_type(Assigned, requirements) == [Assigned(USER), Assigned(OTHER)]
    assert len(requirements) == len(set(requirements))


def test_several_operators_in_one_body_are_told_apart():
    sql = f"evaluate sql_request({kql.obfuscated_literal(SQL)}, 'select 1')"
    body = f"{{ union ({external(OTHER_BLOB)}), ({sql}) }}"

    by_files = requirements_of("externaldata", body)
    by_sql = requirements_of("sql-request", body)

    assert of_type(Assigned, by_files) == [Assigned(OTHER)]
    assert of_type(GrantedInSqlServer, by_files) == []
    assert of_type(Assigned, by_sql) == [Assigned(USER)]
    assert of_type(GrantedInAzure, by_sql) == []
    assert requirements_of("cosmosdb-sql-request", body) is None


@pytest.mark.parametrize(
    "body",
    [
        f"{{ externaldata(A:int)[{kql.obfuscated_literal(LAKE + '/landing/a.csv?sig=c2VjcmV0')}] }}",
        f"{{ externaldata(A:int)[{kql.obfuscated_literal(LAKE + '/landing/a.csv;impersonate')}] }}",
        "{ externaldata(A:int)[place] }",
        "{ externaldata(A:int)['no connection string'] }",
    ],
)
def test_a_function_that_names_no_identity_has_no_links(body):
    assert requirements_of("externaldata", body) == ()


@pytest.mark.parametrize(
    "body",
    [
        f"{{ T | where X == {kql.string_literal(external(BLOB))} }}",
        f"{{ T // {external(BLOB)}\n }}",
        "{ externaldata }",
    ],
)
def test_an_operator_that_is_only_talked_of_is_not_there(body):
    assert requirements_of("externaldata", body) is None


def test_a_connection_string_in_pieces_is_read_as_one():
    body = f"{{ externaldata(A:int)[h'{LAKE}/landing/a.csv;' 'managed_identity={GUID}'] }}"

    assert of_type(Assigned, requirements_of("externaldata", body)) == [Assigned(USER)]


def test_the_python_plugin_needs_the_plugin_and_the_cluster_policy():
    artifacts = f"dynamic({{'a.zip': {kql.string_literal(BLOB)}}})"
    body = f"{{ T | evaluate python(typeof(*), 'x', external_artifacts={artifacts}) }}"

    requirements = requirements_of("python-plugin", body)

    assert of_type(PluginEnabled, requirements) == [PluginEnabled("python")]
    assert [requirement.cluster_only for requirement in of_type(Allowed, requirements)] == [True]
    assert [requirement.callout_type for requirement in of_type(CalloutAllowed, requirements)] == [
        "sandbox_artifacts"
    ]
