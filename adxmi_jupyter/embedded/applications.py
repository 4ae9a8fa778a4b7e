"""What listens at an address: the routes of some APIs, for the owner of the server only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from adxmi_jupyter.embedded import control, identity_endpoint, names
from adxmi_jupyter.embedded.arm import http as arm
from adxmi_jupyter.embedded.cluster_host import ClusterHost, Server
from adxmi_jupyter.embedded.cluster_ports import HOST, finder
from adxmi_jupyter.embedded.ingestion.http import StorageApi
from adxmi_jupyter.embedded.kusto.http import KustoApi
from adxmi_jupyter.embedded.monitor import http as monitor
from adxmi_jupyter.embedded.owner_only import OwnerOnly
from adxmi_jupyter.embedded.web import Application

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.arm.request import ClusterScripts
    from adxmi_jupyter.embedded.web import Route


class Api(Protocol):
    """Something that answers requests to some paths."""

    def routes(self) -> list[Route]:
        """Return the routes to add to an application."""


class Host(
    Server, arm.Host, names.Host, monitor.Host, identity_endpoint.Host, control.Host, Protocol
):
    """What the APIs need of the server they run in."""


def main_application(host: Host, port: int) -> Application:
    """Return what listens on the main port: the first cluster and Resource Manager."""
    cluster = ClusterHost(host, lambda: host.arm_uri, lambda world: world.cluster)
    return _served(
        port,
        KustoApi(cluster),
        StorageApi(cluster),
        arm.ArmApi(host, lambda: host.arm_uri, _cluster_scripts),
        names.NamesApi(host),
        monitor.LogQueryApi(host),
        identity_endpoint.IdentityApi(host),
        control.ControlApi(host, port),
    )


def cluster_application(host: Host, key: str, port: int) -> Application:
    """Return what listens on the port of another cluster: clients look for both there."""
    uri = f"http://{HOST}:{port}"
    cluster = ClusterHost(host, lambda: uri, finder(key))
    resources = arm.ArmApi(host, lambda: uri, _cluster_scripts)
    return _served(port, KustoApi(cluster), StorageApi(cluster), resources, names.NamesApi(host))


def _served(port: int, *apis: Api) -> Application:
    """Return an application with the routes of these APIs, for the owner only."""
    return Application((route for api in apis for route in api.routes()), OwnerOnly(port).answer)


def _cluster_scripts() -> ClusterScripts:
    """Return what clusters do with the scripts of Resource Manager, loaded when one is put."""
    from adxmi_jupyter.embedded.arm.request import ClusterScripts
    from adxmi_jupyter.embedded.kusto.script_resource import run_script, unsupported

    return ClusterScripts(run_script, unsupported)
