"""A connection string as a value: a target, and how the cluster signs in to it.

Source: *Storage connection strings*, *SQL external tables* (Azure Data Explorer docs).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, Self

from adxmi_jupyter.errors import IdentityNotSupported, InvalidConnectionString
from adxmi_jupyter.fixes import ChangeOption, Explain
from adxmi_jupyter.model.connection_string.authentication import (
    NO_AUTHENTICATION,
    Method,
    managed_identity,
)
from adxmi_jupyter.model.connection_string.names import check_characters
from adxmi_jupyter.model.connection_string.secret import Secret

if TYPE_CHECKING:
    from adxmi_jupyter.model.connection_string.authentication import Authentication
    from adxmi_jupyter.model.connection_string.secret import Show


class TargetKind(StrEnum):
    """What a connection string leads to, by the names of the documentation."""

    BLOB = "Azure Blob Storage"
    DATA_LAKE = "ADLS Gen2"
    ONELAKE = "OneLake"
    GEN1 = "ADLS Gen1"
    S3 = "Amazon S3"
    HTTP = "HTTP"
    SQL_SERVER = "SQL Server"
    COSMOS_DB = "Cosmos DB"
    MYSQL = "MySQL"
    POSTGRESQL = "PostgreSQL"
    AI_MODEL = "AI model"


@dataclass(frozen=True)
class Right:
    """What an identity needs on a target: an Azure role, or a right in the target's own words."""

    name: str
    is_azure_role: bool = True


class Target(ABC):
    """What a connection string leads to; the subclasses are frozen values.

    `methods` are the ways to sign in that it takes, `resource_type` is its type in Azure Resource
    Manager, `callout_type` the callout policy that external tables and plugins need for it, and
    `instead` what to do where a managed identity is not taken.
    """

    methods: ClassVar[frozenset[Method]]
    resource_type: ClassVar[str] = ""
    callout_type: ClassVar[str] = ""
    instead: ClassVar[str] = ""

    @property
    @abstractmethod
    def kind(self) -> TargetKind:
        """What it is."""

    @property
    @abstractmethod
    def host(self) -> str:
        """The host name; for most kinds with the name of the account in it."""

    @property
    @abstractmethod
    def parts(self) -> Mapping[str, str]:
        """The names it consists of, without secrets, in the order people think of them."""

    @abstractmethod
    def text(self, authentication: Authentication, show: Show) -> str:
        """Write the connection string with secrets as `show` has them."""

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what is worth a remark but may be right."""
        return ()

    @property
    def has_secret(self) -> bool:
        """Whether a secret is part of the target itself."""
        return False

    def without_secret(self) -> Self:
        """Return the same target without secrets of its own."""
        return self

    def right(self, *, write: bool) -> Right | None:
        """Return what an identity needs to read, or to write or delete; None: not documented."""
        del write
        return None

    def check(self, authentication: Authentication) -> None:
        """Refuse a way to sign in that the target does not take.

        Raises
        ------
        IdentityNotSupported
            It takes no managed identity.
        InvalidConnectionString
            It does not take the method.

        """
        method = authentication.method
        if method in self.methods:
            return
        if method is Method.MANAGED_IDENTITY:
            raise IdentityNotSupported(
                f"{self.kind} cannot use a managed identity", why=self._takes(), fix=self.instead
            )
        raise InvalidConnectionString(
            f"{self.kind} cannot use: {method}",
            why=self._takes(),
            fix=self.instead
            or Explain.of("use a managed identity: ", ChangeOption("--identity", "IDENTITY")),
        )

    def _takes(self) -> str:
        words = [one for one in Method if one in self.methods - {Method.NONE, Method.HIDDEN}]
        return f"it supports: {', '.join(words)}" if words else "it is read without signing in"


@dataclass(frozen=True)
class ConnectionString:
    """A target and how to sign in to it. ``str()`` and ``repr()`` show no secret.

    `spelling` are notes on how a text was written that this value was read from.

    Raises
    ------
    IdentityNotSupported, InvalidConnectionString
        The target does not take the method (see `Target.check`), or the text would hold control
        characters or lose blanks.

    """

    target: Target
    authentication: Authentication = NO_AUTHENTICATION
    spelling: tuple[str, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        self.target.check(self.authentication)
        check_characters(self.build())

    def __str__(self) -> str:
        return self.masked()

    @property
    def kind(self) -> TargetKind:
        """What it leads to."""
        return self.target.kind

    @property
    def host(self) -> str:
        """The host it leads to."""
        return self.target.host

    @property
    def address(self) -> str:
        """The target alone, without how to sign in, for display."""
        return self.target.text(NO_AUTHENTICATION, str)

    @property
    def has_secret(self) -> bool:
        """Whether whoever has the text can sign in with it."""
        return self.authentication.method.is_secret or self.target.has_secret

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what is worth a remark but may be right, such as an unknown host suffix."""
        is_silent = self.authentication.method is Method.NONE and len(self.target.methods) > 1
        silence = ("it does not say how to sign in",) if is_silent else ()
        return (*self.target.notes, *self.spelling, *silence)

    def build(self) -> str:
        """Return the text for the service, secrets included; `parse` reads it back."""
        return self.target.text(self.authentication, Secret.reveal)

    def masked(self) -> str:
        """Return the text for display: asterisks for secrets, identities kept."""
        return self.target.text(self.authentication, str)

    def with_identity(self, identity: str) -> ConnectionString:
        """Return the same target with a managed identity, ``system`` or an object ID.

        Raises
        ------
        IdentityNotSupported
            The target takes none; *fix* says what to do instead.
        InvalidConnectionString
            The identity is neither.

        """
        target = self.target.without_secret()
        return ConnectionString(target, managed_identity(identity))

    def needs(self, *, write: bool) -> Right | None:
        """Return what the identity needs on the target, to read or to write or delete.

        None if there is nothing to give, as with a secret or a public target, or if the
        documentation names nothing.
        """
        if self.authentication.method not in {Method.MANAGED_IDENTITY, Method.IMPERSONATION}:
            return None
        return self.target.right(write=write)

    def needs_role(self, *, write: bool) -> str:
        """Return the Azure role among what `needs` returns; empty if it is none."""
        right = self.needs(write=write)
        return right.name if right and right.is_azure_role else ""
