"""The loopback server: an application in a daemon thread of its own."""

from __future__ import annotations

import asyncio
import secrets
import socket
import threading
from functools import partial
from typing import TYPE_CHECKING, Any, Self

from adxmi_jupyter.embedded.applications import cluster_application, main_application
from adxmi_jupyter.embedded.azure_roles import ROLES
from adxmi_jupyter.embedded.cluster_ports import HOST, ClusterPorts
from adxmi_jupyter.embedded.daemon_threads import DaemonThreads
from adxmi_jupyter.embedded.data_roles import data_role_targets, data_roles_held
from adxmi_jupyter.embedded.faults import Faults
from adxmi_jupyter.embedded.identity_endpoint import PATH
from adxmi_jupyter.embedded.ingestion.notifications import BLOB_CREATED
from adxmi_jupyter.embedded.kusto.http import INGESTION_PREFIX
from adxmi_jupyter.embedded.listener import Listener
from adxmi_jupyter.embedded.scripts import Scripts
from adxmi_jupyter.embedded.seed.world import seeded_world
from adxmi_jupyter.embedded.state.arm_operations import ArmSettings
from adxmi_jupyter.embedded.state.behaviours import DEFAULTS
from adxmi_jupyter.embedded.state.clusters import RUNNING, STOPPED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from types import TracebackType

    from adxmi_jupyter.embedded.answer import Answer
    from adxmi_jupyter.embedded.data_roles import HeldRole
    from adxmi_jupyter.embedded.ingestion.connections import Sendable
    from adxmi_jupyter.embedded.state.behaviours import Chosen
    from adxmi_jupyter.embedded.state.clusters import Cluster
    from adxmi_jupyter.embedded.state.entities import ContinuousExport
    from adxmi_jupyter.embedded.state.resources import Subscription
    from adxmi_jupyter.embedded.state.world import World


