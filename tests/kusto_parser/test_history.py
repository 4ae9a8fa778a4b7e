"""Microsoft's parser reads the script of the history, and what is ingested."""

import pytest

from adxmi_jupyter.model.history.rows import Kind, Recorded, Run, StateRow
from adxmi_jupyter.model.history.sending import parts_of
from adxmi_jupyter.model.history.tables import FUNCTIONS, TABLES, script

MOMENT = "2026-01-01T00:00:00.000000Z"
HOSTILE = 'a\'b""c|d;\n.drop table T\r\n<| ```~~~ \\ é😀'

KINDS = {
    ".create-merge": "CreateMergeTable",
    ".alter-merge": "AlterMergeTablePolicyRetention",
    ".alter": "AlterTablePolicyCaching",
    ".create-or-alter": "CreateOrAlterFunction",
}


@pytest.mark.parametrize("command", script(), ids=lambda one: one[:60])
def test_the_script_is_what_is_meant(kusto_parser, command):
    judgement = kusto_parser.judge(command, schema=False)

    assert judgement.is_clean_command(KINDS[command.split(" ", 1)[0]])


@pytest.mark.nightly
def test_functions_name_columns_that_there_are(kusto_parser):
    schemas = {
        name: "(" + ", ".join(f"{column}:{kind}" for column, kind in columns.items()) + ")"
        for name, columns in TABLES.items()
    }
    calls = {
        name: f"let {name} = ({parameters}) {{\n{body}\n}};\n"
        for name, (parameters, _, body) in FUNCTIONS.items()
    }
    every = "".join(calls[name] for name in ("AdxmiAsOf", "AdxmiSections"))

    for name in FUNCTIONS:
        given = "(now())" if name in {"AdxmiAsOf", "AdxmiSections"} else "(ago(1d), now())"
        own = "" if calls[name] in every else calls[name]
        arguments = given if FUNCTIONS[name][0] else "()"
        judgement = kusto_parser.judge_query(f"{every}{own}{name}{arguments}", schemas)

        assert (judgement.syntax_diagnostics, judgement.semantic_diagnostics) == ((), ()), name
        assert "Item" in {one.name for one in judgement.columns} or name == "AdxmiSections"


def test_rows_with_hostile_texts_are_ingested_as_data(kusto_parser):
    run = Run("5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b6", MOMENT, MOMENT, "record", HOSTILE)
    row = StateRow(HOSTILE, Kind.ROLE.value, HOSTILE, HOSTILE, identity_name=HOSTILE)

    for part in parts_of(Recorded(run, (row,)).after("")):
        judgement = kusto_parser.judge(part.command, schema=False)

        assert judgement.is_clean_command("IngestInlineIntoTable")
        assert part.table in TABLES
