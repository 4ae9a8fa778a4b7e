"""Opens SQL databases and Cosmos DB containers, all requirements checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.kusto.errors import bad_request
from adxmi_jupyter.embedded.kusto.targets import denials
from adxmi_jupyter.embedded.kusto.targets.authorization import (
    acting_principal,
    require_callout,
    require_network,
)
from adxmi_jupyter.embedded.state.networks import COSMOS, SQL
from adxmi_jupyter.embedded.storage.locations import Method

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adxmi_jupyter.embedded.kusto.targets.ado import Target
    from adxmi_jupyter.embedded.kusto.targets.authorization import ActingPrincipal
    from adxmi_jupyter.embedded.state.clusters import Database
    from adxmi_jupyter.embedded.state.security import Principal
    from adxmi_jupyter.embedded.state.targets import SqlDatabase
    from adxmi_jupyter.embedded.state.world import World


def open_sql(
    world: World,
    target: Target,
    *,
    usage: str,
    database: Database | None,
    caller: Principal | None,
    write: bool = False,
    callout: str = "sql",
) -> SqlDatabase:
    """Return a SQL database; a KustoError for the first requirement not met, as in `open_folder`.

    `callout` is the type of callout to ask the policy for.
    """
    acting = acting_principal(
        world, target.method, target.credential, usage=usage, database=database, caller=caller
    )
    require_callout(world, callout, target.host)
    server = world.sql_servers.get(target.name)
    if server is None or not target.host.endswith(".database.windows.net"):
        raise bad_request(f"There is no SQL server at '{target.host}'.")
    require_network(world, SQL, f"{target.host}/{target.database}", acting)
    found = server.databases.get(target.database)
    if found is None:
        raise bad_request(f"There is no database '{target.database}' at '{target.host}'.")
    known = target.method is Method.KEY and server.logins.get(target.user) == target.credential
    if not known and not _is_listed(acting, found.writers if write else found.readers):
        raise denials.target_forbidden(_shown(acting, target), f"{target.host}/{target.database}")
    return found


def open_cosmos(
    world: World,
    target: Target,
    *,
    usage: str,
    database: Database | None,
    caller: Principal | None,
    callout: str = "cosmosdb",
) -> list[Mapping[str, Any]]:
    """Return the items of a Cosmos DB container, as `open_sql` does a database."""
    acting = acting_principal(
        world, target.method, target.credential, usage=usage, database=database, caller=caller
    )
    require_callout(world, callout, f"https://{target.host}/")
    account = world.cosmos_accounts.get(target.name)
    if account is None or not target.host.endswith(".documents.azure.com"):
        raise bad_request(f"There is no Cosmos DB account at '{target.host}'.")
    require_network(world, COSMOS, target.host, acting)
    known = target.method is Method.KEY and target.credential in account.keys
    place = (target.database, target.container)
    if not known and not (acting and account.lets_read(acting.object_id, *place)):
        raise denials.target_forbidden(_shown(acting, target), target.host)
    found = account.containers.get(f"{target.database}/{target.container}")
    if found is None:
        raise bad_request(
            f"There is no container '{target.container}' in the database '{target.database}' "
            f"at '{target.host}'."
        )
    return found.items


def _is_listed(acting: ActingPrincipal | None, listed: set[str]) -> bool:
    return acting is not None and acting.object_id in listed


def _shown(acting: ActingPrincipal | None, target: Target) -> str:
    return acting.shown if acting else f"the credential of kind '{target.method}'"
