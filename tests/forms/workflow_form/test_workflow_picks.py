"""What is picked in the form of a workflow: from lists that come when a field wants them."""

import asyncio

import pytest

LAKE = "https://contosolake.blob.core.windows.net"
TABLE = {"name": "Archive", "identity": "mi-ingest", "location": f"{LAKE}/archive"}


POLICY = (
    '[{"ObjectId": "5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b6", "AllowedUsages": "ExternalDataRequest"}]'
)


@pytest.fixture
def requests_allowed(connection):
    """Let queries read files as `mi-ingest`."""
    grant = f".alter-merge database Sales policy managed_identity ```{POLICY}```"
    connection.kusto.command(grant, database="Sales")


def asked(form, name, text=""):
    """Open the list of a field, as a browser does, and wait until it is there."""

    async def ask():
        field = form.fields[name].input
        field.comm.handle_msg(
            {"content": {"data": {"method": "custom", "content": {"event": "open", "text": text}}}, "buffers": []}
        )  # fmt: skip
        reading = field.note
        if name in form.lists.background:
            await form.lists.background[name].over()
        return reading, [label for _value, label, _goes_on in field.choices], field.note

    return asyncio.run(ask())


@pytest.mark.nightly
def test_a_list_comes_when_a_field_wants_it_and_is_kept(make_workflow_form):
    form = make_workflow_form("external-table")

    assert form.fields["location"].input.choices == []
    assert asked(form, "location") == ("Reading the list …", ["contosobackup", "contosolake"], "")
    again, labels, _note = asked(form, "location")

    assert (again, labels) == ("", ["contosobackup", "contosolake"])


@pytest.mark.nightly
def test_containers_follow_their_account_and_each_is_a_whole_value(make_workflow_form):
    form = make_workflow_form("external-table", {"location": f"{LAKE}/a, {LAKE}/"})

    _, labels, _ = asked(form, "location", f"{LAKE}/a, {LAKE}/")

    assert labels == ["archive", "artifacts", "delta", "exports", "landing"]
    assert form.fields["location"].input.options[0] == f"{LAKE}/a, {LAKE}/archive"
    assert form.fields["location"].input.inside == f"{LAKE}/a, {LAKE}/"


@pytest.mark.parametrize(
    ("noun", "fields", "name", "text", "note"),
    [
        ("event-hub", {}, "consumer_group", "", "To see the list, fill in first: Event hub."),
        ("external-table", {"kind": "sql"}, "catalog", "", "To see the list, fill in first: Server."),
        ("external-table", {}, "location", f"{LAKE}/archive/", "To see the list, fill in first: Identity."),
        (
            "external-table", {}, "location", "https://nowhere.blob.core.windows.net/",
            "None found. Required permissions: Reader on the storage account. You can type it instead.",
        ),
    ],
)  # fmt: skip
def test_an_empty_list_says_why(make_workflow_form, noun, fields, name, text, note):
    form = make_workflow_form(noun, fields)

    assert asked(form, name, text)[1:] == ([], note)


@pytest.mark.nightly
def test_a_denied_list_names_the_identity_and_the_permission(make_workflow_form):
    form = make_workflow_form("external-table", {"identity": "mi-export"})

    _, labels, note = asked(form, "location", f"{LAKE}/archive/")

    assert labels == []
    assert "'mi-export' is not allowed for 'NativeIngestion'" in note
    assert "Required permissions: NativeIngestion and Storage Blob Data Reader" in note


@pytest.mark.nightly
def test_names_of_files_tell_the_format_until_somebody_chooses(make_workflow_form):
    form = make_workflow_form("external-table", TABLE)

    asked(form, "location", f"{LAKE}/archive/")
    assert form.fields["data_format"].input.value == "csv"
    form.fields["data_format"].input.value = "tsv"
    form.fields["location"].input.value = f"{LAKE}/landing/orders.parquet"

    assert form.fields["data_format"].input.value == "tsv"


def test_a_format_is_told_by_an_address_alone(make_workflow_form):
    form = make_workflow_form("sdk-ingestion", {"location": f"{LAKE}/landing/orders.json.gz"})

    assert form.fields["data_format"].input.value == "multijson"
    form.fields["location"].input.value = f"{LAKE}/landing/orders.parquet"
    assert form.fields["data_format"].input.value == "parquet"


@pytest.mark.nightly
def test_columns_are_inferred_and_rows_shown(make_workflow_form, requests_allowed):
    form = make_workflow_form("external-table", {**TABLE, "data_format": "csv"})

    form.inference.button.click()

    assert form.fields["columns"].input.value == (
        "Column1:long, Column2:string, Column3:real, Column4:datetime"
    )
    assert form.inference.rows.value.count("<tr>") == 5
    assert form.state.is_valid


@pytest.mark.nightly
def test_columns_come_from_the_first_row_where_it_has_their_names(
    make_workflow_form, requests_allowed
):
    place = f"{LAKE}/landing/orders-with-header.csv"
    fields = {**TABLE, "location": place, "data_format": "csv", "include_headers": "All"}
    form = make_workflow_form("external-table", fields)

    form.inference.button.click()

    assert form.fields["columns"].input.value.startswith("OrderId:long, Region:string")


@pytest.mark.nightly
def test_a_denied_inference_says_what_fixes_it(make_workflow_form):
    form = make_workflow_form("external-table", {**TABLE, "data_format": "csv"})

    form.inference.button.click()

    assert "NotAuthorized" in form.bar.outcome.value
    assert "--usage ExternalDataRequest" in form.bar.outcome.value


def test_columns_are_inferred_once_all_is_there_for_it(make_workflow_form):
    form = make_workflow_form("external-table", TABLE)

    assert form.inference.button.disabled
    form.fields["data_format"].input.value = "csv"
    assert not form.inference.button.disabled
    form.fields["kind"].input.value = "sql"
    assert form.inference.widget.layout.display == "none"


def test_what_many_fill_in_is_in_sight(make_workflow_state):
    names = [spec.name for spec in make_workflow_state("event-hub").main]

    assert names == ["name", "event_hub", "consumer_group", "identity", "table", "data_format"]
