"""How listings name identities, and what they show of connection strings: see `Behaviours`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.kusto.targets.connection_strings import (
    MASK,
    masked_sql,
    masked_storage,
)
from adxmi_jupyter.embedded.state.behaviours import ShownScript, ShownStrings, ShownSystem

if TYPE_CHECKING:
    from enum import StrEnum

    from adxmi_jupyter.embedded.state.behaviours import Behaviours
    from adxmi_jupyter.embedded.state.entities import ExternalTable
    from adxmi_jupyter.embedded.state.world import World

_SYSTEM = "system"
_SQL = "Sql"
_NAMED = re.compile(r"(?<=;managed_identity=)[^;]*")


@dataclass(frozen=True)
class ShownNames:
    """What one cluster shows; `system_id` is the object ID of its own identity, if it has one."""

    settings: Behaviours
    system_id: str

    @classmethod
    def of(cls, world: World) -> ShownNames:
        """Return what the cluster that is asked shows."""
        own = world.cluster.system_identity
        return cls(world.behaviours, own.object_id if own else "")

    def identity(self, kept: str) -> str:
        """Return what is shown for an identity that is kept as this object ID or `system`."""
        return self._shown(kept, self.settings.system)

    def identity_in_policy(self, kept: str) -> str:
        """Return the same for an identity in a managed identity policy."""
        return self._shown(kept, self.settings.system_in_policies)

    def _shown(self, kept: str, system: StrEnum) -> str:
        folded = kept.strip().casefold()
        if system == ShownSystem.WORD and folded == self.system_id.casefold():
            return _SYSTEM if folded else kept
        if system == ShownSystem.OBJECT_ID and folded == _SYSTEM:
            return self.system_id or kept
        return kept

    def kept_strings(self, table: ExternalTable) -> list[str]:
        """Return the connection strings of an external table, secrets included."""
        return [self._with_identity(each) for each in table.connection_strings]

    def strings(self, table: ExternalTable) -> list[str]:
        """Return what a listing shows of the connection strings of an external table."""
        shown = self._without_secrets(table)
        match self.settings.connection_strings:
            case ShownStrings.ADDRESSES:
                return [_address(each) for each in shown]
            case ShownStrings.ASTERISKS:
                return [MASK for _ in shown]
            case _:
                return shown

    def strings_in_script(self, table: ExternalTable) -> list[str]:
        """Return what a csl script shows of them."""
        shown = self._without_secrets(table)
        hides = self.settings.csl_script is ShownScript.ASTERISKS
        return [MASK for _ in shown] if hides else shown

    def identity_in_script(self, kept: str) -> str:
        """Return what a csl script shows for an identity."""
        hides = self.settings.csl_script is ShownScript.ASTERISKS
        return MASK if hides and kept else self.identity(kept)

    def _without_secrets(self, table: ExternalTable) -> list[str]:
        mask = masked_sql if table.table_type == _SQL else masked_storage
        return [self._with_identity(mask(each)) for each in table.connection_strings]

    def _with_identity(self, connection_string: str) -> str:
        return _NAMED.sub(lambda found: self.identity(found[0]), connection_string)


def _address(connection_string: str) -> str:
    address, semicolon, _ = connection_string.partition(";")
    return f"{address};{MASK}" if semicolon else address
