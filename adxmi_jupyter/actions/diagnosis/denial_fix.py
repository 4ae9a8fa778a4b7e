"""What fixes a denial that a command got: what its text names, never what the command wanted.

A denial names its identity, usage, host or database. A requirement of the command that is not met
is its cause only where it is about the same ones.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.check.findings import State, first_fix
from adxmi_jupyter.actions.diagnosis.diagnosis import explained_denial
from adxmi_jupyter.actions.diagnosis.exception_text import text_of
from adxmi_jupyter.actions.diagnosis.mentioned import focused, mentioned_in
from adxmi_jupyter.actions.diagnosis.other_cluster import of_other_cluster
from adxmi_jupyter.actions.diagnosis.requirements import KEYS
from adxmi_jupyter.errors import AdxmiError
from adxmi_jupyter.fixes import NOTHING
from adxmi_jupyter.model.declaration.requirements import Key
from adxmi_jupyter.model.denial import Concern, read

if TYPE_CHECKING:
    from adxmi_jupyter.actions.check.findings import Finding
    from adxmi_jupyter.actions.diagnosis.mentioned import Mentioned
    from adxmi_jupyter.fixes import Fix
    from adxmi_jupyter.model.denial import Denial
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.service.connection import Connection

_SEEN_AT_TARGET = {Key.SQL_SERVER_ROLE}
"""Requirements that nothing but the target shows."""

Examine = Callable[[], "Sequence[Finding]"]
"""Examines the requirements of what was denied; raises an AdxmiError if that fails."""


def fix_of(
    connection: Connection, failure: AdxmiError, database: str, examine: Examine | None = None
) -> Fix:
    """Return what fixes what a denial names; nothing where that is met, or it names nothing.

    `database` is where the command ran, for a text that names no other. The requirements that
    `examine` returns know more of what was denied than its text does.
    """
    try:
        denial = read(text_of(failure))
        elsewhere = of_other_cluster(connection, denial)
        if elsewhere is not None:
            return elsewhere.fix
        denial = focused(connection, denial)
        mentioned = mentioned_in(connection, denial, otherwise=database)
        about = _About(denial, mentioned)
        found = tuple(examine()) if examine and about.may_be_a_requirement else ()
        fix = about.fix_among(found)
        if fix or denial.meaning.concern is Concern.KUSTO_ROLE:
            return fix  # who sent the command knows better which permission to ask for
        checks = explained_denial(connection, denial, mentioned)
    except AdxmiError:  # the denial itself matters more
        return NOTHING
    every = [finding for one in checks.checked for finding in one.findings]
    return first_fix(every) or about.fix_among(every)


@dataclass(frozen=True)
class _About:
    """What a denial is about."""

    denial: Denial
    mentioned: Mentioned

    @property
    def may_be_a_requirement(self) -> bool:
        """Whether a requirement of what was denied can be the cause."""
        concern = self.denial.meaning.concern
        return concern in KEYS or concern is Concern.UNSPECIFIED or self._names_its_cause

    @property
    def _names_its_cause(self) -> bool:
        names = self.denial.names
        named = names.usages or names.places or self.mentioned.identities
        return self.denial.meaning.concern is Concern.STATEMENT and bool(named)

    def fix_among(self, findings: Sequence[Finding]) -> Fix:
        """Return what fixes the first of some findings that can be its cause; nothing if none can.

        Of what a target alone knows, its denial is the proof.
        """
        causes = [one for one in findings if self._includes(one)]
        fix = first_fix(causes)
        if fix or self.denial.meaning.concern is not Concern.TARGET:
            return fix
        unseen = (one.fix for one in causes if one.key in _SEEN_AT_TARGET and one.fix)
        return next(unseen, NOTHING)

    def _includes(self, one: Finding) -> bool:
        """Tell whether a finding can be its cause: the same identity, usage and host."""
        keys = KEYS.get(self.denial.meaning.concern)
        is_of_kind = keys is None or one.key in keys
        return (
            one.state in (State.NOT_MET, State.UNKNOWN)
            and is_of_kind
            and self._is_identity(one.identity)
            and (one.usage is None or one.usage in (self.denial.names.usages or (one.usage,)))
            and self._is_place(one)
        )

    def _is_identity(self, identity: ManagedIdentity | None) -> bool:
        if identity is None:
            return True
        is_of_caller = self.denial.meaning.concern is Concern.KUSTO_ROLE
        named = self.mentioned.callers if is_of_caller else self.mentioned.identities
        if not named:
            return not (self.denial.names.identities or self.mentioned.principals)
        ids = {one for other in named for one in _ids(other)}
        return not ids.isdisjoint(_ids(identity))

    def _is_place(self, one: Finding) -> bool:
        named = {place.host.lower() for place in self.denial.names.places}
        if one.target is not None:
            accounts = {host.partition(".")[0] for host in named}
            return not named or one.target.name.lower() in accounts
        return not (named and one.host) or any(host in one.host.lower() for host in named)


def _ids(identity: ManagedIdentity) -> set[str]:
    every = (identity.word, identity.object_id, identity.resource_id)
    return {one.lower() for one in every if one}
