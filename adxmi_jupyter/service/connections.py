"""Named connections: what is configured, what was opened, which one is current."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.errors import AdxmiError, CredentialFailure, UnknownConnection
from adxmi_jupyter.fixes import ChangeOption, Command, Connect, Explain, Several
from adxmi_jupyter.model.usage import closest
from adxmi_jupyter.service.address import EMBEDDED, parse_address
from adxmi_jupyter.service.directories import data_directory
from adxmi_jupyter.service.embedded import EmbeddedService
from adxmi_jupyter.service.in_flight import Traffic
from adxmi_jupyter.service.limits import AUTOMATIC, DEFAULT_ANSWER, DEFAULT_TIMEOUT, Limits
from adxmi_jupyter.service.opening import Opening
from adxmi_jupyter.service.trust import TrustedHosts, is_well_known

if TYPE_CHECKING:
    from adxmi_jupyter.fixes import Note
    from adxmi_jupyter.service.connection import Connection
    from adxmi_jupyter.service.opening import OneOfMany


@dataclass(frozen=True)
class Settings:
    """What is configured; empty means not configured.

    `timeout` is in seconds, `max_answer_mb` in megabytes, `max_in_flight` in requests at a time.
    `is_brief` tells that the process ends with the command: then the playground is used, if one
    runs, and notes are not repeated by the next process.
    """

    cluster: str = ""
    database: str = ""
    credential: str = ""
    timeout: float = DEFAULT_TIMEOUT
    max_answer_mb: int = DEFAULT_ANSWER
    max_in_flight: int = AUTOMATIC
    is_brief: bool = False


_IN_THIS_PROCESS = Explain.of(
    "No cluster is configured: this is the embedded Azure, inside this process (",
    Connect("CLUSTER"),
    " for a real one).",
)
_FOR_THIS_COMMAND = Explain.of(
    "No cluster is configured: this is the embedded Azure, and its changes end with this command (",
    Command.of("embedded", "start"),
    " keeps them; ",
    Connect("CLUSTER"),
    " for a real cluster).",
)
_IN_THE_PLAYGROUND = Explain.of(
    "No cluster is configured: this is the playground, which keeps its changes until ",
    Command.of("embedded", "stop"),
    " (",
    Connect("CLUSTER"),
    " for a real cluster).",
)


class Connections:
    """The open connections of one front end; one of them is current.

    Parameters
    ----------
    settings
        Where to go when nothing was opened by hand; not configured means the embedded Azure.
    say
        Shows the user one line.
    say_once
        The same for what needs no repetition, known by the word before it.
    embedded
        The embedded Azure of this process.

    """

    def __init__(
        self,
        settings: Settings,
        say: Callable[[Note], None],
        *,
        say_once: Callable[[str, Note], None] | None = None,
        embedded: EmbeddedService | None = None,
    ) -> None:
        self.settings = settings
        self._say = say
        self._say_once = say_once or (lambda _, note: say(note))
        self._open: dict[str, Connection] = {}
        self._current = ""
        self._embedded = embedded or EmbeddedService()
        self.trusted_hosts = TrustedHosts(data_directory)
        self._opening = Opening(
            lambda: self.settings, say, self._embedded, Traffic(), self.trusted_hosts
        )

    def current(self) -> Connection:
        """Return the current connection; the first use opens what is configured.

        Raises
        ------
        ClusterUnreachable
            A playground was started in the background, and can't be used.

        """
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
                why=Explain.of("open are: ", Several.of(self._open)),
                fix=ChangeOption("--connection", match) if match else Connect("CLUSTER", name=name),
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
        max_answer_mb: int | None = None,
        max_in_flight: int | None = None,
        trust_host: bool = False,
    ) -> Connection:
        """Open a connection, make sure it answers, and make it current.

        `trust_host` records the host as one that tokens may be sent to, from now on.

        Raises
        ------
        UntrustedHost
            The host is neither known to belong to Azure nor trusted by the user.
        ConnectionFailure
            The cluster does not answer, or not to this credential.
        ServiceRefusal
            The principal may not even ask for the version.

        """
        limits = self._limits(timeout, max_answer_mb, max_in_flight)
        if trust_host:
            self._trust(cluster)
        connection = self._opening.made(cluster, name, database, credential, limits)
        try:
            connection.kusto.command(".show version", database=connection.database)
        except AdxmiError:
            connection.close()
            raise
        self._adopt(connection)
        return connection

    def beside(self, other: Connection, cluster: OneOfMany) -> Connection:
        """Return a connection that is not kept here; raises as `Opening.beside`."""
        return self._opening.beside(other, cluster)

    def reach(self, cluster: str, credential: str) -> Connection:
        """Return a connection that is not kept here, nor asked; raises as `open`."""
        return self._opening.made(cluster, "", "", credential, self._limits())

    def use(self, name: str) -> Connection:
        """Make an open connection current; raises as `get` does."""
        connection = self.get(name)
        self._current = connection.name
        return connection

    def distrust(self, host: str) -> None:
        """Remove a host from the trusted ones and close the connections to it.

        Raises
        ------
        InvalidCluster
            The text is no host.

        """
        address = parse_address(host if "://" in host else f"https://{host}")
        if address.host not in self.trusted_hosts.all():
            self._say(f"{address.host} was not a trusted host.")
            return
        self.trusted_hosts.remove(address.host)
        for connection in self.all():
            if connection.address.host == address.host:
                self.close(connection.name)

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
        try:
            connection = self._configured()
        except CredentialFailure as failure:
            better = failure.remediation
            if isinstance(better, ChangeOption):
                failure.fix = (
                    f"ADXMI_CREDENTIAL={better.value}, "
                    f"or c.AdxmiMagics.credential = {better.value!r}"
                )
            raise
        self._adopt(connection)

    def _configured(self) -> Connection:
        if self.settings.cluster:
            return self._opening.made(self.settings.cluster, "", "", "", self._limits())
        if not self.settings.is_brief:
            self._say(_IN_THIS_PROCESS)
            return self._opening.made(EMBEDDED, "", "", "", self._limits())
        from adxmi_jupyter.service.playground import Playground, found

        playground = found()
        if isinstance(playground, Playground):
            self._say_once(str(playground.record.pid), _IN_THE_PLAYGROUND)
            return self._opening.playground(playground, self._limits())
        if playground is not None:
            raise playground.error()
        self._say_once(EMBEDDED, _FOR_THIS_COMMAND)
        return self._opening.made(EMBEDDED, "", "", "", self._limits())

    def _limits(
        self,
        timeout: float | None = None,
        max_answer_mb: int | None = None,
        max_in_flight: int | None = None,
    ) -> Limits:
        return Limits(
            self.settings.timeout if timeout is None else timeout,
            self.settings.max_answer_mb if max_answer_mb is None else max_answer_mb,
            self.settings.max_in_flight if max_in_flight is None else max_in_flight,
        )

    def _trust(self, cluster: str) -> None:
        if cluster.strip().lower() == EMBEDDED:
            return
        address = parse_address(cluster)
        if address.is_loopback or is_well_known(address):
            return
        self.trusted_hosts.add(address.host)
        self._say(
            Explain.of(
                f"{address.host} is a trusted host from now on (",
                Command.of("connections", "distrust", address.host),
                " removes it).",
            )
        )
