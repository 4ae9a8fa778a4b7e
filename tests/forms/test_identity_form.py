"""The widgets of the identity form, driven as a front end would: values set, buttons clicked."""

import pytest

from adxmi_jupyter.actions.identity.identities import found, plan_assignment
from adxmi_jupyter.actions.identity.writes import apply
from adxmi_jupyter.errors import UnknownCommand
from adxmi_jupyter.forms.submission import Phase
from adxmi_jupyter.magics.call import Call
from adxmi_jupyter.magics.tree import run
from tests.actions.ways import BEFORE


@pytest.fixture
def applied(identity_form):
    """Note each time a change was carried out."""
    heard = []
    identity_form.when_applied(lambda: heard.append(identity_form.submission.outcome.kind))
    return heard


def test_each_row_has_a_checkbox_named_after_the_identity(identity_form, tick):
    rows = [(row.box.description, row.box.value) for row in identity_form.pages.rows]

    assert rows == [
        ("contoso", True),
        ("mi-export", True),
        ("mi-ingest", True),
        ("mi-stranger", False),
    ]


def test_a_row_shows_the_beginnings_of_the_ids_and_has_them_whole(identity_form):
    facts = identity_form.pages.rows[2].facts.value

    assert "<code>5b27c9d0…</code>" in facts
    assert 'title="object ID 5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b6"' in facts
    assert 'title="client ID a1d84e6f-3c92-4b57-8e0a-95b7f2c61d38"' in facts
    assert "analytics</span>" in facts


def test_the_system_identity_is_marked(identity_form):
    assert "system-assigned</span>" in identity_form.pages.rows[0].facts.value


def test_without_a_change_there_is_nothing_to_apply(identity_form):
    assert identity_form.bar.apply.disabled
    assert identity_form.request.widget.layout.display == "none"
    assert identity_form.line.widget.layout.display == "none"
    assert "No changes yet" in identity_form.changes.widget.value


def test_a_tick_shows_change_request_and_line(identity_form, tick):
    tick(identity_form, "mi-stranger").value = True

    assert not identity_form.bar.apply.disabled
    assert '<li class="adxmi-gain">+ mi-stranger</li>' in identity_form.changes.widget.value
    assert "PATCH /subscriptions/" in identity_form.request.widget.value
    assert "%adxmi identity assign --identity mi-stranger<" in identity_form.line.widget.value
    assert "adxmi-gain" in tick(identity_form, "mi-stranger")._dom_classes


def test_both_directions_are_two_lines(identity_form, tick):
    tick(identity_form, "mi-stranger").value = True
    tick(identity_form, "mi-export").value = False

    assert (
        "%adxmi identity assign --identity mi-stranger\n"
        "%adxmi identity remove --identity mi-export --yes"
    ) in identity_form.line.widget.value
    assert "two commands to copy" in identity_form.line.widget.value


@pytest.mark.nightly
def test_apply_assigns_and_tells_how_to_take_it_back(identity_form, tick, names, applied):
    tick(identity_form, "mi-stranger").value = True

    identity_form.bar.apply.click()

    told = identity_form.bar.outcome.value
    assert "contoso: + mi-stranger" in told
    assert "Undo: %adxmi identity remove --identity mi-stranger --yes" in told
    assert names() == [*BEFORE, "mi-stranger"]
    assert identity_form.bar.apply.disabled
    assert applied == ["done"]


def test_a_removal_asks_with_a_list_of_what_depends(identity_form, tick, names):
    tick(identity_form, "mi-ingest").value = False

    identity_form.bar.apply.click()

    question = identity_form.bar.question.value
    assert "removing mi-ingest from contoso" in question
    assert "<li>mi-ingest: data connection sales-orders (Sales)</li>" in question
    assert identity_form.bar.apply.disabled
    assert names() == BEFORE


@pytest.mark.nightly
def test_yes_removes(identity_form, tick, names):
    tick(identity_form, "mi-ingest").value = False
    identity_form.bar.apply.click()

    identity_form.bar.confirm.click()

    assert "contoso: - mi-ingest" in identity_form.bar.outcome.value
    assert identity_form.bar.question.value == ""
    assert names() == ["contoso", "mi-export"]


def test_no_keeps_everything_and_the_wish(identity_form, tick, names):
    tick(identity_form, "mi-ingest").value = False
    identity_form.bar.apply.click()

    identity_form.bar.dismiss.click()

    assert not identity_form.bar.apply.disabled
    assert tick(identity_form, "mi-ingest").value is False
    assert names() == BEFORE


@pytest.mark.nightly
def test_azures_word_is_shown_while_the_form_waits(identity_form, tick, azure):
    azure.arm.polls = 3
    shown = []
    identity_form.bar.outcome.observe(lambda change: shown.append(change.new), names="value")
    tick(identity_form, "mi-stranger").value = True

    identity_form.bar.apply.click()

    assert any("assigning mi-stranger: Running" in text for text in shown)
    assert any("interrupt the kernel" in text for text in shown)


