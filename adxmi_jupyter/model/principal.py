"""References to principals: who may hold a security role, as role commands name them.

Source: *Referencing security principals* (Azure Data Explorer docs).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from adxmi_jupyter.errors import InvalidInput
from adxmi_jupyter.model.identity import is_guid
from adxmi_jupyter.model.usage import closest


class PrincipalKind(StrEnum):
    """The prefix of a reference; managed identities are applications."""

    USER = "aaduser"
    GROUP = "aadgroup"
    APPLICATION = "aadapp"
    MICROSOFT_ACCOUNT = "msauser"


_FORMS = (
    "aadapp=CLIENTID;TENANT, aaduser=UPN, aaduser=OBJECTID;TENANT, aadgroup=OBJECTID;TENANT, "
    "msauser=UPN"
)
_PREFIXED = re.compile(r"\s*(?P<prefix>\w+)\s*=(?P<rest>.*)", re.DOTALL)


@dataclass(frozen=True)
class PrincipalReference:
    """A principal by kind, identifier and tenant; ``str()`` gives the fully qualified name.

    The identifier of an application is its client ID, that of a user or group an object ID, an
    address or a name. An empty tenant leaves it to the service.
    """

    kind: PrincipalKind
    identifier: str
    tenant: str = ""

    def __str__(self) -> str:
        suffix = f";{self.tenant}" if self.tenant else ""
        return f"{self.kind}={self.identifier}{suffix}"

    def is_same(self, other: PrincipalReference) -> bool:
        """Tell whether both name the same principal by the same identifier.

        Letter case means nothing, and neither does a tenant that only one of them names, or that
        one names by GUID and the other by domain.
        """
        by_kind = self.kind is other.kind
        by_identifier = self.identifier.casefold() == other.identifier.casefold()
        return by_kind and by_identifier and not differ(self.tenant, other.tenant)


def differ(tenant: str, other: str) -> bool:
    """Tell whether two tenants are surely different: a GUID says nothing about a domain name."""
    comparable = tenant and other and is_guid(tenant) == is_guid(other)
    return bool(comparable) and tenant.casefold() != other.casefold()


def application(identifier: str, tenant: str = "") -> PrincipalReference:
    """Return the reference to an application or managed identity, best by its client ID."""
    return PrincipalReference(PrincipalKind.APPLICATION, identifier, tenant)


def looks_like_reference(text: str) -> bool:
    """Tell whether a text is written as ``prefix=…``, rightly or not."""
    return _PREFIXED.fullmatch(text) is not None


def parse_reference(text: str) -> PrincipalReference:
    """Read a fully qualified name; letter case of the prefix and outer blanks mean nothing.

    >>> parse_reference("aadApp=0b1c; contoso.com")
    PrincipalReference(kind=<PrincipalKind.APPLICATION: 'aadapp'>, identifier='0b1c', \
tenant='contoso.com')

    Raises
    ------
    InvalidInput
        The prefix is none of `PrincipalKind`, the identifier or the tenant is missing, or there is
        more than one ``;``.

    """
    found = _PREFIXED.fullmatch(text)
    if found is None:
        raise _invalid(text, "it has no prefix such as aadapp=")
    kind = _kind(text, found["prefix"])
    identifier, semicolon, tenant = (part.strip() for part in found["rest"].partition(";"))
    if not identifier:
        raise _invalid(text, f"there is nothing after {kind}=")
    if semicolon and not tenant:
        raise _invalid(text, "no tenant stands after ;")
    if ";" in tenant:
        raise _invalid(text, "it has more than one ;")
    if tenant and kind is PrincipalKind.MICROSOFT_ACCOUNT:
        raise _invalid(text, "a Microsoft account has no tenant")
    return PrincipalReference(kind, identifier, tenant)


def _kind(text: str, prefix: str) -> PrincipalKind:
    try:
        return PrincipalKind(prefix.lower())
    except ValueError as error:
        match = closest(prefix, [kind.value for kind in PrincipalKind])
        hint = f"; {match}= is like it" if match else ""
        raise _invalid(text, f"there is no prefix {prefix}={hint}") from error


def _invalid(text: str, why: str) -> InvalidInput:
    return InvalidInput(
        f"{text!r} names no principal", why=why, fix=f"write one of {_FORMS}; or an identity's name"
    )
