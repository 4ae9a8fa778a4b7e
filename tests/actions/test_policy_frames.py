import pandas as pd
import pytest

from adxmi_jupyter.actions.identity.names import resolved
from adxmi_jupyter.actions.policy.frames import (
    by_usage_frame,
    diff_frame,
    matrix_frame,
    policy_frame,
    raw_frame,
)
from adxmi_jupyter.actions.policy.policies import plan_grant, read, scopes_of
from adxmi_jupyter.actions.policy.writes import apply
from adxmi_jupyter.model.policy import CLUSTER, Scope

SALES, TELEMETRY = Scope("Sales"), Scope("Telemetry")


@pytest.fixture
def everything(connection):
    return read(connection, scopes_of(connection, cluster=True, all_databases=True))


@pytest.fixture
def nothing(connection):
    return read(connection, (TELEMETRY,))


def test_policy_show_has_one_row_for_each_identity_and_scope(everything):
    frame = policy_frame(everything)

    assert [
        (row.scope, row.database, row.display_name, row.is_system, row.allowed_usages)
        for row in frame.itertuples()
    ] == [
        ("cluster", "", "mi-export", False, ("AutomatedFlows",)),
        ("database", "Sales", "mi-ingest", False, ("DataConnection", "NativeIngestion")),
        ("database", "Sales", "mi-export", False, ("ExternalTable",)),
        ("database", "Tom's Lab", "contoso", True, ("All",)),
    ]


@pytest.mark.parametrize(
    ("make", "dtypes"),
    [
        (policy_frame, ["string"] * 6 + ["bool", "object"]),
        (by_usage_frame, ["string"] * 6 + ["bool", "string"]),
        (matrix_frame, ["string"] * 13),
    ],
)
def test_the_schema_is_the_same_with_and_without_rows(everything, nothing, make, dtypes):
    full, empty = make(everything), make(nothing)

    assert [str(dtype) for dtype in full.dtypes] == dtypes
    pd.testing.assert_series_equal(full.dtypes, empty.dtypes)
    assert len(full) > 0
    assert len(empty) == 0


def test_by_usage_has_one_row_for_each_usage(everything):
    frame = by_usage_frame(everything)

    assert list(frame[frame["database"] == "Sales"]["usage"]) == [
        "DataConnection",
        "NativeIngestion",
        "ExternalTable",
    ]


def test_the_raw_table_is_the_services_own(everything):
    frame = raw_frame(everything)

    assert list(frame.columns) == [
        "PolicyName",
        "EntityName",
        "Policy",
        "ChildEntities",
        "EntityType",
    ]
    assert list(frame["EntityName"]) == ["", "[Sales]", "[Telemetry]", "[Tom's Lab]"]


def test_a_frame_tells_connection_and_command(nothing):
    assert policy_frame(nothing).attrs["adxmi"] == {
        "connection": "embedded",
        "command": ".show database ['Telemetry'] policy managed_identity",
    }


def test_a_diff_has_one_row_for_each_usage(connection):
    change = plan_grant(connection, SALES, resolved(connection, ("mi-export",)), ("SqlRequest",))

    (row,) = diff_frame(change.scope, change.diff).to_dict("records")

    assert (row["display_name"], row["usage"], row["change"]) == (
        "mi-export",
        "SqlRequest",
        "added",
    )


def test_the_matrix_marks_cluster_database_and_all(connection, everything):
    for scope, name, usage in [
        (CLUSTER, "mi-ingest", "SandboxArtifacts"),
        (SALES, "mi-ingest", "SandboxArtifacts"),
        (SALES, "mi-export", "AutomatedFlows"),
    ]:
        change = plan_grant(connection, scope, resolved(connection, (name,)), (usage,))
        apply(connection, change, confirmed=True)

    frame = matrix_frame(read(connection, scopes_of(connection, cluster=True, all_databases=True)))
    cells = frame.set_index(["database", "display_name"])

    assert cells.loc[("Sales", "mi-export"), "AutomatedFlows"] == "CD"
    assert cells.loc[("Sales", "mi-ingest"), "NativeIngestion"] == "D"
    assert cells.loc[("Telemetry", "mi-export"), "AutomatedFlows"] == "C"
    assert cells.loc[("Sales", "mi-ingest"), "SandboxArtifacts"] == "C(D)"
    assert cells.loc[("Tom's Lab", "contoso"), "All"] == "D"
    assert cells.loc[("Tom's Lab", "contoso"), "SqlRequest"] == "d"
    assert cells.loc[("Tom's Lab", "contoso"), "SandboxArtifacts"] == ""


def test_the_matrix_of_the_cluster_alone(connection):
    frame = matrix_frame(read(connection, (CLUSTER,)))

    assert frame.loc[0, ["database", "display_name", "AutomatedFlows"]].tolist() == [
        "",
        "mi-export",
        "C",
    ]