@pytest.mark.nightly
def test_the_form_is_marked_busy_and_sends_once(identity_form, tick, azure):
    azure.arm.polls = 3
    busy = []

    def click_again(_change):
        busy.append("adxmi-busy" in identity_form.root._dom_classes)
        identity_form.bar.apply.click()

    tick(identity_form, "mi-stranger").value = True
    identity_form.bar.outcome.observe(click_again, names="value")

    identity_form.bar.apply.click()

    assert busy[0] is True
    assert len(azure.world.operations) == 1
    assert "adxmi-busy" not in identity_form.root._dom_classes


@pytest.mark.nightly
def test_a_cluster_that_is_busy_is_waited_for_and_that_is_shown(identity_form, tick, azure):
    azure.faults.add("in-maintenance", times=2)
    shown = []
    identity_form.bar.outcome.observe(lambda change: shown.append(change.new), names="value")
    tick(identity_form, "mi-stranger").value = True

    identity_form.bar.apply.click()

    assert any("waiting until it is free" in text for text in shown)
    assert "contoso: + mi-stranger" in identity_form.bar.outcome.value


def test_an_error_is_three_lines_and_the_wish_is_kept(identity_form, tick, azure):
    azure.faults.add("operation-fails")
    tick(identity_form, "mi-stranger").value = True

    identity_form.bar.apply.click()

    told = identity_form.bar.outcome.value
    assert "<p>OperationFailed: assigning mi-stranger failed</p>" in told
    assert "<p>why: Failed: Internal Server Error</p>" in told
    assert "<p>fix: " in told
    assert tick(identity_form, "mi-stranger").value is True
    assert identity_form.submission.phase is Phase.FAILED


@pytest.mark.nightly
def test_try_again_sends_again(identity_form, tick, azure, names):
    azure.faults.add("operation-fails")
    tick(identity_form, "mi-stranger").value = True
    identity_form.bar.apply.click()

    identity_form.bar.retry.click()

    assert names() == [*BEFORE, "mi-stranger"]
    assert identity_form.bar.retry.layout.display == "none"


@pytest.mark.nightly
def test_when_somebody_else_changed_the_cluster_the_form_shows_it_and_keeps_the_wish(
    connection, identity_form, tick, azure
):
    azure.world.add_identity("mi-other", assigned=False)
    tick(identity_form, "mi-stranger").value = True
    other = plan_assignment(connection, [found(connection, ["mi-other"])[0].identity])
    apply(connection, other)

    identity_form.bar.apply.click()

    assert "ClusterChanged" in identity_form.bar.outcome.value
    assert tick(identity_form, "mi-other").value is True
    assert tick(identity_form, "mi-stranger").value is True
    assert not identity_form.bar.retry.disabled


@pytest.mark.nightly
def test_reload_keeps_wishes_and_says_so(identity_form, tick):
    tick(identity_form, "mi-stranger").value = True

    identity_form.reload.click()

    assert tick(identity_form, "mi-stranger").value is True
    told = identity_form.bar.outcome.value
    assert "The cluster contoso was read again; your changes are kept." in told


def test_discard_takes_the_ticks_back(identity_form, tick):
    tick(identity_form, "mi-stranger").value = True

    identity_form.bar.discard.click()

    assert tick(identity_form, "mi-stranger").value is False
    assert identity_form.bar.apply.disabled


@pytest.mark.parametrize("words", ["STRANGER", "9c06e2b5-47d8", "f3b9a812", "shared"])
def test_the_filter_looks_at_names_ids_and_groups(identity_form, words):
    identity_form.pages.filter.value = words

    assert "Identities 1 to 1 of 1 (filtered from 4)" in identity_form.pages.place.value
    assert identity_form.pages.rows[0].box.description == "mi-stranger"


def test_two_hundred_identities_make_no_more_widgets_than_a_page(azure, make_identity_form):
    for number in range(200):
        azure.world.add_identity(f"mi-team-{number:03}", assigned=False)

    form = make_identity_form()

    assert len(form.pages.rows) == 10
    assert "Identities 1 to 10 of 204" in form.pages.place.value


def test_a_wish_is_kept_while_its_row_is_out_of_sight(identity_form, tick):
    tick(identity_form, "mi-stranger").value = True

    identity_form.pages.filter.value = "ingest"
    identity_form.pages.filter.value = ""

    assert tick(identity_form, "mi-stranger").value is True
    assert tick(identity_form, "mi-ingest").value is True


def test_an_identity_is_added_shown_and_ticked(identity_form):
    identity_form.reference.value = "mi-stranger"
    identity_form.add.click()

    assert identity_form.pages.rows[0].box.description == "mi-stranger"
    assert identity_form.pages.rows[0].box.value is True
    assert identity_form.reference.value == ""
    assert not identity_form.bar.apply.disabled


