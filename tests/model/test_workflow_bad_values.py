"""Values that are out of range, unreadable or do not go together: one typed error each."""

import traceback

import pytest

from adxmi_jupyter.model.declaration.reading import read
from adxmi_jupyter.model.declaration.registry import declaration_of
from tests.model.workflow_problems import ARCHIVE, SECRET, problem_of, told

DELTA = {"kind": "delta", "data_format": ""}
SQL = {
    "kind": "sql",
    "location": "",
    "data_format": "",
    "catalog": "Erp",
    "sql_table": "Stock",
    "server": "erp01.database.windows.net",
}

# What is wrong: the workflow, the fields that differ from its sample, the lines of the error.
CASES = {
    "a delta table with two locations": (
        "external-table",
        {**DELTA, "location": f"{ARCHIVE}/a {ARCHIVE}/b"},
        [
            "InvalidField: a delta table has one location",
            "  why: 2 were given; the log of the delta table lists its files",
            f"  fix: --location {ARCHIVE}/a",
        ],
    ),
    "a schema that follows and is given": (
        "external-table",
        {**DELTA, "auto_update_schema": True},
        [
            "InvalidField: --auto-update-schema can't be combined with --columns",
            "  why: the columns come either from the delta lake or from the option",
            "  fix: remove --columns",
        ],
    ),
    "an export in a format that is only read": (
        "export",
        {"data_format": "orc"},
        [
            "InvalidField: --data-format cannot be used: Format",
            "  why: allowed values: csv, tsv, json, parquet",
            "  fix: --data-format CHOICE",
        ],
    ),
    "compression of a format that is only read": (
        "external-table",
        {"data_format": "orc", "compressed": True},
        [
            "InvalidField: compression isn't supported for the format orc",
            "  why: compression applies to exports, which write csv, tsv, json, parquet",
            "  fix: remove --compressed and --compression-type",
        ],
    ),
    "compression of another format": (
        "external-table",
        {"compression_type": "snappy"},
        [
            "InvalidField: --compression-type snappy is for Parquet",
            "  why: other formats are compressed with gzip",
            "  fix: --compression-type gzip",
        ],
    ),
    "an interval below the least": (
        "continuous-export",
        {"interval_between_runs": "30s"},
        [
            "InvalidField: --interval-between-runs cannot be used: Interval",
            "  why: it is a length of time of at least 1m",
            "  fix: --interval-between-runs 1m",
        ],
    ),
    "an interval that is none": (
        "continuous-export",
        {"interval_between_runs": "often"},
        [
            "InvalidField: --interval-between-runs cannot be used: Interval",
            "  why: 'often' is no length of time: it is a number with d, h, m or s, or [days.]hours:minutes[:seconds]",
            "  fix: --interval-between-runs TIME",
        ],
    ),
    "too little kept hot": (
        "query-acceleration",
        {"hot": "12h"},
        [
            "InvalidField: --hot cannot be used: Hot",
            "  why: it is a length of time of at least 1d",
            "  fix: --hot 1d",
        ],
    ),
    "too young an age": (
        "query-acceleration",
        {"max_age": "10s"},
        [
            "InvalidField: --max-age cannot be used: Maximum age",
            "  why: it is a length of time of at least 1m",
            "  fix: --max-age 1m",
        ],
    ),
    "a period that ends before it begins": (
        "query-acceleration",
        {"hot_windows": "2026-02-01..2026-01-01"},
        [
            "InvalidField: --hot-windows cannot be used: Hot windows",
            "  why: '2026-02-01..2026-01-01' is no period: it is a moment, two dots, and a later moment",
            "  fix: --hot-windows START..END",
        ],
    ),
    "a size below the least": (
        "export",
        {"size_limit": "1000"},
        [
            "InvalidField: --size-limit cannot be used: Size limit",
            "  why: it is a number from 104857600 to 4294967296",
            "  fix: --size-limit 104857600",
        ],
    ),
    "a size above the most": (
        "continuous-export",
        {"size_limit": "2147483648"},
        [
            "InvalidField: --size-limit cannot be used: Size limit",
            "  why: it is a number from 104857600 to 1073741824",
            "  fix: --size-limit 1073741824",
        ],
    ),
    "a size that isn't a number": (
        "export",
        {"size_limit": "big"},
        [
            "InvalidField: --size-limit cannot be used: Size limit",
            "  why: it is a number from 104857600 to 4294967296",
            "  fix: --size-limit N",
        ],
    ),
    "a count below the least": (
        "ai-embeddings",
        {"records_per_request": "0"},
        [
            "InvalidField: --records-per-request cannot be used: Records per request",
            "  why: it is a number of at least 1",
            "  fix: --records-per-request 1",
        ],
    ),
    "JSON that breaks off": (
        "sql-request",
        {"parameters": '{"@a": '},
        [
            "InvalidField: --parameters cannot be used: Parameters",
            "  why: it isn't valid JSON: Expecting value (line 1, column 8)",
            "  fix: --parameters JSON",
        ],
    ),
    "JSON that is an array": (
        "sql-request",
        {"parameters": "[1]"},
        [
            "InvalidField: --parameters cannot be used: Parameters",
            "  why: a JSON object is required, and this is an array",
            "  fix: --parameters JSON",
        ],
    ),
    "JSON with a number that is none": (
        "sql-request",
        {"parameters": '{"a": NaN}'},
        [
            "InvalidField: --parameters cannot be used: Parameters",
            "  why: JSON has no NaN (line 1, column 7)",
            "  fix: --parameters JSON",
        ],
    ),
    "JSON with too large a number": (
        "sql-request",
        {"parameters": '{"a": 1e999}'},
        [
            "InvalidField: --parameters cannot be used: Parameters",
            "  why: a number in it is larger than the service can hold",
            "  fix: --parameters JSON",
        ],
    ),
    "a mapping that isn't an array": (
        "externaldata",
        {"ingestion_mapping": '{"a": 1}'},
        [
            "InvalidField: --ingestion-mapping cannot be used: Mapping",
            "  why: a JSON array of objects is required, and this is an object",
            "  fix: --ingestion-mapping JSON",
        ],
    ),
    "a secret in place of JSON": (
        "ai-chat-completion",
        {"model_parameters": SECRET},
        [
            "InvalidField: --model-parameters cannot be used: Model parameters",
            "  why: it isn't valid JSON: Expecting value (line 1, column 1)",
            "  fix: --model-parameters JSON",
        ],
    ),
    "a parameter of Cosmos DB without @": (
        "cosmosdb-sql-request",
        {"parameters": '{"a": 1}'},
        [
            "InvalidField: --parameters cannot be used: Parameters",
            "  why: in Cosmos DB the name of each parameter begins with @",
            "  fix: --parameters '{\"@a\": …}'",
        ],
    ),
    "a data connection with a blank": (
        "event-hub",
        {"name": "my hub"},
        [
            "InvalidField: --name cannot be used: Name",
            "  why: the name of a data connection has at most 40 letters, digits, dashes and dots",
            "  fix: --name NAME",
        ],
    ),
    "a name with a blank before it": (
        "external-table",
        {"name": " Archive"},
        [
            "InvalidField: --name cannot be used: Name",
            "  why: a name can't be empty, or begin or end with a space",
            "  fix: --name NAME",
        ],
    ),
    "a name with a blank after it": (
        "continuous-export",
        {"external_table": "x "},
        [
            "InvalidField: --external-table cannot be used: External table",
            "  why: a name can't be empty, or begin or end with a space",
            "  fix: --external-table NAME",
        ],
    ),
    "a choice that is none": (
        "external-table",
        {"kind": "blob"},
        [
            "InvalidField: --kind cannot be used: Kind",
            "  why: allowed values: storage, delta, sql, cosmos",
            "  fix: --kind CHOICE",
        ],
    ),
    "a field that is missing": (
        "external-table",
        {"name": ""},
        [
            "MissingField: --name is missing: Name",
            '  why: Name of the external table, as in external_table("NAME")',
            "  fix: --name NAME",
        ],
    ),
    "a field without a meaning": (
        "external-table",
        {"server": "erp01.database.windows.net"},
        [
            "InvalidField: --server can't be combined with --kind storage",
            "  why: Server requires --kind sql",
            "  fix: remove --server",
        ],
    ),
    "two mappings": (
        "storage-ingestion",
        {"mapping": "M", "ingestion_mapping": '[{"a":1}]'},
        [
            "InvalidField: --mapping can't be combined with --ingestion-mapping",
            "  why: one is the name of a mapping, the other a mapping",
            "  fix: remove one of them",
        ],
    ),
    "two folders for the queue": (
        "storage-ingestion",
        {"location": f"{ARCHIVE}/a {ARCHIVE}/b"},
        [
            "InvalidField: queued ingestion supports one location",
            "  why: 2 were given; the service lists the blobs of one folder",
            f"  fix: --location {ARCHIVE}/a",
        ],
    ),
    "a moment that is none": (
        "storage-ingestion",
        {"creation_time": "yesterday"},
        [
            "InvalidField: --creation-time cannot be used: Creation time",
            "  why: 'yesterday' is no date and time: it is written as year-month-day, and a time after T",
            "  fix: --creation-time DATE",
        ],
    ),
    "messages of rows left out": (
        "ai-embeddings",
        {"return_successful_only": True, "include_error_messages": True},
        [
            "InvalidField: --return-successful-only can't be combined with --include-error-messages",
            "  why: the messages belong to the failed rows",
            "  fix: remove one of them",
        ],
    ),
    "a SQL table to create without a key": (
        "external-table",
        {**SQL, "create_if_not_exists": True},
        [
            "InvalidField: --create-if-not-exists requires --primary-key",
            "  why: the service requires it to create a table",
            "  fix: --primary-key OrderId",
        ],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_bad_values_are_told_in_three_short_lines(case):
    noun, changes, lines = CASES[case]

    problem = problem_of(noun, changes)

    assert told(problem) == lines


def test_a_secret_in_place_of_json_is_not_told():
    problem = problem_of("ai-chat-completion", {"model_parameters": SECRET})

    assert SECRET not in "".join(traceback.format_exception(problem))
    assert SECRET not in repr(vars(problem))


def test_all_problems_are_told_at_once():
    fields = {"location": f"{ARCHIVE}?sig={SECRET}", "size_limit": "1", "data_format": "orc"}

    problems = read(declaration_of("export"), fields).problems

    assert {name: type(problem).__name__ for name, problem in problems.items()} == {
        "location": "CredentialsInLocation",
        "size_limit": "InvalidField",
        "data_format": "InvalidField",
        "identity": "MissingField",
        "query": "MissingField",
    }
