import pandas as pd
import pytest

from adxmi_jupyter.errors import InvalidValue, UnknownCommand, WriteNotApplied
from tests.magics.conftest import extended


def test_a_magic_returns_a_dataframe(ip):
    ip.run_cell("df = %adxmi policy show --all-databases").raise_error()

    assert isinstance(ip.user_ns["df"], pd.DataFrame)
    assert list(ip.user_ns["df"].columns) == [
        "scope",
        "database",
        "display_name",
        "object_id",
        "client_id",
        "tenant_id",
        "is_system",
        "allowed_usages",
    ]


def test_nothing_configured_is_said_once(magic, capsys):
    magic("policy show")
    magic("policy show")

    assert capsys.readouterr().out.count("No cluster is configured") == 1


def test_out_keeps_the_result_instead_of_showing_it(ip, magic):
    shown = magic("policy show --out kept")

    assert shown is None
    assert len(ip.user_ns["kept"]) == 2


@pytest.mark.parametrize("name", ["1st", "a-b", "class", ""])
def test_out_needs_a_variable_name(magic, name):
    with pytest.raises(InvalidValue, match="isn't a variable name"):
        magic(f'policy show --out "{name}"')


def test_a_semicolon_silences_the_result(magic):
    assert magic("policy show;") is None
    assert magic("policy show ; ") is None


def test_an_object_id_on_the_line_is_no_number(ip):
    done = ip.run_cell("%adxmi policy show --identity 5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b6")

    assert list(done.result["display_name"]) == ["mi-ingest"]


def test_variables_of_the_notebook_expand(ip):
    ip.run_cell('where = "Tom\'s Lab"').raise_error()

    done = ip.run_cell("%adxmi policy show --database $where")

    assert list(done.result["database"]) == ["Tom's Lab"]


def test_variables_of_a_function_expand(ip):
    ip.run_cell(
        "where = 'Sales'\n"
        "def names(where):\n"
        "    frame = %adxmi policy show --database $where\n"
        "    return list(frame['display_name'])\n"
        'found = names("Tom\'s Lab")'
    ).raise_error()

    assert ip.user_ns["found"] == ["contoso"]


def test_a_cell_body_expands_double_braces(ip):
    ip.run_cell('who = "mi-ingest"').raise_error()

    done = ip.run_cell(
        "%%adxmi policy alter-merge --database Telemetry\n"
        '[{"ObjectId": "{{who}}", "AllowedUsages": "ExternalTable"}]'
    )

    assert list(done.result["display_name"]) == ["mi-ingest"]


def test_values_of_variables_stay_out_of_errors_about_the_line(ip, magic):
    ip.run_cell('secret = "hunter2"').raise_error()

    with pytest.raises(InvalidValue) as caught:
        magic("policy show $secret")

    assert "hunter2" not in str(caught.value)
    assert "$secret" in str(caught.value)


def test_an_error_shows_three_lines(ip, capsys):
    ip.run_cell("%adxmi policy shw")

    assert capsys.readouterr().out.splitlines() == [
        "UnknownCommand: there is no verb 'shw' of policy",
        (
            "  why: the verbs are show, matrix, diff, grant, revoke, alter, alter-merge, delete, "
            "history, undo, form"
        ),
        "  fix: %adxmi policy show",
    ]


def test_a_page_of_voila_shows_the_three_lines_that_voila_hides(shell, monkeypatch, capsys):
    monkeypatch.setenv("SERVER_SOFTWARE", "voila/0.5.8")
    with extended(shell):
        shell.run_cell("%adxmi policy shw")
        shell.run_cell("1 / 0")
    in_voila = capsys.readouterr().out
    monkeypatch.delenv("SERVER_SOFTWARE")
    with extended(shell):
        shell.run_cell("%adxmi policy shw")

    # One that is raised is shown by the shell itself, which Voila replaces.
    assert in_voila.count("UnknownCommand: there is no verb 'shw' of policy\n") == 2
    assert in_voila.count("  fix: %adxmi policy show\n") == 2
    assert in_voila.count("ZeroDivisionError: ") == 1
    assert capsys.readouterr().out.count("UnknownCommand: ") == 1


def test_traceback_shows_the_full_stack(ip, capsys):
    ip.run_cell("%adxmi --traceback policy shw")

    shown = capsys.readouterr().out
    assert "Traceback (most recent call last)" in shown
    assert "resolve_command" in shown


def test_the_error_of_a_cell_names_the_cell_magic(magic):
    with pytest.raises(UnknownCommand) as caught:
        magic("policy altr --cluster", "[]")

    assert caught.value.fix == "%%adxmi policy alter --cluster"


def test_a_fix_that_repeats_the_line_is_the_line(magic, azure):
    azure.faults.add("unavailable", match=".delete", times=None)

    with pytest.raises(WriteNotApplied) as caught:
        magic('policy delete --database "Tom\'s Lab" --yes')

    assert caught.value.fix == '%adxmi policy delete --database "Tom\'s Lab" --yes'


def test_an_interrupt_reaches_the_user(magic, monkeypatch):
    def interrupted(*_arguments, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr("adxmi_jupyter.actions.policy.policies.read", interrupted)

    with pytest.raises(KeyboardInterrupt) as caught:
        magic("policy show --database Sales")

    assert caught.value._render_traceback_() == [
        "Interrupted: interrupted",
        "  why: the command no longer waits for an answer; earlier changes are listed above",
        "  fix: %adxmi policy show --database Sales",
    ]


def test_the_stack_of_an_interrupt_is_shown_when_asked_for(magic, monkeypatch):
    def interrupted(*_arguments, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr("adxmi_jupyter.actions.policy.policies.read", interrupted)

    with pytest.raises(KeyboardInterrupt) as caught:
        magic("--traceback policy show")

    assert caught.value._render_traceback_()[0] == "Traceback (most recent call last):"
