"""Folders and files of a container, as the cluster sees them with an identity.

Source: *.list blobs command* (Azure Data Explorer docs): it returns a thousand blobs at most.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

from adxmi_jupyter.actions.choices.values import Choice
from adxmi_jupyter.model.declaration.locations import identity_location
from adxmi_jupyter.model.declaration.targets import connection_string
from adxmi_jupyter.model.kql import string_literal
from adxmi_jupyter.model.kusto_shapes import BLOBS
from adxmi_jupyter.model.shape import text_cell

if TYPE_CHECKING:
    from collections.abc import Iterable

    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.service.connection import Connection

MOST = 1000


def blob_names(
    connection: Connection, database: str, uri: str, identity: ManagedIdentity
) -> tuple[str, ...]:
    """Return the addresses of the files below one; raises as `Kusto.command` does."""
    string = connection_string(identity_location(uri), identity)
    command = f".list blobs ({string_literal(string)}) MaxFiles={MOST}"
    rows = connection.ingestion.command(command, database=database).rows(BLOBS)
    return tuple(text_cell(row, "BlobUri") for row in rows)


def in_folder(uri: str, names: Iterable[str]) -> tuple[Choice, ...]:
    """Return what is directly in a folder or container: folders, then files."""
    start = f"{uri.rstrip('/')}/"
    below = [name[len(start) :] for name in map(unquote, names) if name.startswith(start)]
    folders = dict.fromkeys(one.partition("/")[0] for one in below if "/" in one)
    files = dict.fromkeys(one for one in below if "/" not in one)
    return (
        *(Choice(f"{start}{one}/", f"{one}/", goes_on=True) for one in folders),
        *(Choice(f"{start}{one}", one) for one in files),
    )


def container_of(uri: str) -> str:
    """Return the address of the container in an address, with a slash; empty for an account's.

    >>> container_of("https://contosolake.blob.core.windows.net/archive/2024")
    'https://contosolake.blob.core.windows.net/archive/'
    """
    scheme, _, rest = uri.partition("://")
    host, _, path = rest.partition("/")
    container = path.partition("/")[0]
    return f"{scheme}://{host}/{container}/" if container else ""
