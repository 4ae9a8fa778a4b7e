"""Credentials by name; the SDK's classes are made when the first token is needed.

Source: *Azure Identity client library for Python*.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.errors import CredentialFailure
from adxmi_jupyter.fixes import ChangeOption, Explain, Option, Several
from adxmi_jupyter.service.deadline import not_counted

if TYPE_CHECKING:
    from azure.core.credentials import AccessToken, TokenCredential

CREDENTIALS: Mapping[str, str] = {
    "default": "whatever works: environment, workload, managed identity of this machine, CLI …",
    "cli": "the account of `az login`",
    "browser": "sign in with the browser",
    "device-code": "sign in on another device with a code",
    "managed-identity": "the managed identity of this machine; "
    "managed-identity:CLIENT-ID for a user-assigned one",
    "workload-identity": "a token of GitHub Actions or Azure Pipelines, or of a file, exchanged by "
    "workload identity federation; workload-identity:github, :azure-devops or :token-file chooses",
    "environment": "the AZURE_* variables, as the Azure SDK reads them",
    "app": "an application: AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET or "
    "AZURE_CLIENT_CERTIFICATE_PATH",
    "token": "the access token in ADXMI_TOKEN, read anew for each request",
}
"""The credentials a connection can use, and what each one is."""

_MANAGED, _FEDERATED = "managed-identity", "workload-identity"

_SOON = 300  # seconds before a token expires, in which it is not used any more

ASKING_A_PERSON = frozenset({"browser", "device-code"})
"""Those that may want somebody to sign in for each service."""

TOKEN_VARIABLE = "ADXMI_TOKEN"  # noqa: S105 - the variable's name, not its value


ARM_TOKEN_VARIABLE = "ADXMI_ARM_TOKEN"  # noqa: S105 - the variable's name, not its value

LOGS_TOKEN_VARIABLE = "ADXMI_LOGS_TOKEN"  # noqa: S105 - the variable's name, not its value


class ArmToken:
    """The access token of ``ADXMI_ARM_TOKEN`` as a credential of the Azure SDK.

    A cluster's token is for the cluster only: Azure Resource Manager has another audience.
    """

    def get_token(self, *_scopes: str, **_options: Any) -> AccessToken:
        """Return the token; raises CredentialFailure when the variable is not set."""
        return _token_in(ARM_TOKEN_VARIABLE)


class LogToken:
    """The access token of ``ADXMI_LOGS_TOKEN`` as a credential of the Azure SDK."""

    def get_token(self, *_scopes: str, **_options: Any) -> AccessToken:
        """Return the token; raises CredentialFailure when the variable is not set."""
        return _token_in(LOGS_TOKEN_VARIABLE)


def _token_in(variable: str) -> AccessToken:
    from azure.core.credentials import AccessToken

    hour = 3600
    return AccessToken(_variable(variable, "token"), int(time.time()) + hour)


class Shared:
    """A credential that survives the clients it is handed to: they close what they are given."""

    def __init__(self, inner: TokenCredential) -> None:
        self._inner = inner

    def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        """Get a token from the credential within."""
        with not_counted():
            return self._inner.get_token(*scopes, **options)

    def close(self) -> None:
        """Do nothing: another client may still use the credential."""

    @cached_property
    def remembering(self) -> Shared:
        """The same credential, asked for each token once: many clusters share one."""
        return Remembering(self)

    @property
    def used(self) -> str:
        """The class that gave the token: ``default`` tries several, and people want to know."""
        chosen = getattr(self._inner, "_successful_credential", None) or self._inner
        return type(chosen).__name__


class Remembering(Shared):
    """A credential whose tokens are kept in memory until they are about to expire.

    Some of the Azure SDK start a process for each token.
    """

    def __init__(self, inner: Shared) -> None:
        super().__init__(inner)
        self._shared = inner
        self._tokens: dict[tuple[object, ...], AccessToken] = {}
        self._lock = threading.Lock()

    def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        """Get a token that is valid for minutes to come; one thread asks, the others wait."""
        key = (scopes, tuple(sorted((name, str(value)) for name, value in options.items())))
        with not_counted(), self._lock:
            known = self._tokens.get(key)
            if known is None or known.expires_on - time.time() < _SOON:
                known = self._tokens[key] = self._shared.get_token(*scopes, **options)
            return known

    @property
    def used(self) -> str:
        """The class that gave the token."""
        return self._shared.used


def check_name(name: str) -> None:
    """Refuse a credential name there is none of.

    Raises
    ------
    CredentialFailure
        The name is unknown.

    """
    kind, _, argument = name.partition(":")
    if kind not in CREDENTIALS or (argument and not _takes(kind, argument)):
        raise CredentialFailure(
            f"there is no credential {kind!r}",
            why=Explain.of("the credentials are ", Several.of(CREDENTIALS)),
            fix=ChangeOption("--credential", "default"),
        )


def _takes(kind: str, argument: str) -> bool:
    """Tell whether a credential is chosen by such a word behind the colon."""
    from adxmi_jupyter.service.federation import KINDS

    return kind == _MANAGED or (kind == _FEDERATED and argument in KINDS)


def token_from_environment() -> str:
    """Return the access token of ``ADXMI_TOKEN``.

    Raises
    ------
    CredentialFailure
        The variable is not set.

    """
    return _variable(TOKEN_VARIABLE, "token")


def make_credential(name: str, authority: str) -> Shared:
    """Make the credential of that name for a cloud's Entra host.

    Raises
    ------
    CredentialFailure
        The name is unknown or a variable it needs is not set.

    """
    check_name(name)
    kind, _, argument = name.partition(":")
    return Shared(_MAKERS[kind](authority, argument))


def _default(authority: str, _argument: str) -> TokenCredential:
    from azure.identity import DefaultAzureCredential

    return DefaultAzureCredential(authority=authority)


def _cli(_authority: str, _argument: str) -> TokenCredential:
    from azure.identity import AzureCliCredential

    return AzureCliCredential()


def _browser(authority: str, _argument: str) -> TokenCredential:
    from azure.identity import InteractiveBrowserCredential

    return InteractiveBrowserCredential(authority=authority)


def _device_code(authority: str, _argument: str) -> TokenCredential:
    from azure.identity import DeviceCodeCredential

    return DeviceCodeCredential(authority=authority)


def _managed_identity(_authority: str, client_id: str) -> TokenCredential:
    from azure.identity import ManagedIdentityCredential

    return ManagedIdentityCredential(client_id=client_id or None)


def _workload_identity(authority: str, issuer: str) -> TokenCredential:
    from adxmi_jupyter.service.federation import federated_credential

    return federated_credential(authority, issuer)


def _environment(authority: str, _argument: str) -> TokenCredential:
    from azure.identity import EnvironmentCredential

    return EnvironmentCredential(authority=authority)


def _app(authority: str, _argument: str) -> TokenCredential:
    from azure.identity import CertificateCredential, ClientSecretCredential

    tenant, client = _variable("AZURE_TENANT_ID", "app"), _variable("AZURE_CLIENT_ID", "app")
    certificate = os.environ.get("AZURE_CLIENT_CERTIFICATE_PATH")
    try:
        if certificate:
            return CertificateCredential(tenant, client, certificate, authority=authority)
        secret = _variable("AZURE_CLIENT_SECRET", "app")
        return ClientSecretCredential(tenant, client, secret, authority=authority)
    except (ValueError, OSError) as error:
        raise CredentialFailure(
            "the application's credential cannot be used",
            why=type(error).__name__ + " while reading the tenant ID or the certificate",
            fix="check AZURE_TENANT_ID and AZURE_CLIENT_CERTIFICATE_PATH",
        ) from error


def _variable(variable: str, credential: str) -> str:
    value = os.environ.get(variable, "").strip()
    if not value:
        raise CredentialFailure(
            f"the credential {credential!r} lacks {variable}",
            why=f"the environment variable {variable} is not set",
            fix=Explain.of(
                f"set {variable} before the kernel starts, or choose another ",
                Option("--credential"),
            ),
        )
    return value


_MAKERS: Mapping[str, Callable[[str, str], TokenCredential]] = {
    "default": _default,
    "cli": _cli,
    "browser": _browser,
    "device-code": _device_code,
    "managed-identity": _managed_identity,
    "workload-identity": _workload_identity,
    "environment": _environment,
    "app": _app,
}
