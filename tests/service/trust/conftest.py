import pytest

from adxmi_jupyter.errors import AdxmiError
from adxmi_jupyter.service import credentials
from tests.service.answers import v1
from tests.service.trust.internet import Internet

TOKEN = "the-users-token"
KINDS = (
    *("default", "cli", "browser", "device-code", "managed-identity", "environment", "app"),
    "token",
)


@pytest.fixture
def internet(monkeypatch, tmp_path):
    """Every host there is, on this machine."""
    directory = tmp_path / "internet"
    directory.mkdir()
    with Internet(monkeypatch, directory) as found:
        found.answer = cluster
        yield found


@pytest.fixture
def scopes(monkeypatch):
    """For which scopes any credential was asked for a token."""
    return scopes_of(monkeypatch)


@pytest.fixture
def tried(connections, internet, scopes):
    """Connect to an address with every credential; return what became of each."""

    def tried(address):
        return {kind: outcome(connections, address, kind) for kind in KINDS}

    return tried


def scopes_of(monkeypatch):
    """Have every credential give a token; return the scopes it will be asked for."""
    asked = []

    class Signed:
        def get_token(self, *wanted, **_):
            from azure.core.credentials import AccessToken

            asked.extend(wanted)
            return AccessToken(TOKEN, 9_999_999_999)

    makers = dict.fromkeys(credentials._MAKERS, lambda *_: Signed())
    monkeypatch.setattr(credentials, "_MAKERS", makers)
    monkeypatch.setenv("ADXMI_TOKEN", TOKEN)
    monkeypatch.setenv("ADXMI_ARM_TOKEN", TOKEN)
    return asked


def outcome(connections, address, kind):
    """Connect with a credential; return the error's type, or None where there was none."""
    try:
        connections.open(address, credential=kind)
    except AdxmiError as error:
        return type(error)
    return None


def cluster(request):
    """Answer as a cluster does: its version, and the metadata of its cloud."""
    if not request.path.endswith("/metadata"):
        return 200, {}, v1({"BuildVersion": "string"}, [["1"]])
    clouds = (one for suffix, one in CLOUDS.items() if request.host.endswith(suffix))
    return 200, {}, metadata(*next(clouds, PUBLIC))


PUBLIC = ("login.microsoftonline.com", "https://kusto.kusto.windows.net")
CLOUDS = {
    ".usgovcloudapi.net": ("login.microsoftonline.us", "https://kusto.kusto.usgovcloudapi.net"),
    ".chinacloudapi.cn": (
        "login.partner.microsoftonline.cn",
        "https://kusto.kusto.chinacloudapi.cn",
    ),
}


def metadata(login, audience, *, mfa=False):
    """Return what a cluster tells about how to sign in."""
    return {
        "AzureAD": {
            "LoginEndpoint": f"https://{login}",
            "LoginMfaRequired": mfa,
            "KustoClientAppId": "an-app",
            "KustoClientRedirectUri": "http://localhost",
            "KustoServiceResourceId": audience,
            "FirstPartyAuthorityUrl": f"https://{login}",
        }
    }
