"""Roles that targets keep themselves: data roles of Cosmos DB, database roles of SQL Server.

Whoever owns the target gives them, with its own commands; tutorials and tests give them here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.state.targets import DATA_CONTRIBUTOR, DATA_READER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from adxmi_jupyter.embedded.state.targets import CosmosAccount, SqlDatabase
    from adxmi_jupyter.embedded.state.world import World

_COSMOS = {
    "Cosmos DB Built-in Data Reader": DATA_READER,
    "Cosmos DB Built-in Data Contributor": DATA_CONTRIBUTOR,
}
_SQL: dict[str, Callable[[SqlDatabase], set[str]]] = {
    "db_datareader": lambda database: database.readers,
    "db_datawriter": lambda database: database.writers,
}


@dataclass(frozen=True)
class HeldRole:
    """One principal, by object ID, in one role of a target, whose name is as it can be given."""

    principal_id: str
    role: str
    target: str


def data_role_targets(world: World) -> dict[str, tuple[str, ...]]:
    """Return where each role can be given.

    That is on `ACCOUNT`, `ACCOUNT/DATABASE` or `ACCOUNT/DATABASE/CONTAINER` of Cosmos DB, and on
    `SERVER/DATABASE`.
    """
    accounts = tuple(
        dict.fromkeys(
            place
            for account in world.cosmos_accounts.values()
            for place in (account.name, *_inside(account))
        )
    )
    servers = world.sql_servers.values()
    databases = tuple(f"{each.name}/{name}" for each in servers for name in each.databases)
    return {**dict.fromkeys(_COSMOS, accounts), **dict.fromkeys(_SQL, databases)}


def data_role_named(role: str) -> str | None:
    """Return the name of a role, ignoring case; None when no target has such a role."""
    folded = role.casefold()
    return next((name for name in (*_COSMOS, *_SQL) if name.casefold() == folded), None)


def give_data_role(world: World, object_id: str, role: str, target: str) -> bool:
    """Give a principal a role on a target; return whether it is new. KeyError for no such target.

    The target may also be a resource ID, with what is in an account behind it.
    """
    folded = _names_in(target).casefold()
    found = next((t for t in data_role_targets(world)[role] if t.casefold() == folded), None)
    if found is None:
        raise KeyError(target)
    name, _, inside = found.partition("/")
    if role in _COSMOS:
        return world.cosmos_accounts[name].assign(_COSMOS[role], object_id, _scope(inside))
    held = _SQL[role](world.sql_servers[name].databases[inside])
    is_new = object_id not in held
    held.add(object_id)
    return is_new


def data_roles_held(world: World) -> Iterator[HeldRole]:
    """Yield who is in which of these roles."""
    names = {role_id: name for name, role_id in _COSMOS.items()}
    for account in world.cosmos_accounts.values():
        for each in account.role_assignments:
            place = "/".join((account.name, *each.scope.split("/")[2::2]))
            yield HeldRole(each.principal_id, names[each.role_id], place)
    for server in world.sql_servers.values():
        for name, database in server.databases.items():
            for role, principals in _SQL.items():
                for principal_id in sorted(principals(database)):
                    yield HeldRole(principal_id, role, f"{server.name}/{name}")


def _inside(account: CosmosAccount) -> Iterator[str]:
    for path in account.containers:
        yield f"{account.name}/{path.partition('/')[0]}"
        yield f"{account.name}/{path}"


def _scope(inside: str) -> str:
    """Return `DATABASE/CONTAINER`, either or both left out, as a scope below the account."""
    named = zip(("/dbs/", "/colls/"), filter(None, inside.split("/")), strict=False)
    return "".join(f"{kind}{name}" for kind, name in named)


def _names_in(target: str) -> str:
    """Return the names in a resource ID, joined by slashes; a name stays as it is."""
    if not target.startswith("/"):
        return target
    return "/".join(target.rstrip("/").rpartition("/providers/")[2].split("/")[2::2])
