"""The page of the three steps, driven as a front end would: values set, buttons clicked."""

import pytest

from adxmi_jupyter.forms.steps.form import ROLE
from adxmi_jupyter.forms.steps.state import Step

GRANT_TO_STRANGER = "policy grant --database Sales --identity mi-stranger --usage ExternalTable"


@pytest.fixture
def azure(magics):
    """The embedded Azure that the lines of the test talk to."""
    return magics.connections.current().azure


@pytest.fixture
def page(magic):
    return magic("form --identity mi-stranger")


@pytest.fixture
def toggle():
    """Open or fold a step as a click on its head does, and return its form."""

    def click(page, step, name=""):
        page.sections[step].toggle.click()
        return page.forms[name or step].form

    return click


@pytest.fixture
def head():
    return lambda page, step: page.sections[step]._head.value


@pytest.fixture
def is_open():
    return lambda page: [step for step in Step if page.sections[step].is_open]


@pytest.fixture
def assign(tick):
    """Assign mi-stranger in the first step."""

    def assign(page):
        form = page.forms[Step.ASSIGN].form
        tick(form, "mi-stranger").value = True
        form.bar.apply.click()
        return form

    return assign


def test_only_the_form_of_the_open_step_is_made(magic, is_open):
    page = magic("form")

    assert is_open(page) == [Step.ASSIGN]
    assert list(page.forms) == [Step.ASSIGN]


@pytest.mark.parametrize(
    ("line", "step"),
    [
        ("form --identity mi-stranger", Step.ASSIGN),
        ("form --identity mi-export", Step.USE),
        ("form --workflow external-table", Step.USE),
    ],
)
def test_the_page_begins_with_what_is_to_be_done_or_was_asked_for(magic, is_open, line, step):
    assert is_open(magic(line)) == [step]


@pytest.mark.nightly
def test_the_forms_begin_with_the_database_and_the_workflow_of_the_line(magic):
    page = magic("form --database Telemetry --workflow external-table --identity mi-export")

    form = page.forms["external-table"].form
    assert form.state.database == "Telemetry"
    assert form.state.values == {"identity": "mi-export"}


@pytest.mark.nightly
def test_one_step_is_open_at_a_time(page, toggle, is_open):
    toggle(page, Step.ALLOW)
    is_second = is_open(page)
    toggle(page, Step.ALLOW)

    assert is_second == [Step.ALLOW]
    assert is_open(page) == []


@pytest.mark.nightly
def test_a_head_says_in_words_what_a_click_on_it_does(page):
    allow = page.sections[Step.ALLOW]
    folded = (allow.toggle.description, allow.toggle.tooltip)

    allow.toggle.click()

    assert folded == (
        "Open step 2",
        "Show the form of this step: a policy allows the identity for a usage",
    )
    assert allow.toggle.description == "Fold step 2"
    assert allow._body.layout.display is None


@pytest.mark.nightly
def test_a_head_is_a_heading_with_sign_and_words(page, head):
    shown = head(page, Step.ASSIGN)

    assert '<div role="heading" aria-level="3">' in shown
    assert "○ to do" in shown
    assert "mi-stranger is not assigned to the cluster" in shown


@pytest.mark.nightly
def test_nothing_filled_in_is_lost_by_folding_and_the_head_tells_of_it(page, toggle, tick, head):
    form = page.forms[Step.ASSIGN].form
    tick(form, "mi-stranger").value = True
    form.reference.value = "half a na"

    toggle(page, Step.ALLOW)
    folded = head(page, Step.ASSIGN)
    toggle(page, Step.ASSIGN)

    assert "(changes not applied)" in folded
    assert "(changes not applied)" not in head(page, Step.ASSIGN)
    assert page.forms[Step.ASSIGN].form is form
    assert form.state.is_valid
    assert form.reference.value == "half a na"


@pytest.mark.nightly
def test_a_question_that_was_folded_away_is_told_by_the_head(magic, toggle, tick, head):
    page = magic("form")
    form = page.forms[Step.ASSIGN].form
    tick(form, "mi-export").value = False
    form.bar.apply.click()

    toggle(page, Step.ALLOW)

    assert "(it waits for your answer)" in head(page, Step.ASSIGN)
    assert "mi-export" in form.bar.question.value


