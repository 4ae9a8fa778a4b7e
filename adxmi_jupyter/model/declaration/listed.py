"""Where the values of a field can be listed, so that a front end can offer them."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Source(enum.Enum):
    """What is listed; each asks Azure or the cluster for something else."""

    LOCATIONS = "storage accounts, containers, folders and files"
    STORAGE_ACCOUNTS = "storage accounts"
    EVENT_HUBS = "event hubs"
    CONSUMER_GROUPS = "consumer groups"
    COSMOS_ACCOUNT_IDS = "resource IDs of Cosmos DB accounts"
    COSMOS_ACCOUNTS = "Cosmos DB accounts"
    SQL_SERVERS = "SQL servers"
    CATALOGS = "databases of a server or account"
    COSMOS_CONTAINERS = "Cosmos DB containers"
    MODELS = "deployed models"
    MAPPINGS = "ingestion mappings"


@dataclass(frozen=True)
class Listed:
    """Where the values of a field are listed; `of` names the fields that this depends on.

    Of several such fields one that is empty may have no meaning beside the others.
    """

    source: Source
    of: tuple[str, ...] = ()
