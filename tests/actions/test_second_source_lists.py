"""Lists of what exists, and who uses an identity, where lists of the cluster leave it open."""

import pytest

from adxmi_jupyter.actions.identity import dependents, identities
from adxmi_jupyter.actions.workflow.current_state import current_state
from adxmi_jupyter.actions.workflow.listing import listing, listing_frame, source_notes
from adxmi_jupyter.embedded import ExportIdentities, ShownScript, ShownStrings, ShownSystem
from adxmi_jupyter.model.declaration.registry import declaration_of
from adxmi_jupyter.model.policy import Scope
from tests.actions.filling import EXPORT, LAKE

SALES = (Scope("Sales"),)
SQL = (
    "Server=tcp:contososql.database.windows.net,1433;Initial Catalog=Erp;"
    'Authentication="Active Directory Managed Identity"'
)
SCRIPT = ".show database ['Sales'] schema as csl script"


@pytest.fixture
def listings(azure):
    """The switches, in a world with an export; neither list shows an identity."""
    azure.world.add_continuous_export(
        "Nightly",
        database="Sales",
        external_table="ArchivedOrders",
        query="Orders",
        managed_identity=EXPORT,
    )
    azure.world.behaviours.export_identities = ExportIdentities.LEFT_OUT
    azure.world.behaviours.connection_strings = ShownStrings.ADDRESSES
    return azure.world.behaviours


@pytest.fixture
def read(connection):
    return lambda noun, by=None: listing(by or connection, declaration_of(noun), SALES)


@pytest.mark.parametrize("noun", ["external-table", "continuous-export"])
def test_a_list_has_the_identities_of_the_script_and_says_so(listings, connection, read, noun):
    found = read(noun)

    (row,) = listing_frame(connection, found).to_dict("records")
    assert (row["identity"], row["object_id"]) == ("mi-export", EXPORT)
    (note,) = source_notes(found)
    assert note.endswith(f"doesn't show are from {SCRIPT}")


def test_a_list_has_the_target_of_the_script(listings, connection, read):
    listings.connection_strings = ShownStrings.ASTERISKS

    (row,) = listing_frame(connection, read("external-table")).to_dict("records")

    assert row["target"] == f"{LAKE}/archive"


@pytest.mark.parametrize("noun", ["external-table", "continuous-export"])
def test_an_identity_that_nobody_tells_is_unknown_in_a_list(listings, outsider, read, noun):
    listings.csl_script = ShownScript.TO_ADMINS

    found = read(noun, outsider)

    frame = listing_frame(outsider, found)
    assert list(frame["identity"]) == ["unknown"]
    assert list(frame["object_id"].isna()) == [True]
    (note,) = source_notes(found)
    assert "requires Database Admin of Sales" in note


def test_a_list_of_what_shows_its_identities_says_nothing_of_sources(read):
    assert source_notes(read("external-table")) == ()


def test_an_export_whose_list_hides_its_identity_is_dropped(azure, listings, drop):
    drop("continuous-export", "Nightly")

    assert "Nightly" not in azure.world.cluster.databases["Sales"].continuous_exports


def test_an_export_given_another_identity_is_seen_to_have_changed(azure, listings, connection):
    declaration = declaration_of("continuous-export")
    before = current_state(connection, declaration, "Sales", "Nightly")
    export = azure.world.cluster.databases["Sales"].continuous_exports["Nightly"]
    azure.world.add_continuous_export(
        "Nightly",
        database="Sales",
        external_table=export.external_table,
        query=export.query,
        managed_identity="system",
    )

    after = current_state(connection, declaration, "Sales", "Nightly")

    assert (before.identities, after.identities) == ({EXPORT}, {"system"})
    assert before.history_value != after.history_value


def used_by(connection, reference):
    (found,) = identities.found(connection, (reference,))
    told = dependents.dependents(connection, (found.identity,))
    return sorted(one.what for one in told.found if one.kind != "policy entry"), told.unseen


def test_what_depends_on_an_identity_is_found_in_the_script(listings, connection):
    found, unseen = used_by(connection, "mi-export")

    assert found == [
        "continuous export Nightly (Sales)",
        "external table ArchivedOrders (Sales)",
        "external table OrdersDelta (Telemetry)",
    ]
    assert unseen == ()


def test_what_may_depend_on_an_identity_is_said_not_to_be_seen(listings, connection):
    listings.csl_script = ShownScript.ASTERISKS

    found, unseen = used_by(connection, "mi-export")

    assert found == []
    assert len(unseen) == len(("exports of Sales", "tables of Sales", "tables of Telemetry"))
    assert all("requires Database Admin of " in line for line in unseen)


@pytest.mark.parametrize("system", list(ShownSystem))
def test_what_depends_on_the_system_identity_is_found_however_it_is_shown(
    azure, connection, system
):
    azure.world.behaviours.system = system
    own = azure.world.cluster.system_identity.object_id
    for name, word in (("ByWord", "system"), ("ById", own)):
        azure.world.add_external_table(
            name, f"{LAKE}/archive;managed_identity={word}", database="Sales"
        )
        azure.world.add_continuous_export(
            f"Export{name}",
            database="Sales",
            external_table=name,
            query="Orders",
            managed_identity=word,
        )
    azure.world.add_external_table("Stock", SQL, database="Sales", table_type="Sql")

    found, _ = used_by(connection, "system")

    assert found == [
        "continuous export ExportById (Sales)",
        "continuous export ExportByWord (Sales)",
        "external table ById (Sales)",
        "external table ByWord (Sales)",
        "external table Stock (Sales)",
    ]
