"""Each form once in each front end: seen, filled in, previewed, applied and told.

The forms of a front end stand in one notebook, on one page and one kernel. What one changes is
nothing that another one looks at.
"""

import pytest

from tests.ui.helpers import button, checkbox, in_one_turn, outcome
from tests.ui.lab import LONG, open_cells

expect = pytest.importorskip("playwright.sync_api").expect

FILE = """%%adxmi plan form
apiVersion: adxmi/v1
clusters: {demo: {uri: embedded}}
policy: {databases: {Telemetry: {mi-export: [AzureAI], mi-ingest: [SqlRequest]}}}
"""
LINES = {
    "policy": "%adxmi policy form",
    "identity": "%adxmi identity form",
    "role": "%adxmi role form",
    "workflow": "%adxmi external-table form --database Telemetry",
    "steps": "%adxmi form --identity mi-ingest",
    "plan": FILE,
}
ADDITION = (
    ".alter-merge database ['Sales'] policy managed_identity "
    '```[{"ObjectId": "e84d3f17-90a6-4d2c-b7e8-4f5a1c6b920d", "AllowedUsages": "AzureAI"}]```'
)
REQUEST = (
    "PATCH /subscriptions/4c8f2a61-7b3d-4e95-a0d2-91f6c3b58e07/resourceGroups/analytics/providers"
    '/Microsoft.Kusto/Clusters/contoso\n{"identity": {"type": "SystemAssigned, UserAssigned", '
    '"userAssignedIdentities": {"/subscriptions/4c8f2a61-7b3d-4e95-a0d2-91f6c3b58e07'
    "/resourcegroups/shared-identities/providers/Microsoft.ManagedIdentity"
    '/userAssignedIdentities/mi-stranger": {}}}}'
)
TENANT = "8d1f5c02-63a7-4f0e-9b1d-2e5a7c94b6d3"
ROLE = f".add database ['Sales'] viewers (\"aadapp=27c5b0a9-6f1e-4830-a4d9-d8e3071b5c64;{TENANT}\")"
LAKE = "https://contosolake.blob.core.windows.net"


@pytest.fixture(scope="module", params=["lab", "notebook", "voila"])
def front(request):
    return request.param


@pytest.fixture(scope="module")
def forms(front, browser, browser_context_args, server):
    """Open all forms in one notebook of a front end, and return each of them by its name."""
    tall = browser_context_args | {"viewport": {"width": 1400, "height": 1800}}
    context = browser.new_context(**tall)
    page = context.new_page()
    open_cells(server, page, front, ("%load_ext adxmi_jupyter", *LINES.values()))

    def opened(name):
        # The page of the steps has forms of its own inside.
        form = page.locator(f".adxmi-{name}-form:not(.adxmi-steps-form *)")
        expect(button(form, "Apply")).to_be_visible(timeout=LONG)
        return form

    yield opened
    context.close()
    server.end_kernels()


def test_a_usage_is_ticked_previewed_applied_and_told(forms, front, picture):
    form = forms("policy")
    expect(button(form, "Apply")).to_be_disabled()

    checkbox(form, "mi-export AzureAI").check()
    expect(form.locator(".adxmi-changes")).to_have_text("+ mi-export AzureAI")
    expect(form.get_by_label("The command that will be sent")).to_have_value(ADDITION)
    expect(form.get_by_label("The same as a command to copy")).to_have_value(
        "%adxmi policy grant --database Sales --identity mi-export --usage AzureAI"
    )
    picture(form, f"policy-form-{front}")
    button(form, "Apply").click()

    expect(outcome(form)).to_contain_text("Sales: mi-export + AzureAI")
    expect(outcome(form)).to_contain_text("Undo: %adxmi policy undo 1")
    expect(checkbox(form, "mi-export AzureAI")).to_be_checked()
    expect(button(form, "Apply")).to_be_disabled()
    expect(outcome(form).locator("[tabindex='-1']")).to_be_focused()

    button(form, "Undo: Sales: mi-export + AzureAI").click()
    button(form, "Yes, apply").click()
    expect(outcome(form)).to_contain_text("Sales: mi-export - AzureAI")
    expect(checkbox(form, "mi-export AzureAI")).not_to_be_checked()


