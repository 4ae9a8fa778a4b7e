"""Commands that narrow what the audit found, as values."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from adxmi_jupyter.fixes import Command, Explain
from adxmi_jupyter.model.audit.evidence import Grade
from adxmi_jupyter.model.usage import Usage

if TYPE_CHECKING:
    from adxmi_jupyter.fixes import Fix
    from adxmi_jupyter.model.audit.cluster import AuditedCluster
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.model.policy import Scope

NEEDED = frozenset({Grade.IN_USE, Grade.DECLARED, Grade.WANTED})
"""Grades of what a narrower policy still has to allow."""

SINGLE_USAGES = tuple(one for one in Usage if one is not Usage.ALL)


def then(*fixes: Fix) -> Fix:
    """Return commands one after the other, each on its line."""
    return Explain.joined("\n", *fixes) if len(fixes) > 1 else fixes[0]


def where(scope: Scope) -> tuple[str, ...]:
    """Return the options that name a scope."""
    return ("--database", scope.database) if scope.database else ("--cluster",)


def grant(
    cluster: AuditedCluster, scope: Scope, identity: ManagedIdentity, usages: Iterable[str]
) -> Command:
    """Return the command that allows usages."""
    who = ("--identity", cluster.word(identity))
    return Command(("policy", "grant", *where(scope), *who, "--usage", ",".join(usages)))


def revoke(
    cluster: AuditedCluster, scope: Scope, identity: ManagedIdentity, *usages: str
) -> Command:
    """Return the command that revokes usages, or without any all of them."""
    who = ("--identity", cluster.word(identity))
    what = ("--usage", ",".join(usages)) if usages else ("--every-usage",)
    return Command(("policy", "revoke", *where(scope), *who, *what, "--yes"))
