"""Blobs that clients upload to the temporary container, in one piece or in blocks.

Pages: Put Blob, Put Block, Put Block List (Blob service REST API).
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.state.ingestion import IngestionState

_ENTRY = re.compile(r"<(Latest|Committed|Uncommitted)>([^<]*)</\1>")
_BLOCK_ID = re.compile(r"[A-Za-z0-9+/]+={0,2}")
_LONGEST_ID = 88  # of 64 bytes in base64


@dataclass(eq=False)
class StorageError(Exception):
    """A request that the storage service rejects."""

    status: int
    code: str
    message: str


def put_blob(state: IngestionState, name: str, data: bytes) -> None:
    """Write a blob, over what was there; blocks that wait for it are dropped."""
    state.temporary[name] = data
    state.blocks.pop(name, None)
    state.committed_blocks.pop(name, None)


def put_block(state: IngestionState, name: str, block_id: str, data: bytes) -> None:
    """Keep a block until a list of blocks names it; a StorageError for an ID that is none.

    All IDs of a blob are of one length.
    """
    waiting = state.blocks.setdefault(name, {})
    lengths = {len(each) for each in waiting}
    if not _BLOCK_ID.fullmatch(block_id) or len(block_id) > _LONGEST_ID:
        raise StorageError(400, "InvalidQueryParameterValue", "A block has an ID in base64.")
    if lengths - {len(block_id)}:
        raise StorageError(400, "InvalidBlobOrBlock", "The IDs of blocks differ in length.")
    waiting[block_id] = data


def put_block_list(state: IngestionState, name: str, text: str) -> None:
    """Make the blob of the blocks in a list; a StorageError for a block that is not there."""
    if "<BlockList" not in text:
        raise StorageError(400, "InvalidXmlDocument", "The request has no BlockList.")
    waiting = state.blocks.get(name, {})
    committed = state.committed_blocks.get(name, {})
    places = {
        "Uncommitted": waiting,
        "Committed": committed,
        "Latest": {**committed, **waiting},
    }
    chosen: list[tuple[str, bytes]] = []
    for kind, block_id in _ENTRY.findall(text):
        data = places[kind].get(html.unescape(block_id).strip())
        if data is None:
            raise StorageError(400, "InvalidBlockList", f"There is no block '{block_id}'.")
        chosen.append((block_id, data))
    put_blob(state, name, b"".join(data for _, data in chosen))
    state.committed_blocks[name] = dict(chosen)
