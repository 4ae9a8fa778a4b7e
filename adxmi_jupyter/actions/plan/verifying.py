"""Look once more at what an apply granted before it revokes what that takes the place of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.policy.policies import at_present, read_one
from adxmi_jupyter.actions.policy.writes import described
from adxmi_jupyter.errors import PolicyChanged
from adxmi_jupyter.fixes import Retry
from adxmi_jupyter.model.policy import PolicyEntry

if TYPE_CHECKING:
    from adxmi_jupyter.actions.policy.policies import PolicyChange
    from adxmi_jupyter.model.policy import Policy, Scope
    from adxmi_jupyter.service.connection import Connection


@dataclass
class Granted:
    """What was granted so far, by scope, as far as it was not looked at since."""

    _by_scope: dict[Scope, Policy] = field(default_factory=dict)

    def note(self, change: PolicyChange) -> None:
        """Note what a change granted."""
        if change.added is not None:
            self._by_scope[change.scope] = change.added

    def verify(self, connection: Connection, change: PolicyChange) -> None:
        """Read what was granted elsewhere to those whom a change takes something from.

        Raises
        ------
        PolicyChanged
            It is no longer there: another principal wrote in between.

        """
        losing = {
            PolicyEntry(one.identity, ()).key
            for one in change.before.diff(change.after)
            if one.change == "removed"
        }
        for scope, granted in list(self._by_scope.items()):
            if scope == change.scope or losing.isdisjoint(entry.key for entry in granted):
                continue
            now = at_present(connection, read_one(connection, scope)).policy
            if not now.contains(granted):
                raise PolicyChanged(
                    f"the policy of the {scope} no longer allows what was granted there; "
                    f"nothing was revoked in the policy of the {change.scope}",
                    why=f"missing: {described(now.diff(now.merge(granted)))}",
                    fix=Retry(),
                )
            del self._by_scope[scope]  # one look is enough