def test_an_unknown_name_is_told_in_the_form(identity_form):
    identity_form.reference.value = "mi-strangr"
    identity_form.add.click()

    assert "UnknownIdentity" in identity_form.bar.outcome.value
    assert identity_form.reference.value == "mi-strangr"


@pytest.mark.nightly
def test_the_ids_of_the_chosen_identity_are_shown_whole_until_hidden(identity_form):
    identity_form.pages.rows[0].ids.click()

    shown = identity_form.places._table.value
    assert "Which ID of contoso goes where:" in shown
    assert "c90e7d25-1a3b-4f68-b5d2-70f4e8a9136c</textarea>" in shown
    identity_form.places.hide.click()
    assert identity_form.places.widget.layout.display == "none"


def test_ids_that_cannot_be_looked_up_are_an_error_in_the_form(identity_form, azure):
    azure.faults.add("throttled", match="identities/default", times=None, retry_after=0)

    identity_form.pages.rows[0].ids.click()

    assert "Throttled" in identity_form.bar.outcome.value


def test_an_identity_without_ids_has_none_to_show(azure, make_identity_form):
    azure.world.cluster.system_identity = None

    form = make_identity_form()

    assert form.pages.rows[0].ids.disabled
    assert "unknown" in form.pages.rows[0].facts.value


@pytest.mark.nightly
def test_a_reader_is_told_what_still_works(reader, make_identity_form, tick):
    form = make_identity_form(reader)
    tick(form, "mi-export").value = False

    form.bar.apply.click()
    form.bar.confirm.click()

    assert "You can still read the page" in form.list.notes.value
    assert "NotAuthorized" in form.bar.outcome.value
    assert "give the command to copy to someone who has one" in form.bar.outcome.value


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"),
        ("\u202etxet desrever", "\\\u2060u202etxet desrever"),
        (r"$\href{javascript:alert(1)}{x}$", "\uff04\\\u2060href{javascript:alert(1)}{x}\uff04"),
        ("x" * 300, "x" * 59 + "…"),
    ],
)
def test_hostile_names_are_text(azure, make_identity_form, tick, name, shown):
    azure.world.add_identity(name, assigned=False)
    form = make_identity_form()

    tick(form, shown).value = True
    row = next(row for row in form.pages.rows if row.box.description == shown)
    row.ids.click()

    told = form.changes.widget.value + form.request.widget.value + form.line.widget.value
    assert "<img" not in told + row.facts.value + form.places._table.value
    assert "\u202e" not in row.facts.value + form.changes.widget.value + form.line.widget.value


def test_the_text_form_says_what_is_assigned_what_is_pending_and_the_lines_to_use(
    identity_form, tick
):
    assert repr(identity_form) == (
        "identity form: contoso (embedded Azure)\n"
        "  assigned: contoso (system-assigned), mi-export, mi-ingest\n"
        "  no changes yet\n"
        "without a front end: %adxmi identity assign --identity NAME"
    )

    tick(identity_form, "mi-stranger").value = True
    tick(identity_form, "mi-ingest").value = False

    assert repr(identity_form) == (
        "identity form: contoso (embedded Azure)\n"
        "  assigned: contoso (system-assigned), mi-export, mi-ingest\n"
        "  + mi-stranger\n"
        "  - mi-ingest\n"
        "without a front end: %adxmi identity assign --identity mi-stranger\n"
        "without a front end: %adxmi identity remove --identity mi-ingest --yes"
    )


@pytest.mark.nightly
def test_the_lines_do_what_the_form_would(ip, magic, magics, tick):
    world = magics.connections.current().azure.world
    world.add_identity("with, comma", assigned=False)
    world.add_identity("with $dollar {{x}}", assigned=False)
    form = magic("identity form")
    for name in ("mi-stranger", "with, comma", "with \uff04dollar {{x}}"):
        tick(form, name).value = True
    tick(form, "mi-ingest").value = False
    wanted = {identity.resource_id for identity in form.state.change.added}
    lines = [form._write_line(line) for line in form.state.preview.lines]

    ip.run_cell("\n".join(lines)).raise_error()

    form.reload.click()
    now = {identity.resource_id for identity in form.state.present.users}
    assert wanted < now
    assert not form.state.is_valid


@pytest.mark.nightly
def test_the_form_follows_the_named_connection(magic):
    magic("connect embedded --name reader --credential as:reader")
    magic("connect embedded --name admin")

    assert "--connection reader" in repr(magic("identity form --connection reader"))


class Terminal:
    program = "adxmi"


def test_a_console_says_what_to_use_instead():
    with pytest.raises(UnknownCommand) as raised:
        run(Call(Terminal()), ["identity", "form"])

    assert raised.value.fix == "adxmi identity list --all, then adxmi identity assign or remove"
