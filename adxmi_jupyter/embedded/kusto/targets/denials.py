"""Refusals of what runs with an identity: one for every link that can be missing.

No public page has their texts. Codes are those of the page "Ingestion error codes" where it has
one that fits.
"""

from __future__ import annotations

from adxmi_jupyter.embedded.kusto.errors import KustoError
from adxmi_jupyter.embedded.networks import Blocked
from adxmi_jupyter.embedded.state.networks import (
    COSMOS,
    EVENT_HUBS,
    MODELS,
    OUTBOUND_ADDRESS,
    SQL,
)

_BAD_REQUEST = "Kusto.Data.Exceptions.KustoBadRequestException"
_DENIED = "Kusto.Data.Exceptions.KustoRequestDeniedException"
_BY_POLICY = "Kusto.Common.Svc.Exceptions.ManagedIdentityNotAllowedByPolicyException"
_INVALID = "Request is invalid and cannot be executed."
_UNAUTHORIZED = "Caller is not authorized to perform this action"


def identity_not_assigned(reference: str, cluster: str) -> KustoError:
    """Return the error of an identity that does not exist or is not assigned to the cluster."""
    return KustoError(
        400,
        "BadRequest_InvalidManagedIdentity",
        _INVALID,
        _BAD_REQUEST,
        f"The managed identity '{reference}' does not exist or is not assigned to the cluster "
        f"'{cluster}'.",
    )


def usage_not_allowed(identity: str, usage: str, scopes: str) -> KustoError:
    """Return the error of a usage that no managed identity policy in question allows."""
    return KustoError(
        403,
        "Forbidden",
        _UNAUTHORIZED,
        _BY_POLICY,
        f"The managed identity '{identity}' is not allowed for '{usage}' by the managed identity "
        f"policy of {scopes}.",
    )


def callout_not_allowed(callout_type: str, address: str) -> KustoError:
    """Return the error of an address that the callout policy does not let the cluster call."""
    return KustoError(
        403,
        "Forbidden",
        _UNAUTHORIZED,
        _DENIED,
        f"The callout policy of the cluster does not allow '{callout_type}' to call '{address}'.",
    )


def storage_forbidden(who: str, uri: str, *, write: bool) -> KustoError:
    """Return the error of a storage account: the Azure role or credential does not do."""
    return KustoError(
        403,
        "Upload_Forbidden" if write else "Download_Forbidden",
        _UNAUTHORIZED,
        _DENIED,
        f"Access forbidden: {who} may not {'write to' if write else 'read'} '{uri}'.",
    )


def target_forbidden(who: str, target: str) -> KustoError:
    """Return the error of another target, such as a SQL server, that does not let in."""
    return KustoError(
        403,
        "General_AccessDenied",
        _UNAUTHORIZED,
        _DENIED,
        f"Access forbidden: {who} has no access to '{target}'.",
    )


def network_forbidden(
    blocked: Blocked, name: str, kind: str, address: str, code: str = ""
) -> KustoError:
    """Return the error of a target whose network does not let the cluster in."""
    return KustoError(
        403,
        code or "General_AccessDenied",
        _UNAUTHORIZED,
        _DENIED,
        f"Access forbidden: '{address}' cannot be reached. {network_words(blocked, name, kind)}",
    )


def network_words(blocked: Blocked, name: str, kind: str) -> str:
    """Return what a service says to a cluster that its network does not let in."""
    if blocked is Blocked.OUTBOUND:
        return "The cluster restricts its outbound network access, and does not allow this address."
    is_off = blocked is Blocked.PUBLIC_ACCESS
    if kind == SQL:
        denied = "Connection was denied because Deny Public Network Access is set to Yes."
        not_allowed = (
            f"Cannot open server '{name}' requested by the login. Client with IP address "
            f"'{OUTBOUND_ADDRESS}' is not allowed to access the server."
        )
        return denied if is_off else not_allowed
    if kind == COSMOS:
        return (
            f"Forbidden (403): Request originated from IP {OUTBOUND_ADDRESS} through public "
            "internet. This is blocked by your Cosmos DB account firewall settings."
        )
    if kind == MODELS:
        off = "Public access is disabled. Please configure private endpoint."
        return f"403: {off if is_off else 'Access denied due to Virtual Network/Firewall rules.'}"
    if kind == EVENT_HUBS:
        return "Unauthorized access. Ip has been prevented to connect to the endpoint."
    return "AuthorizationFailure (403): This request is not authorized to perform this operation."


def account_not_found(uri: str) -> KustoError:
    """Return the error of an address whose storage account does not exist."""
    return _not_found("Download_AccountNotFound", f"There is no storage account at '{uri}'.")


def source_not_found(uri: str) -> KustoError:
    """Return the error of a container or blob that does not exist."""
    return _not_found("Download_SourceNotFound", f"There is nothing at '{uri}'.")


def invalid_address(detail: str) -> KustoError:
    """Return the error of a text that is no address the cluster can reach."""
    return _not_found("BadRequest_InvalidBlobUri", detail)


def _not_found(code: str, message: str) -> KustoError:
    return KustoError(400, code, _INVALID, _BAD_REQUEST, message)
