"""What a narrower policy would break: the check of every workflow, as it is and as it would be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.check import cluster_facts
from adxmi_jupyter.actions.check.checks import check_all
from adxmi_jupyter.actions.check.findings import CheckedKind, State
from adxmi_jupyter.model.policy import CLUSTER, PolicyEntry, Scope
from adxmi_jupyter.model.usage import Usage

if TYPE_CHECKING:
    from adxmi_jupyter.actions.check.cluster_facts import Facts
    from adxmi_jupyter.actions.check.findings import Checked, Finding
    from adxmi_jupyter.model.audit.narrowing import Policies, Step

_ORDER = (State.MET, State.WARNING, State.UNKNOWN, State.NOT_MET)

_Matter = tuple[str, str, tuple[object, ...]]
"""A workflow, its database, and what a requirement of it is about."""


@dataclass(frozen=True)
class Failure:
    """A requirement of a workflow that a plan would leave in a worse state than it is in now."""

    workflow: str
    database: str
    finding: Finding

    def culprits(self, steps: Iterable[Step]) -> tuple[Step, ...]:
        """Return the steps that remove what the workflow requires, those that narrow most first.

        Of another requirement than a usage it cannot be told: all steps of the identity, or in the
        scopes that count for the workflow.
        """
        scopes = (CLUSTER, Scope(self.database))
        identity = self.finding.identity
        key = PolicyEntry(identity, ()).key if identity else ""
        usages = {str(self.finding.usage), str(Usage.ALL)}
        every = sorted(steps, key=lambda one: one.order)
        mine = [one for one in every if one.concerns(scopes, key)]
        exact = [one for one in mine if any(each.usage in usages for each in one.narrowing.removed)]
        near = [one for one in every if {each.scope for each in one.narrowing.removed} & {*scopes}]
        return tuple(exact or mine or near or every)


class Simulation:
    """The checks of workflows in some databases: now, and with policies that are planned."""

    def __init__(self, facts: Facts, databases: Sequence[str]) -> None:
        self._facts, self._databases = facts, databases
        self._now = self._states(facts)

    def failures(self, policies: Policies) -> tuple[Failure, ...]:
        """Return what would be worse with these policies in the place of the present ones."""
        planned = self._facts.with_answers(
            {cluster_facts.policy(scope): policy for scope, policy in policies.items()}
        )
        return tuple(
            Failure(matter[0], matter[1], finding)
            for matter, finding in self._states(planned).items()
            for before in [self._now.get(matter)]
            if _rank(finding) > (_rank(before) if before else 0)
        )

    def _states(self, facts: Facts) -> Mapping[_Matter, Finding]:
        """Return the worst finding of each matter, by workflow and database."""
        found: dict[_Matter, Finding] = {}
        for one in check_all(facts.connection, self._databases, facts).checked:
            if one.kind is not CheckedKind.WORKFLOW:
                continue
            for finding in one.findings:
                key = (_label(one), one.database, _about(finding))
                if key not in found or _rank(finding) > _rank(found[key]):
                    found[key] = finding
        return found


def _rank(finding: Finding) -> int:
    return _ORDER.index(finding.state)


def _label(one: Checked) -> str:
    return f"{one.workflow.replace('-', ' ')} {one.name}".strip() + f" ({one.database})"


def _about(finding: Finding) -> tuple[object, ...]:
    identity = finding.identity
    who = PolicyEntry(identity, ()).key if identity else ""
    return finding.key, who, str(finding.usage), finding.target, finding.host