@pytest.mark.nightly
def test_the_form_in_sight_is_turned_to_the_identity(page):
    form = page.forms[Step.ASSIGN].form
    before = form.pages.filter.value

    page.identity.value = "mi-export"

    assert (before, form.pages.filter.value) == ("mi-stranger", "mi-export")


@pytest.mark.nightly
def test_the_users_own_filter_stays_until_another_identity_is_chosen(page, toggle):
    form = page.forms[Step.ASSIGN].form
    form.pages.filter.value = "ingest"

    toggle(page, Step.ALLOW)
    toggle(page, Step.ASSIGN)

    assert form.pages.filter.value == "ingest"


@pytest.mark.nightly
def test_an_identity_no_policy_knows_is_a_row_of_the_policy_form(page, toggle, cell):
    form = toggle(page, Step.ALLOW)

    assert cell(form, "mi-stranger ExternalTable").value is False


def test_a_name_nobody_bears_is_told_with_the_closest_one(page, head):
    page.identity.value = "mi-strangr"

    assert "UnknownIdentity: no identity is named" in page._outcome.value
    assert "--identity mi-stranger" in page._outcome.value
    assert "mi-stranger is not assigned" in head(page, Step.ASSIGN)


@pytest.mark.nightly
def test_an_emptied_field_means_nobody(page, head):
    page.identity.value = ""

    assert "adxmi-step-state" not in head(page, Step.ASSIGN)
    assert page.forms[Step.ASSIGN].form.pages.filter.value == ""


@pytest.mark.nightly
def test_a_change_in_one_step_is_told_by_its_head(page, assign, head):
    assign(page)

    assert "✓ done" in head(page, Step.ASSIGN)
    assert "○ to do" in head(page, Step.ALLOW)


@pytest.mark.nightly
def test_a_change_in_one_step_changes_what_the_others_say(magic, assign, head):
    magic("identity assign --identity mi-stranger")
    magic(GRANT_TO_STRANGER)
    magic("identity remove --identity mi-stranger --yes")
    page = magic("form --identity mi-stranger")
    page.sections[Step.ASSIGN].toggle.click()
    before = head(page, Step.ALLOW)

    page.sections[Step.ASSIGN].toggle.click()
    assign(page)

    assert "Sales: ExternalTable (no effect until it is assigned)" in before
    assert "(no effect" not in head(page, Step.ALLOW)


@pytest.mark.nightly
def test_a_form_made_before_catches_up_when_it_is_opened_again(magic, toggle, assign, cell):
    page = magic("form")
    policy = toggle(page, Step.ALLOW)
    before = {policy.state.label(one) for one in policy.state.identities}
    cell(policy, "mi-export AzureAI").value = True
    toggle(page, Step.ASSIGN)
    assign(page)

    again = toggle(page, Step.ALLOW)

    assert again is policy
    assert "mi-stranger" not in before
    assert "mi-stranger" in {policy.state.label(one) for one in policy.state.identities}
    assert cell(policy, "mi-export AzureAI").value is True


@pytest.mark.nightly
def test_what_was_done_stays_in_sight_while_the_form_catches_up(page, toggle, assign, cell):
    assign(page)
    policy = toggle(page, Step.ALLOW)
    cell(policy, "mi-stranger NativeIngestion").value = True
    policy.bar.apply.click()

    identities = toggle(page, Step.ASSIGN)

    assert "Undo: %adxmi identity remove" in identities.bar.outcome.value


@pytest.mark.nightly
def test_all_three_steps_can_be_done_on_the_page(page, toggle, assign, cell, head):
    assign(page)
    policy = toggle(page, Step.ALLOW)
    cell(policy, "mi-stranger NativeIngestion").value = True
    policy.bar.apply.click()
    roles = toggle(page, Step.USE, ROLE)
    cell(roles, "mi-stranger ingestors").value = True
    roles.bar.apply.click()

    assert repr(page) == (
        "three steps: mi-stranger on embedded Azure\n"
        "  1 Assign: done: mi-stranger is assigned to contoso\n"
        "  2 Allow: done: Sales: NativeIngestion\n"
        "  3 Use: done: role ingestors (Sales)"
    )


