"""How a cluster signs in to what a connection string leads to.

Source: *Storage connection strings*, *SQL external tables* (Azure Data Explorer docs).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from adxmi_jupyter.errors import InvalidConnectionString
from adxmi_jupyter.fixes import ChangeOption, Command, Explain
from adxmi_jupyter.model.connection_string.names import shown
from adxmi_jupyter.model.connection_string.secret import NO_SECRET, Secret
from adxmi_jupyter.model.identity import SYSTEM, is_guid

if TYPE_CHECKING:
    from adxmi_jupyter.model.identity import ManagedIdentity


class Method(StrEnum):
    """A way to sign in, in words; those that carry a secret come last."""

    MANAGED_IDENTITY = "managed identity"
    IMPERSONATION = "impersonation"
    NONE = "none"
    SAS = "shared access signature"
    TOKEN = "Entra token"  # noqa: S105 - a name
    ACCOUNT_KEY = "account key"
    AWS_KEYS = "AWS keys"
    PRESIGNED_URL = "presigned URL"
    PASSWORD = "user and password"  # noqa: S105 - as above
    HIDDEN = "hidden secret"

    @property
    def is_secret(self) -> bool:
        """Whether whoever has the connection string can sign in with it."""
        return self not in _WITHOUT_SECRET


_WITHOUT_SECRET = (Method.MANAGED_IDENTITY, Method.IMPERSONATION, Method.NONE)
_SYSTEM_MISSPELT = frozenset(
    ("systemassigned", "systemassignedidentity", "systemidentity", "systemmanaged", "msi")
)


@dataclass(frozen=True)
class Authentication:
    """A method with what it needs.

    `identity` is ``system`` or an object ID in lower case, `user` the name that belongs to a
    password. `Method.HIDDEN` stands for asterisks, which is how the service shows any secret.

    Raises
    ------
    InvalidConnectionString
        The identity is neither ``system`` nor a GUID, or something the method needs is missing.

    """

    method: Method = Method.NONE
    identity: str = ""
    user: str = ""
    secret: Secret = NO_SECRET

    def __post_init__(self) -> None:
        if self.method is Method.MANAGED_IDENTITY:
            _check_identity(self.identity)
        elif self.method.is_secret and self.method is not Method.HIDDEN and not self.secret:
            raise InvalidConnectionString(
                f"there is no value for the {self.method}",
                why="a method that needs a secret was named, and the secret is empty",
                fix=Explain.of(
                    "use a managed identity, which needs none: ",
                    ChangeOption("--identity", "IDENTITY"),
                ),
            )


NO_AUTHENTICATION = Authentication()
IMPERSONATION = Authentication(Method.IMPERSONATION)
HIDDEN = Authentication(Method.HIDDEN)


def managed_identity(identity: str) -> Authentication:
    """Return the authentication as ``system`` or as the identity with an object ID.

    Raises
    ------
    InvalidConnectionString
        It is neither.

    """
    return Authentication(Method.MANAGED_IDENTITY, identity=identity.strip().lower())


def by_secret(method: Method, secret: str, *, user: str = "") -> Authentication:
    """Return an authentication by a secret; raises as `Authentication`."""
    return Authentication(method, user=user, secret=Secret(secret))


def refuse_client_id(authentication: Authentication, known: Iterable[ManagedIdentity]) -> None:
    """Refuse a client ID where an object ID is needed, as far as the identities are known.

    Raises
    ------
    InvalidConnectionString
        The identity is the client ID of a known one and no object ID; *fix* has the object ID.

    """
    wanted = authentication.identity
    candidates = tuple(known)
    if not wanted or any(wanted == identity.object_id.lower() for identity in candidates):
        return
    found = next((i for i in candidates if wanted == i.client_id.lower()), None)
    if found is None:
        return
    right = SYSTEM if found.is_system else found.object_id
    raise InvalidConnectionString(
        f"{wanted} is the client ID of {found.label}",
        why="connection strings name a managed identity by its object ID",
        fix=f"write {right} instead",
    )


def _check_identity(identity: str) -> None:
    if identity == SYSTEM or (is_guid(identity) and identity == identity.lower()):
        return
    if re.sub(r"[\W_]", "", identity.lower()) in _SYSTEM_MISSPELT:
        raise InvalidConnectionString(
            f"{shown(identity, 'the identity')} is not the word for the system-assigned identity",
            why="the service knows it as system",
            fix="write managed_identity=system",
        )
    raise InvalidConnectionString(
        f"{shown(identity, 'the identity')} is neither system nor an object ID",
        why="connection strings name a managed identity by its object ID, a GUID; "
        "no name, client ID or resource ID can stand there",
        fix=Command.of("identity", "show", shown(identity, "IDENTITY", quotes=False)),
    )