class EmbeddedAzure:
    """Clusters of Azure Data Explorer and their Resource Manager, on 127.0.0.1.

    Each cluster has a port of its own, which refuses connections while the cluster is stopped:
    `uri_of` tells it. Resource Manager answers at all of them, and at that of the first cluster
    always.

    It answers programs of the user who runs it, and no web pages. `script_key` is for clients
    that may run scripts of the python plugin: it follows their bearer token, after a dot.
    `control` answers what the owner's other programs ask of this one, with the key.

    `behaviours` answer what no page does (`state.behaviours`); ValueError for an unknown one.
    `world` is theirs to look at and to change. `latency` (seconds) is added to every answer;
    `arm` says how long operations take. `requests_served` counts management commands and
    queries, `arm_requests_served` requests to Resource Manager, rejected and faulty ones
    included. Use it as a context manager, or call `start` and `stop`; after `stop` it can be
    started again on the same port.
    """

    def __init__(
        self,
        world: World | None = None,
        *,
        port: int = 0,
        latency: float = 0.0,
        behaviours: Chosen = DEFAULTS,
    ) -> None:
        self.world = world if world is not None else seeded_world()
        self.world.behaviours.choose(behaviours)
        self.faults = Faults(self._let_roles_take_effect)
        self.latency = latency
        self.arm = ArmSettings()
        self.scripts = Scripts()
        self.script_key = secrets.token_urlsafe(32)
        self.control: Callable[[bytes], bytes] | None = None
        self.requests_served = 0
        self.arm_requests_served = 0
        self.log_requests_served = 0
        self._port = port
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._threads = DaemonThreads()
        self._ports = ClusterPorts(lambda: self.world, partial(cluster_application, self))

    @property
    def kusto_uri(self) -> str:
        """Address of the first cluster, `http://127.0.0.1:PORT`; RuntimeError before `start`."""
        if not self._port:
            raise RuntimeError("The embedded Azure has no address yet: call start() first.")
        return f"http://{HOST}:{self._port}"

    @property
    def ingest_uri(self) -> str:
        """Address of the ingestion endpoint; a path of the same server, of two segments.

        Clients take a path of one segment for the name of a database.
        """
        return f"{self.kusto_uri}/{INGESTION_PREFIX}/{self.world.cluster.name}"

    @property
    def arm_uri(self) -> str:
        """Address of Resource Manager: the same one, its paths tell the two apart."""
        return self.kusto_uri

    @property
    def sign_in_environment(self) -> dict[str, str]:
        """Environment variables with which clients sign in with a managed identity.

        Azure Identity reads them: a program that names no identity is the admin, one that names
        the client ID, object ID or resource ID of an identity is that identity.
        """
        return {
            "IDENTITY_ENDPOINT": f"{self.kusto_uri}{PATH}",
            "IDENTITY_HEADER": self.script_key,
        }

    @property
    def uris(self) -> dict[str, str]:
        """Address of every cluster by its name, stopped ones included; see `uri_of`."""
        with self.world.lock:
            clusters = self.world.clusters
        addresses = {each.name: self._address(each) for each in clusters}
        self._follow_states()
        return addresses

    @property
    def names(self) -> dict[str, str]:
        """Address of every cluster by the public one that Resource Manager shows."""
        with self.world.lock:
            clusters = self.world.clusters
        return {each.public_uri: self._address(each) for each in clusters}

    def uri_of(self, cluster: str) -> str:
        """Return the address of a cluster, given by name or resource ID; KeyError for none.

        The port of a cluster stays the same. One that runs listens when this returns.
        """
        with self.world.lock:
            found = self.world.find_cluster(cluster)
        address = self._address(found)
        self._follow_states()
        return address

    def ingest_uri_of(self, cluster: str) -> str:
        """Return the address of a cluster's ingestion endpoint; KeyError as `uri_of`."""
        name = self.world.find_cluster(cluster).name
        return f"{self.uri_of(cluster)}/{INGESTION_PREFIX}/{name}"

    def start_cluster(self, cluster: str) -> None:
        """Let a cluster answer, at once; KeyError as `uri_of`."""
        self._set_state(cluster, RUNNING)

    def stop_cluster(self, cluster: str) -> None:
        """Let a cluster refuse connections, at once; KeyError as `uri_of`."""
        self._set_state(cluster, STOPPED)

    def start(self) -> Self:
        """Listen and return at once; OSError when the given port is taken."""
        if self._thread is not None:
            return self
        listener = socket.create_server((HOST, self._port), backlog=256)
        self._port = listener.getsockname()[1]
        self.scripts = Scripts()
        ready = threading.Event()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._serve(listener, ready)),
            name=f"embedded-azure-{self._port}",
            daemon=True,
        )
        self._thread.start()
        ready.wait()
        return self

    def stop(self) -> None:
        """Release answers held back, end scripts, close every connection and end the thread."""
        if self._thread is None or self._loop is None or self._stopping is None:
            return
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()
        self._thread = None

    def reset(
        self,
        *,
        with_history: bool = True,
        world: str = "contoso",
        behaviours: Chosen = DEFAULTS,
    ) -> None:
        """Go back to a fresh seeded world without faults or waits, on the same port.

        Without history its logs are empty. `world` is one of `WORLDS`. ValueError for an unknown
        world or behaviour: nothing changes.
        """
        fresh = seeded_world(world, with_history=with_history)
        fresh.behaviours.choose(behaviours)
        self.faults.clear()
        self.arm = ArmSettings()
        self.world = fresh
        self._follow_states()

    def push_events(self, hub: str, events: Iterable[Sendable], **properties: str) -> int:
        """Send events to an event hub, by resource ID or as `namespace/hub`; rows that came in.

        Events are texts, bytes, or values that become JSON; `properties` such as `Table` route
        them. What data connections cannot ingest yet waits. KeyError for an unknown hub.
        """
        from adxmi_jupyter.embedded.ingestion.connections import push_events

        with self.world.lock:
            return push_events(self.world, hub, events, properties)

    def blob_created(
        self, account: str, container: str, path: str, event_type: str = BLOB_CREATED
    ) -> int:
        """Let Event Grid tell of a blob; the rows that its connections ingested.

        KeyError for an unknown account; the blob itself is looked at by the connection.
        """
        from adxmi_jupyter.embedded.ingestion.connections import announce_blob

        with self.world.lock:
            return announce_blob(self.world, account, container, path, event_type)

    def cosmos_changed(
        self, account: str, database: str, container: str, documents: Iterable[Mapping[str, Any]]
    ) -> int:
        """Write documents into a Cosmos DB container; the rows that its connections ingested.

        KeyError for an unknown container; the account may be a resource ID or a name.
        """
        from adxmi_jupyter.embedded.ingestion.connections import change_documents

        with self.world.lock:
            return change_documents(self.world, account, database, container, documents)

    def deliver_events(self) -> int:
        """Let data connections try again what they could not ingest; the rows that came in."""
        from adxmi_jupyter.embedded.ingestion.connections import deliver_events

        with self.world.lock:
            return deliver_events(self.world)

    def add_subscription(self, name: str, *groups: str, tenant_id: str = "") -> Subscription:
        """Add a subscription with resource groups, of which the admin is Owner.

        It belongs to the tenant of the world unless it is given another one.
        """
        from adxmi_jupyter.embedded.seed.azure import add_subscription

        return add_subscription(self.world, name, *groups, tenant_id=tenant_id)

    @property
    def azure_roles(self) -> dict[str, str]:
        """Names of the Azure roles it knows, by the GUID of their definition."""
        return {role.role_id: role.name for role in ROLES}

    @property
    def data_roles(self) -> dict[str, tuple[str, ...]]:
        """Names of the roles that targets keep themselves, each with where it can be given."""
        with self.world.lock:
            return data_role_targets(self.world)

    @property
    def data_roles_held(self) -> list[HeldRole]:
        """Who is in which of these roles."""
        with self.world.lock:
            return list(data_roles_held(self.world))

    def assign_role(self, identity: str, role: str, resource: str) -> bool:
        """Give an identity a role on a resource, all by name; whether it is new.

        The role is an Azure role or one of `data_roles`. The resource may be `account/container`,
        `namespace/hub`, `server/database`, or a scope such as that of a resource group. KeyError
        names what does not exist.
        """
        from adxmi_jupyter.embedded.arm.role_grants import assign_role

        with self.world.lock:
            return assign_role(self.world, self.faults, identity, role, resource)

    def add_secrets(self, database: str) -> None:
        """Add an object of each kind that authenticates by a secret; KeyError for no database."""
        from adxmi_jupyter.embedded.seed.secrets import add_secret_objects

        add_secret_objects(self.world, self.world.cluster.databases[database])

    def add_requests(self, count: int) -> None:
        """Let the first cluster have had so many requests in 30 days; a million take 150 MB."""
        from adxmi_jupyter.embedded.seed.many_requests import add_requests

        add_requests(self.world, count)

    def warm_up(self) -> None:
        """Load what first commands and queries need, so that they are answered sooner."""
        from adxmi_jupyter.embedded.warming import warm_up

        warm_up()

    def run_now(self, database: str, name: str, *, cluster: str = "") -> ContinuousExport:
        """Run a continuous export once and return it; no time runs any by itself.

        A requirement that is not met makes a failed run, which the export remembers. The cluster
        is the first one unless it is named. KeyError when there is no such cluster, database or
        export.
        """
        from adxmi_jupyter.embedded.kusto.exports.continuous_run import run_continuous_export

        world = self.world
        seen = world.at(world.find_cluster(cluster)) if cluster else world
        return run_continuous_export(seen, database, name)

    def _let_roles_take_effect(self) -> None:
        from adxmi_jupyter.embedded.arm.assignments import let_cluster_roles_count
        from adxmi_jupyter.embedded.arm.role_grants import let_roles_take_effect

        with self.world.lock:
            let_roles_take_effect(self.world)
            let_cluster_roles_count(self.world)

    async def pause(self, seconds: float) -> None:
        """Hold an answer back for so long, or until the server stops."""
        if seconds > 0 and self._stopping is not None:
            try:
                await asyncio.wait_for(self._stopping.wait(), seconds)
            except TimeoutError:
                return

    async def beside(self, call: Callable[[], Answer]) -> Answer:
        """Call this in a thread of its own and return what it returns."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, call)

    async def _serve(self, listener: socket.socket, ready: threading.Event) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        connections = Listener(main_application(self, self._port))
        await connections.start(listener)
        await self.follow_states()
        ready.set()
        await self._stopping.wait()
        self.scripts.stop()
        await self._ports.stop()
        await connections.stop()

    async def follow_states(self) -> None:
        """Let the clusters that run listen, and no others."""
        await self._ports.follow_states()

    def _follow_states(self) -> None:
        """Do so from another thread, which must not hold the lock of the world, and wait."""
        if self._thread is not None and self._loop is not None:
            asyncio.run_coroutine_threadsafe(self.follow_states(), self._loop).result()

    def _address(self, cluster: Cluster) -> str:
        if cluster is self.world.cluster:
            return self.kusto_uri
        scheme = "https" if cluster.bad_certificate else "http"
        return f"{scheme}://{HOST}:{self._ports.port_of(cluster)}"

    def public_uri(self, address: str) -> str:
        """Return the public address of the cluster at a loopback one; others as they are."""
        wanted = address.rstrip("/").casefold()
        if not wanted.startswith(f"http://{HOST}:"):
            return address
        found = (each for each in self.world.clusters if self._address(each) == wanted)
        return next((each.public_uri for each in found), address)

    def _set_state(self, cluster: str, state: str) -> None:
        with self.world.lock:
            self.world.find_cluster(cluster).state = state
        self._follow_states()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()