@pytest.mark.nightly
def test_clicks_that_queued_up_across_steps_send_once(page, toggle, tick, azure):
    form = page.forms[Step.ASSIGN].form
    tick(form, "mi-stranger").value = True
    version = azure.world.cluster.version

    form.bar.apply.click()
    toggle(page, Step.ALLOW)
    form.bar.apply.click()
    page.forms[Step.ALLOW].form.bar.apply.click()

    assert azure.world.cluster.version == version + 1
    assert "contoso: + mi-stranger" in form.bar.outcome.value


@pytest.mark.nightly
def test_a_workflow_is_chosen_among_their_titles(page, toggle):
    toggle(page, Step.USE, ROLE)

    titles = [title for title, _ in page.use.options]
    page.use.value = "external-table"

    assert titles[0] == "a Kusto security role"
    assert "Event Hubs data connection" in titles
    assert page.forms["external-table"].form.state.values == {"identity": "mi-stranger"}
    assert page.forms[ROLE].form.root.layout.display == "none"


@pytest.mark.nightly
def test_an_identity_the_user_filled_in_stays_when_another_is_chosen(magic):
    page = magic("form --identity mi-export --workflow external-table")
    form = page.forms["external-table"].form

    page.identity.value = "mi-ingest"
    followed = form.fields["identity"].input.value
    form.fields["identity"].input.value = "system"
    page.identity.value = "mi-export"

    assert followed == "mi-ingest"
    assert form.fields["identity"].input.value == "system"


@pytest.mark.nightly
def test_a_workflow_clicked_twice_is_carried_out_once_and_told_by_the_head(magic, head):
    page = magic("form --identity mi-export --workflow external-table")
    form = page.forms["external-table"].form
    for name, value in {
        "name": "Twice",
        "location": "https://contosolake.blob.core.windows.net/archive",
        "columns": "OrderId:long",
        "data_format": "csv",
    }.items():
        form.fields[name].input.value = value

    form.bar.apply.click()
    form.bar.apply.click()

    assert "External table Twice: created" in form.bar.outcome.value
    assert "AlreadyExists" not in form.bar.outcome.value
    assert "external table Twice (Sales)" in head(page, Step.USE)
    assert form.bar.again.layout.display is None


@pytest.mark.nightly
def test_a_form_that_cannot_be_made_is_an_error_in_its_step_until_it_can(page, azure, toggle):
    azure.faults.add("unavailable", match="principals", times=None, retry_after=0)
    section = page.sections[Step.USE]

    section.toggle.click()
    failed = section._outcome.value
    azure.faults.clear()
    section.toggle.click()
    section.toggle.click()

    assert "ServiceUnavailable: " in failed
    assert section._outcome.value == ""
    assert page.forms[ROLE].form is not None


@pytest.mark.nightly
def test_what_cannot_be_seen_is_told_below_the_head(magic, head):
    magic("connect embedded --name reader --credential as:reader")

    page = magic("form --identity 9c06e2b5-47d8-4f13-82ac-b5e97d10f348")

    assert "? cannot see" in head(page, Step.ALLOW)
    assert "not seen: policy of the cluster" in head(page, Step.ALLOW)
    assert "not seen: roles of the database Sales" in page.sections[Step.USE]._head.value


@pytest.mark.nightly
def test_reload_reads_everything_and_keeps_what_is_filled_in(page, magic, head, tick):
    form = page.forms[Step.ASSIGN].form
    form.pages.filter.value = ""
    tick(form, "mi-ingest").value = False
    magic("identity assign --identity mi-stranger")

    page.reload.click()

    assert "✓ done" in head(page, Step.ASSIGN)
    assert tick(form, "mi-stranger").value is True
    assert [identity.label for identity in form.state.change.removed] == ["mi-ingest"]
    assert "what is filled in is kept" in page._outcome.value


@pytest.mark.nightly
@pytest.mark.parametrize(
    "name", ["<img src=x onerror=alert(1)>", "\u202etxet", "{} {x}", "y" * 300]
)
def test_hostile_names_are_text(magic, magics, head, name):
    found = magics.connections.current().azure.world.add_identity(name)

    page = magic(f"form --identity {found.object_id}")

    shown = "".join(head(page, step) for step in Step)
    assert "<img" not in shown
    assert "\u202e" not in shown + repr(page)
    assert "y" * 61 not in shown
