"""The callout policy: shown, changed by command, and obeyed."""

import json

import pytest

from adxmi_jupyter.embedded import ClusterRole, DatabaseRole

TOKEN = "embedded-tester"
SHOW = ".show cluster policy callout"


def rule(kind="webapi", regex="https://api\\\\.contoso\\\\.example/", can_call="true"):
    return f'{{"CalloutType": "{kind}", "CalloutUriRegex": "{regex}", "CanCall": {can_call}}}'


def alter(*rules, merge=False):
    return f".alter{'-merge' * merge} cluster policy callout ```[{', '.join(rules)}]```"


@pytest.fixture
def own(run):
    """Return the rules that are not predefined, as `.show` has them."""

    def shown():
        return json.loads(run(SHOW)[0]["Policy"])

    return shown


@pytest.fixture
def caller(azure):
    tester = azure.world.add_principal("tester", token=TOKEN)

    def give(role, database=""):
        azure.world.grant(tester, role, database=database)
        return TOKEN

    return give


def test_predefined_rules_are_rows_of_their_own(run):
    first, *others = run(SHOW)

    assert (first["PolicyName"], first["EntityName"]) == ("CalloutPolicy", "")
    assert (first["Policy"], first["EntityType"]) == ("null", "Cluster")
    assert "$systemdb" in json.loads(first["ChildEntities"])
    assert {row["EntityType"] for row in others} == {"Cluster immutable policy"}
    types = [json.loads(row["Policy"])[0]["CalloutType"] for row in others]
    assert types == ["kusto"] * 3 + ["sql"] * 2 + ["external_data", "azure_digital_twins"]


def test_alter_sets_the_policy(run, own):
    (row,) = run(alter(rule(), rule("CosmosDB", "documents")))

    assert (row["EntityType"], row["ChildEntities"]) == ("", "")
    assert json.loads(row["Policy"]) == own()
    assert own() == [
        {
            "CalloutType": "webapi",
            "CalloutUriRegex": r"https://api\.contoso\.example/",
            "CanCall": True,
        },
        {"CalloutType": "cosmosdb", "CalloutUriRegex": "documents", "CanCall": True},
    ]


def test_merge_overwrites_the_same_rule_and_appends_others(run, own):
    run(alter(rule(regex="a"), rule(regex="b")))

    run(alter(rule("WebAPI", regex="a", can_call="false"), rule("mysql", regex="a"), merge=True))

    assert [(each["CalloutType"], each["CanCall"]) for each in own()] == [
        ("webapi", False),
        ("webapi", True),
        ("mysql", True),
    ]


def test_delete_leaves_the_predefined_rules(run):
    run(alter(rule()))

    (row,) = run(".delete cluster policy callout")

    assert row["Policy"] == "null"
    assert len(run(SHOW)) == 8


def test_empty_policy_differs_from_none(run, own):
    run(alter())

    assert own() == []


@pytest.mark.parametrize(
    "text",
    [
        ".alter cluster policy callout 'x'",
        ".alter cluster policy callout '{}'",
        ".alter cluster policy callout '[1]'",
        alter(rule("smtp")),
        alter(rule(regex="(")),
        alter(rule(can_call='"perhaps"')),
        alter('{"CalloutType": "webapi", "CanCall": true}'),
        alter('{"CalloutType": "webapi", "CalloutUriRegex": null, "CanCall": true}'),
    ],
)
def test_rules_that_are_none_are_refused(run, refusal, text):
    error = refusal(text)

    assert error.code == "General_BadRequest"
    assert run(SHOW)[0]["Policy"] == "null"


def test_single_quotes_are_read(run, own):
    run(
        ".alter cluster policy callout \"[{'CalloutType':'sql','CalloutUriRegex':'x','CanCall':false}]\""
    )

    assert own()[0]["CanCall"] is False


def test_one_rule_that_denies_is_enough(run, refusal):
    run(alter(rule("external_data", "contosolake", "false"), rule("external_data", "contosolake")))

    error = refusal("external_table('ArchivedOrders')", database="Sales")

    assert "callout policy" in error.description


@pytest.mark.nightly
def test_a_rule_opens_what_was_closed(run, refusal):
    query = (
        "evaluate cosmosdb_sql_request('AccountEndpoint=https://contosocosmos.documents.azure.com/;"
        "Database=Shop;Collection=Baskets;AccountKey=Y29udG9zb2Nvc21vcyBrZXk=', "
        "'SELECT * FROM c')"
    )
    assert "callout policy" in refusal(query, database="Sales").description

    run(alter(rule("CosmosDB", "documents.azure.com"), merge=True))

    assert len(run(query, database="Sales")) == 3


@pytest.mark.parametrize("text", [alter(rule()), alter(rule(), merge=True)])
def test_restricted_outbound_access_leaves_it_to_resource_manager(azure, refusal, text):
    azure.world.cluster.settings["restrictOutboundNetworkAccess"] = "Enabled"

    error = refusal(text)

    assert error.code == "General_BadRequest"
    assert "Resource Manager" in error.description


def test_monitors_show_and_do_not_change(run, refusal, caller):
    token = caller(ClusterRole.MONITOR)

    assert len(run(SHOW, token=token)) == 8
    assert refusal(alter(rule()), token=token).code == "Forbidden"
    assert refusal(".delete cluster policy callout", token=token).code == "Forbidden"


def test_a_database_admin_does_not_show_it(refusal, caller):
    assert refusal(SHOW, token=caller(DatabaseRole.ADMINS, "Sales")).code == "Forbidden"


def test_cluster_scripts_change_it(run):
    rows = run(f".execute cluster script <|\n{alter(rule())}\n{SHOW}")

    assert [(row["CommandType"], row["Result"]) for row in rows] == [
        ("ClusterPolicyCalloutAlter", "Completed"),
        ("ClusterPolicyCalloutShow", "Skipped"),
    ]


def test_database_scripts_do_not(run):
    (row,) = run(f".execute database script <|\n{alter(rule())}", database="Sales")

    assert row["Reason"] == "Not a database-scope command"
