"""The forms of workflows as people use them: filled in, refused, fixed, applied, read back."""

import re

import pytest

from tests.ui.helpers import AZURE, button, nameless, outcome, tab, too_wide

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.nightly  # test_smoke.py is for every change

LONG = 60_000
LAKE = "https://contosolake.blob.core.windows.net"
GROUP = "/subscriptions/4c8f2a61-7b3d-4e95-a0d2-91f6c3b58e07/resourceGroups/analytics/providers"
SENSORS = f"{GROUP}/Microsoft.EventHub/namespaces/contosoedge/eventhubs/sensors"
TABLE = {
    "Name *": "Archive",
    "Identity *": "mi-ingest",
    "Location *": f"{LAKE}/archive",
    "Columns": "OrderId:long, Region:string, Amount:real, Placed:datetime",
    "Format *": "csv",
}
SDK = {
    "Blob *": f"{LAKE}/landing/orders.csv",
    "Identity *": "mi-export",
    "Table *": "Orders",
    "Format *": "csv",
}
PYTHON = {
    "Query *": "Orders | take 2",
    "Columns": "Taxed:real",
    "Script *": (
        "from sandbox_utils import Zipackage\nZipackage.install('order_tax.zip')\n"
        "from order_tax import with_tax\n"
        "result = df\nresult['Taxed'] = df['Amount'].map(with_tax)"
    ),
    "Artifacts *": f"order_tax.zip={LAKE}/artifacts/order_tax.zip",
    "Identity *": "mi-ingest",
}
EVENT = '{"OrderId": 21, "Region": "north", "Amount": 10.5, "Placed": "2026-01-12T08:00:00Z"}'
MANY = AZURE + 'for n in range(200): azure.world.add_identity(f"mi-team-{n:03}", assigned=False)'
HOSTILE = (
    AZURE
    + """
from adxmi_jupyter.embedded.state.clusters import Table
image = "<img src=x onerror='document.title=1'>"
for name in (image, "\\u202eright to left", "x" * 300, "$x^2$"):
    azure.world.add_identity(name, assigned=False)
azure.world.add_database(image, tables=(Table(image, (("A", "string"),)),))
"""
)


@pytest.fixture
def open_workflow(open_notebook):
    """Open the form of a workflow in a window in which all of it can be seen."""

    def open_workflow(front, line, *cells, theme="light"):
        page = open_notebook(front, *cells, f"%adxmi {line}", theme=theme)
        page.set_viewport_size({"width": 1400, "height": 1800})
        form = page.locator(".adxmi-form")
        expect(button(form, "Apply")).to_be_visible(timeout=LONG)
        return form

    return open_workflow


@pytest.fixture
def count(run_cell):
    """Count the rows of a query, by another client of the notebook's cluster."""

    def rows(query):
        ask = f"print(len(connection.kusto.query({query!r}, database='Sales').rows()))"
        return int(run_cell(AZURE + ask).splitlines()[-1])

    return rows


def field(form, label):
    return form.get_by_label(label, exact=True)


def fill(form, values):
    """Fill fields in, by mouse where there is something to choose from."""
    for label, value in values.items():
        if field(form, label).evaluate("e => e.tagName") == "SELECT":
            field(form, label).select_option(value)
        else:
            field(form, label).fill(value)


def requirement(form, name):
    return form.locator(".adxmi-requirement").filter(has_text=name)


def drawn(form, part):
    """Return the box of a part in the diagram."""
    return form.locator(".adxmi-diagram svg").filter(has_text=re.compile(f"^(→ )?{part}"))


def fix(form, name):
    requirement(form, name).get_by_role("button", name="Fix").click()


def beside(form, run_cell):
    """Run the line that stands in for whoever owns the target."""
    run_cell(form.get_by_label("On the embedded Azure: Azure role").input_value())


def test_an_external_table_is_fixed_created_and_read(open_workflow, count, picture):
    form = open_workflow("lab", "external-table form")
    expect(form).to_contain_text("Still to fill in: Name, Identity, Location, Columns, Format.")
    expect(drawn(form, "policy")).to_contain_text("not checked")

    fill(form, TABLE)
    expect(requirement(form, "allowed by policy")).to_contain_text("✗ not met")
    expect(field(form, "The connection string in it")).to_have_value(
        f"{LAKE}/archive;managed_identity=5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b6"
    )
    expect(drawn(form, "policy")).to_have_class("not-met")
    picture(form, "workflow-missing")
    fix(form, "allowed by policy")
    expect(outcome(form)).to_contain_text("All 7 requirements are met.")
    expect(drawn(form, "policy")).to_have_class("met")
    button(form, "Apply").click()

    expect(outcome(form)).to_contain_text("External table Archive: created")
    expect(button(form, "Apply")).to_be_disabled()
    assert count('external_table("Archive") | take 3') == 3
    picture(form, "workflow-created")


