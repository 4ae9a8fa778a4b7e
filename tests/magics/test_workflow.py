"""The nouns of workflows as people type them: shown, refused, completed."""

import pytest

from adxmi_jupyter import errors

LAKE = "https://contosolake.blob.core.windows.net"
EDGE = (
    "/subscriptions/4c8f2a61-7b3d-4e95-a0d2-91f6c3b58e07/resourceGroups/analytics/providers/"
    "Microsoft.EventHub/namespaces/contosoedge/eventhubs/sensors"
)
INGEST_CLIENT = "a1d84e6f-3c92-4b57-8e0a-95b7f2c61d38"
TABLE = (
    f"external-table create --database Sales --name Archive --identity mi-export "
    f'--location {LAKE}/archive --columns "OrderId:long, Region:string" --data-format csv'
)
CONNECTION = (
    f"event-hub create --database Sales --name edge --identity mi-ingest --event-hub {EDGE} "
    "--table Orders --data-format MULTIJSON"
)
EXPORT = (
    "continuous-export create --database Sales --name Nightly --identity mi-export "
    "--external-table ArchivedOrders"
)


@pytest.fixture
def refused(magic, azure):
    """Return the error of a line that must not reach the service with a write."""

    def refused(line, body=None):
        before = (dict(azure.world.cluster.databases["Sales"].external_tables),)
        with pytest.raises(errors.AdxmiError) as caught:
            magic(line, body)
        assert (azure.world.cluster.databases["Sales"].external_tables,) == before
        return caught.value

    return refused


# What is shown


def test_build_shows_the_text_and_sends_nothing(magic, azure, printed):
    frame = magic(TABLE.replace("create", "build"))

    shown = printed()
    assert shown[0].startswith(".create external table ['Archive'] (['OrderId']:long")
    assert list(frame["sent_to"]) == ["management endpoint"]
    assert list(azure.world.cluster.databases["Sales"].external_tables) == ["ArchivedOrders"]


def test_a_dry_run_shows_what_would_be_sent_and_change(magic, azure, printed):
    magic(f"{TABLE} --dry-run")

    shown = printed()
    assert shown[0] == "would send:"
    assert shown[1].startswith(".create external table")
    assert shown[-2:] == ["would change:", "+ External table Archive (database Sales)"]
    assert list(azure.world.cluster.databases["Sales"].external_tables) == ["ArchivedOrders"]


def test_a_dry_run_of_a_replacement_shows_what_goes(magic, printed):
    magic(EXPORT, "Orders")
    printed()

    magic(
        f"{TABLE.replace('Archive', 'ArchivedOrders', 1)} --replace --dry-run".replace(
            "--name Archive ", "--name ArchivedOrders "
        )
    )

    shown = printed()
    assert shown[0] == "used by continuous export Nightly, which writes to it"
    assert shown[-2:] == [
        f"- External table ArchivedOrders (database Sales): Blob, {LAKE}/archive",
        "+ External table ArchivedOrders (database Sales)",
    ]


def test_a_dry_run_of_a_drop_shows_the_command(magic, azure, printed):
    frame = magic("event-hub drop sales-orders --database Sales -n")

    assert printed()[:2] == ["would send:", "DELETE …/dataConnections/sales-orders"]
    assert list(frame["name"]) == ["sales-orders"]
    assert len(azure.world.cluster.databases["Sales"].data_connections) == 1


def test_a_client_id_is_translated_and_said(magic, printed):
    magic(TABLE.replace("mi-export", INGEST_CLIENT))

    assert printed()[0].startswith(f"{INGEST_CLIENT} is the client ID of mi-ingest: its object ID")


def test_the_body_may_be_the_cell_or_an_option_or_a_file(magic, tmp_path):
    query = "Orders\n| where Amount > 100"
    (tmp_path / "query.kql").write_text(query)

    in_cell = magic(f"{EXPORT} --dry-run", f"\n{query}\n")
    as_option = magic(f'{EXPORT} --query "{query}" --dry-run')
    in_file = magic(f"{EXPORT} --file {tmp_path / 'query.kql'} --dry-run")

    assert in_cell["text"][0].endswith(f"<| {query}")
    assert in_cell.equals(as_option)
    assert in_cell.equals(in_file)


