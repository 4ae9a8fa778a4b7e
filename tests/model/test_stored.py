"""What the service keeps is read in every spelling that the documentation or the grammar has."""

import json

import pytest

from adxmi_jupyter.model.declaration.registry import declaration_of
from adxmi_jupyter.model.declaration.stored import (
    Existing,
    FunctionListing,
    address,
    identities_named_in,
)
from adxmi_jupyter.model.shape import cell, json_cell, text_cell

GUID = "e84d3f17-90a6-4d2c-b7e8-4f5a1c6b920d"
OTHER = "5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b6"
ARCHIVE = "https://contosolake.blob.core.windows.net/archive"
BY_IDENTITY = 'Authentication="Active Directory Managed Identity"'
SQL = "Server=tcp:erp01.database.windows.net,1433;Initial Catalog=Erp"


@pytest.mark.parametrize(
    ("text", "identities"),
    [
        ("", ()),
        (ARCHIVE, ()),
        (f"{ARCHIVE};impersonate", ()),
        (f"{ARCHIVE};managed_identity=system", ("system",)),
        (f"{ARCHIVE}; Managed_Identity={GUID.upper()}", (GUID,)),
        (f"{ARCHIVE};managed_identity=system_assigned", ()),
        (
            f"h@'{ARCHIVE};managed_identity={GUID}', h@'{ARCHIVE};managed_identity=system'",
            (GUID, "system"),
        ),
        (f"{ARCHIVE};managed_identity={GUID}\n{ARCHIVE};managed_identity={GUID}", (GUID,)),
        (f'with (managedIdentity="{GUID}")', (GUID,)),
        ("with (managedIdentity = 'system')", ("system",)),
        (f'{{"ManagedIdentity":"{GUID}"}}', (GUID,)),
        (json.dumps({"a": json.dumps({"ManagedIdentity": GUID})}), (GUID,)),
        ('{"ManagedIdentity": null}', ()),
        (f'{{"managedIdentityResourceId": "/x/{GUID}"}}', ()),
        (f"{SQL};{BY_IDENTITY}", ("system",)),
        (f"{SQL};{BY_IDENTITY};User Id={GUID};", (GUID,)),
        (f'{SQL};Authentication=Active Directory Managed Identity;User ID="{GUID}"', (GUID,)),
        (f"{SQL};User Id={GUID};Password=x", ()),
        (f"{SQL};{BY_IDENTITY};User Id=123456789", ("123456789",)),
        (f"h@'{SQL};{BY_IDENTITY}'\nh@'{SQL};{BY_IDENTITY};UserId={GUID}'", ("system", GUID)),
        (
            f"f(h@'{SQL};User Id={GUID};{BY_IDENTITY}'), f(h@'{SQL};{BY_IDENTITY}')",
            (GUID, "system"),
        ),
        (rf'"{SQL};Authentication=\"Active Directory Managed Identity\";User Id={GUID}"', (GUID,)),
    ],
)
def test_identities_are_found_in_every_way_of_naming_them(text, identities):
    assert identities_named_in(text) == identities


@pytest.mark.parametrize(
    ("connection_string", "shown"),
    [
        (f"{ARCHIVE};managed_identity=system", ARCHIVE),
        (f"{ARCHIVE};*******", ARCHIVE),
        (f"{ARCHIVE}?*******", ARCHIVE),
        (f"{ARCHIVE};c2VjcmV0", ARCHIVE),
        (f"{ARCHIVE}?sv=1&sig=c2VjcmV0", ARCHIVE),
        ("https://example.org/a?code=c2VjcmV0;b", "https://example.org/a"),
        (f"{SQL};{BY_IDENTITY}", SQL),
        ("Password=c2VjcmV0;Server=nowhere", ""),
        ("c2VjcmV0", ""),
        ("", ""),
    ],
)
def test_an_address_shows_no_secret(connection_string, shown):
    assert address(connection_string) == shown


@pytest.mark.parametrize(
    ("column", "name"),
    [
        ("Started On", "StartedOn"),
        ("StartedOn", "Started On"),
        ("BlobUrl", "BlobURL"),
        ("BlobURL", "BlobUrl"),
        ("ISHEALTHY", "IsHealthy"),
    ],
)
def test_a_column_is_found_in_any_letter_case_and_with_blanks(column, name):
    assert cell({"Other": 1, column: 2}, name) == len("ab")


