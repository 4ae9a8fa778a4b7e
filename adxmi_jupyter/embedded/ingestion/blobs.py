"""Blobs to ingest, opened by their connection strings (page: Storage connection strings)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from adxmi_jupyter.embedded.ingestion.errors import (
    BLOB_URI_EMPTY,
    SOURCE_FORBIDDEN,
    SOURCE_NOT_FOUND,
    IngestionError,
)
from adxmi_jupyter.embedded.kusto.targets.folders import open_folder
from adxmi_jupyter.embedded.state.queues import TEMPORARY, is_signed, path_of

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.state.clusters import Database
    from adxmi_jupyter.embedded.state.security import Principal
    from adxmi_jupyter.embedded.state.world import World

USAGE = "NativeIngestion"


@dataclass(frozen=True)
class Blob:
    """A blob that has been read; `place` is where it is deleted from, by its path."""

    uri: str
    path: str
    data: bytes
    place: dict[str, bytes]

    def delete(self) -> None:
        """Delete it at its source."""
        self.place.pop(self.path, None)


def open_blob(
    world: World,
    connection_string: str,
    database: Database,
    *,
    caller: Principal | None = None,
    to_delete: bool = False,
) -> Blob:
    """Return a blob; a KustoError or IngestionError for the first requirement that is not met.

    `caller` is who is impersonated, if anybody can be. `to_delete` asks for the right to delete
    it as well, which the role Storage Blob Data Contributor gives.
    """
    if not connection_string.strip():
        raise IngestionError(BLOB_URI_EMPTY, "The address of the blob is empty.")
    folder = open_folder(
        world,
        connection_string,
        usage=USAGE,
        database=database,
        caller=caller,
        write=to_delete,
        callout=None,
    )
    path = folder.location.path
    return Blob(folder.location.uri, path, folder.read(path), folder.blobs)


def open_temporary(world: World, uri: str) -> Blob:
    """Return a blob of the temporary container; an IngestionError unless it is signed and there."""
    parts = urlsplit(uri)
    name = unquote(parts.path).removeprefix(f"{path_of(TEMPORARY)}/")
    shown = uri.partition("?")[0]
    if not is_signed(TEMPORARY, world.ingestion.secret, parts.query, "r"):
        raise IngestionError(SOURCE_FORBIDDEN, f"Access forbidden: '{shown}' is not signed.")
    place = world.ingestion.temporary
    if name not in place:
        raise IngestionError(SOURCE_NOT_FOUND, f"There is nothing at '{shown}'.")
    return Blob(shown, name, place[name], place)
