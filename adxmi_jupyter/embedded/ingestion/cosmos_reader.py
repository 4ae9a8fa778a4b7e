"""Data connections that read Cosmos DB (page: Ingest data from Azure Cosmos DB)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.azure_roles import may
from adxmi_jupyter.embedded.ingestion.connection_reader import ConnectionReader
from adxmi_jupyter.embedded.ingestion.errors import IDENTITY, SOURCE_DENIED, IngestionError
from adxmi_jupyter.embedded.ingestion.table_rows import (
    find_table,
    read_table_rows,
)
from adxmi_jupyter.embedded.state.ids import last_name
from adxmi_jupyter.embedded.state.ingestion_jobs import Attempt, Shape
from adxmi_jupyter.embedded.state.world import as_principal

if TYPE_CHECKING:
    from collections.abc import Mapping

_READ_ACCOUNT = "Microsoft.DocumentDB/databaseAccounts/read"
_FORMAT = "multijson"


class CosmosReader(ConnectionReader):
    """A connection of kind CosmosDb: changed documents are the data."""

    def ingest(self, item: Mapping[str, Any], /) -> int:
        """Ingest a version of a document."""
        self._check_roles()
        table = find_table(self.database, self.properties["tableName"])
        shape = Shape(_FORMAT, self.properties.get("mappingRuleName") or "")
        rows = read_table_rows(table, json.dumps(item).encode(), shape)
        return self.append(self.database, table, rows)

    def attempt(self, _item: Mapping[str, Any], /) -> Attempt:
        """Return how a failure names any document: by its container."""
        table, source = self.properties["tableName"], "/".join(self.source)
        return Attempt(self.database.name, table, source, self.principal(), f"Format={_FORMAT}")

    def _check_roles(self) -> None:
        """Raise an IngestionError unless the identity has both roles on the account."""
        identity = self.allowed_identity(self.database)
        account, *place = self.source
        if identity is None:
            raise IngestionError(IDENTITY, "A connection to Cosmos DB needs a managed identity.")
        self.require_network(account, identity)
        found = self.world.cosmos_accounts.get(last_name(account))
        may_read = found is not None and found.lets_read(identity.object_id, *place)
        may_see = may(self.world, as_principal(identity), _READ_ACCOUNT, account)
        if not (may_read and may_see):
            role = "Cosmos DB Account Reader Role" if may_read else "Cosmos DB Built-in Data Reader"
            raise IngestionError(
                SOURCE_DENIED,
                f"The managed identity '{identity.display_name}' lacks the role '{role}' on "
                f"'{account}'.",
            )
