"""Sign in with workload identity federation: a token of the CI system in place of a secret.

============= ==================================================================================
GitHub        the job's token, asked for at the address that GitHub gives to a job which has the
              permission ``id-token: write``
Azure DevOps  the token of a service connection, which the Azure SDK asks for
token file    the token that Kubernetes, or anybody else, keeps in a file
============= ==================================================================================

What is sent to the address that a variable names is a token, so it must be one of GitHub or Azure
DevOps, and encrypted.

Source: *About security hardening with OpenID Connect* (GitHub docs); *Azure Identity client library
for Python*.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING

from adxmi_jupyter.errors import CredentialFailure
from adxmi_jupyter.fixes import Explain, Option
from adxmi_jupyter.service.address import origin_of
from adxmi_jupyter.service.in_flight import InFlight
from adxmi_jupyter.service.limits import environment
from adxmi_jupyter.service.trust import ServiceEndpoint

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

    from adxmi_jupyter.service.address import Origin

GITHUB, AZURE_DEVOPS, TOKEN_FILE = "github", "azure-devops", "token-file"
KINDS = (GITHUB, AZURE_DEVOPS, TOKEN_FILE)
"""Who issues the token; without a choice, the one whose variables are set."""

_URL, _REQUEST_TOKEN = "ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"
_OIDC, _ACCESS_TOKEN = "SYSTEM_OIDCREQUESTURI", "SYSTEM_ACCESSTOKEN"
_FILE = "AZURE_FEDERATED_TOKEN_FILE"
_TENANT, _CLIENT = "AZURE_TENANT_ID", "AZURE_CLIENT_ID"
# The tasks of Azure Pipelines that sign in set the first of each.
_OF_CONNECTION = "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID", "AZURE_SERVICE_CONNECTION_ID"
_TENANTS = "AZURESUBSCRIPTION_TENANT_ID", _TENANT
_CLIENTS = "AZURESUBSCRIPTION_CLIENT_ID", _CLIENT

_HOSTS = {
    GITHUB: (".actions.githubusercontent.com",),
    AZURE_DEVOPS: (".visualstudio.com", ".dev.azure.com"),
}
_HTTPS = 443
_AZURE_DEVOPS_HOST = "dev.azure.com"
# GitHub with data residency: a domain of each enterprise.
_ENTERPRISES, _ISSUER = ".ghe.com", ".actions."

# What a token for the exchange is for, by the cloud that it is exchanged in.
_EXCHANGES = {
    "login.microsoftonline.com": "api://AzureADTokenExchange",
    "login.microsoftonline.us": "api://AzureADTokenExchangeUSGov",
    "login.partner.microsoftonline.cn": "api://AzureADTokenExchangeChina",
}


def federated_credential(authority: str, kind: str) -> TokenCredential:
    """Return the credential of the CI system, or of a token file.

    Raises
    ------
    CredentialFailure
        A variable that it needs isn't set, or names an address that gets no token.

    """
    return _MAKERS[kind or _kind_here()](authority)


def _kind_here() -> str:
    """Return who issues a token here.

    Raises
    ------
    CredentialFailure
        No variable tells.

    """
    for kind, variable in {GITHUB: _URL, AZURE_DEVOPS: _OIDC, TOKEN_FILE: _FILE}.items():
        if os.environ.get(variable, "").strip():
            return kind
    if os.environ.get("GITHUB_ACTIONS", "").lower() == "true":
        return GITHUB  # which says what the job lacks
    if os.environ.get("TF_BUILD", "").lower() == "true":
        return AZURE_DEVOPS
    raise CredentialFailure(
        "no CI system issues a token here",
        why=f"none of {_URL}, {_OIDC} and {_FILE} is set",
        fix=Explain.of("choose another ", Option("--credential")),
    )


def _github(authority: str) -> TokenCredential:
    from azure.identity import ClientAssertionCredential

    tenant, client = _one_of((_TENANT,)), _one_of((_CLIENT,))
    _one_of((_REQUEST_TOKEN,), "give the job the permission id-token: write")
    _checked(_URL, GITHUB, "give the job the permission id-token: write")
    audience = _EXCHANGES.get(authority, _EXCHANGES["login.microsoftonline.com"])
    return _made(
        lambda: ClientAssertionCredential(
            tenant, client, func=lambda: github_token(audience), authority=authority
        )
    )


def github_token(audience: str) -> str:
    """Return the token that GitHub issues to this job, for an audience.

    Raises
    ------
    CredentialFailure
        A variable isn't set, names another host, or GitHub gives no token.
    ConnectionFailure
        GitHub isn't reached, or its answer can't be read.

    """
    from adxmi_jupyter.service.transport import guarded_session

    url = _checked(_URL, GITHUB)
    bearer = _one_of((_REQUEST_TOKEN,))
    endpoint = ServiceEndpoint("GitHub", lambda origin: _is_of(GITHUB, origin))
    with guarded_session(endpoint, environment(), InFlight(), loopback=False) as session:
        answer = session.get(
            f"{url}{'&' if '?' in url else '?'}audience={audience}",
            headers={"Authorization": f"Bearer {bearer}", "Accept": "application/json"},
        )
    told = _object(answer.text) if answer.status_code == HTTPStatus.OK else {}
    token = told.get("value")
    if not isinstance(token, str) or not token:
        raise CredentialFailure(
            "GitHub issued no token for this job",
            why=f"it answered with HTTP {answer.status_code}, without a token",
            fix="check that the job has the permission id-token: write, and still runs",
        )
    return token


def _object(text: str) -> Mapping[str, object]:
    import json

    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _azure_devops(authority: str) -> TokenCredential:
    from azure.identity import AzurePipelinesCredential

    _checked(_OIDC, AZURE_DEVOPS, "run the command in the task AzureCLI@2")
    tenant, client = _one_of(_TENANTS), _one_of(_CLIENTS)
    connection = _one_of(_OF_CONNECTION)
    token = _one_of(
        (_ACCESS_TOKEN,), f"map it in env of the task: {_ACCESS_TOKEN}: $(System.AccessToken)"
    )
    return _made(
        lambda: AzurePipelinesCredential(
            tenant_id=tenant,
            client_id=client,
            service_connection_id=connection,
            system_access_token=token,
            authority=authority,
        )
    )


def _token_file(authority: str) -> TokenCredential:
    from azure.identity import WorkloadIdentityCredential

    tenant, client, file = _one_of((_TENANT,)), _one_of((_CLIENT,)), _one_of((_FILE,))
    if not os.access(file, os.R_OK):
        raise CredentialFailure(
            f"the token file of {_FILE} can't be read",
            why=f"there is no file {file}, or you aren't permitted to read it",
            fix=f"set {_FILE} to the file that holds the token",
        )
    return _made(
        lambda: WorkloadIdentityCredential(
            tenant_id=tenant, client_id=client, token_file_path=file, authority=authority
        )
    )


def _made(make: Callable[[], TokenCredential]) -> TokenCredential:
    try:
        return make()
    except ValueError as error:
        raise CredentialFailure(
            "the federated credential can't be used",
            why="the Azure SDK takes the tenant ID for none",
            fix=f"check {_TENANT}",
        ) from error


def _one_of(variables: Sequence[str], fix: str = "") -> str:
    """Return the value of the first variable that is set.

    Raises
    ------
    CredentialFailure
        None is.

    """
    for variable in variables:
        value = os.environ.get(variable, "").strip()
        if value:
            return value
    named = " or ".join(variables)
    raise CredentialFailure(
        f"the credential 'workload-identity' lacks {variables[0]}",
        why=f"the environment variable {named} is not set",
        fix=fix or f"set {named}",
    )


def _checked(variable: str, kind: str, fix: str = "") -> str:
    """Return the address of a variable.

    Raises
    ------
    CredentialFailure
        It isn't set, or it gets no token: it is not encrypted, or of another host.

    """
    url = _one_of((variable,), fix)
    try:
        origin = origin_of(url)
    except ValueError:
        origin = None
    if origin is None or not _is_of(kind, origin):
        where = origin.uri if origin else "an address that can't be read"
        raise CredentialFailure(
            f"{variable} names {where}, which gets no token",
            why=f"it is no https address of {_NAMES[kind]}",
            fix=Explain.of(f"unset {variable}, or choose another ", Option("--credential")),
        )
    return url


def _is_of(kind: str, origin: Origin) -> bool:
    if origin.scheme != "https" or origin.port != _HTTPS:
        return False
    if origin.host.endswith(_HOSTS[kind]):
        return True
    if kind == AZURE_DEVOPS:
        return origin.host == _AZURE_DEVOPS_HOST
    return origin.host.endswith(_ENTERPRISES) and _ISSUER in origin.host


_NAMES = {GITHUB: "GitHub Actions", AZURE_DEVOPS: "Azure DevOps"}
_MAKERS: Mapping[str, Callable[[str], TokenCredential]] = {
    GITHUB: _github,
    AZURE_DEVOPS: _azure_devops,
    TOKEN_FILE: _token_file,
}
