"""Azure's clouds and their host suffixes; others exist, so an unknown one is only remarked on.

Source: general knowledge of the national clouds; the Azure Data Explorer docs name none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Cloud:
    """The host suffixes of one cloud; an empty one means that the service is not there."""

    storage: str
    sql: str
    cosmos: str
    open_ai: str


CLOUDS: Mapping[str, Cloud] = {
    "public": Cloud(
        "core.windows.net", "database.windows.net", "documents.azure.com", "openai.azure.com"
    ),
    "usgov": Cloud(
        "core.usgovcloudapi.net",
        "database.usgovcloudapi.net",
        "documents.azure.us",
        "openai.azure.us",
    ),
    "china": Cloud("core.chinacloudapi.cn", "database.chinacloudapi.cn", "documents.azure.cn", ""),
}
"""The clouds by the names of ``--cloud``."""

PUBLIC = CLOUDS["public"]


def suffix_notes(host: str, suffix_of: Callable[[Cloud], str], *others: str) -> tuple[str, ...]:
    """Return a note if a host ends in no suffix known for its service, else nothing."""
    known = [suffix_of(cloud) for cloud in CLOUDS.values() if suffix_of(cloud)]
    if any(host == suffix or host.endswith(f".{suffix}") for suffix in (*known, *others)):
        return ()
    return (f"{host} ends in no suffix known here ({', '.join(known)}): make sure it is right",)
