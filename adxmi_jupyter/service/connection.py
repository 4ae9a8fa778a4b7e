"""One connection: which cluster, as whom, in which database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote

from adxmi_jupyter.errors import AdxmiError, HistoryUnavailable, MissingOption
from adxmi_jupyter.fixes import Configure, Explain, Option, Setting
from adxmi_jupyter.service.credentials import ASKING_A_PERSON
from adxmi_jupyter.service.editions import edition_of, not_in_edition
from adxmi_jupyter.service.embedded import EmbeddedService, not_in_use
from adxmi_jupyter.service.in_flight import cores_of
from adxmi_jupyter.service.resource_manager import ResourceManager
from adxmi_jupyter.service.verified import Verified, VerifiedFile

if TYPE_CHECKING:
    from adxmi_jupyter.embedded import EmbeddedAzure
    from adxmi_jupyter.fixes import Note
    from adxmi_jupyter.model.assignment import AssignedIdentities
    from adxmi_jupyter.model.cluster_host import Edition
    from adxmi_jupyter.model.declaration.products import QueuedIngestion
    from adxmi_jupyter.model.principal import PrincipalReference
    from adxmi_jupyter.model.verification.known import Known
    from adxmi_jupyter.service.access import Access
    from adxmi_jupyter.service.address import ClusterAddress
    from adxmi_jupyter.service.in_flight import InFlight
    from adxmi_jupyter.service.ingestion_upload import QueuedRows
    from adxmi_jupyter.service.kusto import Kusto
    from adxmi_jupyter.service.lock import ClusterLock
    from adxmi_jupyter.service.log_analytics import LogAnalytics
    from adxmi_jupyter.service.operation import Operation
    from adxmi_jupyter.service.playground import Playground

# Seconds between two looks at a running operation; the real one takes minutes.
_CLUSTER_ID = "cluster resource ID"
_POLL_EVERY = {True: 0.05, False: 5.0}


@dataclass(frozen=True)
class Noting:
    """What the history notes with each write: the apply that it is part of, and what it undoes.

    `restoring` makes again what the write removes.
    """

    apply: int = 0
    undoes: int = 0
    restoring: Any = None


@dataclass(frozen=True)
class Records:
    """What this machine keeps of writes on a cluster: where the history is, and who may write."""

    history: Callable[[], Path]
    lock: ClusterLock


class Connection:
    """One cluster, one credential, one current database."""

    def __init__(
        self,
        name: str,
        address: ClusterAddress,
        *,
        database: str,
        credential: str,
        make_kusto: Callable[[str], Kusto],
        say: Callable[[Note], None],
        records: Records,
        access: Access,
        embedded: EmbeddedService | Playground | None = None,
    ) -> None:
        self.name = name
        self.address = address
        self.database = database
        self.credential = credential
        self.kusto = make_kusto(address.uri)
        self.say = say
        self.remembered: dict[str, Any] = {}
        self.operations: list[Operation] = []
        self.has_open_writes = True  # until the history was looked at
        self.assigned_when_last_seen: AssignedIdentities | None = None
        self.lock = records.lock
        self.noted = Noting()
        self.when_noted: Callable[[int], None] = lambda _apply: None  # before a write is sent
        self._history = records.history
        self._embedded = embedded
        self.access = access
        self._title = self._resource_id = ""
        self.other_addresses: frozenset[str] = frozenset()
        self.azure_at = address.resource_manager
        self._make_kusto = make_kusto
        if credential not in ASKING_A_PERSON:  # this should ask no person to sign in
            self.in_flight.when_crowded(self._find_size)

    def known_as(self, title: str, resource_id: str, *addresses: str) -> Self:
        """Call the cluster by this name, and know its resource ID without asking.

        `addresses` are others by which files may call it, such as the one that Azure shows.
        """
        self._title, self._resource_id = title, resource_id
        self.other_addresses = frozenset(addresses)
        return self

    @property
    def known_resource_id(self) -> str:
        """The resource ID where it is known without asking; else empty."""
        return self._resource_id

    @property
    def is_embedded(self) -> bool:
        """Whether this is the embedded Azure of this process, or the playground."""
        return self._embedded is not None

    @property
    def playground(self) -> Playground | None:
        """The embedded Azure behind this connection, where another process runs it."""
        return None if isinstance(self._embedded, EmbeddedService) else self._embedded

    @property
    def cluster(self) -> str:
        """The cluster's address for people; the embedded Azure's port means nothing to them."""
        return self._title or ("embedded Azure" if self.is_embedded else self.address.uri)

    @property
    def credential_used(self) -> str:
        """The class of the Azure SDK that gave the token, once one did; else the name."""
        return (self.access.used if self.kusto.has_answered else "") or self.credential

    @property
    def history_file(self) -> Path:
        """Where the history of policy writes on this cluster is kept."""
        return self._history()

    @cached_property
    def verified(self) -> Verified:
        """What `verify` found out about the cluster, and when."""
        try:
            found = self.verified_file.read()
        except HistoryUnavailable:
            return Verified()
        if found.known.cores:
            self.in_flight.has_nodes_of(found.known.cores)
        return found

    @property
    def verified_file(self) -> VerifiedFile:
        """Where that is kept."""
        return VerifiedFile(self.history_file, self.address.uri.split("://", 1)[-1])

    @property
    def known(self) -> Known:
        """How the cluster is known to answer where no page of the documentation says it."""
        return self.verified.known

    def forget_verified(self) -> None:
        """Look again at what was found out, when it is next needed."""
        vars(self).pop("verified", None)

    @contextmanager
    def noting(self, *, apply: int = 0, undoes: int = 0) -> Iterator[None]:
        """Have the writes in it noted as part of an apply, or as undoing another write."""
        before, self.noted = self.noted, Noting(apply, undoes)
        try:
            yield
        finally:
            self.noted = before

    @property
    def embedded(self) -> EmbeddedService:
        """The embedded Azure behind this connection.

        Raises
        ------
        EmbeddedAzureNotInUse
            The connection leads to a cluster, or to the playground.

        """
        if not isinstance(self._embedded, EmbeddedService):
            raise not_in_use(self.cluster)
        return self._embedded

    @property
    def azure(self) -> EmbeddedAzure:
        """The running embedded server; raises as `embedded` does."""
        return self.embedded.azure

    @property
    def in_flight(self) -> InFlight:
        """The requests to the cluster that are under way, those of other connections included."""
        return self.access.traffic.at_cluster(self.address.uri)

    @cached_property
    def resource_manager(self) -> ResourceManager:
        """Azure Resource Manager, as the same principal."""
        base, every = self.azure_at, _POLL_EVERY[self.address.is_loopback]
        return ResourceManager(
            lambda subscription: self.access.management(base, subscription, every),
            poll_every=every,
            say=self.say,
        )

    @property
    def account(self) -> PrincipalReference | None:
        """Who the caller is at Azure Resource Manager; None where that is not told."""
        return self.access.account(self.azure_at)

    @cached_property
    def log_analytics(self) -> LogAnalytics:
        """Log Analytics, as the same principal."""
        from adxmi_jupyter.service.log_analytics import LogAnalytics

        return LogAnalytics(lambda: self.access.logs(self.address.log_analytics))

    @cached_property
    def edition(self) -> Edition | None:
        """What it is where it is no full cluster, by its host."""
        return edition_of(self.address)

    def require_identities(self) -> None:
        """Make sure that this is a cluster that can have managed identities; nothing is sent.

        Raises
        ------
        NotInThisEdition
            It is a Fabric eventhouse, a Synapse Data Explorer pool or a free cluster.

        """
        if self.edition is not None:
            raise not_in_edition(self.address, self.edition, "has no managed identities")

    @property
    def cluster_id(self) -> str:
        """The resource ID of the cluster, remembered; asked for, it also tells the cluster's size.

        Raises
        ------
        NotInThisEdition
            It is no resource in Azure.
        ResourceNotFound
            No subscription the caller can see has it.
        NotAuthorized, ConnectionFailure
            Azure Resource Manager refused or was not reached.

        """
        if self.edition is not None:
            raise not_in_edition(self.address, self.edition, "isn't a resource of Azure")
        if self._resource_id:
            return self._resource_id
        if _CLUSTER_ID not in self.remembered:
            found = self.resource_manager.cluster_at(self.address.uri)
            self.in_flight.has_nodes_of(cores_of(found.sku))
            self.remembered[_CLUSTER_ID] = found.resource_id
        return str(self.remembered[_CLUSTER_ID])

    def _find_size(self) -> None:
        try:
            _ = self.cluster_id
        except AdxmiError:  # then the cluster may have the smallest one
            return

    @cached_property
    def ingestion(self) -> Kusto:
        """The endpoint that queued ingestion goes through, as the same principal."""
        return self._make_kusto(self._ingestion_uri())

    def _ingestion_uri(self) -> str:
        if isinstance(self._embedded, EmbeddedService):
            return self.azure.ingest_uri
        if not self.address.is_loopback:
            return self.address.ingestion
        # An embedded Azure that another process serves has it below the cluster's name.
        try:
            cluster = self.cluster_id.rsplit("/", 1)[-1]
        except AdxmiError:  # an emulator has no Resource Manager, and one endpoint for all
            return self.address.ingestion
        return f"{self.address.uri}/ingest/{quote(cluster, safe='')}"

    def queue_blob(self, database: str, message: QueuedIngestion) -> str:
        """Queue a blob for ingestion; return the client's word for how that went.

        Raises as `service.ingestion.queue_blob`.
        """
        from adxmi_jupyter.service.ingestion import queue_blob
        from adxmi_jupyter.service.trust import ingestion_queues

        return queue_blob(
            self.ingestion,
            ingestion_queues(self.address),
            database,
            message,
            limits=self.access.limits,
        )

    def queue_rows(self, rows: QueuedRows) -> None:
        """Upload rows and queue them for ingestion; raises as `service.ingestion_upload`."""
        from adxmi_jupyter.service.ingestion_upload import StorageEndpoints, queue_rows
        from adxmi_jupyter.service.trust import ingestion_queues, ingestion_storage

        storage = StorageEndpoints(ingestion_queues(self.address), ingestion_storage(self.address))
        queue_rows(self.ingestion, storage, rows, limits=self.access.limits)

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
                fix=Explain.of(
                    "add ", Option("--database"), " NAME, or ", Configure(Setting.DATABASE, "NAME")
                ),
            )
        return self.database

    def forget(self) -> None:
        """Forget the names that are remembered, after a write."""
        self.remembered.clear()

    def close(self) -> None:
        """Close the clients; history and embedded Azure stay."""
        self.in_flight.forget(self._find_size)
        self.kusto.close()
        if "resource_manager" in vars(self):
            self.resource_manager.close()
        if "log_analytics" in vars(self):
            self.log_analytics.close()
        if "ingestion" in vars(self):
            self.ingestion.close()
