"""Write policies, roles and callout rules as KQL: for scripts, and for other files that hold some.

Source: *.alter managed_identity policy*, *Manage database security roles*, *Callout policy* (Azure
Data Explorer docs).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import TYPE_CHECKING, Generic, TypeVar

from adxmi_jupyter.model import callout, kql
from adxmi_jupyter.model.policy import Scope
from adxmi_jupyter.model.policy_file.nodes import Mode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adxmi_jupyter.model.callout import CalloutRule
    from adxmi_jupyter.model.foreign_files.exporting import Holder, Outgoing, PolicyPart, RolePart
    from adxmi_jupyter.model.identity import ManagedIdentity

Part = TypeVar("Part")


def policy_command(part: PolicyPart) -> str:
    """Return the command for a policy; empty where nothing is to be added."""
    scope = Scope(part.database)
    if part.mode is Mode.AUTHORITATIVE:
        return kql.alter_policy(scope, part.policy)
    return kql.alter_merge_policy(scope, part.policy) if len(part.policy) else ""


def rules_command(rules: Sequence[CalloutRule], mode: Mode) -> str:
    """Return the command for callout rules; empty where nothing is to be added."""
    if mode is Mode.AUTHORITATIVE:
        return callout.alter_command(rules)
    return callout.allow_command(rules) if rules else ""


def role_commands(part: RolePart) -> Iterator[tuple[str, tuple[Holder, ...]]]:
    """Yield the commands for a role, each with those whom it concerns.

    A command has one description: there is one command for each.
    """
    groups: dict[str, list[Holder]] = {}
    for one in part.members:
        groups.setdefault(one.description, []).append(one)
    if part.mode is Mode.AUTHORITATIVE and not groups:
        yield kql.empty_role(part.database, part.role), ()
    for number, (description, holders) in enumerate(groups.items()):
        names = [str(one.reference) for one in holders]
        replaces = part.mode is Mode.AUTHORITATIVE and not number
        make = kql.set_role if replaces else kql.add_to_role
        yield make(part.database, part.role, names, description), tuple(holders)


class ResourceWriter(ABC, Generic[Part]):
    """Writes the resources of a cluster in a format, each after the one that it depends on."""

    found: Outgoing

    def parts(self) -> Iterator[Part]:
        """Yield what the format has for each resource."""
        found = self.found
        if found.assigned is not None:
            yield self._cluster(found.assigned)
        for role in found.roles:
            for one in role.members:
                yield self._assignment(role, one)
        for part in found.policies:
            command = policy_command(part)
            if command:
                yield self._policy(part, command)
        command = rules_command(found.rules, found.rules_mode) if found.rules is not None else ""
        if command:
            yield self._script("callouts", "", command)

    @abstractmethod
    def _cluster(self, assigned: Sequence[ManagedIdentity]) -> Part: ...

    @abstractmethod
    def _assignment(self, role: RolePart, one: Holder) -> Part: ...

    @abstractmethod
    def _script(self, name: str, database: str, text: str) -> Part: ...

    def _policy(self, part: PolicyPart, command: str) -> Part:
        return self._script(f"policy-{part.database}", part.database, command)