def test_a_continuous_export_is_created_and_writes_blobs(open_workflow, run_cell, count, picture):
    form = open_workflow("lab", "continuous-export form")
    fill(form, {"Name *": "Now", "External table *": "ArchivedOrders", "Query *": "Orders"})

    field(form, "Identity *").press_sequentially("mi-export")
    expect(requirement(form, "security role")).to_contain_text("missing role viewers on Sales")
    fix(form, "security role")
    expect(outcome(form)).to_contain_text("Sales: mi-export + viewers")
    button(form, "Apply").click()
    expect(outcome(form)).to_contain_text("Continuous export Now: created")
    picture(form, "workflow-export")

    run_cell("%adxmi embedded run-export Now --database Sales")
    blobs = run_cell(
        "print(len(get_ipython().run_line_magic('adxmi', 'embedded blobs contosolake/archive')))"
    )
    assert int(blobs) > 2


def test_an_event_hub_lacks_a_role_gets_it_beside_and_ingests(
    open_workflow, run_cell, count, picture
):
    form = open_workflow("lab", "event-hub form")
    fill(form, {"Name *": "sensors", "Event hub *": SENSORS, "Identity *": "mi-ingest"})
    button(form, "More options").click()
    fill(form, {"Table": "Orders", "Format": "MULTIJSON"})
    before = count("Orders")

    expect(requirement(form, "Azure role")).to_contain_text("✗ not met")
    picture(form, "workflow-azure-role")
    beside(form, run_cell)
    button(form, "Check requirements").click()
    expect(outcome(form)).to_contain_text("All 7 requirements are met.")
    button(form, "Apply").click()
    expect(outcome(form)).to_contain_text("Event Hubs data connection sensors: created")

    run_cell(f"%%adxmi embedded push-events contosoedge/sensors\n{EVENT}")
    assert count("Orders") == before + 1


def test_a_python_script_runs_in_voila(open_workflow, picture):
    form = open_workflow("voila", "python-plugin form")
    fill(form, PYTHON)

    button(form, "Apply").click()
    expect(outcome(form)).to_contain_text("NotAuthorized")
    fix(form, "allowed by policy")
    expect(outcome(form)).to_contain_text("cluster: mi-ingest + SandboxArtifacts")
    fix(form, "callout policy")
    expect(outcome(form)).to_contain_text("All 7 requirements are met.")
    expect(drawn(form, "target")).to_contain_text("✓ Azure role")
    button(form, "Apply").click()

    expect(form.get_by_label("Result").get_by_role("columnheader").last).to_have_text("Taxed")
    expect(form.get_by_label("Result").get_by_role("row")).to_have_count(3)
    picture(form, "workflow-voila")


def test_a_blob_is_ingested_by_the_sdk_in_notebook(open_workflow, count, picture):
    form = open_workflow("notebook", "sdk-ingestion form")
    before = count("Orders")

    fill(form, SDK)
    fix(form, "allowed by policy")
    expect(outcome(form)).to_contain_text("Sales: mi-export + NativeIngestion")
    button(form, "Apply").dblclick()

    expect(outcome(form)).to_contain_text("SDK-based ingestion: done")
    expect(button(form, "Once more")).to_be_visible()
    picture(form, "workflow-notebook")
    assert count("Orders") == before + 2


def test_a_stranger_comes_to_ingest_from_storage(open_workflow, run_cell, count, picture):
    form = open_workflow("lab", "storage-ingestion form")
    before = count("Orders")
    fill(form, {"Location *": f"{LAKE}/landing/orders.csv", "Identity *": "mi-stranger"})
    fill(form, {"Table *": "Orders", "How": "direct", "Format *": "csv"})

    fix(form, "assigned to the cluster")
    expect(outcome(form)).to_contain_text("assigned to the cluster: mi-stranger")
    fix(form, "allowed by policy")
    expect(outcome(form)).to_contain_text("Sales: mi-stranger + NativeIngestion")
    picture(form, "workflow-stranger")
    beside(form, run_cell)
    button(form, "Apply").click()

    expect(outcome(form)).to_contain_text("Ingest from storage: done")
    assert count("Orders") == before + 2


def test_by_keyboard_alone(open_workflow, count):
    form = open_workflow("lab", "sdk-ingestion form")
    keys = form.page.keyboard
    before = count("Orders")

    field(form, "Database *").focus()
    tab(form, 2)  # Reload
    for word in (f"{LAKE}/landing/orders.csv", "mi-ingest", "Orders"):
        keys.type(word)
        keys.press("Tab")
    expect(field(form, "Format *")).to_be_focused()
    expect(field(form, "Format *")).to_have_value("csv")  # by the name of the file
    expect(requirement(form, "Azure role")).to_contain_text("✓ met")
    # options, meanings, what is sent, connection string and line with their buttons, check, Apply
    tab(form, 11)
    expect(button(form, "Apply")).to_be_focused()
    keys.press("Enter")

    expect(outcome(form)).to_contain_text("SDK-based ingestion: done")
    assert count("Orders") == before + 2


