"""What listings show of identities and connection strings, by the switches of the world."""

import json
import re
from pathlib import Path

import pytest

from adxmi_jupyter import embedded
from adxmi_jupyter.embedded import (
    QUESTIONS,
    Behaviours,
    DatabaseRole,
    ExportIdentities,
    ShownScript,
    ShownStrings,
    ShownSystem,
    SystemInPolicies,
    alternatives,
)

README = Path(embedded.__file__).parent / "README.md"

EXPORT = "e84d3f17-90a6-4d2c-b7e8-4f5a1c6b920d"
LAKE = "https://contosolake.blob.core.windows.net"
SQL = (
    "Server=tcp:contososql.database.windows.net,1433;"
    'Authentication="Active Directory Managed Identity";Initial Catalog=Erp'
)
SCRIPT = ".show database Sales schema as csl script"
TOKEN = "embedded-tester"


@pytest.fixture
def listings(azure):
    """The switches, in a world with an export and tables that name the system identity."""
    world = azure.world
    world.add_continuous_export(
        "Nightly",
        database="Sales",
        external_table="ArchivedOrders",
        query="Orders",
        managed_identity=EXPORT,
    )
    world.add_continuous_export(
        "Own",
        database="Sales",
        external_table="ArchivedOrders",
        query="Orders",
        managed_identity="system",
    )
    world.add_external_table("Mine", f"{LAKE}/archive;managed_identity=system", database="Sales")
    world.add_external_table("Keyed", f"{LAKE}/archive;a2V5", database="Sales")
    world.add_external_table("Stock", SQL, database="Sales", table_type="Sql")
    return world.behaviours


@pytest.fixture
def own(azure):
    """The object ID of the system-assigned identity."""
    return azure.world.cluster.system_identity.object_id


@pytest.fixture
def strings(run):
    """Return the connection strings that the listing shows, by table."""

    def shown():
        rows = run(".show external tables", database="Sales")
        return {row["TableName"]: row["ConnectionStrings"] for row in rows}

    return shown


@pytest.fixture
def named_by(run):
    """Return whom exports name in the listing, by export."""

    def shown():
        rows = run(".show continuous-exports", database="Sales")
        found = {row["Name"]: json.loads(row["ExportProperties"]) for row in rows}
        return {name: each.get("ManagedIdentity") for name, each in found.items()}

    return shown


@pytest.fixture
def script(run):
    """Return the statement of the script that creates something."""

    def shown(what, **more):
        rows = [row["DatabaseSchemaScript"] for row in run(SCRIPT, **more)]
        (found,) = [row for row in rows if row.startswith(f".create-or-alter {what}")]
        return found

    return shown


def test_a_listing_of_exports_can_leave_their_identities_out(listings, named_by, script):
    listings.export_identities = ExportIdentities.LEFT_OUT

    assert named_by() == {"Nightly": None, "Own": None}
    assert f"managedIdentity='{EXPORT}'" in script("continuous-export Nightly")
    assert "managedIdentity='system'" in script("continuous-export Own")


def test_a_listing_of_tables_can_show_addresses_alone(listings, strings, script):
    listings.connection_strings = ShownStrings.ADDRESSES

    shown = strings()

    assert shown["ArchivedOrders"] == [f"{LAKE}/archive;*******"]
    assert shown["Stock"] == ["Server=tcp:contososql.database.windows.net,1433;*******"]
    assert f";managed_identity={EXPORT}" in script("external table ArchivedOrders")


def test_a_listing_of_tables_can_show_nothing_of_where_they_lead(listings, strings, run, script):
    listings.connection_strings = ShownStrings.ASTERISKS

    assert strings()["ArchivedOrders"] == ["*******"]
    (row,) = run(".show external table Stock", database="Sales")
    assert json.loads(row["Properties"])["TargetEntityConnectionString"] == "*******"
    assert "contososql" in script("external table Stock")


def test_a_listing_of_tables_can_have_the_columns_of_its_page(listings, run):
    listings.connection_strings = ShownStrings.LEFT_OUT

    row = run(".show external tables", database="Sales")[0]

    assert list(row) == ["TableName", "TableType", "Folder", "DocString", "Properties"]


