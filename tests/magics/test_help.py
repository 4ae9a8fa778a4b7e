import pytest

from adxmi_jupyter.magics.call import CONSOLE_PROGRAM
from adxmi_jupyter.magics.tree import help_text, leaves

LEAVES = dict(leaves())
IN_NOTEBOOKS = {name: verb for name, verb in LEAVES.items() if not verb.console_only}


def test_the_bare_magic_lists_the_nouns(magic, capsys):
    assert magic("") is None

    shown = capsys.readouterr().out
    assert shown.startswith("Usage: %adxmi")
    assert "  policy                Manage the managed identity policy\n" in shown


def test_the_bare_magic_lists_workflows_apart(magic, capsys):
    magic("")

    _, _, workflows = capsys.readouterr().out.partition("Workflows:\n")
    assert workflows.startswith("  ai-chat-completion    Calls of chat models")
    assert "\n\nLearn and test:\n  embedded " in workflows


def test_a_bare_noun_lists_its_verbs(magic, capsys):
    assert magic("policy") is None

    shown = capsys.readouterr().out
    assert "  alter-merge  Merge entries into the managed identity policy\n" in shown


@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help_of_a_verb_ends_with_its_examples(magic, capsys, option):
    assert magic(f"policy history {option}") is None

    assert capsys.readouterr().out == (
        "Usage: %adxmi policy history [OPTIONS]\n"
        "\n"
        "  List the policy changes made from this machine.\n"
        "\n"
        "Options:\n"
        "  --times                Show the times. Omitted by default, so that\n"
        "                         outputs of notebooks stay comparable.\n"
        "  -c, --connection NAME  Open connection. Default: the current one.\n"
        "  -o, --out NAME         Variable (notebook) or file for the result:\n"
        "                         .csv, .json, .md, .html, .xlsx or .parquet. In\n"
        "                         a console json, csv or md writes to standard\n"
        "                         output.\n"
        "  --ids                  Display all IDs in full.\n"
        "  --wide                 Display all columns in full.\n"
        "  -h, --help             Show this message and exit.\n"
        "\n"
        "Examples:\n"
        "  %adxmi policy grant --database Telemetry --identity mi-ingest \\\n"
        "      --usage ExportRequest\n"
        "  %adxmi policy history\n"
    )


@pytest.mark.parametrize("name", IN_NOTEBOOKS)
def test_help_in_a_notebook_fits_a_narrow_one_but_for_links(magic, capsys, name):
    magic(f"{name} --help")

    help_of_verb = capsys.readouterr().out
    options = help_of_verb.partition("Examples:")[0].splitlines()
    assert [line for line in options if len(line) > 72] == []


@pytest.mark.parametrize(("columns", "most"), [("60", 60), ("80", 80), ("120", 96)])
def test_help_in_a_console_is_as_wide_as_the_terminal_up_to_a_limit(columns, most, monkeypatch):
    monkeypatch.setenv("COLUMNS", columns)

    widest = max(map(len, help_text(CONSOLE_PROGRAM).partition("Learn more")[0].splitlines()))

    assert most - 10 < widest <= most


def test_help_of_a_verb_names_permissions_and_pages(magic, capsys):
    magic("callout list --help")

    assert capsys.readouterr().out.endswith(
        "\n\nRequired permissions: AllDatabasesMonitor.\n"
        "\n"
        "Examples:\n"
        "  %adxmi callout list\n"
        "\n"
        "Learn more:\n"
        "  Callout policy https://learn.microsoft.com/kusto/management/callout-policy\n"
    )


def test_what_runs_in_a_console_only_has_examples_of_one(magic, capsys):
    magic("lab --help")

    assert "\n  adxmi lab --headless\n" in capsys.readouterr().out


def test_a_check_needs_fields_only_of_what_is_planned(magic, capsys):
    magic("continuous-export check --help")

    shown = capsys.readouterr().out
    assert "Required for a planned one." in shown
    assert "Required." not in shown


def test_question_mark_shows_the_help_of_the_tree(ip, capsys):
    ip.run_cell("%adxmi?").raise_error()

    assert help_text() in capsys.readouterr().out


def test_no_summary_is_cut_off():
    assert "..." not in help_text()


@pytest.mark.parametrize("noun", {name.partition(" ")[0]: None for name in LEAVES if " " in name})
def test_no_summary_of_a_verb_is_cut_off(magic, capsys, noun):
    magic(f"{noun} --help")

    shown = " ".join(capsys.readouterr().out.split())
    own = [verb for name, verb in LEAVES.items() if name.startswith(f"{noun} ")]
    assert [one for verb in own if (one := verb.get_short_help_str()) not in shown] == []


@pytest.mark.parametrize("name", LEAVES)
def test_every_verb_has_help_options_with_meaning_and_examples(name):
    verb = LEAVES[name]

    assert verb.help
    assert verb.examples
    assert [p for p in verb.params if p.param_type_name == "option" and not p.help] == []


@pytest.mark.parametrize("name", IN_NOTEBOOKS)
def test_every_example_runs_on_a_fresh_embedded_azure(magic, capsys, monkeypatch, tmp_path, name):
    monkeypatch.chdir(tmp_path)  # some write files

    results = [magic(e.line, e.body or None) for e in IN_NOTEBOOKS[name].examples]

    if name == "help":  # which is printed, and no result
        results = capsys.readouterr().out.split("Usage: ")[1:]
    assert [result is not None for result in results] == [True] * len(IN_NOTEBOOKS[name].examples)
