"""Where a history is: on this machine, in files, or in a database of a cluster."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from adxmi_jupyter.actions.history.folder import Folder, folder_name
from adxmi_jupyter.actions.history.kusto_store import KustoStore
from adxmi_jupyter.actions.history.recording import local_folder
from adxmi_jupyter.errors import AdxmiError, InvalidValue
from adxmi_jupyter.fixes import ChangeOption
from adxmi_jupyter.model.history.rows import clean
from adxmi_jupyter.service.address import EMBEDDED, parse_address

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adxmi_jupyter.model.history.rows import Recorded, Run
    from adxmi_jupyter.model.history.state import SeenState
    from adxmi_jupyter.service.connection import Connection
    from adxmi_jupyter.service.connections import Connections

_PATH = re.compile(r"(?:[.~]|/|[A-Za-z]:[\\/])")
_SCHEME = re.compile(r"(?:adx|https?)://", re.IGNORECASE)


class Store(Protocol):
    """What every place of a history can be asked."""

    def runs(self) -> tuple[Run, ...]:
        """Return the runs in the order of their ends."""

    def as_of(self, moment: str) -> SeenState:
        """Return what runs saw until a moment."""

    def recorded(self, wanted: Sequence[Run]) -> Iterator[Recorded]:
        """Yield runs with all of their rows."""


@dataclass(frozen=True)
class Place:
    """A directory, or a database of a cluster; a place that is neither is this machine."""

    directory: Path | None = None
    cluster: str = ""
    database: str = ""

    @property
    def is_here(self) -> bool:
        """Whether it is this machine."""
        return self.directory is None and not self.cluster


def parse_place(text: str, option: str) -> Place:
    """Read CLUSTER/DATABASE, or a path that begins with a dot, a slash or a tilde.

    Raises
    ------
    InvalidValue
        It is neither.

    """
    written = text.strip()
    if not written:
        return Place()
    if _PATH.match(written):
        return Place(directory=Path(written).expanduser())
    scheme = _SCHEME.match(written)
    start = scheme.end() if scheme else 0
    host, _, database = written[start:].partition("/")
    if not host or not database.strip("/"):
        raise InvalidValue(
            f"{option} {written!r} is no place for a history",
            why="it is CLUSTER/DATABASE, or a directory such as ./history",
            fix=ChangeOption(option, f"./{written}" if host else "CLUSTER/DATABASE"),
        )
    prefix = scheme.group() if scheme and scheme.group().lower() != "adx://" else ""
    return Place(cluster=f"{prefix}{host}", database=database.strip("/"))


@contextmanager
def opened(connections: Connections, current: Connection, place: Place) -> Iterator[Store]:
    """Yield the history of the current cluster in a place.

    Raises
    ------
    AdxmiError
        As opening a connection does.

    """
    if place.directory is not None:
        yield folder_in(place.directory, current)
    elif not place.cluster:
        yield local_folder(current)
    else:
        with reached(connections, current, place) as store:
            yield store


@contextmanager
def reached(connections: Connections, current: Connection, place: Place) -> Iterator[KustoStore]:
    """Yield the history in a database; a connection that is open is used, and stays open."""
    found = _open(connections, current, place.cluster)
    credential = "" if current.is_embedded else current.credential
    connection = found or connections.reach(place.cluster, credential)
    try:
        yield KustoStore(connection, place.database, clean(current.cluster))
    finally:
        if found is None:
            connection.close()


def folder_in(directory: Path, connection: Connection) -> Folder:
    """Return where a directory has the history of a cluster."""
    return Folder(directory / folder_name(clean(connection.cluster)))


def _open(connections: Connections, current: Connection, cluster: str) -> Connection | None:
    """Return the open connection that is named so, or leads there."""
    every = (current, *connections.all())
    named = next((one for one in every if one.name == cluster), None)
    if named is not None or cluster.lower() == EMBEDDED:
        return named
    try:
        uri = parse_address(cluster).uri
    except AdxmiError:  # opening it says why
        return None
    return next((one for one in every if one.address.uri == uri), None)