@pytest.mark.parametrize(
    ("columns", "names"),
    [
        (["Policies"], ["Policy", "Policies"]),
        (["Policy"], ["Policy", "Policies"]),
        (["FailedReason"], ["FailedReasons", "FailedReason"]),
        (["CompletionPercentage"], ["CompletePercentage", "CompletionPercentage"]),
    ],
)
def test_a_column_of_two_names_is_found_by_either(columns, names):
    assert cell(dict.fromkeys(columns, "x"), *names) == "x"


def test_an_absent_column_is_nothing():
    assert cell({"a": 1}, "b") is None
    assert text_cell({"a": None}, "a") == ""
    assert json_cell({"a": 1}, "b") is None


@pytest.mark.parametrize(
    ("value", "read"),
    [("[1]", [1]), ([1], [1]), ("null", None), ("", None), ("no JSON", None), (None, None)],
)
def test_json_is_read_decoded_or_as_text(value, read):
    assert json_cell({"Properties": value}, "properties") == read


@pytest.mark.parametrize(
    ("words", "body", "is_in"),
    [
        (("sql_request",), "evaluate sql_request('x')", True),
        (("sql_request",), "evaluate sql_request\n ('x')", True),
        (("sql_request",), "evaluate cosmosdb_sql_request('x')", False),
        (("sql_request",), "sql_request", False),
        (("cosmosdb_sql_request", "cosmosdb_request"), "evaluate cosmosdb_request('x')", True),
        (("infer_storage_schema",), "evaluate infer_storage_schema_with_suggestions(x)", False),
        (
            ("ai_chat_completion", "ai_chat_completion_prompt"),
            "ai_chat_completion_prompt(a, b)",
            True,
        ),
        (("externaldata", "external_data"), "external_data(a:int)['x']", True),
    ],
)
def test_a_function_is_told_by_what_it_calls(words, body, is_in):
    assert FunctionListing(words, lambda _identity, _place: ()).is_in(body) is is_in


def existing(noun, row):
    return declaration_of(noun).listing.read(row)


def external_table(**changes):
    return {
        "TableName": "Archive",
        "TableType": "Blob",
        "Folder": "",
        "DocString": "",
        "Properties": '{"Format":"Csv"}',
        "ConnectionStrings": [f"{ARCHIVE};managed_identity={GUID}"],
        "Partitions": None,
        "PathFormat": "",
        **changes,
    }


@pytest.mark.parametrize(
    ("row", "target"),
    [
        (external_table(), ARCHIVE),
        (
            external_table(ConnectionStrings=json.dumps([f"{ARCHIVE};managed_identity={GUID}"])),
            ARCHIVE,
        ),
        (
            external_table(
                TableType="Sql",
                ConnectionStrings=None,
                Properties=json.dumps(
                    {"TargetEntityConnectionString": f"{SQL};{BY_IDENTITY};User Id={GUID}"}
                ),
            ),
            SQL,
        ),
    ],
)
def test_external_tables_are_read_as_documented_and_as_sampled(row, target):
    assert existing("external-table", row) == Existing("Archive", row["TableType"], (GUID,), target)


def test_an_external_table_without_connection_strings_is_read():
    short = {"TableName": "Archive", "TableType": "Blob", "Properties": "", "Schema": "{}"}

    assert existing("external-table", short) == Existing("Archive", "Blob", (), "")


def continuous_export(**changes):
    return {
        "Name": "Nightly",
        "ExternalTableName": "Archive",
        "Query": "Orders",
        "ForcedLatency": None,
        "IntervalBetweenRuns": "01:00:00",
        "CursorScopedTables": "[\"['Sales'].['Orders']\"]",
        "ExportProperties": json.dumps({"ManagedIdentity": GUID}),
        "LastRunResult": "Completed",
        "IsDisabled": False,
        **changes,
    }


@pytest.mark.parametrize(
    ("changes", "identities"),
    [
        ({}, (GUID,)),
        ({"ExportProperties": {"managedIdentity": "system"}}, ("system",)),
        ({"ExportProperties": "{}", "ManagedIdentity": "x"}, ()),
        ({"ExportProperties": None, "ManagedIdentity": GUID}, (GUID,)),
        ({"ExportProperties": None, "Query": f"T | where a == 'managedIdentity={GUID}'"}, ()),
    ],
)
def test_continuous_exports_are_read_wherever_the_identity_stands(changes, identities):
    read = existing("continuous-export", continuous_export(**changes))

    assert read == Existing("Nightly", "continuous export", identities, "Archive", "Completed")


