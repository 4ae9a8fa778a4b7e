"""Storage accounts with containers and blobs; ADLS Gen2 addresses reach the same blobs."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import parse_qs


@dataclass
class StorageAccount:
    """An account; `containers` maps container name to {path: content}.

    `public` names the containers that anybody may read. `keys` are its account keys and
    `signatures` the queries of its shared access signatures: no others are valid.
    """

    name: str
    resource_id: str
    containers: dict[str, dict[str, bytes]] = field(default_factory=dict)
    public: set[str] = field(default_factory=set)
    keys: tuple[str, ...] = field(default=(), repr=False)
    signatures: tuple[str, ...] = field(default=(), repr=False)

    def put(self, container: str, path: str, data: bytes) -> None:
        """Write a blob; its container is made when it is missing."""
        self.containers.setdefault(container, {})[path] = data

    def accepts_signature(self, query: str, permission: str) -> bool:
        """Tell whether a URI query is a valid signature that gives a permission: r, w, d or l."""
        given = parse_qs(query)
        known = any(parse_qs(each) == given for each in self.signatures)
        return known and permission in "".join(given.get("sp", []))

    def container_id(self, container: str) -> str:
        """Return the resource ID of a container, a scope for Azure roles."""
        return f"{self.resource_id}/blobServices/default/containers/{container}"
