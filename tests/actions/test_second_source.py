"""What lists leave open is read in the csl script, and what neither tells is unknown."""

import pytest

from adxmi_jupyter.actions.check.checks import check_all, check_kind, check_one
from adxmi_jupyter.actions.check.examination import examined
from adxmi_jupyter.actions.check.findings import State, Topic
from adxmi_jupyter.embedded import ExportIdentities, ShownScript, ShownStrings
from adxmi_jupyter.model.declaration.registry import declaration_of
from adxmi_jupyter.model.declaration.requirements import Key, WritesThrough
from adxmi_jupyter.model.declaration.stored import Source
from adxmi_jupyter.model.usage import Usage
from adxmi_jupyter.rendering.check_frames import checks_frame
from tests.actions.filling import BACKUP, EXPORT, LAKE
from tests.told import told, written

TABLE, EXPORTS = declaration_of("external-table"), declaration_of("continuous-export")
ASKED = ".show database ['Sales'] schema as csl script"
ADMIN = "requires Database Admin of Sales"
MASKS = [ShownStrings.ADDRESSES, ShownStrings.ASTERISKS, ShownStrings.LEFT_OUT]


@pytest.fixture
def listings(azure):
    """The switches, in a world with an export of mi-export and one of nobody."""
    for name, identity in (("Nightly", EXPORT), ("Plain", "")):
        azure.world.add_continuous_export(
            name,
            database="Sales",
            external_table="ArchivedOrders",
            query="Orders | extend managed_identity='system'",
            managed_identity=identity,
        )
    return azure.world.behaviours


@pytest.fixture
def check(connection):
    """Check one that exists and return what was found."""

    def look(declaration, name, by=None):
        (one,) = check_one(by or connection, declaration, "Sales", name).checked
        return one.findings

    return look


def summary(findings):
    return [(one.title, one.subject, one.state.value) for one in map(told, findings)]


def sources(findings):
    return [one.source for one in findings if one.source]


@pytest.mark.nightly
def test_an_export_whose_list_shows_it_is_told_by_the_list(azure, listings, check):
    before = azure.requests_served

    found = check(EXPORTS, "Nightly")

    assert sources(found) == [Source.LISTING, Source.LISTING]
    assert azure.requests_served > before
    assert "csl script" not in " ".join(one.detail for one in map(told, found))


@pytest.mark.nightly
def test_an_export_whose_list_hides_it_is_told_by_the_script(listings, check):
    shown = summary(check(EXPORTS, "Nightly"))
    listings.export_identities = ExportIdentities.LEFT_OUT

    found = check(EXPORTS, "Nightly")

    assert summary(found) == shown
    assert (found[0].identity.display_name, found[0].source) == ("mi-export", Source.CSL_SCRIPT)
    assert told(found[0]).detail == "source: .show database schema as csl script"


@pytest.mark.nightly
@pytest.mark.parametrize("shows", list(ExportIdentities))
def test_an_export_of_nobody_is_certain_only_by_the_script(listings, check, shows):
    listings.export_identities = shows

    first = check(EXPORTS, "Plain")[0]

    assert (first.key, first.state) == (Topic.AUTHENTICATION, State.MET)
    assert first.source is Source.CSL_SCRIPT
    assert told(first).detail.startswith("no managed identity: the service runs it")


@pytest.mark.parametrize(
    ("name", "script"),
    [
        ("Nightly", ShownScript.TO_ADMINS),
        ("Plain", ShownScript.TO_ADMINS),
        ("Nightly", ShownScript.ASTERISKS),
    ],
)
def test_an_export_that_nobody_tells_of_is_unknown_with_the_permission(
    listings, check, outsider, name, script
):
    listings.export_identities = ExportIdentities.LEFT_OUT
    listings.csl_script = script

    found = check(EXPORTS, name, by=outsider)

    assert (found[0].key, found[0].state) == (Topic.AUTHENTICATION, State.UNKNOWN)
    assert ADMIN in told(found[0]).detail
    assert found[0].source is None
    assert Usage.AUTOMATED_FLOWS not in [one.usage for one in found]


@pytest.mark.nightly
@pytest.mark.parametrize("mask", MASKS)
def test_a_masked_table_is_told_by_the_script(listings, check, mask):
    shown = summary(check(TABLE, "ArchivedOrders"))
    listings.connection_strings = mask

    found = check(TABLE, "ArchivedOrders")

    assert summary(found) == shown
    assert sources(found) == [Source.CSL_SCRIPT]
    assert found[0].identity.display_name == "mi-export"


@pytest.mark.nightly
@pytest.mark.parametrize("mask", MASKS)
def test_a_masked_table_of_sql_server_is_told_by_the_script(azure, listings, check, mask):
    azure.world.add_external_table(
        "Stock",
        "Server=tcp:contososql.database.windows.net,1433;Initial Catalog=Erp;"
        f'Authentication="Active Directory Managed Identity";User Id={EXPORT}',
        database="Sales",
        table_type="Sql",
    )
    listings.connection_strings = mask

    found = check(TABLE, "Stock")

    # Its page has a place for the string besides, which only the shortest list leaves as it is.
    told_by = Source.LISTING if mask is ShownStrings.LEFT_OUT else Source.CSL_SCRIPT
    assert sources(found) == [told_by]
    assert found[0].identity.display_name == "mi-export"


