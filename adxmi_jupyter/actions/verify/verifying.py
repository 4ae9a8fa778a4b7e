"""Find out how a cluster answers the open questions, and keep it for the commands that come after.

Source: *Managed identity policy*, *Journal management*, *.show capacity* (Azure Data Explorer
docs), as far as they go: what is found out is what they leave open.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.frames import TEXT, fixed_frame
from adxmi_jupyter.actions.identity import identities
from adxmi_jupyter.actions.verify.asking import Asking
from adxmi_jupyter.actions.write.journal import APPLIED, POLICY, Journal
from adxmi_jupyter.documentation import page
from adxmi_jupyter.errors import AdxmiError
from adxmi_jupyter.model.kusto_shapes import VERSION
from adxmi_jupyter.model.shape import text_cell
from adxmi_jupyter.model.verification.known import Known
from adxmi_jupyter.model.verification.probe import Found, every_probe
from adxmi_jupyter.model.verification.readings import Readings, of_cluster, of_database
from adxmi_jupyter.service.pace import UNLIMITED, Clock, Pace, PacedInFlight
from adxmi_jupyter.service.verified import Verified

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from adxmi_jupyter.actions.verify.asking import Recorder
    from adxmi_jupyter.model.verification.probe import Probe
    from adxmi_jupyter.service.connection import Connection

MOST_DATABASES = 10
_WINDOW = timedelta(days=29)
_INTERRUPTED = "interrupted before it was read"


@dataclass(frozen=True)
class Answered:
    """A question, and what was found."""

    probe: Probe
    found: Found

    @property
    def differs(self) -> bool | None:
        """Whether the cluster behaves otherwise than the tool counts on; None if unknown."""
        return self.found.answer not in self.probe.handled if self.found.answer else None

    @property
    def answer(self) -> str:
        """What was found, in words; why it is unknown, otherwise."""
        found = self.found
        if found.answer:
            return self.probe.answers.get(found.answer, found.answer)
        why = f"unknown: {found.why}" if found.why else "unknown"
        return f"{why}; requires {found.requires}" if found.requires else why


@dataclass(frozen=True)
class Verification:
    """What was found out about a cluster.

    `databases` are those that were read, `of` is how many the caller sees.
    """

    answered: tuple[Answered, ...]
    databases: tuple[str, ...]
    of: int
    was_interrupted: bool = False

    @property
    def known(self) -> Known:
        """The answers as the readers of the cluster's answers have to know them."""
        told = {one.probe.key: one.found for one in self.answered if one.found.answer}
        return Known(
            MappingProxyType({key: found.answer for key, found in told.items()}),
            MappingProxyType({key: found.detail for key, found in told.items() if found.detail}),
        )


def verify(
    connection: Connection,
    databases: Sequence[str] = (),
    *,
    recorder: Recorder | None = None,
    pace: PacedInFlight | None = None,
) -> Verification:
    """Find out how the cluster answers, keep it, and return it; nothing is written to it.

    Without `databases` ten are read at most. What was found out before is forgotten only where
    there is a new answer. A server on this machine is asked without pauses.

    Raises
    ------
    NotInThisEdition
        It is no cluster that has managed identities.
    HistoryUnavailable
        What was found out cannot be kept.

    """
    connection.require_identities()
    asking = Asking(connection, pace or pace_for(connection), recorder)
    seen = list(databases) or asking.databases()
    chosen = tuple(seen) if databases else tuple(seen[:MOST_DATABASES])
    asking.ask([*of_cluster(), *(one for name in chosen for one in of_database(name))])
    found = judged(asking, _system_ids(connection, asking), own_changes(connection))
    verification = Verification(found, chosen, len(seen), asking.was_interrupted)
    keep(connection, verification.known)
    return verification


def pace_for(connection: Connection) -> PacedInFlight:
    """Return how fast a cluster is asked; a server on this machine takes requests as they come."""
    usual = Pace()
    per_second = UNLIMITED if connection.address.is_loopback else usual.per_second
    return PacedInFlight(usual.in_flight, per_second, Clock())


def judged(asking: Asking, system_ids: frozenset[str], changes: int) -> tuple[Answered, ...]:
    """Return what the answers tell about each question."""
    readings = Readings(asking.answers, system_ids, changes)
    every = [Answered(probe, probe.judged(readings)) for probe in every_probe()]
    if not asking.was_interrupted:
        return tuple(every)
    return tuple(
        one if one.found.answer else replace(one, found=Found(why=_INTERRUPTED)) for one in every
    )


def _system_ids(connection: Connection, asking: Asking) -> frozenset[str]:
    """Return the object ID of the system-assigned identity, if Azure Resource Manager tells it."""
    if asking.was_interrupted:
        return frozenset()
    try:
        system = identities.assigned(connection).system
    except AdxmiError:  # then policies may tell it
        return frozenset()
    return frozenset({system.object_id.casefold()} if system and system.object_id else ())


def own_changes(connection: Connection) -> int:
    """Return how many changes of policies the local history has within the journal's window."""
    try:
        entries = Journal(connection.history_file).read().entries
    except AdxmiError:
        return 0
    since = (datetime.now(UTC) - _WINDOW).isoformat()
    return sum(e.kind == POLICY and e.outcome == APPLIED and e.time > since for e in entries)


def keep(connection: Connection, known: Known) -> None:
    """Keep what was found out, beside what else is known; raises as `VerifiedFile.keep`."""
    before = connection.verified.known
    answers = {**before.answers, **known.answers}
    details = {k: v for k, v in before.details.items() if k not in known.answers}
    now = Known(MappingProxyType(answers), MappingProxyType({**details, **known.details}))
    today = datetime.now(UTC).date().isoformat()
    connection.verified_file.keep(Verified("", _version(connection), today, now))
    connection.forget_verified()


def _version(connection: Connection) -> str:
    try:
        rows = connection.kusto.command(".show version").rows(VERSION)
    except AdxmiError:  # it is only told
        return ""
    return text_cell(rows[0], "BuildVersion")


def verification_frame(found: Sequence[Answered]) -> pd.DataFrame:
    """Return a row for each question.

    Columns: ``question``, ``answer``, ``differs`` (yes, no or unknown), ``assumed``, ``effect``,
    ``evidence``, ``requires``, ``page`` string. ``requires`` is the permission that shows what is
    unknown.
    """
    words: Mapping[bool | None, str] = {True: "yes", False: "no", None: "unknown"}
    rows = [
        (
            *(one.probe.question, one.answer, words[one.differs], one.probe.assumed),
            one.probe.effect if one.differs else "",
            *(one.found.evidence, one.found.requires, page(one.probe.page).url),
        )
        for one in found
    ]
    columns = ("question", "answer", "differs", "assumed")
    more = ("effect", "evidence", "requires", "page")
    return fixed_frame(dict.fromkeys((*columns, *more), TEXT), rows)
