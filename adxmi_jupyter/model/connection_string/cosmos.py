"""Collections of Azure Cosmos DB.

Source: *SQL external tables*, *cosmosdb_sql_request plugin* (Azure Data Explorer docs).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.errors import ConflictingAuthentication, InvalidConnectionString
from adxmi_jupyter.model.connection_string.authentication import (
    Method,
    by_secret,
)
from adxmi_jupyter.model.connection_string.clouds import suffix_notes
from adxmi_jupyter.model.connection_string.database import (
    AUTHENTICATION,
    PASSWORD,
    USER,
    Database,
    entra_pairs,
    read_properties,
    read_signing,
    required,
)
from adxmi_jupyter.model.connection_string.value import Right, TargetKind

if TYPE_CHECKING:
    from adxmi_jupyter.model.connection_string.ado import Pairs
    from adxmi_jupyter.model.connection_string.authentication import Authentication
    from adxmi_jupyter.model.connection_string.secret import Show

_ENDPOINT = re.compile(r"https://(?P<host>[^/:;,@]+)(?::443)?/?", re.IGNORECASE)
_KEY = "accountkey"
_NAMES = ("accountendpoint", _KEY, "database", "collection")


@dataclass(frozen=True)
class CosmosDb(Database):
    """A collection; `server` is the host of the account, `catalog` the database."""

    collection: str

    methods = frozenset(
        (Method.MANAGED_IDENTITY, Method.IMPERSONATION, Method.ACCOUNT_KEY, Method.NONE)
    )
    resource_type = "Microsoft.DocumentDB/databaseAccounts"
    callout_type = "cosmosdb"

    def __post_init__(self) -> None:
        super().__post_init__()
        required(self.collection, "Collection")

    @property
    def kind(self) -> TargetKind:
        """Cosmos DB."""
        return TargetKind.COSMOS_DB

    @property
    def account(self) -> str:
        """The name of the account."""
        return self.server.partition(".")[0]

    @property
    def parts(self) -> Mapping[str, str]:
        """The names it consists of."""
        return {
            "account": self.account,
            "catalog": self.catalog,
            "collection": self.collection,
        }

    @property
    def pairs(self) -> Sequence[tuple[str, str]]:
        """The names and values of the target itself."""
        return [
            ("AccountEndpoint", f"https://{self.server}/"),
            ("Database", self.catalog),
            ("Collection", self.collection),
        ]

    @property
    def notes(self) -> tuple[str, ...]:
        """Remark on an unknown cloud."""
        return suffix_notes(self.server, lambda cloud: cloud.cosmos)

    def signing(self, authentication: Authentication, show: Show) -> Sequence[tuple[str, str]]:
        """Return the pairs that say how to sign in."""
        if authentication.method is Method.ACCOUNT_KEY:
            return [("AccountKey", show(authentication.secret))]
        return entra_pairs(authentication)

    def right(self, *, write: bool) -> Right | None:
        """Return the role for reading; it is one of Cosmos DB itself, not of Azure."""
        return None if write else Right("Cosmos DB Built-in Data Reader", is_azure_role=False)


def read_cosmos_db(pairs: Pairs) -> tuple[CosmosDb, Authentication]:
    """Read a collection and how to sign in.

    Raises
    ------
    ConflictingAuthentication
        There is an account key and another way.
    InvalidConnectionString
        The endpoint is no address with https, or database or collection is missing.

    """
    found = _ENDPOINT.fullmatch(pairs.one_of("accountendpoint"))
    if found is None:
        raise InvalidConnectionString(
            "AccountEndpoint is not the address of an account",
            why="it is https:// and the host of the account",
            fix="AccountEndpoint=https://ACCOUNT.documents.azure.com/",
        )
    target = CosmosDb(
        found["host"].lower(),
        pairs.one_of("database"),
        pairs.one_of("collection"),
        properties=read_properties(pairs, _NAMES),
    )
    key = pairs.one_of(_KEY)
    if not key:
        return target, read_signing(pairs)
    if pairs.has(AUTHENTICATION, *USER, *PASSWORD):
        raise ConflictingAuthentication(
            "there are two ways to sign in: an account key and another",
            why="there can be one",
            fix='write Authentication="Active Directory Managed Identity" instead of AccountKey',
        )
    return target, by_secret(Method.ACCOUNT_KEY, key)
