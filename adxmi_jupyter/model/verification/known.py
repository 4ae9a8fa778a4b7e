"""What was found out about a cluster, as the readers of its answers have to know it.

Nothing is known of a cluster that was not verified: the readers then count on what the tool assumes
of every cluster.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from adxmi_jupyter.model.kusto_shapes import policy_shape

if TYPE_CHECKING:
    from adxmi_jupyter.model.policy import Scope
    from adxmi_jupyter.model.shape import Shape

_NOTHING: Mapping[str, str] = MappingProxyType({})
_PER_CORE = 10


@dataclass(frozen=True)
class Known:
    """Answers by the keys of their questions, and the details that belong to some of them."""

    answers: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    details: Mapping[str, str] = field(default_factory=lambda: _NOTHING)

    @property
    def policy_columns(self) -> tuple[str, ...]:
        """Names of columns that may hold a managed identity policy."""
        other = self.details.get("policy-columns", "")
        is_other = self.answers.get("policy-columns") == "other" and other
        return ("Policy", "Policies", *((other,) if is_other else ()))

    @property
    def may_have_no_row(self) -> bool:
        """Whether a scope without a policy is answered without a row."""
        return self.answers.get("no-policy") == "no-row"

    def policy_shape(self, scope: Scope) -> Shape:
        """Return what the answer about a scope's policy looks like."""
        return policy_shape(
            self.policy_columns,
            at_least=0 if self.may_have_no_row else 1,
            has_name=bool(scope.database),
        )

    @property
    def script_shows_identities(self) -> bool:
        """Whether the csl script shows what lists leave open."""
        return self.answers.get("csl-script") != "asterisks"

    @property
    def journal_shows_grants(self) -> bool:
        """Whether the journal tells since when a usage is allowed."""
        return self.answers.get("journal-of-policies") not in {"command", "left-out"}

    @property
    def cores(self) -> int:
        """Cores of a node by the requests at a time that it takes; 0 for unknown."""
        total = self.details.get("capacity", "")
        is_large = self.answers.get("capacity") == "large" and total.isdecimal()
        return int(total) // _PER_CORE if is_large else 0


NOTHING_KNOWN = Known()
