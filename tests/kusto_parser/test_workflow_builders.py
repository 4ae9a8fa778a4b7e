"""Whatever is filled into a workflow, Microsoft's parser reads its statement as what was meant.

The values come from the declarations themselves (`workflow_strategies`), so a new workflow is judged
without a new test; only the grammar's name of its command is added here.
"""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from adxmi_jupyter.model import callout
from adxmi_jupyter.model.callout import CalloutRule
from adxmi_jupyter.model.declaration.fields import FieldKind
from adxmi_jupyter.model.declaration.products import Endpoint
from adxmi_jupyter.model.declaration.reading import read
from adxmi_jupyter.model.declaration.registry import declaration_of, declarations
from adxmi_jupyter.model.declaration.stored import KustoListing
from adxmi_jupyter.model.identity import ManagedIdentity
from tests.examples import examples
from tests.model.workflow_strategies import KQL, NAMES, TEXTS, filled

from .said import as_known, said_in, says_length, texts_for

SENT_AS_STATEMENTS = [
    one.noun() for one in declarations() if one.product.__annotations__["return"] == "Statement"
]
QUERY = "Query"
UNKNOWN = "a command that the parser does not know"


def external_table_command(workflow):
    verb = "CreateOrAlter" if workflow.replace else "Create"
    kind = "Sql" if workflow.kind in {"sql", "cosmos"} else "Storage"
    return f"{verb}{kind}ExternalTable"


COMMANDS = {
    "ai-chat-completion": lambda _: QUERY,
    "ai-embeddings": lambda _: QUERY,
    "continuous-export": lambda _: "CreateOrAlterContinuousExport",
    "cosmosdb-sql-request": lambda _: QUERY,
    "export": lambda _: "ExportToStorage",
    "external-table": external_table_command,
    "externaldata": lambda _: QUERY,
    "infer-storage-schema": lambda _: QUERY,
    "python-plugin": lambda _: QUERY,
    "query-acceleration": lambda _: "AlterExternalTablePolicyQueryAcceleration",
    "sql-request": lambda _: QUERY,
    # .ingest-from-storage-queued and .list blobs are newer than the grammar.
    "storage-ingestion": lambda made: "IngestIntoTable" if made.how == "direct" else UNKNOWN,
    "update-policy": lambda _: "AlterMergeTablePolicyUpdate",
}
"""The grammar's name of what each workflow sends."""

LISTED = {
    "continuous-export": ("ShowContinuousExports", "DropContinuousExport"),
    "external-table": ("ShowExternalTables", "DropExternalTable"),
    "query-acceleration": (
        "ShowExternalTablesDetails",
        "DeleteExternalTablePolicyQueryAcceleration",
    ),
    "update-policy": ("ShowTableStarPolicyUpdate", "DeleteTablePolicyUpdate"),
}
"""The grammar's names of the commands that list and drop what is kept in a database."""


def judged(kusto_parser, statement, command):
    """Judge a statement; of one the parser does not know, its literals and words."""
    text = as_known(statement.text) if command == UNKNOWN else statement.text
    judgement = kusto_parser.judge(text, schema=False)
    assert judgement.is_clean, (text, judgement)
    return judgement


@pytest.mark.parametrize("noun", SENT_AS_STATEMENTS)
@examples(200, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_every_statement_reads_back(kusto_parser, noun, data):
    workflow, values = data.draw(filled(declaration_of(noun)))

    statement = workflow.product()

    command = COMMANDS[noun](workflow)
    judgement = judged(kusto_parser, statement, command)
    said = said_in(judgement)
    assert command in {judgement.command or judgement.kind, UNKNOWN}
    assert (statement.endpoint is Endpoint.QUERY) == (command == QUERY)
    for spec in (one for one in workflow.specs() if one.name in values):
        check_field(workflow, spec, values[spec.name], statement.text, said)


def check_field(workflow, spec, value, text, said):
    """Check that a field was read as it was typed, and that the statement says so."""
    assert getattr(workflow, spec.name) == value
    if spec.name in KQL:
        assert value in said or value.removeprefix("| ") in text
        return
    assert texts_for(workflow, spec, value) <= said
    if spec.property_name and value != spec.default:
        assert (
            f"{spec.property_name}={str(value).lower() if spec.kind is FieldKind.FLAG else ''}"
            in text
        )
    if spec.kind is FieldKind.TIMESPAN:
        assert says_length(said, value)
    if spec.kind is FieldKind.NUMBER:
        assert re.search(rf"\b{value}\b", text)
    if spec.kind is FieldKind.IDENTITY:
        assert any(value.word in one for one in said)


def test_queued_ingestion_from_storage_is_newer_than_the_parser(kusto_parser):
    declaration = declaration_of("storage-ingestion")
    fields = {
        **declaration.about.sample.fields,
        "identity": ManagedIdentity("system", is_system=True),
    }
    statement = read(declaration, fields).required().product()

    judgement = kusto_parser.judge(statement.text, schema=False)

    assert statement.text.startswith(".ingest-from-storage-queued into table ['Orders'] with (")
    assert judgement.command is None
    assert "-from-storage-queued into" in judgement.skipped[0]


def test_the_list_of_blobs_is_newer_than_the_parser(kusto_parser):
    judgement = kusto_parser.judge('.list blobs ("https://a.blob.core.windows.net/c") MaxFiles=9')

    assert judgement.unknown_command


@pytest.mark.parametrize("noun", LISTED)
def test_what_is_kept_is_listed(kusto_parser, noun):
    listing = declaration_of(noun).listing

    judgement = kusto_parser.judge(listing.command, schema=False)

    assert judgement.is_clean_command(LISTED[noun][0])


@pytest.mark.parametrize("noun", LISTED)
@given(name=NAMES)
def test_what_is_kept_is_dropped_by_name(kusto_parser, noun, name):
    listing = declaration_of(noun).listing

    judgement = kusto_parser.judge(listing.drop(name), schema=False)

    assert judgement.is_clean_command(LISTED[noun][1])
    assert judgement.names == (name,)


def test_every_workflow_is_judged():
    kept = {one.noun() for one in declarations() if isinstance(one.listing, KustoListing)}

    assert set(SENT_AS_STATEMENTS) == set(COMMANDS)
    assert kept == set(LISTED)


RULES = st.lists(
    st.builds(CalloutRule, st.sampled_from(callout.TYPES), TEXTS, st.booleans()), max_size=3
)


@pytest.mark.parametrize(
    ("build", "command"),
    [
        (callout.allow_command, "AlterMergeClusterPolicyCallout"),
        (callout.alter_command, "AlterClusterPolicyCallout"),
    ],
)
@examples(200)
@given(rules=RULES)
def test_callout_commands_read_back(kusto_parser, build, command, rules):
    judgement = kusto_parser.judge(build(rules), schema=False)

    (literal,) = judgement.literals
    assert judgement.is_clean_command(command)
    assert json.loads(literal) == [
        {
            "CalloutType": rule.callout_type,
            "CalloutUriRegex": rule.pattern,
            "CanCall": rule.can_call,
        }
        for rule in rules
    ]
