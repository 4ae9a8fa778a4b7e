"""`.list blobs` (page: List blobs from storage)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote

from adxmi_jupyter.embedded.ingestion.blobs import USAGE
from adxmi_jupyter.embedded.kusto.errors import bad_request
from adxmi_jupyter.embedded.kusto.external_tables.datetime_patterns import pieces
from adxmi_jupyter.embedded.kusto.ingestion.resources import require_ingest_anywhere
from adxmi_jupyter.embedded.kusto.ingestion.statements import TimePattern
from adxmi_jupyter.embedded.kusto.results import result
from adxmi_jupyter.embedded.kusto.targets.folders import open_folder

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.kusto.ingestion.statements import ListBlobs
    from adxmi_jupyter.embedded.kusto.results import Result
    from adxmi_jupyter.embedded.kusto.session import Session
    from adxmi_jupyter.embedded.state.clusters import Database

_MOST_ALONE = 1000
# Parts of a .NET time format: where they stand in a time, and what they match.
_PARTS = {
    "yyyy": ("y", r"\d{4}"),
    "MM": ("M", r"\d{2}"),
    "dd": ("d", r"\d{2}"),
    "HH": ("H", r"\d{2}"),
    "hh": ("H", r"\d{2}"),
    "mm": ("m", r"\d{2}"),
    "ss": ("s", r"\d{2}"),
}


@dataclass(frozen=True)
class ListedBlob:
    """A blob with what was captured in its path; `source` opens it like the list was opened."""

    uri: str
    source: str = field(repr=False)
    size: int
    captured: dict[str, str]


def list_blobs(command: ListBlobs, session: Session) -> Result:
    """Return what is there, a thousand blobs at most."""
    require_ingest_anywhere(session)
    database = session.world.cluster.find_database(session.context or "")
    found = listed(command, session, database)[:_MOST_ALONE]
    return result(
        "BlobUri:string, SizeInBytes:long, CapturedVariables:dynamic",
        [[each.uri, each.size, each.captured] for each in found],
    )


def listed(command: ListBlobs, session: Session, database: Database | None) -> list[ListedBlob]:
    """Return the blobs a list command names; a KustoError for the first requirement not met.

    There is no caller who could be impersonated: ingestion comes later.
    """
    if len(command.sources) != 1:
        raise bad_request("Only one connection string can be listed.")
    (source,) = command.sources
    folder = open_folder(
        session.world, source, usage=USAGE, database=database, caller=None, callout=None
    )
    pattern = _pattern(command)
    start = len(folder.join(""))
    found = [
        ListedBlob(
            unquote(folder.uri(path)),
            _like(source, folder.uri(path)),
            len(folder.blobs[path]),
            _captured(pattern, path[start:]),
        )
        for path in folder.list()
        if path.endswith(command.suffix or "")
    ]
    return found[: command.max_files] if command.max_files is not None else found


def _like(source: str, uri: str) -> str:
    """Return the address with the credentials of a connection string."""
    address, *suffixes = source.split(";")
    _, mark, query = address.partition("?")
    return ";".join([uri + mark + query, *suffixes])


def _pattern(command: ListBlobs) -> tuple[str, re.Pattern[str]] | None:
    """Return the name of what a path format captures, and the path as an expression."""
    if command.path_format is None:
        return None
    names = [each.name for each in command.path_format if isinstance(each, TimePattern)]
    if len(names) != 1:
        raise bad_request("A path format has exactly one datetime_pattern.")
    pieces = (
        _time(each.pattern) if isinstance(each, TimePattern) else re.escape(each)
        for each in command.path_format
    )
    return names[0], re.compile("".join(pieces))


def _time(pattern: str) -> str:
    """Return a .NET time format as an expression; a part of it may come once."""
    found, seen = "", set[str]()
    for specifier, text in pieces(pattern):
        if not specifier:
            found += re.escape(text)
            continue
        group, expression = _PARTS.get(specifier, ("", ""))
        if not group:
            raise bad_request(f"'{specifier}' in the pattern '{pattern}' is not known here.")
        if group in seen:
            raise bad_request(f"'{specifier}' is twice in the pattern '{pattern}'.")
        seen.add(group)
        found += f"(?P<{group}>{expression})"
    return found


def _captured(pattern: tuple[str, re.Pattern[str]] | None, path: str) -> dict[str, str]:
    match = pattern[1].match(path) if pattern else None
    if pattern is None or match is None:
        return {}
    given = {"y": "0001", "M": "01", "d": "01", "H": "00", "m": "00", "s": "00"}
    time = given | match.groupdict()
    clock = f"{time['H']}:{time['m']}:{time['s']}"
    return {pattern[0]: f"{time['M']}/{time['d']}/{time['y']} {clock}"}
