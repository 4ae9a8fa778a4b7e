"""Commands that describe the service, and what each caller may see."""

import pytest

NOBODY = "embedded-nobody"


@pytest.fixture
def nobody(azure):
    azure.world.add_principal("nobody", token=NOBODY)
    return NOBODY


def test_show_databases_lists_every_database(run):
    rows = run(".show databases")

    assert [row["DatabaseName"] for row in rows] == ["Sales", "Tom's Lab", "Telemetry"]
    assert {row["DatabaseAccessMode"] for row in rows} == {"ReadWrite"}


def test_show_databases_columns(run):
    row = run(".show databases")[0]

    assert list(row) == [
        "DatabaseName",
        "PersistentStorage",
        "Version",
        "IsCurrent",
        "DatabaseAccessMode",
        "PrettyName",
        "ReservedSlot1",
        "DatabaseId",
        "InTransitionTo",
    ]


def test_show_databases_marks_the_context_database(run):
    rows = run(".show databases", database="telemetry")

    assert [row["IsCurrent"] for row in rows] == [False, False, True]


def test_show_databases_shows_a_reader_its_own_databases(run):
    rows = run(".show databases", token="embedded-reader")

    assert [row["DatabaseName"] for row in rows] == ["Sales", "Telemetry"]


def test_show_database_shows_the_context_database(run):
    rows = run(".show database", database="Sales", token="embedded-reader")

    assert [row["DatabaseName"] for row in rows] == ["Sales"]


def test_show_version(run):
    (row,) = run(".show version")

    assert list(row) == ["BuildVersion", "BuildTime", "ServiceType", "ProductVersion"]
    assert row["ServiceType"] == "Engine"


def test_show_cluster_lists_one_node(run):
    (row,) = run(".show cluster")

    assert row["Address"] == "https://contoso.westeurope.kusto.windows.net:443/"
    assert row["ProcessorCount"] == 2


def test_cluster_commands_need_no_database(post):
    response = post(".show cluster")

    assert response.status_code == 200
    assert len(response.json()["Tables"]) == 1


@pytest.mark.parametrize("text", [".show version", ".show cluster", ".show databases"])
def test_caller_without_any_role_is_refused(refusal, nobody, azure, text):
    error = refusal(text, token=nobody)

    assert error.code == "Forbidden"
    assert error.type == "Kusto.Common.Svc.Exceptions.UnauthorizedOperationException"
    assert error.permanent
    assert azure.world.principal(nobody).fqn in error.description
    assert "https://contoso.westeurope.kusto.windows.net:443/" in error.description


def test_refusal_names_the_operation(refusal, nobody):
    error = refusal(".show version", token=nobody)

    assert "is not authorized to perform operation 'VersionShowCommand' on" in error.description
