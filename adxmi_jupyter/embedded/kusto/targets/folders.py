"""Opens blobs, folders and containers for what runs in the cluster, all requirements checked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.azure_roles import BLOB_READ, BLOB_WRITE
from adxmi_jupyter.embedded.kusto.targets import denials
from adxmi_jupyter.embedded.kusto.targets.authorization import (
    acting_principal,
    has_role,
    require_callout,
    require_network,
)
from adxmi_jupyter.embedded.state.networks import STORAGE
from adxmi_jupyter.embedded.storage.locations import (
    InvalidLocationError,
    Method,
    parse_location,
)

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.kusto.targets.authorization import ActingPrincipal
    from adxmi_jupyter.embedded.state.clusters import Database
    from adxmi_jupyter.embedded.state.security import Principal
    from adxmi_jupyter.embedded.state.world import World
    from adxmi_jupyter.embedded.storage.accounts import StorageAccount
    from adxmi_jupyter.embedded.storage.locations import Location

EXTERNAL_DATA = "external_data"


@dataclass(frozen=True)
class Folder:
    """A blob, folder or container that has been opened; every path is one in its container."""

    location: Location
    blobs: dict[str, bytes] = field(repr=False)

    def existing(self) -> list[str]:
        """Return what `list` does; a KustoError (Download_SourceNotFound) when there is nothing."""
        found = self.list()
        if not found:
            raise denials.source_not_found(self.location.uri)
        return found

    def read(self, path: str) -> bytes:
        """Return a blob's content; a KustoError (Download_SourceNotFound) when there is none."""
        if path not in self.blobs:
            raise denials.source_not_found(self.uri(path))
        return self.blobs[path]

    def write(self, path: str, data: bytes) -> None:
        """Write a blob, over what was there."""
        self.blobs[path] = data

    def delete(self, path: str) -> None:
        """Delete a blob, if it is there."""
        self.blobs.pop(path, None)

    def join(self, name: str) -> str:
        """Return the path of a name beneath the location."""
        return f"{self.location.path}/{name}" if self.location.path else name

    def uri(self, path: str) -> str:
        """Return the address of a path, without any credential."""
        return self.location.uri_of(path)

    def list(self) -> list[str]:
        """Return the paths of the blobs at and beneath the location, sorted."""
        place, beneath = self.location.path, self.join("")
        return sorted(path for path in self.blobs if path == place or path.startswith(beneath))


def read_location(connection_string: str) -> Location:
    """Return where a storage connection string points; a KustoError (400) when nowhere."""
    try:
        return parse_location(connection_string)
    except InvalidLocationError as error:
        raise denials.invalid_address(str(error)) from error


def open_folder(
    world: World,
    connection_string: str,
    *,
    usage: str,
    database: Database | None,
    caller: Principal | None = None,
    write: bool = False,
    callout: str | None = EXTERNAL_DATA,
    is_trusted: bool = True,
) -> Folder:
    """Open what a storage connection string names; a KustoError for the first requirement not met.

    `caller` is who is impersonated, None in flows without one. `callout` is the type of callout
    to ask the policy for, None where it has no say. `write` asks for the right to write, else
    that to read; `is_trusted` lets an identity through as a trusted service. What is at the path
    is not looked at: see `Folder.existing`.
    """
    location = read_location(connection_string)
    acting = acting_principal(
        world, location.method, location.credential, usage=usage, database=database, caller=caller
    )
    if callout is not None:
        require_callout(world, callout, location.uri)
    account = world.storage_accounts.get(location.account)
    if account is None:
        raise denials.account_not_found(location.uri)
    _require_network(world, location, acting if is_trusted else None, write=write)
    if not _lets_in(world, account, location, acting, write=write):
        who = acting.shown if acting else f"the credential of kind '{location.method}'"
        raise denials.storage_forbidden(who, location.uri, write=write)
    if location.container not in account.containers:
        raise denials.source_not_found(location.uri)
    return Folder(location, account.containers[location.container])


def _require_network(
    world: World, location: Location, acting: ActingPrincipal | None, *, write: bool
) -> None:
    code = "Upload_Forbidden" if write else "Download_Forbidden"
    require_network(world, STORAGE, location.uri, acting, code=code)


def _lets_in(
    world: World,
    account: StorageAccount,
    location: Location,
    acting: ActingPrincipal | None,
    *,
    write: bool,
) -> bool:
    if acting is not None:
        scope = account.container_id(location.container)
        return has_role(world, acting, BLOB_WRITE if write else BLOB_READ, scope)
    match location.method:
        case Method.KEY:
            return location.credential in account.keys
        case Method.SIGNATURE:
            return account.accepts_signature(location.credential, "w" if write else "r")
        case Method.NONE:
            return location.container in account.public and not write
        case _:
            return False
