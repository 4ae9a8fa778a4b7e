import pytest

from adxmi_jupyter.errors import CredentialFailure
from adxmi_jupyter.service.credentials import CREDENTIALS, Shared, check_name, make_credential

PUBLIC = "login.microsoftonline.com"
TENANT = "12345678-1234-4234-8234-123456789abc"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("default", "DefaultAzureCredential"),
        ("cli", "AzureCliCredential"),
        ("browser", "InteractiveBrowserCredential"),
        ("device-code", "DeviceCodeCredential"),
        ("managed-identity", "ManagedIdentityCredential"),
        ("managed-identity:11111111-2222-4333-8444-555555555555", "ManagedIdentityCredential"),
        ("environment", "EnvironmentCredential"),
        ("app", "ClientSecretCredential"),
    ],
)
def test_a_credential_is_made_by_its_name(monkeypatch, name, kind):
    monkeypatch.setenv("AZURE_TENANT_ID", TENANT)
    monkeypatch.setenv("AZURE_CLIENT_ID", "an-app")
    monkeypatch.setenv("AZURE_CLIENT_SECRET", "hunter2")

    credential = make_credential(name, PUBLIC)

    assert credential.used == kind
    assert "hunter2" not in repr(credential)


@pytest.mark.parametrize("name", ["magic", "cli:x", ""])
def test_a_credential_there_is_none_of_is_refused(name):
    with pytest.raises(CredentialFailure) as raised:
        check_name(name)

    assert raised.value.why == f"the credentials are {', '.join(CREDENTIALS)}"


@pytest.mark.parametrize("missing", ["AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"])
def test_an_application_without_a_variable_names_it(monkeypatch, missing):
    for variable in ("AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"):
        monkeypatch.setenv(variable, TENANT)
    monkeypatch.delenv(missing)

    with pytest.raises(CredentialFailure) as raised:
        make_credential("app", PUBLIC)

    assert raised.value.what == f"the credential 'app' lacks {missing}"


def test_an_application_with_an_unreadable_certificate_is_refused(monkeypatch, tmp_path):
    monkeypatch.setenv("AZURE_TENANT_ID", TENANT)
    monkeypatch.setenv("AZURE_CLIENT_ID", "an-app")
    monkeypatch.setenv("AZURE_CLIENT_CERTIFICATE_PATH", str(tmp_path / "none.pem"))

    with pytest.raises(CredentialFailure) as raised:
        make_credential("app", PUBLIC)

    assert "FileNotFoundError" in raised.value.why


def test_a_shared_credential_outlives_the_client_that_closes_it():
    class Counting:
        closed = False

        def get_token(self, *scopes, **options):
            return scopes

        def close(self):
            self.closed = True

    inner = Counting()
    shared = Shared(inner)

    shared.close()

    assert not inner.closed
    assert shared.get_token("scope") == ("scope",)
