"""Delta tables in folders: their columns, and new files in their log."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.kusto.errors import bad_request
from adxmi_jupyter.embedded.storage.delta import read_delta
from adxmi_jupyter.embedded.storage.errors import BlobFormatError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adxmi_jupyter.embedded.kusto.targets.folders import Folder
    from adxmi_jupyter.embedded.storage.delta import DeltaTable

_LOG = "_delta_log"
_NEWEST_WRITER = 1


def open_delta(folder: Folder) -> DeltaTable:
    """Return the latest version of the delta table in a folder; a KustoError (400) for no table."""
    base = folder.join("")
    own = {path.removeprefix(base): path for path in folder.list()}
    try:
        return read_delta(list(own), lambda name: folder.read(own[name]))
    except BlobFormatError as error:
        raise bad_request(str(error)) from error


def delta_size(folder: Folder) -> int:
    """Return the bytes of the files of the latest version."""
    return sum(len(folder.read(folder.join(path))) for path, _ in open_delta(folder).files)


def check_writer(folder: Folder) -> None:
    """Raise a KustoError (400) for a delta table that exports do not write.

    That is one whose log needs newer writers, one with partitions, and none at all.
    """
    open_delta(folder)
    for action in (each for commit in _commits(folder) for each in _actions(folder, commit)):
        version = action.get("protocol", {}).get("minWriterVersion", 0)
        if version > _NEWEST_WRITER:
            raise bad_request(
                f"The delta table at '{folder.location.uri}' needs writers of protocol "
                f"{version}: exports know {_NEWEST_WRITER}."
            )
        if action.get("metaData", {}).get("partitionColumns"):
            raise bad_request(f"The delta table at '{folder.location.uri}' has partitions.")


def append_to_log(folder: Folder, paths: Sequence[str]) -> None:
    """Add files, which are there already, to a delta table; `paths` are those in the container."""
    number, base = len(_commits(folder)), folder.join("")
    actions = [
        {
            "add": {
                "path": path.removeprefix(base),
                "partitionValues": {},
                "size": len(folder.read(path)),
                "modificationTime": 0,
                "dataChange": True,
            }
        }
        for path in paths
    ]
    lines = "".join(f"{json.dumps(action)}\n" for action in actions)
    folder.write(folder.join(f"{_LOG}/{number:020d}.json"), lines.encode())


def _commits(folder: Folder) -> list[str]:
    log = folder.join(f"{_LOG}/")
    return [path for path in folder.list() if path.startswith(log) and path.endswith(".json")]


def _actions(folder: Folder, commit: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in folder.read(commit).decode().splitlines() if line.strip()]
