import click
import pytest

from adxmi_jupyter.magics.tree import tree
from adxmi_jupyter.model.usage import Usage

USAGES = [usage.value for usage in Usage]


def texts(found):
    return [text for text, _, _ in found]


def kinds(found):
    return {kind for _, _, kind in found}


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("%adxmi ", tree.list_commands(click.Context(tree))),
        ("%adxmi po", ["policy"]),
        ("x = %adxmi po", ["policy"]),
        ("a, b = %adxmi po", ["policy"]),
        ("  %adxmi po", ["policy"]),
        ("%%adxmi po", ["policy"]),
        ("import os\nx = %adxmi po", ["policy"]),
        ("%adxmi --tr", ["--traceback"]),
        ("%adxmi policy al", ["alter", "alter-merge"]),
        ("%adxmi policy show --all", ["--all-databases", "--allow-partial"]),
        ("%adxmi policy show --cluster --c", ["--connection"]),
        ("%adxmi connections u", ["use"]),
    ],
)
def test_nouns_verbs_and_options_complete(completions, code, expected):
    assert texts(completions(code)) == expected


@pytest.mark.parametrize(
    ("code", "expected", "replaced"),
    [
        ("%adxmi policy show --database ", ["Sales", "Telemetry", '"Tom\'s Lab"'], ""),
        ("%adxmi policy show -d t", ["Telemetry", '"Tom\'s Lab"'], "t"),
        ("%adxmi policy show --database=T", ["Telemetry", '"Tom\'s Lab"'], "T"),
        ('%adxmi policy show --database "Tom', ['"Tom\'s Lab"'], '"Tom'),
        ("%adxmi policy show --database=\"Tom's L", ['"Tom\'s Lab"'], "\"Tom's L"),
        ("%adxmi policy diff --against-database S", ["Sales"], "S"),
        ("%adxmi policy grant --identity mi-", ["mi-export", "mi-ingest"], "mi-"),
        ("%adxmi policy grant --identity=sys", ["system"], "sys"),
        ("%adxmi policy grant --identity mi-ingest,mi-", ["mi-export"], "mi-"),
        ("%adxmi policy grant --usage Exp", ["ExportRequest"], "Exp"),
        (
            "%adxmi policy grant --usage AzureAI,ext",
            ["ExternalDataRequest", "ExternalTable"],
            "ext",
        ),
        ("%adxmi policy grant --usage=AzureAI,S", ["SandboxArtifacts", "SqlRequest"], "S"),
        ("%adxmi embedded faults thr", ["throttled"], "thr"),
        ("%adxmi connect emb", ["embedded"], "emb"),
        ("%adxmi connect x --credential as:", ["as:admin", "as:reader"], "as:"),
    ],
)
def test_values_complete(completions, code, expected, replaced):
    found = completions(code)

    assert texts(found) == expected
    assert {old for _, old, _ in found} == {replaced}


@pytest.mark.nightly
def test_names_of_connections_complete(completions, magic):
    magic("connect embedded --name one")
    magic("connect embedded --name only")

    assert texts(completions("%adxmi connections use on")) == ["one", "only"]
    assert texts(completions("%adxmi policy show -c onl")) == ["only"]


def test_kinds_are_told(completions):
    told = {
        text: kind
        for code in (
            "po",
            "policy ",
            "policy show --ra",
            "policy grant --usage Exp",
            "role grant --role ing",
        )
        for text, _, kind in completions(f"%adxmi {code}")
    }

    assert told["policy"] == "command: Manage the managed identity policy"
    assert told["alter"] == "command: Replace the managed identity policy"
    assert told["--raw"] == "option: Show the table of the service"
    assert told["ExportRequest"] == "usage: export to storage"
    assert told["ingestors"].startswith("role: ")


@pytest.mark.nightly
def test_files_complete(completions, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "my sales.json").touch()

    assert texts(completions("%adxmi policy alter -f pol")) == ["policies/"]
    assert texts(completions("%adxmi policy alter -f policies/m")) == ['"policies/my sales.json"']
    assert "path" not in kinds(completions("%adxmi policy alter -f nowhere/"))


def test_a_dollar_in_a_name_is_doubled(completions, azure):
    azure.world.add_database("Cost$")

    assert texts(completions("%adxmi policy show -d Cos")) == ["Cost$$"]


