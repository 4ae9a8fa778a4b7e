"""Which security role is enough for which policy command and query."""

import pytest

from adxmi_jupyter.embedded import ClusterRole, DatabaseRole

TOKEN = "embedded-tester"
SHOW_DATABASE = ".show database Sales policy managed_identity"
SHOW_CLUSTER = ".show cluster policy managed_identity"


@pytest.fixture
def grant(azure):
    tester = azure.world.add_principal("tester", token=TOKEN)

    def grant_role(role, database=""):
        azure.world.grant(tester, role, database=database)

    return grant_role


def test_reader_may_show_the_policy_of_its_databases(policy):
    shown = policy(SHOW_DATABASE, token="embedded-reader")

    assert list(shown) == ["mi-ingest", "mi-export"]


@pytest.mark.parametrize(
    ("text", "target"),
    [
        (SHOW_CLUSTER, "https://contoso.westeurope.kusto.windows.net:443/"),
        (".show database ['Tom\\'s Lab'] policy managed_identity", "Tom's Lab"),
        (".alter database Sales policy managed_identity '[]'", "Sales"),
        (".alter-merge database Sales policy managed_identity '[]'", "Sales"),
        (".delete database Sales policy managed_identity", "Sales"),
        (".alter cluster policy managed_identity '[]'", "https://contoso"),
        (".delete cluster policy managed_identity", "https://contoso"),
    ],
)
def test_reader_is_refused_the_rest(refusal, azure, text, target):
    error = refusal(text, token="embedded-reader")

    assert error.code == "Forbidden"
    assert error.type == "Kusto.Common.Svc.Exceptions.UnauthorizedOperationException"
    assert f"on '{target}" in error.description
    assert len(azure.world.cluster.databases["Sales"].policy) == 2


def test_refusals_have_status_403(post):
    response = post(SHOW_CLUSTER, headers={"Authorization": "Bearer embedded-reader"})

    assert response.status_code == 403


@pytest.mark.parametrize(
    "role", [DatabaseRole.ADMINS, DatabaseRole.USERS, DatabaseRole.VIEWERS, DatabaseRole.MONITORS]
)
def test_database_roles_that_may_show_a_database_policy(policy, grant, role):
    grant(role, "Sales")

    shown = policy(SHOW_DATABASE, token=TOKEN)

    assert list(shown) == ["mi-ingest", "mi-export"]


@pytest.mark.parametrize("role", list(ClusterRole))
def test_cluster_roles_may_show_every_database_policy(policy, grant, role):
    grant(role)

    shown = policy(SHOW_DATABASE, token=TOKEN)

    assert list(shown) == ["mi-ingest", "mi-export"]


@pytest.mark.parametrize("role", [DatabaseRole.INGESTORS, DatabaseRole.UNRESTRICTED_VIEWERS])
def test_database_roles_that_may_not_show_a_database_policy(refusal, grant, role):
    grant(role, "Sales")

    error = refusal(SHOW_DATABASE, token=TOKEN)

    assert error.code == "Forbidden"


@pytest.mark.parametrize("role", [ClusterRole.ADMIN, ClusterRole.MONITOR])
def test_cluster_roles_that_may_show_the_cluster_policy(policy, grant, role):
    grant(role)

    shown = policy(SHOW_CLUSTER, token=TOKEN)

    assert list(shown) == ["mi-export"]


def test_all_databases_viewer_may_not_show_the_cluster_policy(refusal, grant):
    grant(ClusterRole.VIEWER)

    error = refusal(SHOW_CLUSTER, token=TOKEN)

    assert error.code == "Forbidden"


def test_database_admin_may_not_alter_the_database_policy(refusal, grant):
    grant(DatabaseRole.ADMINS, "Sales")

    error = refusal(".alter database Sales policy managed_identity '[]'", token=TOKEN)

    assert "DatabasePolicyManagedIdentityAlterCommand" in error.description


def test_role_on_one_database_gives_nothing_on_another(refusal, grant):
    grant(DatabaseRole.ADMINS, "Telemetry")

    error = refusal(SHOW_DATABASE, token=TOKEN)

    assert error.code == "Forbidden"


@pytest.mark.parametrize("role", [DatabaseRole.ADMINS, DatabaseRole.USERS, DatabaseRole.VIEWERS])
def test_database_roles_that_may_query(run, grant, role):
    grant(role, "Sales")

    rows = run("Orders | count", database="Sales", token=TOKEN)

    assert rows == [{"Count": 6}]


@pytest.mark.parametrize("role", [DatabaseRole.MONITORS, DatabaseRole.INGESTORS])
def test_database_roles_that_may_not_query(refusal, grant, role):
    grant(role, "Sales")

    error = refusal("Orders | count", database="Sales", token=TOKEN)

    assert error.code == "Forbidden"