@pytest.mark.nightly
def test_a_check_gives_this_line_with_the_identity_of_today(magic, azure):
    before = azure.world.identity("mi-export")
    azure.world.identities.remove(before)
    azure.world.cluster.identities.remove(before)
    today = "11111111-2222-4333-8444-555555555555"
    azure.world.add_identity("mi-export", object_id=today)
    line = TABLE.replace("create", "check")

    frame = magic(line)
    again = magic(frame["fix"][0].removeprefix("%adxmi "))

    assert frame["fix"][0] == "%adxmi " + line.replace("mi-export", today)
    assert again["state"][0] == "met"


def test_lists_may_be_of_every_database(magic, printed):
    frame = magic("external-table list --all-databases")

    assert frame["database"][0] == "Sales"
    assert printed() == []


def test_lists_leave_out_what_may_not_be_read_when_told_so(magic, azure, printed):
    magic("connect embedded --name reader --credential as:reader")
    printed()

    with pytest.raises(errors.PartialRead) as caught:
        magic("sdk-ingestion list -c reader")
    frame = magic("sdk-ingestion list -c reader --skip-unreadable")

    assert caught.value.fix == "%adxmi sdk-ingestion list -c reader --skip-unreadable"
    assert list(frame["identity"]) == ["mi-ingest"]
    assert printed()[0].startswith("not read: cluster (Principal ")


@pytest.mark.nightly
def test_an_identity_that_was_removed_is_marked_in_lists(magic, printed):
    magic("identity remove --identity mi-ingest --yes")
    printed()

    frame = magic("event-hub list")

    assert printed() == ["mi-ingest is named but not assigned to the cluster"]
    assert list(frame["identity"]) == ["mi-ingest"]


@pytest.mark.nightly
def test_without_waiting_the_connection_is_listed_among_the_operations(magic, azure, printed):
    azure.arm.polls = 3

    begun = magic(f"{CONNECTION} --no-wait")
    done = magic("identity operations --wait")

    assert list(begun["done"]) == [False]
    assert "Azure goes on; %adxmi identity operations tells how far it is" in printed()
    assert list(done["operation"]) == ["creating the data connection edge"]
    assert list(done["state"]) == ["Succeeded"]


@pytest.mark.nightly
def test_a_drop_can_go_on_by_itself_too(magic, azure):
    azure.arm.polls = 3

    begun = magic("event-hub drop sales-orders --database Sales --yes --no-wait")
    magic("identity operations --wait")

    assert list(begun["operation"]) == ["removing the data connection sales-orders"]
    assert azure.world.cluster.databases["Sales"].data_connections == []


def test_a_result_can_be_kept(magic, ip):
    assert magic(f"{TABLE} -o made") is None
    assert list(ip.user_ns["made"]["name"]) == ["Archive"]


# What is refused


@pytest.mark.parametrize(
    ("change", "error", "fix"),
    [
        (("--data-format csv", "--data-format cvs"), errors.InvalidField, "csv"),
        (("--data-format csv", ""), errors.MissingField, "--data-format"),
        (("--name Archive", ""), errors.MissingField, "--name"),
        (("--data-format csv", "--data-format csv --kind sqll"), errors.InvalidField, "--kind"),
        (("--data-format csv", "--data-format csv --server x"), errors.InvalidField, "remove"),
        (("--data-format", "--dataformat"), errors.UnknownOption, "--data-format csv"),
        (("--name Archive", "--name A --name B"), errors.RepeatedOption, "--name A"),
        (("mi-export", "mi-exprot"), errors.UnknownIdentity, "--identity mi-export"),
        (("OrderId:long", "OrderId:lng"), errors.InvalidColumns, "--columns NAME:long"),
        (("--database Sales", "--database Slaes"), errors.DatabaseNotFound, "--database"),
    ],
)
def test_what_is_wrong_with_a_line_is_told_with_what_fixes_it(refused, change, error, fix):
    told = refused(TABLE.replace(*change))

    assert type(told) is error
    assert fix in told.fix


