"""What `%adxmi external-table check` says of the Azure role, wherever it is granted."""

import pytest

SUBSCRIPTION = "/subscriptions/4c8f2a61-7b3d-4e95-a0d2-91f6c3b58e07"
GROUP = f"{SUBSCRIPTION}/resourceGroups/analytics"
ACCOUNT = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/contosobackup"
CONTAINER = f"{ACCOUNT}/blobServices/default/containers/backups"


LINE = (
    "external-table check --database Sales --name Backup --identity mi-export "
    "--location https://contosobackup.blob.core.windows.net/backups "
    '--columns "OrderId:long" --data-format csv'
)


@pytest.fixture
def state(magic):
    """Check an external table over a container on which nobody has a role."""

    def checked():
        return magic(LINE).set_index("requirement")["state"].to_dict()

    return checked


def test_a_role_that_is_nowhere_is_missing(state):
    assert state()["Azure role"] == "not met"


@pytest.mark.parametrize("scope", [CONTAINER, ACCOUNT, GROUP, SUBSCRIPTION])
def test_a_role_at_the_container_or_above_is_ok(azure, state, scope):
    azure.assign_role("mi-export", "Storage Blob Data Reader", scope)

    assert state()["Azure role"] == "met"


@pytest.mark.nightly
def test_a_role_at_another_container_is_missing(azure, state):
    azure.assign_role("mi-export", "Storage Blob Data Reader", "contosobackup/others")

    assert state()["Azure role"] == "not met"


def test_a_role_in_another_tenant_is_refused_with_a_reason(magic):
    from adxmi_jupyter.errors import InvalidInput

    line = "embedded azure-role --identity mi-export --role Reader --target fabrikamhub"

    with pytest.raises(InvalidInput, match="tenant"):
        magic(line)
