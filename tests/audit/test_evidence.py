"""Evidence without a server: what the logs are asked, exported logs, and how usages are graded."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from adxmi_jupyter.actions.evidence.touched import Exported, read_exported
from adxmi_jupyter.errors import InvalidInput
from adxmi_jupyter.model.audit.cluster import AuditedCluster, AuditedWorkflow, DataRun, Logs, Run
from adxmi_jupyter.model.audit.evidence import Grade, Part, Reason, Source, Unseen
from adxmi_jupyter.model.audit.grading import graded
from adxmi_jupyter.model.audit.log_queries import read_grants, read_runs
from adxmi_jupyter.model.declaration.requirements import Allowed
from adxmi_jupyter.model.identity import ManagedIdentity
from adxmi_jupyter.model.policy import Policy, PolicyEntry, Scope
from adxmi_jupyter.model.usage import Usage

NOW = datetime(2026, 6, 1, tzinfo=UTC)
WHO = ManagedIdentity(
    "5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b6", "mi-one", "a1d84e6f-3c92-4b57-8e0a-95b7f2c61d38"
)
OTHER = ManagedIdentity("e84d3f17-90a6-4d2c-b7e8-4f5a1c6b920d", "mi-two")
HERE = Scope("Sales")
DAYS = timedelta(days=1)


def run(usage="ExternalTable", *, mentioned="", named="", times=3, completed=3, database="Sales"):
    return Run(database, usage, mentioned, named, "", times, completed, NOW - 9 * DAYS, NOW - DAYS)


def table(name, identity, *, untold=False, **more):
    needs = () if untold else ((Allowed(identity, Usage.EXTERNAL_TABLE), "Sales"),)
    usages = (Usage.EXTERNAL_TABLE, Usage.AUTOMATED_FLOWS)
    return AuditedWorkflow("table", name, "Sales", needs, usages=usages, is_untold=untold, **more)


def cluster(*runs, usages=("ExternalTable",), workflows=(), data=(), grants=None, **more):
    logs = Logs(Part.of(runs), Part.of(tuple(data)), Part.of(grants or {}), None)
    return AuditedCluster(
        "contoso", "https://contoso", ("Sales",), NOW, 30 * DAYS,
        {HERE: Part.of(Policy((PolicyEntry(WHO, usages),)))}, Part(), tuple(workflows),
        replace(logs, **more), known=(WHO, OTHER),
    )  # fmt: skip


def grade(made, usage="ExternalTable"):
    return graded(made, WHO, usage, HERE)


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (cluster(), Grade.NO_TRACE),
        (cluster(run(named=WHO.object_id)), Grade.IN_USE),
        (cluster(run(named=WHO.object_id, completed=0)), Grade.WANTED),
        (cluster(workflows=[table("T", WHO)]), Grade.DECLARED),
        (cluster(run(mentioned="T"), workflows=[table("T", WHO)]), Grade.IN_USE),
        (cluster(run(mentioned="T", completed=0), workflows=[table("T", WHO)]), Grade.DECLARED),
        (cluster(run(mentioned="T"), workflows=[table("T", OTHER)]), Grade.NO_TRACE),
        (cluster(run(mentioned="T")), Grade.CANNOT_TELL),
        (cluster(run(mentioned="T"), workflows=[table("T", WHO, untold=True)]), Grade.CANNOT_TELL),
        (cluster(run(named=OTHER.object_id)), Grade.NO_TRACE),
        (cluster(run(database="Other", mentioned="T")), Grade.NO_TRACE),
        (
            cluster(run(database="Other", mentioned="T"), workflows=[table("T", WHO)]),
            Grade.IN_USE,
        ),
        (cluster(monitored=frozenset()), Grade.CANNOT_TELL),
        (
            cluster(runs=Part.missing(Unseen(Source.REQUESTS, Reason.FAILED))),
            Grade.CANNOT_TELL,
        ),
        (cluster(grants={(HERE, WHO.object_id, "ExternalTable"): NOW - DAYS}), Grade.CANNOT_TELL),
        (cluster(grants={(HERE, WHO.object_id, "ExternalTable"): NOW - 40 * DAYS}), Grade.NO_TRACE),
        (replace(cluster(), window=7 * DAYS), Grade.CANNOT_TELL),
    ],
)  # fmt: skip
def test_grade_of_an_external_table(made, expected):
    assert grade(made).grade is expected


@pytest.mark.parametrize("usage", [Usage.NATIVE_INGESTION, "FutureUsage"])
def test_what_leaves_no_trace_is_never_unused(usage):
    assert grade(cluster(usages=(usage,)), usage).grade is Grade.CANNOT_TELL


def test_flow_that_is_gone_cannot_be_told():
    gone = DataRun("Sales", "Clean", "UpdatePolicy", "Raw", 3, NOW - DAYS)

    found = grade(cluster(usages=("AutomatedFlows",), data=[gone]), "AutomatedFlows")

    assert [one.reason for one in found.unseen] == [Reason.GONE]


def test_interval_longer_than_the_window_is_told():
    slow = replace(table("Quarterly", WHO), interval=90 * DAYS)

    found = grade(cluster(workflows=[slow]))

    assert found.grade is Grade.DECLARED
    assert [one.reason for one in found.unseen] == [Reason.INTERVAL]


SIGN_INS = """\
TimeGenerated,ServicePrincipalId,ResourceDisplayName,ResultType
2026-05-01T00:00:00Z,99999999-0000-4000-8000-000000000000,Azure Storage,0
2026-05-31T12:00:00Z,{who},{resource},{result}
"""


def signed_in(resource="Azure Storage", result="0", who=WHO.object_id):
    text = SIGN_INS.format(who=who, resource=resource, result=result)
    return read_exported([Exported("sign-ins.csv", text)])


@pytest.mark.parametrize(
    ("outside", "expected"),
    [
        (signed_in(), Grade.IN_USE),
        (signed_in("Some new service"), Grade.IN_USE),
        (signed_in("Microsoft.EventHubs"), Grade.NO_TRACE),
        (signed_in(result="7000215"), Grade.NO_TRACE),
        (signed_in(who=OTHER.object_id), Grade.NO_TRACE),
    ],
)
def test_sign_ins_tell_what_the_cluster_does_not(outside, expected):
    made = cluster(usages=("NativeIngestion",), touches=outside.touches, covers=outside.covers)

    found = grade(made, "NativeIngestion")

    assert found.grade is expected


def test_one_target_of_several_usages_proves_none_of_them():
    outside = signed_in()
    usages = ("NativeIngestion", "ExternalTable")

    found = grade(cluster(usages=usages, touches=outside.touches, covers=outside.covers))

    assert found.grade is Grade.CANNOT_TELL
    assert Reason.SEVERAL in {one.reason for one in found.unseen}


@pytest.mark.parametrize(
    "text",
    [
        '[{"RequesterObjectId":"%s","OperationName":"GetBlob","StatusCode":"200","TimeGenerated":"2026-05-30"}]',
        '{"value":[{"RequesterObjectId":"%s","OperationName":"GetBlob","StatusCode":200,"TimeGenerated":"2026-05-30"}]}',
        '{"tables":[{"columns":[{"name":"RequesterObjectId"},{"name":"TimeGenerated"}],"rows":[["%s","2026-05-30"]]}]}',
        '{"RequesterObjectId":"%s","TimeGenerated":"2026-05-30"}\n{"RequesterObjectId":"","TimeGenerated":"2026-05-30"}',
        "\ufeffTimeGenerated,RequesterObjectId,OperationName\n2026-05-30,%s,GetBlob\n",
    ],
)
def test_exported_storage_log_in_each_form(text):
    (touch,) = read_exported([Exported("log", text % WHO.object_id.upper())]).touches

    assert (touch.source, touch.object_id, touch.writes) == (Source.STORAGE, WHO.object_id, False)


@pytest.mark.parametrize(
    "text", ["", "{", "[1]", "a,b\n1,2\n", '[{"RequesterObjectId":"x"}]', '{"tables":[{}]}']
)
def test_a_file_that_is_no_log_is_an_error(text):
    with pytest.raises(InvalidInput, match="is no exported log"):
        read_exported([Exported("log", text)])


def test_runs_are_read_by_their_construct():
    row = {
        "Database": "Sales", "Named": "", "Caller": "", "IsQuery": False, "IsSystem": False,
        "Times": 1, "Completed": 1, "First": "2026-05-30", "Last": "2026-05-30",
    }  # fmt: skip
    tokens = {
        'external_table( "My Table"': ("ExternalTable", "My Table"),
        "to table ['Out']": ("ExternalTable", "Out"),
        "to parquet": ("ExportRequest", ""),
        ".ingest async into": ("NativeIngestion", ""),
        "cosmosdb_sql_request": ("SqlRequest", ""),
        "external_artifacts": ("SandboxArtifacts", ""),
    }

    found = [next(read_runs([{**row, "Token": token}])) for token in tokens]

    assert [(one.usage, one.mentioned) for one in found] == list(tokens.values())


def test_a_query_that_speaks_of_csv_is_no_export():
    row = {
        "Database": "Sales", "Token": "to csv", "Named": "", "Caller": "", "IsQuery": True,
        "Times": 1, "Completed": 1, "First": "2026-05-30", "Last": "2026-05-30",
    }  # fmt: skip
    assert [one for one in read_runs([row]) if one.usage] == []


def test_grants_are_as_young_as_the_state_that_has_them():
    state = '[{"ObjectId":"%s","AllowedUsages":"%s"}]'
    rows = [
        {
            "EventTimestamp": "2026-05-20T00:00:00Z",
            "Database": "Sales",
            "OriginalEntityState": state % (WHO.object_id, "ExternalTable"),
            "UpdatedEntityState": state % (WHO.object_id, "ExternalTable, AzureAI"),
        },
        {
            "EventTimestamp": "2026-05-25T00:00:00Z",
            "Database": "",
            "OriginalEntityState": "is no JSON",
            "UpdatedEntityState": state % (WHO.object_id, "All"),
        },
    ]

    assert read_grants(rows) == {
        (HERE, WHO.object_id, "AzureAI"): datetime(2026, 5, 20, tzinfo=UTC),
        (Scope(), WHO.object_id, "All"): datetime(2026, 5, 25, tzinfo=UTC),
    }