def test_what_the_wrong_choice_could_be_is_told(refused):
    told = refused(TABLE.replace("--data-format csv", "--data-format cvs"))

    assert told.why.startswith("allowed values: csv, json, multijson, parquet")


@pytest.mark.parametrize(
    "line",
    [
        TABLE,
        CONNECTION,
        "external-table drop ArchivedOrders --yes",
        (
            f"export run --location {LAKE}/exports --identity mi-export "
            "--query Orders --data-format csv"
        ),
    ],
)
def test_a_write_names_its_database(refused, line):
    told = refused(line.replace("--database Sales ", ""))

    assert type(told) is errors.MissingOption
    assert told.fix.endswith(" --database Sales")


@pytest.mark.nightly
def test_a_query_may_run_in_the_current_database(magic):
    with pytest.raises(errors.NotAuthorized):
        magic(
            f"externaldata run --location {LAKE}/landing/orders.csv --identity mi-ingest "
            "--columns OrderId:long"
        )


def test_a_drop_asks_first(refused):
    told = refused("external-table drop ArchivedOrders --database Sales")

    assert type(told) is errors.ConfirmationRequired
    assert told.fix == "%adxmi external-table drop ArchivedOrders --database Sales --yes"


def test_a_replacement_asks_first(magic, refused):
    first = refused(TABLE.replace("--name Archive ", "--name ArchivedOrders "))
    second = refused(first.fix.removeprefix("%adxmi "))
    magic(second.fix.removeprefix("%adxmi "))

    assert type(first) is errors.AlreadyExists
    assert first.fix.endswith(" --replace")
    assert type(second) is errors.ConfirmationRequired
    assert second.fix.endswith(" --replace --yes")


def test_a_text_twice_is_refused(refused, tmp_path):
    told = refused(f"{EXPORT} --query Orders", "Orders | take 1")

    assert type(told) is errors.ConflictingOptions
    assert told.fix == f"%%adxmi {EXPORT}"


def test_a_body_where_none_is_taken_is_refused(refused):
    told = refused(TABLE, "Orders")

    assert told.what == "external-table create takes no cell body"


def test_a_list_is_of_one_database_or_of_all(refused):
    told = refused("external-table list --database Sales --all-databases")

    assert type(told) is errors.ConflictingOptions
    assert told.fix == "%adxmi external-table list --all-databases"


def test_waiting_is_only_for_what_takes_azure_long(refused):
    assert type(refused(f"{TABLE} --no-wait")) is errors.UnknownOption


SECRETS = {
    "sas": f"{LAKE}/archive?sv=2024-11-04&sp=rl&sig=c2VjcmV0c2VjcmV0c2VjcmV0",
    "key": f"{LAKE}/archive;c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2U=",
    "token": f"{LAKE}/archive;token=c2VjcmV0c2VjcmV0c2VjcmV0",
    "user": "https://me:c2VjcmV0c2VjcmV0@contosolake.blob.core.windows.net/archive",
}


@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS)
@pytest.mark.parametrize("verb", ["create", "build", "check"])
def test_a_location_with_a_secret_is_refused_and_the_secret_not_repeated(
    refused, printed, verb, secret
):
    line = TABLE.replace("create", verb).replace(f"{LAKE}/archive", f'"{secret}"')

    told = refused(line)

    assert isinstance(told, errors.InvalidConnectionString)
    assert "c2Vjcm" not in f"{told} {told.args} {printed()}"


@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS)
def test_a_secret_is_not_in_the_stack_either(ip, capsys, secret):
    line = TABLE.replace(f"{LAKE}/archive", f'"{secret}"')

    ip.run_cell(f"%adxmi --traceback {line}")

    shown = capsys.readouterr().out
    assert "Traceback" in shown
    assert "c2Vjcm" not in shown


def test_a_secret_in_another_option_of_a_line_that_fails_is_not_repeated(refused):
    line = TABLE.replace("--database Sales ", "")

    told = refused(line.replace(f"{LAKE}/archive", f'"{SECRETS["sas"]}"'))

    assert "c2Vjcm" not in str(told)
