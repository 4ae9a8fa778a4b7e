"""Names of fields, headers, properties and variables whose values are secret."""

from __future__ import annotations

import re

_KEY_OF = [
    "account",
    "shared",
    "sharedaccess",
    "access",
    "primary",
    "secondary",
    "storage",
    "master",
    "private",
    "signing",
    "encryption",
    "api",
    "app",
    "application",
    "client",
    "subscription",
    "functions",
    "function",
    "host",
    "admin",
    "sas",
    "symmetric",
]
_ENDS = (
    "password",
    "passwd",
    "pwd",
    "passphrase",
    "secret",
    "clientassertion",
    "credentials",
    "sharedaccesssignature",
    "connectionsecret",
    "secretaccesskey",
    *(f"{kind}key" for kind in _KEY_OF),
    *(f"{kind}keys" for kind in ("api", "access", "account")),
    *(f"{kind}key1" for kind in ("access", "account")),
    *(f"{kind}key2" for kind in ("access", "account")),
    "token",
)
_WHOLE = {
    *("assertion", "awscreds", "devicecode", "codeverifier", "sessionid", "pat", "otp", "pass"),
    *("xamzsecuritytoken", "xamzsignature", "xamzcredential", "xapikey", "aegsaskey"),
}
_WITH_EQUALS = {"sig", "signature"}
IN_ADDRESS = {"key", "code", *_WITH_EQUALS}
_NO_SECRET = ("skiptoken", "continuationtoken", "pagetoken", "canceltoken", "cancellationtoken")
_NOT_IN_NAMES = re.compile(r"[\s_-]")


def plain_name(name: str) -> str:
    """Return a name without blanks, hyphens, underscores and letter case."""
    return _NOT_IN_NAMES.sub("", name).lower()


def is_secret(name: str, whole: str, *, is_prose: bool, is_query: bool) -> bool:
    """Tell whether the value of `whole` is secret; `name` has the words before it as well.

    In prose a colon follows it, and in the query of an address it stands behind ``?`` or ``&``.
    """
    if name.endswith(_NO_SECRET):
        return False
    if whole in IN_ADDRESS and is_query:
        return True
    if whole in _WITH_EQUALS:
        return not is_prose
    return whole in _WHOLE or name.endswith(_ENDS)


def is_secret_name(name: str) -> bool:
    """Tell whether a name says by itself that its value is secret."""
    plain = plain_name(name)
    return plain in _WHOLE or (plain.endswith(_ENDS) and not plain.endswith(_NO_SECRET))
