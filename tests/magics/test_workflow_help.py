"""Help of the nouns of workflows, and how they speak in a terminal."""

import pytest

from adxmi_jupyter.magics.console import execute
from adxmi_jupyter.magics.line import split
from adxmi_jupyter.magics.tree import leaves
from adxmi_jupyter.model.declaration.registry import nouns

LAKE = "https://contosolake.blob.core.windows.net"
TABLE = (
    f"external-table create --database Sales --name Archive --identity mi-export "
    f'--location {LAKE}/archive --columns "OrderId:long, Region:string" --data-format csv'
)


def test_a_noun_alone_tells_what_it_is_and_its_verbs(magic, capsys):
    assert magic("external-table") is None

    shown = capsys.readouterr().out
    summary = "Create an external table that authenticates with a managed identity"
    assert "  External tables that authenticate with a managed identity.\n" in shown
    assert f" create {summary} list " in " ".join(shown.split())
    assert (
        "  Authenticate external tables with managed identities https://learn.microsoft.com/"
        in shown
    )


@pytest.mark.parametrize(
    ("noun", "summaries"),
    [
        (
            "event-hub",
            [
                "Create an Event Hubs data connection that uses a managed identity",
                "Drop an Event Hubs data",
            ],
        ),
        (
            "update-policy",
            ["Create an update policy that runs as a managed identity", "Drop an update"],
        ),
        (
            "continuous-export",
            ["Create a continuous export that runs as a managed identity", "Drop a continuous"],
        ),
        ("sdk-ingestion", ["Queue a blob for ingestion with a managed identity"]),
    ],
)
def test_what_is_made_is_named_in_the_summary(magic, capsys, noun, summaries):
    magic(noun)

    shown = " ".join(capsys.readouterr().out.split())
    assert [summary in shown for summary in summaries] == [True] * len(summaries)


WORKFLOW_LEAVES = [name for name, _ in leaves() if name.partition(" ")[0] in nouns()]


@pytest.mark.parametrize("name", WORKFLOW_LEAVES)
def test_help_of_each_verb_is_plain_text_with_examples(magic, capsys, name):
    assert magic(f"{name} --help") is None

    shown = capsys.readouterr().out
    assert f"Usage: %adxmi {name}" in shown
    assert f"  %adxmi {name}" in shown or f"  %%adxmi {name}" in shown
    words = " ".join(shown.split())
    assert "None" not in words.replace("None, GZip", "").replace("FirstFile, None", "").replace(
        "Default: None", ""
    )
    assert "..." not in shown


@pytest.mark.nightly
def test_in_a_terminal_lines_to_paste_are_lines_of_a_terminal(capsys):
    line = TABLE.replace("create", "check").replace("contosolake", "contosobackup")

    code = execute([word.text for word in split(line)])

    shown = capsys.readouterr().out
    assert code == 3
    assert "adxmi embedded azure-role --identity mi-export" in shown
    assert "%adxmi" not in shown


def test_a_form_needs_a_notebook(capsys):
    code = execute(["external-table", "form"])

    assert code == 2
    assert "fix: adxmi external-table create --help" in capsys.readouterr().err
