"""What every rule of the audit declares: one class in one file of `rules`.

A rule is found by looking: adding one is adding a file.
"""

from __future__ import annotations

import pkgutil
from abc import ABC, abstractmethod
from collections.abc import Iterator
from importlib import import_module
from inspect import isclass
from typing import TYPE_CHECKING, ClassVar

from adxmi_jupyter.errors import InvalidValue
from adxmi_jupyter.fixes import ChangeOption
from adxmi_jupyter.model.audit import rules as folder
from adxmi_jupyter.model.audit.findings import About
from adxmi_jupyter.model.usage import closest

if TYPE_CHECKING:
    from adxmi_jupyter.model.audit.cluster import AuditedCluster
    from adxmi_jupyter.model.audit.evidence import Part
    from adxmi_jupyter.model.audit.findings import Severity, Verdict
    from adxmi_jupyter.model.audit.narrowing import Assumed, Narrowing


class Rule(ABC):
    """A rule: what it finds, how bad that is, why it matters, and how to fix it.

    `needs` are parts of the cluster without which it cannot tell anything; with `reads_policies`
    a scope whose policy cannot be read is told, too. `judges_by_evidence` says that it reads logs.
    `pages` are titles of pages of the documentation.
    """

    id: ClassVar[str]
    severity: ClassVar[Severity]
    title: ClassVar[str]
    why: ClassVar[str]
    found_by: ClassVar[str]
    recommendation: ClassVar[str]
    pages: ClassVar[tuple[str, ...]] = ("Managed identity policy",)
    needs: ClassVar[tuple[str, ...]] = ()
    reads_policies: ClassVar[bool] = False

    def verdicts(self, cluster: AuditedCluster) -> Iterator[Verdict]:
        """Yield how each subject of the rule was found, and what could not be looked at."""
        parts: list[Part[object]] = [getattr(cluster, name) for name in self.needs]
        missing = [one.unseen for one in parts if one.unseen is not None]
        if missing:
            yield About().untold(*missing)
            return
        if self.reads_policies:
            for scope, part in cluster.policies.items():
                if part.unseen is not None:
                    yield About(scope).untold(part.unseen)
        yield from self.examined(cluster)

    def narrowed(
        self, cluster: AuditedCluster, about: Verdict, assumed: Assumed
    ) -> Narrowing | None:
        """Return what of a policy a finding makes superfluous; None if that is nothing.

        `about` may be of something that cannot be told, if it is among what is `assumed` not to be
        needed.
        """
        del cluster, about, assumed
        return None

    @abstractmethod
    def examined(self, cluster: AuditedCluster) -> Iterator[Verdict]:
        """Yield how each subject was found; the parts of `needs` are known."""


def rule_ids() -> tuple[str, ...]:
    """Return the IDs of all rules, without importing them: the names of files begin with them."""
    names = (module.name for module in pkgutil.iter_modules(folder.__path__))
    return tuple(sorted(name.split("_", 1)[0].upper() for name in names))


def every_rule() -> tuple[Rule, ...]:
    """Return all rules by their IDs.

    Raises
    ------
    LookupError
        A file declares none of its ID; a mistake of whoever wrote it.

    """
    names = sorted(module.name for module in pkgutil.iter_modules(folder.__path__))
    return tuple(map(_declared, names))


def _declared(name: str) -> Rule:
    module = import_module(f"{folder.__name__}.{name}")
    wanted = name.split("_", 1)[0].upper()
    for value in vars(module).values():
        is_own = isclass(value) and issubclass(value, Rule) and value.__module__ == module.__name__
        if is_own and value.id == wanted:
            rule: Rule = value()
            return rule
    raise LookupError(f"{module.__name__} declares no rule {wanted}")


def rule_of(rule_id: str) -> Rule:
    """Return the rule of an ID, ignoring case.

    Raises
    ------
    InvalidValue
        There is none; the closest match is named.

    """
    wanted = rule_id.strip().upper()
    found = next((one for one in every_rule() if one.id == wanted), None)
    if found is None:
        every = rule_ids()
        raise InvalidValue(
            f"there is no rule {rule_id!r}",
            why=f"the rules are {every[0]} to {every[-1]}",
            fix=ChangeOption("--rule", closest_id(rule_id)),
        )
    return found


def closest_id(rule_id: str) -> str:
    """Return the ID of a rule that was meant; the first one where none is alike."""
    every = rule_ids()
    return closest(rule_id.strip().upper(), every) or every[0]
