"""What listens at an address: the routes of some APIs, for the owner of the server only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from adxmi_jupyter.embedded.owner_only import OwnerOnly
from adxmi_jupyter.embedded.web import Application

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.arm.request import ClusterScripts
    from adxmi_jupyter.embedded.web import Route


class Api(Protocol):
    """Something that answers requests to some paths."""

    def routes(self) -> list[Route]:
        """Return the routes to add to an application."""


def served(port: int, *apis: Api) -> Application:
    """Return an application with the routes of these APIs, for the owner only."""
    return Application((route for api in apis for route in api.routes()), OwnerOnly(port).answer)


def cluster_scripts() -> ClusterScripts:
    """Return what clusters do with the scripts of Resource Manager, loaded when one is put."""
    from adxmi_jupyter.embedded.arm.request import ClusterScripts
    from adxmi_jupyter.embedded.kusto.script_resource import run_script, unsupported

    return ClusterScripts(run_script, unsupported)