DISABLED = "disabled; .enable continuous-export enables it"
FAILED = "the last run failed; .show continuous-export NAME failures shows why"


@pytest.mark.parametrize(
    ("changes", "state", "trouble"),
    [
        ({"IsDisabled": True}, "disabled", DISABLED),
        ({"IsDisabled": 1, "LastRunResult": "Failed"}, "disabled", DISABLED),
        ({"LastRunResult": "Failed"}, "Failed", FAILED),
        ({"LastRunResult": None}, "", ""),
    ],
)
def test_continuous_exports_tell_what_keeps_them_from_running(changes, state, trouble):
    read = existing("continuous-export", continuous_export(**changes))

    assert (read.state, read.trouble) == (state, trouble)


UPDATES = [
    {"IsEnabled": True, "Source": "Orders", "ManagedIdentity": GUID},
    {"IsEnabled": True, "Source": "Returns", "ManagedIdentity": "system"},
    {"IsEnabled": False, "Source": "Old", "ManagedIdentity": None},
]


@pytest.mark.parametrize(
    "row",
    [
        {
            "PolicyName": "UpdatePolicy",
            "EntityName": "[Sales].[Customers]",
            "Policy": json.dumps(UPDATES),
        },
        {"EntityName": "[Sales].[Customers]", "Policies": UPDATES},
        {"TableName": "Customers", "Policy": json.dumps(UPDATES)},
    ],
)
def test_update_policies_are_read_in_both_column_shapes(row):
    assert existing("update-policy", row) == Existing(
        "Customers",
        "update policy",
        (GUID, "system"),
        "from Orders, Returns, Old",
        "disabled",
        "not all of its entries are enabled",
    )


@pytest.mark.parametrize("policy", [None, "", "null", "[]", "no JSON", {}])
def test_a_table_without_update_policy_is_none(policy):
    assert existing("update-policy", {"EntityName": "[Sales].[Orders]", "Policy": policy}) is None


ACCELERATION = {"IsEnabled": True, "Hot": "7.00:00:00", "ManagedIdentity": GUID.upper()}


@pytest.mark.parametrize(
    "row",
    [
        {
            "PolicyName": "QueryAcceleration",
            "EntityName": "[Sales].[Lake]",
            "Policy": json.dumps(ACCELERATION),
        },
        {
            "PolicyName": "QueryAccelerationPolicy",
            "EntityName": "[Sales].[Lake]",
            "Policies": ACCELERATION,
        },
        {
            "TableName": "Lake",
            "QueryAccelerationPolicy": json.dumps(ACCELERATION),
            "QueryAccelerationState": "",
        },
    ],
)
def test_query_acceleration_is_read_in_all_column_shapes(row):
    assert existing("query-acceleration", row) == Existing(
        "Lake", "query acceleration", (GUID,), "hot 7.00:00:00"
    )


@pytest.mark.parametrize(
    ("shown", "state", "trouble"),
    [
        ({"IsHealthy": True, "CompletePercentage": 42.5}, "42.5 % ready", ""),
        ({"IsHealthy": True, "CompletionPercentage": "100"}, "100 % ready", ""),
        (
            {"IsHealthy": False, "NotHealthyReason": "InaccessibleDeltaTable"},
            "not healthy: InaccessibleDeltaTable",
            "not healthy: InaccessibleDeltaTable",
        ),
        ({}, "", ""),
    ],
)
def test_the_state_of_query_acceleration_is_read_by_either_name(shown, state, trouble):
    row = {
        "TableName": "Lake",
        "QueryAccelerationPolicy": json.dumps(ACCELERATION),
        "QueryAccelerationState": json.dumps(shown),
    }

    read = existing("query-acceleration", row)

    assert (read.state, read.trouble) == (state, trouble)


def test_disabled_query_acceleration_says_so():
    row = {"TableName": "Lake", "Policy": json.dumps({"IsEnabled": False, "Hot": "1.00:00:00"})}

    assert existing("query-acceleration", row) == Existing(
        "Lake", "query acceleration", (), "hot 1.00:00:00", "disabled", "disabled"
    )


@pytest.mark.parametrize("policy", [None, "", "null"])
def test_an_external_table_without_query_acceleration_is_none(policy):
    row = {"TableName": "Lake", "QueryAccelerationPolicy": policy, "QueryAccelerationState": ""}

    assert existing("query-acceleration", row) is None