@pytest.mark.parametrize(
    ("body", "expected", "replaced"),
    [
        ('[{"ObjectId": "mi-', ["mi-export", "mi-ingest"], "mi-"),
        ("- ObjectId: ", ["system", "contoso", "mi-export", "mi-ingest"], ""),
        ('[{"ObjectId": "system", "AllowedUsages": "', USAGES, ""),
        ('[{"ObjectId": "system", "AllowedUsages": "AzureAI, Ext', USAGES[5:7], "Ext"),
        ("- ObjectId: system\n  AllowedUsages: [Sql", ["SqlRequest"], "Sql"),
        ("- ObjectId: system\n  AllowedUsages:\n  - Sql", ["SqlRequest"], "Sql"),
    ],
)
def test_the_policy_below_the_line_completes(completions, body, expected, replaced):
    found = completions(f"%%adxmi policy alter --database Sales\n{body}")

    assert texts(found) == expected
    assert {old for _, old, _ in found} == {replaced}


@pytest.mark.nightly
@pytest.mark.parametrize(
    "code",
    [
        "text = 'use %adxmi pol",
        "# %adxmi pol",
        "print('%%adxmi policy alter')\nExternalT",
        "%%timeit\nExternalT",
        "%adxmifoo pol",
    ],
)
def test_other_code_is_left_alone(completions, code):
    found = {kind.partition(":")[0] for kind in kinds(completions(code))}

    assert found.isdisjoint({"command", "usage"})


@pytest.mark.parametrize(
    ("code", "typed"),
    [
        ("%adxmi external-table create --name imp", "imp"),
        ("%adxmi external-table create --doc-string ", ""),
        ("%adxmi nonsense imp", "imp"),
        ("%adxmi policy show --database impo", "impo"),
        ("%%adxmi query\nOrders | where imp", "imp"),
        ("%%adxmi query\n-d Sales\n---\nprint imp", "imp"),
        ("%%adxmi policy show\nExternalT", "ExternalT"),
        ("%%adxmi python-plugin run\nimport panda", "panda"),
    ],
)
def test_words_of_python_never_complete_a_command(completions, code, typed):
    assert completions(code) == [(typed, typed, "text")]


@pytest.mark.parametrize(
    ("code", "expected", "replaced"),
    [
        ("%adxmi policy \\\n  gr", ["grant"], "gr"),
        ("%%adxmi policy grant mi-export\n--database Sales\n--usage Exp", ["ExportRequest"], "Exp"),
        ("%%adxmi policy alter\n--dat", ["--database"], "--dat"),
        ("%%adxmi query\nCu", ["Customers"], "Cu"),
        ("%%adxmi query -d Telemetry\nEv", ["Events"], "Ev"),
        ("%%adxmi query\n--database Telemetry\n---\nEvents | where Lev", ["Level"], "Lev"),
        ("%%adxmi query\nOrders\n| join Customers on $left.Ac", ["Active"], "Ac"),
        ('%%adxmi query\nexternal_table("Arch', ["ArchivedOrders"], "Arch"),
        ("%%adxmi export run --identity mi-export\nOrd", ["Orders"], "Ord"),
    ],
)
def test_lines_that_go_on_and_queries_complete(completions, code, expected, replaced):
    found = completions(code)

    assert texts(found) == expected
    assert {old for _, old, _ in found} == {replaced}


@pytest.mark.nightly
def test_python_still_completes(completions):
    found = completions("import os; os.getcw")

    assert [text.removeprefix(".") for text in texts(found)] == ["getcwd", "getcwdb"]


def test_completing_first_prints_nothing_until_a_line_runs(completions, magic, capsys):
    completions("%adxmi policy show --database ")
    while_completing = capsys.readouterr().out
    magic("policy show")

    assert while_completing == ""
    assert "No cluster is configured" in capsys.readouterr().out


def test_a_configured_cluster_is_not_asked_before_its_first_use(completions, ip):
    ip.run_cell('%config AdxmiMagics.cluster = "https://nowhere.example"').raise_error()

    assert "database" not in kinds(completions("%adxmi policy show --database "))


def test_an_unknown_connection_offers_nothing(completions):
    assert "database" not in kinds(completions("%adxmi policy show -c nowhere --database "))


def test_names_are_remembered(completions, azure):
    completions("%adxmi policy grant --identity mi-")
    completions("%adxmi policy show --database ")
    asked = azure.requests_served

    completions("%adxmi policy grant --identity mi-")
    completions("%adxmi policy show --database T")

    assert azure.requests_served == asked
