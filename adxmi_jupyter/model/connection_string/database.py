"""What targets named by ``NAME=VALUE`` pairs share: signing in, ports, further properties.

Source: *SQL external tables*, *sql_request plugin* (Azure Data Explorer docs).
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Self

from adxmi_jupyter.errors import ConflictingAuthentication, InvalidConnectionString
from adxmi_jupyter.model.connection_string.ado import written
from adxmi_jupyter.model.connection_string.authentication import (
    IMPERSONATION,
    NO_AUTHENTICATION,
    Method,
    by_secret,
    managed_identity,
)
from adxmi_jupyter.model.connection_string.names import check_host
from adxmi_jupyter.model.connection_string.secret import Secret
from adxmi_jupyter.model.connection_string.value import Target
from adxmi_jupyter.model.identity import SYSTEM

if TYPE_CHECKING:
    from adxmi_jupyter.model.connection_string.ado import Pairs
    from adxmi_jupyter.model.connection_string.authentication import Authentication
    from adxmi_jupyter.model.connection_string.secret import Show

AUTHENTICATION = "authentication"
USER = ("user id", "uid", "user", "username", "user name")
PASSWORD = ("password", "pwd")
_BY_IDENTITY = "Active Directory Managed Identity"
_INTEGRATED = "Active Directory Integrated"
_HARMLESS = frozenset(
    (
        "application name",
        "applicationintent",
        "command timeout",
        "connect timeout",
        "connection timeout",
        "encrypt",
        "multipleactiveresultsets",
        "persist security info",
        "pooling",
        "ssl mode",
        "sslmode",
        "trustservercertificate",
    )
)
_LAST_PORT = 65535

Properties = tuple[tuple[str, str | Secret], ...]
"""Further names and values; a value is shown only if its name is known to be harmless."""


@dataclass(frozen=True)
class Database(Target):
    """A database by the fully qualified host name of its server; `properties` are further pairs."""

    server: str
    catalog: str
    properties: Properties = field(default=(), kw_only=True)

    def __post_init__(self) -> None:
        check_host(self.server)
        required(self.catalog, self.word_for_catalog)

    @property
    def host(self) -> str:
        """The host of the server."""
        return self.server

    @property
    def word_for_catalog(self) -> str:
        """What the database is called in the text."""
        return "Database"

    @property
    def words_for_user(self) -> tuple[str, str]:
        """What user and password are called."""
        return "User ID", "Password"

    @property
    @abstractmethod
    def pairs(self) -> Sequence[tuple[str, str]]:
        """The names and values of the target itself."""

    def text(self, authentication: Authentication, show: Show) -> str:
        """Write the target, how to sign in, and further properties."""
        signed = self.signing(authentication, show)
        rest = [(name, _shown(value, show)) for name, value in self.properties]
        return written([*self.pairs, *signed, *rest])

    def signing(self, authentication: Authentication, show: Show) -> Sequence[tuple[str, str]]:
        """Return the pairs that say how to sign in."""
        if authentication.method is Method.PASSWORD:
            user, password = self.words_for_user
            return [(user, authentication.user), (password, show(authentication.secret))]
        return entra_pairs(authentication)

    @property
    def has_secret(self) -> bool:
        """Whether a property is there that may be a secret."""
        return any(isinstance(value, Secret) for _, value in self.properties)

    def without_secret(self) -> Self:
        """Return the database with the properties that are known to be harmless."""
        harmless = [(n, value) for n, value in self.properties if not isinstance(value, Secret)]
        return replace(self, properties=tuple(harmless))


def _shown(value: str | Secret, show: Show) -> str:
    return show(value) if isinstance(value, Secret) else value


def entra_pairs(authentication: Authentication) -> Sequence[tuple[str, str]]:
    """Return the pairs for a method of Entra; the system-assigned identity has no ``User Id``."""
    if authentication.method is Method.IMPERSONATION:
        return [("Authentication", _INTEGRATED)]
    if authentication.method is not Method.MANAGED_IDENTITY:
        return []
    user = [] if authentication.identity == SYSTEM else [("User Id", authentication.identity)]
    return [("Authentication", _BY_IDENTITY), *user]


def read_signing(pairs: Pairs) -> Authentication:
    """Read how to sign in.

    Raises
    ------
    ConflictingAuthentication
        A method of Entra and a password, or a user that the method does not take.
    InvalidConnectionString
        The method is none of the two of Entra, or half of user and password is missing.

    """
    method = pairs.one_of(AUTHENTICATION)
    user, password = pairs.one_of(*USER), pairs.one_of(*PASSWORD)
    if method:
        return _by_entra(method, user, has_password=bool(password))
    if bool(user) != bool(password):
        raise InvalidConnectionString(
            "a user is named without a password" if user else "there is a password without a user",
            why=f'a user-assigned identity signs in with Authentication="{_BY_IDENTITY}"',
            fix=f'write Authentication="{_BY_IDENTITY}";User Id=OBJECT_ID',
        )
    return by_secret(Method.PASSWORD, password, user=user) if password else NO_AUTHENTICATION


def _by_entra(method: str, user: str, *, has_password: bool) -> Authentication:
    words = "".join(method.lower().split())
    if words == "".join(_INTEGRATED.lower().split()):
        if user or has_password:
            raise _conflicting(_INTEGRATED, "neither User Id nor Password")
        return IMPERSONATION
    if words != "".join(_BY_IDENTITY.lower().split()):
        raise InvalidConnectionString(
            "the service does not know this Authentication",
            why=f'it knows "{_BY_IDENTITY}" and "{_INTEGRATED}"',
            fix=f'write Authentication="{_BY_IDENTITY}"',
        )
    if has_password:
        raise _conflicting(_BY_IDENTITY, "no Password")
    if user.lower() == SYSTEM:
        raise InvalidConnectionString(
            "User Id is not left out for the system-assigned identity",
            why="only a user-assigned identity has a User Id there: its object ID",
            fix="remove User Id",
        )
    return managed_identity(user or SYSTEM)


def _conflicting(method: str, rule: str) -> ConflictingAuthentication:
    return ConflictingAuthentication(
        "there are two ways to sign in",
        why=f'with Authentication="{method}" there is {rule}',
        fix="remove the password, and a User Id that isn't an object ID",
    )


def read_properties(pairs: Pairs, known: Iterable[str]) -> Properties:
    """Return the pairs that are neither the target's nor for signing in."""
    used = (*known, AUTHENTICATION, *USER, *PASSWORD)
    return tuple(
        (name, value if name.lower() in _HARMLESS else Secret(value))
        for name, value in pairs.others(used)
    )


def read_port(text: str, default: int) -> int:
    """Read a port; an empty one is the default.

    Raises
    ------
    InvalidConnectionString
        It is no number from 1 to 65535.

    """
    if not text:
        return default
    port = int(text) if text.isascii() and text.isdigit() and len(text) < len("100000") else 0
    check_port(port)
    return port


def check_port(port: int) -> None:
    """Refuse a number that is no port; raises `InvalidConnectionString`."""
    if not 1 <= port <= _LAST_PORT:
        raise InvalidConnectionString(
            "the port isn't a number from 1 to 65535",
            why="after the comma, or after Port=, stands the number of a TCP port",
            fix="remove the port: the default is used",
        )


def required(value: str, name: str) -> str:
    """Return a value that must be there.

    Raises
    ------
    InvalidConnectionString
        It is empty.

    """
    if value:
        return value
    raise InvalidConnectionString(
        f"the connection string has no {name}",
        why="it says where to go: server or account, and what is there",
        fix=f"add {name}=NAME",
    )
