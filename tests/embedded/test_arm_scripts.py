"""Scripts as resources of a database, put with the real SDK: what runs, and what it leaves."""

import pytest
from azure.kusto.data.exceptions import KustoApiError

from tests.embedded.conftest import READER, SUBSCRIPTION

WHERE = ("analytics", "contoso", "Sales")
CLUSTER = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/analytics/providers/Microsoft.Kusto"
    "/clusters/contoso"
)
TABLE = ".create-merge table Made (Id: long)"
FUNCTION = ".create-or-alter function Seven() { print 7 }"
INGEST = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/analytics/providers"
    "/Microsoft.ManagedIdentity/userAssignedIdentities/mi-ingest"
)
SIGNATURE = "sv=2024-01-01&sp=r&sig=abc"


@pytest.fixture
def put(kusto):
    def make(text=None, *, name="setup", client=kusto, **properties):
        given = {"scriptContent": text, **properties} if text is not None else properties
        return client.scripts.begin_create_or_update(*WHERE, name, {"properties": given}).result()

    return make


@pytest.fixture
def journal(run):
    return lambda: [row["ChangeCommand"] for row in run(".show journal")]


@pytest.fixture
def deployer(azure, give_role, kusto_as):
    """A Contributor of the cluster without any role in it."""
    give_role("deployer", "Contributor", CLUSTER)
    return kusto_as("deployer")


@pytest.fixture
def admins(azure):
    roles = azure.world.cluster.databases["Sales"].roles
    return lambda: (
        [
            each.principal.display_name
            for each in azure.world.cluster.databases["Sales"].roles
            if each.role == "admins"
        ]
        or list(roles)[:0]
    )


def test_a_script_runs_and_is_shown_without_its_text(put, run):
    made = put(f"// tables first\n{TABLE}\n\n{FUNCTION}", forceUpdateTag="1")

    assert made.id.endswith("/Databases/Sales/Scripts/setup")
    assert made.properties.provisioning_state == "Succeeded"
    assert made.properties.script_content is None
    assert (made.properties.force_update_tag, made.properties.continue_on_errors) == ("1", False)
    assert made.properties.script_level == "Database"
    assert made.system_data.created_by == "admin@contoso.example"
    assert run("Seven", database="Sales") == [{"print_0": 7}]
    assert run("Made | count", database="Sales") == [{"Count": 0}]


def test_the_journal_tells_of_a_script_and_the_commands_do_not(put, run, journal):
    put(FUNCTION)

    assert journal() == [FUNCTION]
    texts = [row["Text"] for row in run(".show commands-and-queries")]
    assert not [text for text in texts if "Seven" in text]


def test_a_script_runs_again_only_with_other_text_or_another_tag(put, journal):
    put(FUNCTION, forceUpdateTag="1")
    put(FUNCTION, forceUpdateTag="1")
    once = len(journal())
    put(FUNCTION, forceUpdateTag="2")
    put(FUNCTION, forceUpdateTag="2", continueOnErrors=True)
    twice = len(journal())
    put(f"{FUNCTION} ", forceUpdateTag="2")

    assert (once, twice, len(journal())) == (1, 2, 3)


@pytest.mark.parametrize(
    "text",
    [
        ".show tables",
        ".drop table Orders",
        ".delete database Sales policy managed_identity",
        f"{TABLE}\n.show tables",
        ".set-or-append Orders <| Orders",
        ".altered table Orders",
        "print 1",
        f"Orders | count\n{TABLE}",
        "// nothing",
    ],
)
def test_other_verbs_are_rejected_at_once(put, refused, journal, text):
    error = refused(put, text)

    assert (error.status_code, error.error.code) == (400, "BadRequest")
    assert journal() == []


@pytest.mark.parametrize(
    "text",
    [
        ".create table A1 (Id: long)",
        ".create-merge table A1 (Id: long)",
        ".create-or-alter function A1() { print 1 }",
        ".add database Sales viewers ('aaduser=admin@contoso.example')",
        ".alter database Sales policy managed_identity '[]'",
        ".alter-merge database Sales policy managed_identity '[]'",
    ],
)
def test_these_verbs_run(put, journal, text):
    assert put(text).properties.provisioning_state == "Succeeded"
    assert journal() == [text]