@pytest.mark.parametrize(
    ("line", "values"), [("external-table form", TABLE), ("python-plugin form", PYTHON)]
)
def test_nothing_stands_in_the_way_of_assistive_technology(
    open_workflow, set_theme, violations, picture, line, values
):
    form = open_workflow("lab", line)
    fill(form, values)
    expect(requirement(form, "allowed by policy")).to_contain_text("✗ not met")
    button(form, "Apply").click()
    expect(outcome(form)).to_contain_text(":")
    button(form, "More options").click()
    fill(form, {"Columns": "OrderId"})
    expect(form).to_contain_text("'OrderId' isn't a column")
    picture(form, f"{line.split()[0]}-light")
    in_the_light = violations(form.page, ".adxmi-form")

    set_theme("dark")
    picture(form, f"{line.split()[0]}-dark")

    assert in_the_light == {}
    assert violations(form.page, ".adxmi-form") == {}
    assert nameless(form) == []


def test_hostile_names_are_text_and_900_pixels_are_enough(open_workflow, picture):
    form = open_workflow("lab", "sdk-ingestion form", HOSTILE)
    image = "<img src=x onerror='document.title=1'>"

    field(form, "Database *").select_option(image)
    fill(form, {**SDK, "Identity *": image, "Table *": image})
    expect(requirement(form, "assigned to the cluster")).to_contain_text(image)
    fix(form, "assigned to the cluster")
    expect(outcome(form)).to_contain_text(f"assigned to the cluster: {image}")
    fill(form, {"Identity *": "x" * 300})
    expect(requirement(form, "assigned to the cluster")).to_contain_text("x" * 300)

    assert too_wide(form, 900) == []
    picture(form, "workflow-hostile-900")
    expect(form.locator(":is(img, mjx-container)")).to_have_count(0)
    assert form.page.title() != "1"


def test_among_two_hundred_identities_one_is_typed(open_workflow, picture):
    form = open_workflow("lab", "external-table form", MANY)

    fill(form, TABLE)
    field(form, "Identity *").fill("")
    field(form, "Identity *").press_sequentially("mi-team-12")
    expect(form).to_contain_text("no identity is named 'mi-team-12'")
    field(form, "Identity *").press("3")

    expect(field(form, "The same as a command to copy")).to_have_value(
        f"%adxmi external-table create --database Sales --name Archive --identity mi-team-123 "
        f'--location {LAKE}/archive --columns "{TABLE["Columns"]}" --data-format csv'
    )
    expect(requirement(form, "assigned to the cluster")).to_contain_text("✗ not met")
    field(form, "Identity *").fill("")
    expect(
        form.get_by_role("listbox", name="Choices: Identity *").get_by_role("option")
    ).to_have_count(200)
    picture(form, "workflow-200")


def test_a_signature_is_never_shown_again(open_workflow, picture):
    form = open_workflow("lab", "external-table form")

    fill(form, {**TABLE, "Location *": f"{LAKE}/archive?sv=2025-01-05&sig=cmVhZA%3D%3D"})
    expect(form).to_contain_text("the location also says how to sign in")
    assert "cmVhZA" not in form.inner_html()
    picture(form, "workflow-secret")
    button(form, "Leave it out").click()

    expect(field(form, "Location *")).to_have_value(f"{LAKE}/archive")
    expect(field(form, "What will be sent to the management endpoint")).to_be_visible()


def test_replacing_asks_and_an_error_can_be_tried_again(open_workflow, run_cell, count, picture):
    fault = "%adxmi embedded faults throttled --times 100 --retry-after 0 --match .create"
    form = open_workflow("lab", "external-table form", fault)
    fill(form, {**TABLE, "Name *": "ArchivedOrders", "Identity *": "mi-export"})

    button(form, "Apply").click()
    expect(outcome(form)).to_contain_text("AlreadyExists: External table ArchivedOrders exists")
    field(form, "Replace").check()
    button(form, "Apply").click()
    expect(form.get_by_role("alert")).to_contain_text("would be replaced")
    picture(form, "workflow-asks")
    button(form, "Yes, apply").click()
    expect(outcome(form)).to_contain_text("Throttled")
    run_cell("%adxmi embedded faults --clear")
    button(form, "Try again").click()
    button(form, "Yes, apply").click()

    expect(outcome(form)).to_contain_text("External table ArchivedOrders: created")
    assert count("external_table('ArchivedOrders')") == 5
