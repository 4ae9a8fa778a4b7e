"""Named connections: which cluster, as whom, in which database."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import platformdirs

from adxmi_jupyter.errors import (
    AdxmiError,
    CredentialFailure,
    InvalidValue,
    MissingOption,
    UnknownConnection,
)
from adxmi_jupyter.model.usage import closest
from adxmi_jupyter.service.address import EMBEDDED, ClusterAddress, parse_address
from adxmi_jupyter.service.credentials import (
    Shared,
    check_name,
    make_credential,
    token_from_environment,
)
from adxmi_jupyter.service.embedded import (
    DEFAULT_DATABASE,
    PRINCIPALS,
    EmbeddedService,
    not_in_use,
)
from adxmi_jupyter.service.kusto import Kusto, make_client

if TYPE_CHECKING:
    from adxmi_jupyter.embedded import EmbeddedAzure

DATA_DIRECTORY_VARIABLE = "ADXMI_DATA_DIR"
LONGEST_TIMEOUT = 3600.0


@dataclass(frozen=True)
class Settings:
    """What is configured; empty means not configured. `timeout` is in seconds."""

    cluster: str = ""
    database: str = ""
    credential: str = ""
    timeout: float = 60.0


class Connection:
    """One cluster, one credential, one current database."""

    def __init__(
        self,
        name: str,
        address: ClusterAddress,
        *,
        database: str,
        credential: str,
        kusto: Kusto,
        history: Callable[[], Path],
        embedded: EmbeddedService | None = None,
        shared: Shared | None = None,
    ) -> None:
        self.name = name
        self.address = address
        self.database = database
        self.credential = credential
        self.kusto = kusto
        self.remembered: dict[str, Any] = {}
        self._history = history
        self._embedded = embedded
        self._shared = shared

    @property
    def is_embedded(self) -> bool:
        """Whether this is the embedded Azure of this process."""
        return self._embedded is not None

    @property
    def cluster(self) -> str:
        """The cluster's address for people; the embedded Azure's port means nothing to them."""
        return "embedded Azure" if self.is_embedded else self.address.uri

    @property
    def credential_used(self) -> str:
        """The class of the Azure SDK that gave the token, once one did; else the name."""
        return self._shared.used if self._shared and self.kusto.has_answered else self.credential

    @property
    def history_file(self) -> Path:
        """Where the history of policy writes on this cluster is kept."""
        return self._history()

    @property
    def embedded(self) -> EmbeddedService:
        """The embedded Azure behind this connection.

        Raises
        ------
        EmbeddedAzureNotInUse
            The connection leads to a cluster.

        """
        if self._embedded is None:
            raise not_in_use(self.address.uri)
        return self._embedded

    @property
    def azure(self) -> EmbeddedAzure:
        """The running embedded server; raises as `embedded` does."""
        return self.embedded.azure

    def required_database(self) -> str:
        """Return the current database.

        Raises
        ------
        MissingOption
            There is none.

        """
        if not self.database:
            raise MissingOption(
                "no database was named",
                why=f"the connection {self.name!r} has no current database",
                fix="add --database NAME, or %adxmi connect … --database NAME",
            )
        return self.database

    def close(self) -> None:
        """Close the client; history and embedded Azure stay."""
        self.kusto.close()


class Connections:
    """The open connections of one front end; one of them is current.

    Parameters
    ----------
    settings
        Where to go when nothing was opened by hand; not configured means the embedded Azure.
    say
        Shows the user one line.

    """

    def __init__(self, settings: Settings, say: Callable[[str], None]) -> None:
        self.settings = settings
        self._say = say
        self._open: dict[str, Connection] = {}
        self._current = ""
        self._embedded = EmbeddedService()

    def current(self) -> Connection:
        """Return the current connection; the first use opens what is configured."""
        if self._current not in self._open:
            self._open_configured()
        return self._open[self._current]

    def peek(self) -> Connection | None:
        """Return the current connection if there is one, without opening any."""
        return self._open.get(self._current)

    def get(self, name: str) -> Connection:
        """Return an open connection by name.

        Raises
        ------
        UnknownConnection
            None is open under that name.

        """
        if name not in self._open:
            match = closest(name, self._open)
            raise UnknownConnection(
                f"no connection is named {name!r}",
                why=f"open are: {', '.join(self._open) or 'none'}",
                fix=f"--connection {match}" if match else f"%adxmi connect CLUSTER --name {name}",
            )
        return self._open[name]

    def all(self) -> tuple[Connection, ...]:
        """Return the open connections in the order they were opened."""
        return tuple(self._open.values())

    def open(
        self,
        cluster: str,
        *,
        name: str = "",
        database: str = "",
        credential: str = "",
        timeout: float | None = None,
    ) -> Connection:
        """Open a connection, make sure it answers, and make it current.

        Raises
        ------
        ConnectionFailure
            The cluster does not answer, or not to this credential.
        ServiceRefusal
            The principal may not even ask for the version.

        """
        connection = self._made(cluster, name, database, credential, timeout)
        try:
            connection.kusto.command(".show version", database=connection.database)
        except AdxmiError:
            connection.close()
            raise
        self._adopt(connection)
        return connection

    def use(self, name: str) -> Connection:
        """Make an open connection current; raises as `get` does."""
        connection = self.get(name)
        self._current = connection.name
        return connection

    def close(self, name: str) -> None:
        """Close a connection; raises as `get` does."""
        self.get(name).close()
        del self._open[name]

    def close_all(self) -> None:
        """Close every connection and stop the embedded Azure."""
        for connection in self.all():
            connection.close()
        self._open.clear()
        self._embedded.stop()

    def _adopt(self, connection: Connection) -> None:
        former = self._open.pop(connection.name, None)
        if former is not None:
            former.close()
        self._open[connection.name] = connection
        self._current = connection.name

    def _open_configured(self) -> None:
        if not self.settings.cluster:
            self._say(
                "No cluster is configured: this is the embedded Azure, inside this process "
                "(%adxmi connect CLUSTER for a real one)."
            )
        connection = self._made(self.settings.cluster or EMBEDDED, "", "", "", None)
        self._adopt(connection)

    def _made(
        self, cluster: str, name: str, database: str, credential: str, timeout: float | None
    ) -> Connection:
        seconds = _checked_timeout(self.settings.timeout if timeout is None else timeout)
        wanted = credential or self.settings.credential
        if cluster.strip().lower() == EMBEDDED:
            return self._made_embedded(name, database, wanted, seconds)
        address = parse_address(cluster)
        return self._made_remote(
            address,
            name or address.short_name,
            database or self.settings.database or address.database,
            wanted or "default",
            seconds,
        )

    def _made_embedded(
        self, name: str, database: str, credential: str, timeout: float
    ) -> Connection:
        principal = credential.removeprefix("as:") if credential.startswith("as:") else "admin"
        token = _embedded_token(principal)
        address = ClusterAddress(self._embedded.azure.kusto_uri)
        return Connection(
            name or EMBEDDED,
            address,
            database=database or self.settings.database or DEFAULT_DATABASE,
            credential=f"as:{principal}",
            kusto=self._kusto(address, lambda: token, timeout),
            history=lambda: self._embedded.directory / "history.jsonl",
            embedded=self._embedded,
        )

    def _made_remote(
        self, address: ClusterAddress, name: str, database: str, credential: str, timeout: float
    ) -> Connection:
        shared: Shared | None = None
        provide: Callable[[], str] | Shared = token_from_environment
        if credential == "token":
            token_from_environment()
        elif address.is_loopback and credential == "default":
            provide = _no_token
        else:
            check_name(credential)
            shared = provide = make_credential(credential, address.authority)
        return Connection(
            name,
            address,
            database=database,
            credential=credential,
            kusto=self._kusto(address, provide, timeout),
            history=lambda: _data_directory() / f"{_file_name(address)}.jsonl",
            shared=shared,
        )

    def _kusto(
        self, address: ClusterAddress, provide: Callable[[], str] | Shared, timeout: float
    ) -> Kusto:
        return Kusto(
            address.uri,
            lambda: make_client(
                address.uri,
                loopback=address.is_loopback,
                authenticate=lambda uri: _builder(uri, provide),
            ),
            timeout=timeout,
            say=self._say,
        )


def _no_token() -> str:
    """Return nothing: servers on this machine, such as an emulator, ask for no token."""
    return ""


def _builder(uri: str, provide: Callable[[], str] | Shared) -> Any:
    from azure.kusto.data import KustoConnectionStringBuilder

    if isinstance(provide, Shared):
        return KustoConnectionStringBuilder.with_azure_token_credential(uri, provide)
    if provide is _no_token:
        return KustoConnectionStringBuilder(uri)
    return KustoConnectionStringBuilder.with_token_provider(uri, provide)


def _embedded_token(principal: str) -> str:
    if principal not in PRINCIPALS:
        raise CredentialFailure(
            f"the embedded Azure does not know {principal!r}",
            why=f"one can be {' or '.join(PRINCIPALS)} there",
            fix="--credential as:admin",
        )
    return PRINCIPALS[principal]


def _checked_timeout(seconds: float) -> float:
    if not 1 <= seconds <= LONGEST_TIMEOUT:
        raise InvalidValue(
            f"a timeout of {seconds:g} s cannot be used",
            why=f"the service allows 1 to {LONGEST_TIMEOUT:g} seconds",
            fix="--timeout 60",
        )
    return seconds


def _data_directory() -> Path:
    chosen = os.environ.get(DATA_DIRECTORY_VARIABLE)
    return Path(chosen) if chosen else Path(platformdirs.user_data_dir("adxmi_jupyter"))


def _file_name(address: ClusterAddress) -> str:
    return re.sub(r"[^a-z0-9.-]", "-", address.uri.split("://", 1)[1].lower())