def test_entities_are_shown_as_in_their_own_listing(listings, run):
    listings.connection_strings = ShownStrings.ADDRESSES

    rows = run(".show databases entities")
    (content,) = [row["Content"] for row in rows if row["EntityName"] == "ArchivedOrders"]

    assert json.loads(content) == [f"{LAKE}/archive;*******"]


def policy_of(run, database):
    (row,) = run(f".show database ['{database}'] policy managed_identity")
    return json.loads(row["Policy"])


def test_the_system_identity_can_be_shown_as_the_word(azure, listings, run, named_by, own):
    listings.system, listings.system_in_policies = ShownSystem.WORD, SystemInPolicies.WORD
    azure.world.add_continuous_export(
        "ById",
        database="Sales",
        external_table="ArchivedOrders",
        query="Orders",
        managed_identity=own,
    )

    (entry,) = policy_of(run, "Tom\\'s Lab")

    assert (entry["ObjectId"], entry["IsSystem"]) == ("system", True)
    assert named_by() == {"Nightly": EXPORT, "Own": "system", "ById": "system"}


def test_the_system_identity_can_be_shown_by_its_object_id(
    listings, run, named_by, strings, script, own
):
    listings.system = ShownSystem.OBJECT_ID

    (entry,) = policy_of(run, "Tom\\'s Lab")

    assert entry["ObjectId"] == own
    assert named_by()["Own"] == own
    assert strings()["Mine"] == [f"{LAKE}/archive;managed_identity={own}"]
    assert f"managedIdentity='{own}'" in script("continuous-export Own")
    assert f";managed_identity={own}" in script("external table Mine")


def test_a_former_system_identity_stays_an_object_id(azure, listings, run, own):
    listings.system_in_policies = SystemInPolicies.WORD
    azure.world.cluster.system_identity = None

    (entry,) = policy_of(run, "Tom\\'s Lab")

    assert entry["ObjectId"] == own


def test_policies_of_tables_name_it_alike(azure, listings, run, own):
    azure.world.add_update_policy(
        "Customers", database="Sales", source="Orders", query="Orders", managed_identity="system"
    )
    listings.system = ShownSystem.OBJECT_ID

    (row,) = run(".show table Customers policy update", database="Sales")

    assert json.loads(row["Policy"])[0]["ManagedIdentity"] == own


def test_the_script_can_hide_both_as_well(listings, run, script):
    listings.csl_script = ShownScript.ASTERISKS

    assert "managedIdentity='*******'" in script("continuous-export Nightly")
    assert 'h@"*******"' in script("external table ArchivedOrders")
    whole = [
        row["DatabaseSchemaScript"] for row in run(f"{SCRIPT} with (ShowObfuscatedStrings=true)")
    ]
    assert f"managedIdentity='{EXPORT}'" in "".join(whole)


def test_the_script_can_be_for_admins(azure, listings, refusal, script):
    tester = azure.world.add_principal("tester", token=TOKEN)
    azure.world.grant(tester, DatabaseRole.VIEWERS, database="Sales")
    listings.csl_script = ShownScript.TO_ADMINS

    assert refusal(SCRIPT, token=TOKEN).code == "Forbidden"
    assert EXPORT in script("continuous-export Nightly")


def test_a_fresh_world_has_its_defaults(azure, listings):
    listings.export_identities = ExportIdentities.LEFT_OUT

    azure.reset(with_history=False)

    assert azure.world.behaviours.export_identities is ExportIdentities.SHOWN


def test_every_alternative_of_a_behaviour_is_in_the_readme():
    rows = [line.split("|") for line in README.read_text("utf-8").splitlines()]
    listed = {row[1].strip(): (row[3], row[4]) for row in rows if len(row) == 7}

    for name in QUESTIONS:
        default, others = listed[f"`{name}`"]
        assert (default.strip("` "), *re.findall(r"`([^`]*)`", others)) == alternatives(name)


def test_an_unknown_behaviour_changes_nothing(azure):
    with pytest.raises(ValueError, match="Unknown alternative 'three' of policy-columns"):
        azure.world.behaviours.choose({"no-policy": "no-row", "policy-columns": "three"})

    assert azure.world.behaviours == Behaviours()