def test_an_identity_is_ticked_previewed_applied_and_told(forms, front, picture):
    form = forms("identity")
    expect(button(form, "Apply")).to_be_disabled()

    checkbox(form, "mi-stranger").check()
    expect(form.locator(".adxmi-changes")).to_have_text("+ mi-stranger")
    expect(form.get_by_label("The request that will be sent")).to_have_value(REQUEST)
    expect(form.get_by_label("The same as a command to copy")).to_have_value(
        "%adxmi identity assign --identity mi-stranger"
    )
    picture(form, f"identity-form-{front}")
    button(form, "Apply").click()

    expect(outcome(form)).to_contain_text("contoso: + mi-stranger")
    expect(outcome(form)).to_contain_text("identity remove --identity mi-stranger --yes")
    expect(checkbox(form, "mi-stranger")).to_be_checked()
    expect(button(form, "Apply")).to_be_disabled()


def test_a_role_is_ticked_previewed_applied_and_told(forms, front, picture):
    form = forms("role")
    expect(button(form, "Apply")).to_be_disabled()

    checkbox(form, "mi-export viewers").check()
    expect(form.locator(".adxmi-changes")).to_have_text("+ mi-export viewers")
    expect(form.get_by_label("The command that will be sent")).to_have_value(ROLE)
    expect(form.get_by_label("The same as a command to copy")).to_have_value(
        "%adxmi role grant --database Sales --role viewers --identity mi-export"
    )
    picture(form, f"role-form-{front}")
    button(form, "Apply").click()

    expect(outcome(form)).to_contain_text("Sales: mi-export + viewers")
    expect(outcome(form)).to_contain_text("Undo: %adxmi role revoke --database Sales")
    expect(checkbox(form, "mi-export viewers")).to_be_checked()
    expect(button(form, "Apply")).to_be_disabled()


def test_a_workflow_is_filled_in_and_its_missing_link_fixed_and_applied(forms, front, picture):
    form = forms("workflow")
    field = lambda label: form.get_by_label(label, exact=True)  # noqa: E731
    link = form.locator(".adxmi-requirement").filter(has_text="allowed by policy")

    field("Name *").fill("Archive")
    field("Identity *").fill("mi-ingest")
    field("Location *").focus()
    form.get_by_role("option", name="contosolake").click()
    form.get_by_role("option", name="archive").click()
    expect(field("Location *")).to_have_value(f"{LAKE}/archive")
    field("Columns").fill("OrderId:long, Region:string")
    field("Format *").select_option("csv")
    expect(link).to_contain_text("✗ not met")
    link.get_by_role("button", name="Fix").click()
    expect(outcome(form)).to_contain_text("All 7 requirements are met.")
    picture(form, f"workflow-form-{front}")
    in_one_turn(form, {"Name *": "Archives", "Columns": "OrderId:long"}, "Apply")
    expect(outcome(form)).to_contain_text("Nothing was sent: the form has changed")
    button(form, "Apply").click()

    expect(outcome(form)).to_contain_text("External table Archives: created")


def test_a_usage_is_allowed_on_the_page_of_the_three_steps(forms, front, picture):
    form = forms("steps")
    head = form.locator(".adxmi-step-line")
    expect(head.nth(0)).to_contain_text("✓ done mi-ingest is assigned to contoso")

    button(form, "Open step 2").click()
    checkbox(form, "mi-ingest AutomatedFlows").check()
    button(form, "Apply").click()

    expect(head.nth(1)).to_contain_text("AutomatedFlows")
    told = outcome(form).filter(has_text="Sales: mi-ingest + AutomatedFlows")
    expect(told).to_have_count(1)
    picture(form, f"steps-form-{front}")


def test_a_part_of_a_plan_is_selected_previewed_applied_and_told(forms, front, picture):
    form = forms("plan")

    checkbox(form, "+ Telemetry: mi-export AzureAI").uncheck()
    expect(form.locator(".adxmi-changes")).to_have_text("+ Telemetry: mi-ingest SqlRequest")
    expect(form.get_by_label("The commands that will be sent")).to_have_value(
        ".alter-merge database ['Telemetry'] policy managed_identity "
        '```[{"ObjectId": "5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b6", "AllowedUsages": "SqlRequest"}]```'
    )
    picture(form, f"plan-form-{front}")
    button(form, "Apply").click()

    expect(outcome(form)).to_contain_text("1 applied")
    expect(outcome(form)).to_contain_text("Undo: %adxmi undo --apply 1")
    expect(form.locator(".adxmi-results")).to_have_text(
        "+ Telemetry: mi-ingest SqlRequest: applied"
    )
    expect(outcome(form).locator("[tabindex='-1']")).to_be_focused()
    expect(checkbox(form, "+ Telemetry: mi-export AzureAI")).not_to_be_checked()
    expect(form.get_by_role("checkbox")).to_have_count(1)
