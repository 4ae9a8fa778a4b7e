"""Carry out what a plan says of the policies, as it is to be made of what its steps left before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.actions.policy import writes as policy_writes
from adxmi_jupyter.actions.policy.policies import at_present, read_one
from adxmi_jupyter.errors import PolicyChanged
from adxmi_jupyter.fixes import Retry
from adxmi_jupyter.model import kql
from adxmi_jupyter.model.policy import PolicyEntry
from adxmi_jupyter.model.usage import Usage

if TYPE_CHECKING:
    from adxmi_jupyter.actions.policy.policies import PolicyChange
    from adxmi_jupyter.model.policy import Policy, Scope
    from adxmi_jupyter.service.connection import Connection


@dataclass
class PolicySteps:
    """The policies of one apply, by scope: as its steps left them, and what these granted.

    What was granted is looked at once more before that is revoked whose place it takes.
    """

    connection: Connection
    _left: dict[Scope, Policy] = field(default_factory=dict)
    _granted: dict[Scope, Policy] = field(default_factory=dict)

    def change(self, change: PolicyChange) -> None:
        """Carry out a change of one policy.

        Raises
        ------
        PolicyChanged
            Another principal wrote in between: what a step left, or granted, is no longer there.
        AdxmiError
            As `policy_writes.apply`.

        """
        if change.added is None:
            self._verify_granted(change)
        before = self._left.get(change.scope)
        if change.added is None and before is not None:
            change = _from(change, before)
        done = policy_writes.apply(self.connection, change, confirmed=True)
        seen = self.connection.assigned_when_last_seen
        system = seen.system if seen else None
        self._left[change.scope] = done.after.as_of(system) if system else done.after
        if change.added is not None:
            self._granted[change.scope] = change.added

    def forget(self) -> None:
        """Forget what steps left: an identity that is assigned or removed changes what it means."""
        self._left.clear()

    def _verify_granted(self, change: PolicyChange) -> None:
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
        for scope, granted in list(self._granted.items()):
            if scope == change.scope or losing.isdisjoint(entry.key for entry in granted):
                continue
            now = at_present(self.connection, read_one(self.connection, scope)).policy
            if not now.contains(granted):
                raise PolicyChanged(
                    f"the policy of the {scope} no longer allows what was granted there; "
                    f"nothing was revoked in the policy of the {change.scope}",
                    why=f"missing: {policy_writes.described(now.diff(now.merge(granted)))}",
                    fix=Retry(),
                )
            del self._granted[scope]  # one look is enough


def _from(change: PolicyChange, before: Policy) -> PolicyChange:
    """Return a change of a whole policy as it is to be made of what the step before left.

    Raises
    ------
    PolicyChanged
        That step left something else than was planned: another principal wrote, too.

    """
    if _meaning(before) != _meaning(change.before):
        raise PolicyChanged(
            f"the policy of the {change.scope} changed in between; nothing was removed from it",
            why=f"since it was read: {policy_writes.described(change.before.diff(before))}",
            fix=Retry(),
        )
    return replace(change, before=before, command=kql.alter_policy(change.scope, change.after))


def _meaning(policy: Policy) -> Mapping[str, Any]:
    """Return what a policy allows: beside ``All`` no other usage counts."""
    return {
        one.key: Usage.ALL if Usage.ALL in one.allowed_usages else one.allowed_usages
        for one in policy
    }
