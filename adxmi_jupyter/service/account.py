"""Who a caller is by an access token, where no service says it.

A cluster tells only principals that hold a role on it who they are. The token for Azure Resource
Manager names its principal, too; it is read, not judged: the service that gets it does that.

Source: *Access token claims reference* (Microsoft identity platform docs).
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from adxmi_jupyter.model.identity import is_guid
from adxmi_jupyter.model.principal import PrincipalKind, PrincipalReference, application

_PARTS = 3


def account_of(token: str) -> PrincipalReference | None:
    """Return the principal that a token names; None where it names none that a role may have.

    >>> account_of("a word") is None
    True
    """
    claims = _claims(token)
    tenant, client_id = str(claims.get("tid", "")), claims.get("appid") or claims.get("azp") or ""
    is_application = claims.get("idtyp") == "app" or not ({"scp", "upn"} & set(claims))
    identifier = str(client_id if is_application else claims.get("oid", ""))
    if not (is_guid(tenant) and is_guid(identifier)):
        return None
    if is_application:
        return application(identifier, tenant)
    return PrincipalReference(PrincipalKind.USER, identifier, tenant)


def _claims(token: str) -> dict[str, Any]:
    """Return what a token says; nothing for one that is no JSON Web Token."""
    parts = token.split(".")
    if len(parts) != _PARTS:
        return {}
    content = parts[1]
    try:
        found = json.loads(base64.urlsafe_b64decode(content + "=" * (-len(content) % 4)))
    except (binascii.Error, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
