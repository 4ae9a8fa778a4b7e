"""Which way to authenticate a credential's name means, at which cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.errors import CredentialFailure
from adxmi_jupyter.fixes import ChangeOption
from adxmi_jupyter.service.access import CredentialAccess, OpenAccess, TokenAccess
from adxmi_jupyter.service.credentials import check_name, make_credential, token_from_environment
from adxmi_jupyter.service.embedded import PRINCIPALS
from adxmi_jupyter.service.embedded_key import served_key
from adxmi_jupyter.service.trust import check_loopback_token, no_token_of_yours

if TYPE_CHECKING:
    from adxmi_jupyter.service.access import Access
    from adxmi_jupyter.service.address import ClusterAddress
    from adxmi_jupyter.service.in_flight import Traffic
    from adxmi_jupyter.service.limits import Limits

_AS = "as:"


def access_of(address: ClusterAddress, credential: str, limits: Limits, traffic: Traffic) -> Access:
    """Return how requests to a cluster prove who sends them.

    Raises
    ------
    CredentialFailure
        There is no such credential, or its token is not set.
    UntrustedHost
        The credential is the user's, and the server is on this machine.

    """
    if address.is_loopback:
        return _loopback_access(address, credential, limits, traffic)
    if credential == "token":
        token_from_environment()
        return TokenAccess(
            token_from_environment, is_loopback=False, limits=limits, traffic=traffic
        )
    check_name(credential)
    made = make_credential(credential, address.authority)
    return CredentialAccess(made, address, limits, traffic)


def _loopback_access(
    address: ClusterAddress, credential: str, limits: Limits, traffic: Traffic
) -> Access:
    if credential == "default":
        return OpenAccess(limits, lambda: served_key(address.uri), traffic)
    check_name(credential)
    if credential != "token":
        raise no_token_of_yours(f"the credential {credential!r} is yours")
    _local_token()
    return TokenAccess(_local_token, is_loopback=True, limits=limits, traffic=traffic)


def _local_token() -> str:
    """Return the token of ``ADXMI_TOKEN`` if it is one of the embedded Azure.

    Raises
    ------
    CredentialFailure
        The variable is not set.
    UntrustedHost
        It is another token, which a server on this machine does not get.

    """
    return check_loopback_token(token_from_environment())


def embedded_principal(credential: str) -> str:
    """Return who one is in the embedded Azure: whatever signs in elsewhere is its admin.

    Raises
    ------
    CredentialFailure
        No principal has that name there, or there is no such credential.

    """
    if not credential.startswith(_AS):
        if credential:
            check_name(credential)
        return "admin"
    principal = credential.removeprefix(_AS)
    if principal not in PRINCIPALS:
        raise CredentialFailure(
            f"the embedded Azure does not know {principal!r}",
            why=f"one can be {' or '.join(PRINCIPALS)} there",
            fix=ChangeOption("--credential", "as:admin"),
        )
    return principal
