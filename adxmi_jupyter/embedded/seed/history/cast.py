"""Who acted in the history, and what the seeded identities are called in commands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.seed.history.timeline import Client
from adxmi_jupyter.embedded.state.ids import stable_id
from adxmi_jupyter.embedded.state.security import ADMIN_TOKEN, Principal, PrincipalKind

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.state.world import World

_READER_TOKEN = "embedded-reader"  # noqa: S105 - a name in a simulator; it opens nothing
LAKE = "https://contosolake.blob.core.windows.net"


@dataclass(frozen=True)
class Cast:
    """The callers of the seeded world, and three applications that no longer hold any role.

    `loader` ran a nightly load, `deployer` is a pipeline, `gateway` streams.
    """

    admin: Client
    reader: Client
    loader: Client
    deployer: Client
    gateway: Principal
    world: World

    def object_id(self, identity: str) -> str:
        """Return what policies and connection strings call an identity."""
        return self.world.identity(identity).object_id

    def fqn(self, identity: str) -> str:
        """Return what security roles call an identity."""
        found = self.world.identity(identity)
        return f"aadapp={found.client_id};{found.tenant_id}"

    def denied(self, identity: str, usage: str, database: str) -> str:
        """Return what a denial of a usage says."""
        from adxmi_jupyter.embedded.kusto.targets.denials import usage_not_allowed

        return usage_not_allowed(
            identity, usage, f"the database '{database}' or the cluster"
        ).message


def cast_of(seeded: World) -> Cast:
    """Return the cast of a freshly seeded world."""
    admin, reader = seeded.principal(ADMIN_TOKEN), seeded.principal(_READER_TOKEN)
    if admin is None or reader is None:
        raise AssertionError(seeded.principals)
    return Cast(
        Client(admin),
        Client(reader, "KusWeb"),
        Client(_application("orders-loader", seeded.tenant_id), "OrdersLoader"),
        Client(_application("deployment-pipeline", seeded.tenant_id), "Kusto.ARM"),
        _application("edge-gateway", seeded.tenant_id),
        seeded,
    )


def _application(name: str, tenant_id: str) -> Principal:
    client_id, object_id = stable_id("history", "client", name), stable_id("history", name)
    return Principal(PrincipalKind.APPLICATION, client_id, tenant_id, name, object_id)
