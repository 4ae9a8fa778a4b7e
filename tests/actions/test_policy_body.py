import pytest

from adxmi_jupyter.actions.policy.body import body_policy
from adxmi_jupyter.actions.policy.policies import read_one
from adxmi_jupyter.errors import InvalidPolicy, MalformedBody, UnknownIdentity, UnknownUsage
from adxmi_jupyter.model.policy import Scope

JSON = '[{"ObjectId": "system", "AllowedUsages": "AzureAI, SqlRequest"}]'


def labels(connection, text, **options):
    policy, _ = body_policy(connection, text, **options)
    return {entry.identity.label: entry.allowed_usages for entry in policy}


@pytest.mark.parametrize(
    "text",
    [
        JSON,
        JSON[1:-1],
        "[{ 'ObjectId' : 'system', 'AllowedUsages' : 'SqlRequest,azureai' }]",
        "[{'ObjectId':'system','AllowedUsages':'SqlRequest,azureai'}]",
        '[{"objectid": "system", "ALLOWEDUSAGES": ["AzureAI", "SqlRequest"]}]',
        "- ObjectId: system\n  AllowedUsages: AzureAI, SqlRequest\n",
        "- ObjectId: system\n  AllowedUsages:\n  - AzureAI\n  - SqlRequest\n",
        "ObjectId: system\nAllowedUsages: AzureAI,SqlRequest",
    ],
)
def test_json_its_lenient_form_and_yaml_say_the_same(connection, text):
    assert labels(connection, text) == {"contoso": ("AzureAI", "SqlRequest")}


def test_what_was_read_can_be_written(connection):
    text = read_one(connection, Scope("Sales")).text

    assert labels(connection, text) == {
        "mi-ingest": ("DataConnection", "NativeIngestion"),
        "mi-export": ("ExternalTable",),
    }


def test_identities_go_by_any_name_and_client_ids_are_said(connection):
    known = {e.identity.label: e.identity for e in read_one(connection, Scope("Sales")).policy}
    text = (
        f"- {{ObjectId: mi-export, AllowedUsages: All}}\n"
        f"- {{ObjectId: {known['mi-ingest'].client_id}, AllowedUsages: All}}"
    )

    policy, notes = body_policy(connection, text)

    assert [entry.identity for entry in policy] == [known["mi-export"], known["mi-ingest"]]
    assert len(notes) == 1


def test_an_empty_list_is_an_empty_policy(connection):
    assert labels(connection, "[]") == {}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "the cell has no body"),
        ('[{"ObjectId": "system",,}]', "line 1, column 24"),
        ('[\n  {"ObjectId": "system"\n', "line 3, column 1"),
        ("[{'ObjectId': 'system']", "line 1, column 23"),
        ("a: b: c", "line 1, column 5"),
        ("- a\x00", "line 1, column 4"),
    ],
)
def test_a_malformed_body_names_line_and_column(connection, text, why):
    with pytest.raises(MalformedBody) as raised:
        body_policy(connection, text)

    assert why in raised.value.why


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('"All"', "the body is not a policy"),
        ("[1]", "entry 1 is not an object"),
        ('[{"AllowedUsages": "All"}]', "entry 1 has no ObjectId"),
        ('[{"ObjectId": "system"}]', "entry 1 has no AllowedUsages"),
        ('[{"ObjectId": "system", "AllowedUsages": " , "}]', "entry 1 has no AllowedUsages"),
        ('[{"ObjectId": "system", "AllowedUsages": []}]', "entry 1 has no AllowedUsages"),
        ('[{"ObjectId": "a", "ObjectId": "b"}]', "the key 'ObjectId' occurs twice in one entry"),
        ('[{"ObjectID ": "a"}]', "entry 1 has an unknown key 'ObjectID '"),
        ('[{"Colour": "a"}]', "entry 1 has an unknown key 'Colour'"),
    ],
)
def test_what_is_no_policy_is_refused(connection, text, what):
    with pytest.raises(InvalidPolicy) as raised:
        body_policy(connection, text)

    assert raised.value.what == what


def test_an_unknown_usage_or_identity_is_refused(connection):
    with pytest.raises(UnknownUsage) as usage:
        body_policy(connection, '[{"ObjectId": "system", "AllowedUsages": "ExternalTables"}]')
    with pytest.raises(UnknownIdentity) as identity:
        body_policy(connection, '[{"ObjectId": "mi-ingst", "AllowedUsages": "All"}]')

    assert usage.value.fix == "in the body, write ExternalTable"
    assert identity.value.fix == "in the body, write mi-ingest"


def test_a_newer_usage_passes_on_request(connection):
    text = '[{"ObjectId": "system", "AllowedUsages": "Newer"}]'

    assert labels(connection, text, allow_unknown_usage=True) == {"contoso": ("Newer",)}