@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("suffix", [f";managed_identity={EXPORT}", ";impersonate"])
def test_a_masked_table_is_unknown_where_the_script_is_denied(
    azure, listings, check, outsider, mask, suffix
):
    azure.world.add_external_table("Any", f"{LAKE}/archive{suffix}", database="Sales")
    listings.connection_strings = mask
    listings.csl_script = ShownScript.TO_ADMINS

    (found,) = check(TABLE, "Any", by=outsider)

    assert (found.key, found.state) == (Topic.AUTHENTICATION, State.UNKNOWN)
    assert told(found).detail == (
        f".show external tables doesn't show it, and you aren't allowed to run {ASKED}: {ADMIN}"
    )


def test_a_table_masked_in_both_places_is_unknown(listings, check):
    listings.connection_strings = ShownStrings.ADDRESSES
    listings.csl_script = ShownScript.ASTERISKS

    (found,) = check(TABLE, "ArchivedOrders")

    assert found.state is State.UNKNOWN
    assert told(found).detail == (
        f"neither .show external tables nor {ASKED} shows it: {ADMIN}, "
        "and the script with (ShowObfuscatedStrings=true)"
    )


@pytest.mark.parametrize("mask", MASKS)
def test_a_masked_table_that_impersonates_is_said_to_do_so(azure, listings, check, mask):
    azure.world.add_external_table("Mine", f"{LAKE}/archive;impersonate", database="Sales")
    listings.connection_strings = mask

    (found,) = check(TABLE, "Mine")

    assert (found.state, found.source) == (State.UNKNOWN, Source.CSL_SCRIPT)
    assert told(found).detail.startswith("it authenticates by: impersonation")


def test_a_key_is_no_identity_and_stays_hidden(azure, listings, check):
    azure.world.add_external_table("Keyed", f"{LAKE}/archive;a2V5LW9mLWl0", database="Sales")

    (found,) = check(TABLE, "Keyed")

    assert found.source is Source.CSL_SCRIPT
    assert told(found).detail.startswith("it authenticates by: hidden secret")
    assert "a2V5" not in str(found)


@pytest.mark.nightly
def test_an_export_goes_on_through_a_masked_table(listings, check):
    shown = summary(check(EXPORTS, "Nightly"))
    listings.connection_strings = ShownStrings.ASTERISKS

    found = check(EXPORTS, "Nightly")

    assert summary(found) == shown
    through = next(one for one in found if one.key is Key.EXTERNAL_TABLE)
    assert through.source is Source.CSL_SCRIPT


def test_a_workflow_to_be_made_goes_through_a_masked_table(azure, listings, connection):
    azure.world.add_external_table("Backup", f"{BACKUP}/backups;impersonate", database="Sales")
    listings.connection_strings = ShownStrings.ADDRESSES
    listings.csl_script = ShownScript.ASTERISKS

    (found,) = examined(connection, (WritesThrough("Backup"),), "Sales")

    assert (found.state, found.source) == (State.UNKNOWN, None)
    assert ADMIN in told(found).detail


@pytest.fixture
def asked(proxy):
    """Return how often the csl script of each database was asked for."""
    proxy.clear()
    return lambda: sorted(
        one.statement
        for one in proxy.requests
        if one.statement and one.statement.endswith("as csl script")
    )


@pytest.mark.nightly
def test_the_script_is_read_once_for_all_of_a_database(azure, listings, proxied, asked):
    listings.export_identities = ExportIdentities.LEFT_OUT
    listings.connection_strings = ShownStrings.ADDRESSES
    for number in range(3):
        azure.world.add_external_table(
            f"More{number}", f"{LAKE}/archive;managed_identity={EXPORT}", database="Sales"
        )

    check_all(proxied, ["Sales", "Telemetry", "Tom's Lab"])

    assert asked() == [ASKED, ".show database ['Telemetry'] schema as csl script"]


@pytest.mark.nightly
def test_the_script_is_not_read_where_lists_tell(azure, proxied, asked):
    azure.world.add_continuous_export(
        "Nightly",
        database="Sales",
        external_table="ArchivedOrders",
        query="Orders",
        managed_identity=EXPORT,
    )

    check_all(proxied, ["Sales", "Telemetry", "Tom's Lab"])

    assert asked() == []


@pytest.mark.nightly
def test_a_check_of_one_reads_no_script_for_others(listings, proxied, asked):
    check_one(proxied, EXPORTS, "Sales", "Nightly")

    assert asked() == []


def test_what_nobody_tells_of_is_a_row_of_a_check_of_everything(listings, outsider):
    listings.connection_strings = ShownStrings.ADDRESSES
    listings.export_identities = ExportIdentities.LEFT_OUT
    listings.csl_script = ShownScript.TO_ADMINS

    checks = check_all(outsider, ["Sales"])

    frame = checks_frame(checks, write=written)
    unknown = frame[(frame["requirement"] == "authentication") & (frame["state"] == "unknown")]
    assert sorted(unknown["name"]) == ["ArchivedOrders", "Nightly", "Plain"]


@pytest.mark.nightly
def test_a_kind_is_checked_with_the_script_as_well(listings, connection):
    listings.export_identities = ExportIdentities.LEFT_OUT

    found = {one.name: one.findings for one in check_kind(connection, EXPORTS, "Sales").checked}

    assert found["Nightly"][0].identity.display_name == "mi-export"
    assert found["Plain"][0].key is Topic.AUTHENTICATION


@pytest.mark.nightly
def test_a_script_that_cannot_be_read_now_says_why(azure, listings, check):
    listings.export_identities = ExportIdentities.LEFT_OUT
    azure.faults.add("not-json", match="as csl script", times=None)

    found = check(EXPORTS, "Nightly")[0]

    assert found.state is State.UNKNOWN
    assert f"{ASKED} failed: " in told(found).detail
