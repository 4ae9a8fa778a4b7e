"""What puts a missing requirement in place: as a line to paste, and carried out as that line would.

An Azure role is not for the cluster's tool to give: whoever owns the target does that, so there is
a line for it and nothing to carry out.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.fixes import AskOwner, AzCommand, Command, Statement
from adxmi_jupyter.model.azure_role import COSMOS_READER, COSMOS_READER_NAME
from adxmi_jupyter.model.identity import word_among

if TYPE_CHECKING:
    from adxmi_jupyter.model.azure_role import AzureRole, Target
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.model.policy import Scope
    from adxmi_jupyter.model.role import Role
    from adxmi_jupyter.model.usage import Usage


@dataclass(frozen=True)
class AssignIdentity:
    """Assign an identity to the cluster."""

    identity: ManagedIdentity

    def words(self, known: Sequence[ManagedIdentity]) -> tuple[str, ...]:
        """Return the line, word by word; `known` are those to tell the identity apart from."""
        return ("identity", "assign", "--identity", _who(self.identity, known))


@dataclass(frozen=True)
class GrantUsage:
    """Allow an identity a usage, on a database or the cluster."""

    scope: Scope
    identity: ManagedIdentity
    usage: Usage

    def words(self, known: Sequence[ManagedIdentity]) -> tuple[str, ...]:
        """Return the line, word by word; `known` are those to tell the identity apart from."""
        database = self.scope.database
        where = ("--database", database) if database else ("--cluster",)
        return (
            "policy",
            "grant",
            *where,
            "--identity",
            _who(self.identity, known),
            "--usage",
            str(self.usage),
        )


@dataclass(frozen=True)
class GrantRole:
    """Give an identity a security role on a database."""

    database: str
    role: Role
    identity: ManagedIdentity

    def words(self, known: Sequence[ManagedIdentity]) -> tuple[str, ...]:
        """Return the line, word by word; `known` are those to tell the identity apart from."""
        where = ("--database", self.database, "--role", str(self.role))
        return ("role", "grant", *where, "--identity", _who(self.identity, known))


@dataclass(frozen=True)
class AllowCallout:
    """Let the cluster call the host of an address."""

    callout_type: str
    uri: str

    def words(self, known: Sequence[ManagedIdentity]) -> tuple[str, ...]:
        """Return the line, word by word; all of the host is allowed, so the rest is left out."""
        del known
        scheme, mark, rest = self.uri.rpartition("://")
        address = f"{scheme}{mark}{rest.split('/', 1)[0]}"
        return ("callout", "allow", "--type", self.callout_type, "--uri", address)


@dataclass(frozen=True)
class RevokeCallout:
    """Take back a rule that keeps the cluster from calling an address."""

    callout_type: str
    pattern: str

    def words(self, known: Sequence[ManagedIdentity]) -> tuple[str, ...]:
        """Return the line, word by word."""
        del known
        rule = ("--type", self.callout_type, "--pattern", self.pattern)
        return ("callout", "revoke", *rule, "--yes")


class ByOwner(ABC):
    """What whoever owns the target does; this tool has the text for it."""

    @property
    @abstractmethod
    def command(self) -> AzCommand | Statement:
        """What the owner runs."""

    @abstractmethod
    def stand_in(self, known: Sequence[ManagedIdentity]) -> tuple[str, ...]:
        """Return the line that does the same on the embedded Azure, word by word."""


@dataclass(frozen=True)
class GrantAzureRole(ByOwner):
    """Have an Azure role given on a target, whose resource ID is `scope`."""

    identity: ManagedIdentity
    role: AzureRole
    target: Target
    scope: str

    @property
    def command(self) -> AzCommand:
        """The command of the Azure CLI for whoever owns the target."""
        who = ("--assignee-object-id", self.identity.object_id)
        kind = ("--assignee-principal-type", "ServicePrincipal")
        what = ("az", "role", "assignment", "create", "--role", self.role.role_name)
        return AzCommand((*what, *who, *kind, "--scope", self.scope))

    def stand_in(self, known: Sequence[ManagedIdentity]) -> tuple[str, ...]:
        """Return the line that does the same on the embedded Azure, word by word."""
        what = ("--role", self.role.role_name, "--target", str(self.target))
        return ("embedded", "azure-role", "--identity", _who(self.identity, known), *what)


@dataclass(frozen=True)
class GrantCosmosRole(ByOwner):
    """Have Cosmos DB's own role for reading given on an account, whose resource ID is `scope`."""

    identity: ManagedIdentity
    scope: str

    @property
    def command(self) -> AzCommand:
        """The command of the Azure CLI for whoever owns the account."""
        parts = self.scope.split("/")
        where = ("--account-name", parts[-1], "--resource-group", parts[4], "--scope", "/")
        what = ("--role-definition-id", COSMOS_READER, "--principal-id", self.identity.object_id)
        subscription = ("--subscription", parts[2])
        words = ("az", "cosmosdb", "sql", "role", "assignment", "create")
        return AzCommand((*words, *where, *what, *subscription))

    def stand_in(self, known: Sequence[ManagedIdentity]) -> tuple[str, ...]:
        """Return the line that does the same on the embedded Azure, word by word."""
        account = self.scope.rsplit("/", 1)[-1]
        what = ("--role", COSMOS_READER_NAME, "--target", account)
        return ("embedded", "azure-role", "--identity", _who(self.identity, known), *what)


@dataclass(frozen=True)
class GrantSqlRole(ByOwner):
    """Have an identity made a user of a database of SQL Server, with the right it needs."""

    identity: ManagedIdentity
    server: str
    catalog: str
    writes: bool

    @property
    def role(self) -> str:
        """The role of the database."""
        return "db_datawriter" if self.writes else "db_datareader"

    @property
    def command(self) -> Statement:
        """What an administrator of the database runs there, in T-SQL."""
        name = f"[{self.identity.label.replace(']', ']]')}]"
        return Statement(
            f"CREATE USER {name} FROM EXTERNAL PROVIDER; ALTER ROLE {self.role} ADD MEMBER {name};"
        )

    def stand_in(self, known: Sequence[ManagedIdentity]) -> tuple[str, ...]:
        """Return the line that does the same on the embedded Azure, word by word."""
        target = f"{self.server.partition('.')[0]}/{self.catalog}"
        what = ("--role", self.role, "--target", target)
        return ("embedded", "azure-role", "--identity", _who(self.identity, known), *what)


Remediation = AssignIdentity | GrantUsage | GrantRole | AllowCallout | RevokeCallout
"""What this tool can carry out itself."""


def fix_of(
    remediation: Remediation | ByOwner, known: Sequence[ManagedIdentity]
) -> Command | AskOwner:
    """Return it as a fix; `known` are the identities to tell the one in it apart from."""
    if isinstance(remediation, ByOwner):
        return AskOwner(remediation.command, Command(remediation.stand_in(known)))
    return Command(remediation.words(known))


def _who(identity: ManagedIdentity, known: Sequence[ManagedIdentity]) -> str:
    fallback = identity.object_id or identity.resource_id
    word = word_among(identity, known, lambda one: one.object_id.lower(), fallback)
    return fallback if '"' in word or "$" in word else word
