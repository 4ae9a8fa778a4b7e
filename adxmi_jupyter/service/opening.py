"""Make connections: to a configured cluster, the embedded Azure, a playground, and many at once.

Every way checks the host first, whoever names it: a token goes to hosts that were checked only.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from adxmi_jupyter.errors import UntrustedHost
from adxmi_jupyter.fixes import Configure, Setting
from adxmi_jupyter.service.access import TokenAccess
from adxmi_jupyter.service.address import EMBEDDED, ClusterAddress, parse_address
from adxmi_jupyter.service.connection import Connection, Records
from adxmi_jupyter.service.directories import data_directory, lock_directory
from adxmi_jupyter.service.editions import edition_of, note_of
from adxmi_jupyter.service.embedded import DEFAULT_DATABASE
from adxmi_jupyter.service.kusto import AS_USUAL, Kusto
from adxmi_jupyter.service.limits import AUTOMATIC
from adxmi_jupyter.service.lock import ClusterLock
from adxmi_jupyter.service.sign_in import access_of, embedded_principal
from adxmi_jupyter.service.trust import check_host

if TYPE_CHECKING:
    from collections.abc import MutableMapping
    from typing import Any

    from azure.kusto.data import KustoClient

    from adxmi_jupyter.fixes import Note
    from adxmi_jupyter.service.access import Access
    from adxmi_jupyter.service.embedded import EmbeddedService
    from adxmi_jupyter.service.in_flight import Traffic
    from adxmi_jupyter.service.kusto import Retries
    from adxmi_jupyter.service.limits import Limits
    from adxmi_jupyter.service.playground import Playground
    from adxmi_jupyter.service.trust import TrustedHosts


class Configured(Protocol):
    """What is configured of a connection that says nothing else."""

    @property
    def database(self) -> str:
        """The database; empty for none."""

    @property
    def credential(self) -> str:
        """The credential; empty for none."""


@dataclass(frozen=True)
class OneOfMany:
    """A cluster that is reached as the principal of another connection.

    `name` and `resource_id` are Azure's, `addresses` others by which files may call it. `clouds`
    keeps what a region's sign-in metadata say.
    """

    address: ClusterAddress
    name: str
    resource_id: str
    limits: Limits
    traffic: Traffic
    retries: Retries
    clouds: MutableMapping[str, Any]
    addresses: tuple[str, ...] = ()


class Opening:
    """Makes the connections of one front end.

    Parameters
    ----------
    settings
        Returns what is configured now.
    say
        Shows the user one line.
    embedded
        The embedded Azure of this process.
    traffic
        What is under way at each service.
    trusted_hosts
        Hosts that the user trusts.

    """

    def __init__(
        self,
        settings: Callable[[], Configured],
        say: Callable[[Note], None],
        embedded: EmbeddedService,
        traffic: Traffic,
        trusted_hosts: TrustedHosts,
    ) -> None:
        self._settings = settings
        self._say = say
        self._embedded = embedded
        self._traffic = traffic
        self._trusted_hosts = trusted_hosts

    def beside(self, other: Connection, cluster: OneOfMany) -> Connection:
        """Return a connection to another cluster as the same principal; nothing is sent yet.

        Raises
        ------
        UntrustedHost
            The host is neither known nor trusted, of another cloud, or on the other side: a
            server on this machine gets no token of yours, and a cluster none of the embedded
            Azure.

        """
        address = cluster.address
        check_host(address, self._trusted_hosts)
        is_same_side = address.is_loopback == other.address.is_loopback
        if not is_same_side or address.authority != other.address.authority:
            raise UntrustedHost(
                f"{address.host} gets no token of this connection",
                why=f"{other.cluster} and {address.host} are not in one cloud",
                fix=Configure(Setting.CREDENTIAL, "NAME"),
            )
        access = other.access.at(address, cluster.limits, cluster.traffic)
        made = Connection(
            cluster.name,
            address,
            database="",
            credential=other.credential,
            make_kusto=lambda uri: self._kusto(
                ClusterAddress(uri), access, cluster.retries, cluster.clouds
            ),
            say=self._say,
            records=self._records(address, lambda: _beside(other, address, cluster.name)),
            access=access,
        )
        made.azure_at = other.azure_at  # one Azure Resource Manager has all of them
        return made.known_as(cluster.name, cluster.resource_id, *cluster.addresses)

    def playground(self, playground: Playground, limits: Limits) -> Connection:
        """Return a connection to the embedded Azure of a playground."""
        settings = self._settings()
        principal = embedded_principal(settings.credential)
        address = ClusterAddress(playground.uri)
        token = playground.token(principal)
        access = TokenAccess(lambda: token, is_loopback=True, limits=limits, traffic=self._traffic)
        return Connection(
            EMBEDDED,
            address,
            database=settings.database or DEFAULT_DATABASE,
            credential=f"as:{principal}",
            make_kusto=lambda uri: self._kusto(ClusterAddress(uri), access),
            say=self._say,
            records=self._records(address, lambda: playground.history_file),
            access=access,
            embedded=playground,
        )

    def made(
        self, cluster: str, name: str, database: str, credential: str, limits: Limits
    ) -> Connection:
        """Return a connection to a cluster, or to the embedded Azure; nothing is sent yet.

        Raises
        ------
        InvalidCluster, UntrustedHost
            The address can't be used, or no token is sent there.
        CredentialFailure
            There is no such credential.

        """
        wanted = credential or self._settings().credential
        if cluster.strip().lower() == EMBEDDED:
            return self._made_embedded(name, database, wanted, limits)
        address = parse_address(cluster)
        check_host(address, self._trusted_hosts)
        edition = edition_of(address)
        if edition is not None:
            self._say(note_of(address, edition))
        return self._made_remote(
            address,
            name or address.short_name,
            database or self._settings().database or address.database,
            wanted or "default",
            limits,
        )

    def _made_embedded(
        self, name: str, database: str, credential: str, limits: Limits
    ) -> Connection:
        principal = embedded_principal(credential)
        token = self._embedded.token(principal)
        address = ClusterAddress(self._embedded.azure.kusto_uri)
        access = TokenAccess(
            lambda: token,
            is_loopback=True,
            limits=limits,
            traffic=self._traffic,
            known=lambda: self._embedded.account(principal),
        )
        return Connection(
            name or EMBEDDED,
            address,
            database=database or self._settings().database or DEFAULT_DATABASE,
            credential=f"as:{principal}",
            make_kusto=lambda uri: self._kusto(ClusterAddress(uri), access),
            say=self._say,
            records=self._records(address, lambda: self._embedded.history_file),
            access=access,
            embedded=self._embedded,
        )

    def _made_remote(
        self, address: ClusterAddress, name: str, database: str, credential: str, limits: Limits
    ) -> Connection:
        access = access_of(address, credential, limits, self._traffic)
        return Connection(
            name,
            address,
            database=database,
            credential=credential,
            make_kusto=lambda uri: self._kusto(ClusterAddress(uri), access),
            say=self._say,
            records=self._records(
                address, lambda: data_directory() / f"{_file_name(address)}.jsonl"
            ),
            access=access,
        )

    def _records(self, address: ClusterAddress, history: Callable[[], Path]) -> Records:
        name = f"{_file_name(address)}.lock"

        def lock() -> Path:
            return lock_directory(is_loopback=address.is_loopback) / name

        return Records(history, ClusterLock(lock, self._say))

    def _kusto(
        self,
        address: ClusterAddress,
        access: Access,
        retries: Retries = AS_USUAL,
        clouds: MutableMapping[str, Any] | None = None,
    ) -> Kusto:
        check_host(address, self._trusted_hosts)  # the ingestion endpoint is another host
        in_flight = access.traffic.at_cluster(address.uri)
        if access.limits.in_flight != AUTOMATIC:
            in_flight.choose(access.limits.in_flight)

        def client() -> KustoClient:
            from adxmi_jupyter.service.kusto_client import make_client  # loads the SDK

            return make_client(
                address.uri,
                loopback=address.is_loopback,
                authenticate=access.builder,
                limits=access.limits,
                in_flight=in_flight,
                clouds=clouds,
            )

        return Kusto(
            address.uri,
            client,
            timeout=access.limits.seconds,
            say=self._say,
            retries=retries,
        )


def _file_name(address: ClusterAddress) -> str:
    return _plain(address.uri.split("://", 1)[1])


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9.-]", "-", name.lower())


def _beside(other: Connection, address: ClusterAddress, name: str) -> Path:
    """Return the file for the history of a cluster; that of the embedded Azure ends with it."""
    if address.is_loopback:
        return other.history_file.with_name(f"history-{_plain(name)}.jsonl")
    return data_directory() / f"{_file_name(address)}.jsonl"
