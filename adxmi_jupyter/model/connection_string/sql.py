"""SQL Server, Azure SQL, MySQL and PostgreSQL.

Source: *SQL external tables*, *sql_request plugin*, *mysql_request plugin*, *postgresql_request
plugin* (Azure Data Explorer docs).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.errors import InvalidConnectionString
from adxmi_jupyter.model.connection_string.authentication import Method
from adxmi_jupyter.model.connection_string.clouds import suffix_notes
from adxmi_jupyter.model.connection_string.database import (
    Database,
    check_port,
    read_port,
    read_properties,
)
from adxmi_jupyter.model.connection_string.names import shown
from adxmi_jupyter.model.connection_string.value import Right, TargetKind

if TYPE_CHECKING:
    from adxmi_jupyter.model.connection_string.ado import Pairs

SERVER = ("server", "data source", "address", "addr", "network address")
_CATALOG = ("initial catalog", "database")
_ENDPOINT = re.compile(r"tcp:\s*(?P<host>[^,:]+?)\s*(?:,\s*(?P<port>.*))?", re.IGNORECASE)
_SYNAPSE = "sql.azuresynapse.net"
_FORCED = {"encrypt": "true", "trustservercertificate": "false", "persist security info": "false"}


@dataclass(frozen=True)
class SqlServer(Database):
    """A database of SQL Server or Azure SQL; `server` is its fully qualified host name."""

    port: int = 1433

    methods = frozenset(
        (Method.MANAGED_IDENTITY, Method.IMPERSONATION, Method.PASSWORD, Method.NONE)
    )
    resource_type = "Microsoft.Sql/servers"
    callout_type = "sql"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_port(self.port)

    @property
    def kind(self) -> TargetKind:
        """SQL Server."""
        return TargetKind.SQL_SERVER

    @property
    def word_for_catalog(self) -> str:
        """What the database is called in the text."""
        return "Initial Catalog"

    @property
    def parts(self) -> Mapping[str, str]:
        """The names it consists of."""
        return {"server": self.server, "port": str(self.port), "catalog": self.catalog}

    @property
    def pairs(self) -> Sequence[tuple[str, str]]:
        """The names and values of the target itself."""
        return [
            ("Server", f"tcp:{self.server},{self.port}"),
            ("Initial Catalog", self.catalog),
        ]

    @property
    def notes(self) -> tuple[str, ...]:
        """Remark on an unknown cloud, and on properties the service overrules."""
        overruled = [
            f"{name} is {_FORCED[name.lower()]} whatever the text says: the service sets it"
            for name, value in self.properties
            if str(value).lower() != _FORCED.get(name.lower(), str(value).lower())
        ]
        suffixes = suffix_notes(self.server, lambda cloud: cloud.sql, _SYNAPSE)
        return (*suffixes, *overruled)

    def right(self, *, write: bool) -> Right:
        """Return the rights on the table, which SQL gives and Azure does not."""
        name = "UPDATE and INSERT on the table" if write else "SELECT on the table"
        return Right(name, is_azure_role=False)


def read_sql_server(pairs: Pairs) -> SqlServer:
    """Read a database of SQL Server.

    Raises
    ------
    InvalidConnectionString
        The server is not named as ``Server=tcp:HOST[,PORT]``, or no catalog is.

    """
    host, port = read_endpoint(pairs.one_of(*SERVER), named=pairs.has("server"))
    return SqlServer(
        host,
        pairs.one_of(*_CATALOG),
        port,
        properties=read_properties(pairs, (*SERVER, *_CATALOG)),
    )


def read_endpoint(text: str, *, named: bool = True) -> tuple[str, int]:
    """Read ``tcp:HOST[,PORT]``; `named` tells whether it was called ``Server``.

    Raises
    ------
    InvalidConnectionString
        The endpoint is named in another way.

    """
    found = _ENDPOINT.fullmatch(text.strip()) if named else None
    if found is None:
        bare = text.strip().partition(",")[0].rpartition(":")[2]
        raise InvalidConnectionString(
            "Server does not name the endpoint in the way the service wants it",
            why="it is Server=tcp: with a fully qualified host name and perhaps a comma and a "
            "port; every other form is rejected",
            fix=f"write Server=tcp:{shown(bare, 'SERVER', quotes=False)},1433",
        )
    return found["host"].lower(), read_port(found["port"] or "", 1433)


_INSTEAD = (
    "keep user and password out of sight in an obfuscated literal h@'…'; or bring the data to "
    "Azure SQL or to storage, which take a managed identity"
)


@dataclass(frozen=True)
class OtherDatabase(Database):
    """A database of MySQL or PostgreSQL: user and password are all it takes."""

    port: int

    methods = frozenset((Method.PASSWORD, Method.NONE))
    instead = _INSTEAD

    def __post_init__(self) -> None:
        super().__post_init__()
        check_port(self.port)

    @property
    def parts(self) -> Mapping[str, str]:
        """The names it consists of."""
        return {"server": self.server, "port": str(self.port), "database": self.catalog}


@dataclass(frozen=True)
class MySql(OtherDatabase):
    """A database of MySQL."""

    port: int = 3306

    callout_type = "mysql"

    @property
    def kind(self) -> TargetKind:
        """MySQL."""
        return TargetKind.MYSQL

    @property
    def pairs(self) -> Sequence[tuple[str, str]]:
        """The names and values of the target itself."""
        return [("Server", self.server), ("Port", str(self.port)), ("Database", self.catalog)]

    @property
    def words_for_user(self) -> tuple[str, str]:
        """What user and password are called."""
        return "UID", "Pwd"


@dataclass(frozen=True)
class PostgreSql(OtherDatabase):
    """A database of PostgreSQL."""

    port: int = 5432

    callout_type = "postgresql"

    @property
    def kind(self) -> TargetKind:
        """PostgreSQL."""
        return TargetKind.POSTGRESQL

    @property
    def pairs(self) -> Sequence[tuple[str, str]]:
        """The names and values of the target itself."""
        return [("Host", self.server), ("Port", str(self.port)), ("Database", self.catalog)]

    @property
    def words_for_user(self) -> tuple[str, str]:
        """What user and password are called."""
        return "User Id", "Password"


def read_other_database(pairs: Pairs) -> MySql | PostgreSql | None:
    """Read a database of MySQL or PostgreSQL; None if it is neither.

    Raises
    ------
    InvalidConnectionString
        It is one, and its host, port or database cannot be read.

    """
    server = pairs.one_of("host", *SERVER)
    is_postgresql = pairs.has("host") or ".postgres." in server.lower()
    is_mysql = pairs.has("port") or ".mysql." in server.lower()
    if not (is_postgresql or is_mysql) or server.lower().startswith("tcp:"):
        return None
    make = PostgreSql if is_postgresql else MySql
    return make(
        server.lower(),
        pairs.one_of(*_CATALOG),
        read_port(pairs.one_of("port"), make.port),
        properties=read_properties(pairs, ("host", "port", *SERVER, *_CATALOG)),
    )