def test_a_script_stops_at_its_first_failure(put, refused, journal, kusto):
    text = f"{TABLE}\n.create table Orders (Id: long)\n{FUNCTION}"
    bad = text.replace(
        ".create table Orders (Id: long)", ".alter-merge table None policy update '[]'"
    )

    error = refused(put, bad)

    assert error.error.code == "ScriptFailed"
    assert journal() == [TABLE]
    assert kusto.scripts.get(*WHERE, "setup").properties.provisioning_state == "Failed"


def test_a_script_that_failed_runs_again_when_put_again(put, refused, run, journal):
    text = ".alter-merge table Later policy update '[]'"
    refused(put, text, forceUpdateTag="1")
    run(".create table Later (Id: long)", database="Sales")

    put(text, forceUpdateTag="1")

    assert journal()[-1] == text


def test_a_script_goes_on_when_told_to(put, journal):
    bad = ".alter-merge table None policy update '[]'"

    made = put(f"{TABLE}\n{bad}\n{FUNCTION}", continueOnErrors=True)

    assert made.properties.provisioning_state == "Succeeded"
    assert journal() == [TABLE, FUNCTION]


def test_a_cluster_command_needs_a_script_of_the_cluster(azure, put, refused):
    text = ".alter-merge cluster policy managed_identity '[]'"

    error = refused(put, text)
    made = put(text, name="cluster", scriptLevel="Cluster")

    assert "database-scope command" in error.error.message
    assert made.properties.script_level == "Cluster"
    assert refused(put, TABLE, name="other", scriptLevel="Cluster").error.code == "ScriptFailed"


def test_a_script_of_the_cluster_needs_its_admin(put, refused, deployer):
    text = ".alter-merge cluster policy managed_identity '[]'"

    error = refused(put, text, client=deployer, scriptLevel="Cluster")

    assert error.error.code == "ScriptFailedUnauthorizedCaller"


@pytest.mark.parametrize(
    ("action", "kept"),
    [
        (None, ["deployer"]),
        ("RetainPermissionOnScriptCompletion", ["deployer"]),
        ("RemovePermissionOnScriptCompletion", []),
    ],
)
def test_who_deploys_becomes_admin_and_stays_it_unless_told_otherwise(
    put, deployer, admins, action, kept
):
    options = {"principalPermissionsAction": action} if action else {}

    put(TABLE, client=deployer, **options)

    assert admins() == kept


def test_who_may_not_write_scripts_runs_none(put, refused, kusto_as, journal):
    assert refused(put, TABLE, client=kusto_as(READER)).status_code == 403
    assert journal() == []


def test_two_scripts_at_once_collide(azure, kusto, refused, journal):
    azure.arm.polls = 40  # the SDK asks by itself while the second one is sent
    body = {"properties": {"scriptContent": TABLE}}
    first = kusto.scripts.begin_create_or_update(*WHERE, "one", body)

    error = refused(kusto.scripts.begin_create_or_update(*WHERE, "two", body).result)
    first.result()

    assert error.error.code == "ServiceIsInMaintenance"
    assert journal() == [TABLE]


@pytest.mark.nightly
def test_a_cluster_has_fifty_scripts_at_most(put, refused, kusto):
    for number in range(50):
        put(TABLE, name=f"script-{number}")

    error = refused(put, TABLE, name="one-more")
    put(FUNCTION, name="script-7")
    kusto.scripts.begin_delete(*WHERE, "script-0").result()
    put(TABLE, name="one-more")

    assert error.error.code == "TooManyScripts"


def test_deleting_a_script_takes_nothing_back(put, kusto, run, refused):
    put(TABLE)

    kusto.scripts.begin_delete(*WHERE, "setup").result()

    assert list(kusto.scripts.list_by_database(*WHERE)) == []
    assert refused(kusto.scripts.get, *WHERE, "setup").status_code == 404
    assert run("Made | count", database="Sales") == [{"Count": 0}]
    kusto.scripts.begin_delete(*WHERE, "setup").result()


