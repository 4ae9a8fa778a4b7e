"""What a situation is: a workflow as a line fills it in, what it takes, and what proves that it works.

Every place of storage is one on which the seeded world gives nobody a role once it is cleared.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.ground_truth.scene import GROUP

if TYPE_CHECKING:
    from tests.ground_truth.factors import Factor
    from tests.ground_truth.proofs import Stage

BACKUP = "https://contosobackup.blob.core.windows.net"
FABRIKAM = "https://fabrikamlake.blob.core.windows.net"
LAKE = "https://contosolake.blob.core.windows.net"
MODELS = "https://contosoai.openai.azure.com/openai/deployments"
VERSION = "?api-version=2024-06-01"
PROVIDERS = f"{GROUP}/providers"
SENSORS = f"{PROVIDERS}/Microsoft.EventHub/namespaces/contosoedge/eventhubs/sensors"
COLUMNS = "OrderId:long, Region:string, Amount:real, Placed:datetime"
TRANSFORMED = "Orders | project CustomerId=OrderId, Name=Region, Active=true"
SCRIPT = "result = df\nresult['Note'] = 'seen'"


@dataclass(frozen=True)
class Situation:
    """A workflow as a line fills it in; ``{identity}`` of `fields` is given by each case.

    `proof` carries the workflow out and tells whether data came through. What it leaves behind is
    called `made`, where it leaves something.
    """

    name: str
    noun: str
    fields: Mapping[str, str]
    factors: tuple[Factor, ...]
    proof: Callable[[Stage], bool]
    database: str = "Sales"
    body: str = ""
    made: str = ""

    @property
    def there(self) -> dict[str, tuple[str, ...]]:
        return {factor.name: tuple(factor.there) for factor in self.factors}

    @property
    def missing(self) -> dict[str, tuple[str, ...]]:
        return {factor.name: tuple(factor.missing) for factor in self.factors}