@pytest.fixture
def stored(azure):
    azure.world.add_blob("contosobackup", "backups", "setup.kql", TABLE.encode())
    account = azure.world.storage_accounts["contosobackup"]
    account.signatures = (*account.signatures, SIGNATURE)
    return "https://contosobackup.blob.core.windows.net/backups/setup.kql"


@pytest.mark.parametrize("token", [SIGNATURE, f"?{SIGNATURE}"])
def test_a_script_is_read_from_storage_with_a_signature(put, stored, journal, token):
    made = put(scriptUrl=stored, scriptUrlSasToken=token)

    assert made.properties.script_url == stored
    assert made.properties.script_url_sas_token is None
    assert journal() == [TABLE]


def test_a_script_that_cannot_be_read_fails(put, stored, refused):
    assert (
        refused(put, scriptUrl=stored, scriptUrlSasToken="sig=wrong").error.code == "ScriptFailed"
    )
    assert refused(put, scriptUrl=stored).error.code == "ScriptFailed"


def test_a_stored_script_with_another_verb_fails(azure, put, stored, refused):
    azure.world.add_blob("contosobackup", "backups", "setup.kql", b".drop table Orders")

    error = refused(put, scriptUrl=stored, scriptUrlSasToken=SIGNATURE)

    assert error.error.code == "BadRequest"


def test_a_script_is_read_by_an_identity_with_a_role(azure, put, stored, refused, journal):
    asked = {"scriptUrl": stored, "managedIdentityResourceId": INGEST}

    denied = refused(put, **asked)
    azure.assign_role("mi-ingest", "Storage Blob Data Reader", "contosobackup/backups")
    put(**asked)

    assert denied.error.code == "ScriptFailed"
    assert journal() == [TABLE]


@pytest.mark.parametrize(
    "properties",
    [
        {},
        {"scriptContent": TABLE, "scriptUrl": "https://contosobackup.blob.core.windows.net/a/b"},
        {"scriptContent": 5},
        {"scriptContent": TABLE, "continueOnErrors": "yes"},
        {"scriptContent": TABLE, "scriptLevel": "Table"},
        {"scriptContent": TABLE, "principalPermissionsAction": "Keep"},
        {"scriptContent": TABLE, "colour": "red"},
        {"scriptContent": TABLE, "managedIdentityResourceId": f"{INGEST}-unknown"},
    ],
)
def test_what_is_no_script_is_rejected_at_once(send, properties):
    answer = send(
        "PUT", f"{CLUSTER}/databases/Sales/scripts/setup", json={"properties": properties}
    )

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "BadRequest")


def test_older_versions_know_no_levels(put, send):
    path = f"{CLUSTER}/databases/Sales/scripts/setup"
    body = {"properties": {"scriptContent": TABLE, "scriptLevel": "Database"}}

    old = send("PUT", path, version="2022-02-01", json=body)
    put(TABLE, scriptLevel="Database")
    shown = send("GET", path, version="2022-02-01").json()["properties"]

    assert old.status_code == 400
    assert "scriptLevel" not in shown


def test_a_patch_keeps_what_it_does_not_name(put, kusto, journal):
    put(TABLE, forceUpdateTag="1")

    body = {"properties": {"forceUpdateTag": "2"}}
    patched = kusto.scripts.begin_update(*WHERE, "setup", body).result()

    assert patched.properties.force_update_tag == "2"
    assert journal() == [TABLE, TABLE]


def test_a_stopped_cluster_runs_no_script(azure, put, refused):
    azure.stop_cluster("contoso")

    assert refused(put, TABLE).status_code == 409


def test_a_script_of_one_cluster_changes_no_other(azure, kusto, run, run_on):
    west = azure.world.add_cluster("contosowest", subscription="Contoso", state="Running")
    azure.world.at(west).add_database("Sales")
    body = {"properties": {"scriptContent": TABLE}}

    kusto.scripts.begin_create_or_update(
        "analytics", "contosowest", "Sales", "setup", body
    ).result()

    assert run_on("contosowest", "Made | count", database="Sales") == [{"Count": 0}]
    assert run(".show journal") == []
    with pytest.raises(KustoApiError):
        run("Made | count", database="Sales")
