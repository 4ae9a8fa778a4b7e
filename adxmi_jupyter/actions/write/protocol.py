"""One protocol for every write: note it, send it, read what is there now, note how it ended.

============================ ==================================================================
what came back               what is claimed
============================ ==================================================================
an answer, and it is there   applied
an answer, not understood    what reading again shows, see below
no answer                    applied if reading again shows it; else *unknown*: a request may
                             still be carried out, whatever the first look says. `open_writes`
                             looks again at the next command
the service's own "not now"  not applied, once reading again shows what was there before
the service's own "no"       refused
============================ ==================================================================

Whoever reads first and writes what follows from it holds the cluster's lock meanwhile
(`Connection.lock`), and reads under it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from adxmi_jupyter.actions.write import journal
from adxmi_jupyter.actions.write.journal import Journal
from adxmi_jupyter.errors import (
    AdxmiError,
    AnswerLost,
    OperationContinues,
    OperationFailed,
    PartialFailure,
    ServiceUnavailable,
    WriteInterrupted,
    WriteNotApplied,
    WriteOutcomeUnknown,
)
from adxmi_jupyter.fixes import Explain, Retry

if TYPE_CHECKING:
    from adxmi_jupyter.actions.write.journal import Entry
    from adxmi_jupyter.fixes import Fix, Note
    from adxmi_jupyter.service.connection import Connection

State = TypeVar("State")

_LOST = (AnswerLost, PartialFailure, WriteOutcomeUnknown)
_NO_ANSWER_YET = "you interrupted before the answer came"


class Comparison(Enum):
    """How what is there relates to what a write was to bring about."""

    DONE = "as intended"
    AS_BEFORE = "as before"
    UNDER_WAY = "being changed"
    OTHER = "neither as before nor as intended"


class Progress(Enum):
    """What `Write.send` returns when the end was not to be waited for, and has not come."""

    UNDER_WAY = "in progress"


@dataclass(frozen=True)
class Write(Generic[State]):
    """One write, and how to find out about it.

    Parameters
    ----------
    kind, database, target
        What is written: ``policy`` of a database, a rule of ``callout`` … Two writes of which
        these three are equal concern the same thing.
    verb, command
        The verb of the user, and the exact text that is sent.
    title
        What it is, for errors: ``grant on the database Sales``.
    show_command
        The command that shows what is there.
    subject
        What is read again, for people: ``the policy``.
    before, wanted
        What is there and what is to be, as it is noted in the history: JSON values.
    restoring
        What makes again what is there before, as `journal.Entry` has it.
    send
        Sends it. Returns what is there now if the answer tells, or that it is under way, else
        None; raises `UnreadableAnswer` for an answer that is none.
    read
        Reads what is there now; None for what leaves nothing behind that could be read.
    compare
        Compares what is there now with what was to be.
    history_value
        Returns what is there as it is noted in the history.
    undoes
        The number of the write that this one undoes.
    is_proved
        Tells whether what was answered proves the write where it cannot be read again.
    on_mismatch
        What to say when the service answered, and something else is there than was to be. It may
        raise.

    """

    kind: str
    database: str
    target: str
    verb: str
    command: str
    title: str
    subject: str
    show_command: Fix
    before: Any
    wanted: Any
    send: Callable[[], State | Progress | None]
    read: Callable[[], State] | None = None
    compare: Callable[[State], Comparison] = lambda _: Comparison.OTHER
    history_value: Callable[[State], Any] = lambda _: None
    undoes: int = 0
    restoring: Any = None
    is_proved: Callable[[], bool] = lambda: True
    on_mismatch: Callable[[State], tuple[str, ...]] | None = None


@dataclass(frozen=True)
class Written(Generic[State]):
    """A write that took effect: what is there now (None if unread), and what there is to say."""

    state: State | None
    entry: Entry
    notes: tuple[Note, ...] = ()


def carry_out(connection: Connection, write: Write[State]) -> Written[State]:
    """Carry a write out, and tell the truth about how it ended.

    Raises
    ------
    HistoryUnavailable
        It could not be noted. Nothing was sent.
    ServiceRefusal, ConnectionFailure
        The service refused or was not reached. Nothing was changed.
    WriteNotApplied
        The service said that it cannot now, and what is there is as before.
    WriteOutcomeUnknown
        The answer was lost or made no sense, or waiting for it was interrupted.
    WriteInterrupted
        It was applied; an interrupt ended the reading of what is there now.

    """
    run = _Run(connection, write)
    try:
        return run.to_the_end()
    except KeyboardInterrupt as interrupt:
        raise run.interrupted() from interrupt
    finally:
        connection.forget()


class _Run(Generic[State]):
    """One write on its way."""

    def __init__(self, connection: Connection, write: Write[State]) -> None:
        self._connection = connection
        self._write = write
        self._journal = Journal(connection.history_file)
        self._entry = self._journal.begin(
            kind=write.kind,
            database=write.database,
            target=write.target,
            verb=write.verb,
            command=write.command,
            before=write.before,
            wanted=write.wanted,
            noting=replace(
                connection.noted,
                undoes=write.undoes or connection.noted.undoes,
                restoring=write.restoring,
            ),
            allowed=connection.kusto.timeout,
        )
        connection.when_noted(self._entry.apply)
        self._is_proved = False

    def to_the_end(self) -> Written[State]:
        try:
            state = self._write.send()
        except _LOST as lost:
            return self._after_lost(lost)
        except OperationContinues:
            self._settle(journal.UNKNOWN)
            self._connection.has_open_writes = True
            raise
        except AdxmiError as refusal:
            return self._after_refusal(refusal)
        if isinstance(state, Progress):
            return self._under_way(None)
        self._is_proved = self._write.is_proved()
        return self._after_answer(state)

    def interrupted(self) -> AdxmiError:
        """Return what is known when an interrupt came: the answer, or that there is none."""
        if self._is_proved:
            trouble = self._settle(journal.APPLIED)
            return WriteInterrupted(
                f"{self._write.title}: it was applied",
                why="; ".join(("you interrupted while it was read again", *trouble)),
                fix=self._write.show_command,
            )
        return self._unknown(_NO_ANSWER_YET)

    def _after_answer(self, state: State | None) -> Written[State]:
        write = self._write
        if write.read is None:
            return Written(state, self._entry, self._settle(journal.APPLIED))
        if state is None or write.compare(state) is not Comparison.DONE:
            try:
                state = write.read()
            except AdxmiError as failure:
                return self._unread(failure)
        comparison = write.compare(state)
        if comparison is Comparison.DONE:
            return self._applied(state)
        if comparison is Comparison.UNDER_WAY:
            going_on = Explain.of(
                f"{write.subject} is still being changed; ",
                write.show_command,
                " shows what is there",
            )
            return self._under_way(state, going_on)
        if write.on_mismatch is not None:
            return self._mismatched(state, write.on_mismatch)
        if comparison is Comparison.AS_BEFORE:
            raise self._unknown(f"the service accepted it, but {write.subject} is as before")
        return self._applied(
            state, "the service stores something other than what was sent: check what is there"
        )

    def _under_way(self, state: State | None, *notes: Note) -> Written[State]:
        trouble = self._settle(journal.UNKNOWN)
        self._connection.has_open_writes = True
        return Written(state, self._entry, (*notes, *trouble))

    def _mismatched(
        self, state: State, on_mismatch: Callable[[State], tuple[str, ...]]
    ) -> Written[State]:
        try:
            notes = on_mismatch(state)
        except AdxmiError:
            self._settle(journal.UNKNOWN, self._write.history_value(state))
            raise
        return self._applied(state, *notes)

    def _unread(self, failure: AdxmiError) -> Written[State]:
        if not self._is_proved:
            why = f"{self._write.subject} could not be read again: {failure.what} ({failure.why})"
            raise self._unknown(why) from failure
        trouble = self._settle(journal.APPLIED, self._write.wanted)
        unread = f"it is done; {self._write.subject} could not be read again: {failure.what}"
        return Written(None, self._entry, (unread, *trouble))

    def _after_lost(self, lost: AdxmiError) -> Written[State]:
        write = self._write
        if write.read is None:
            raise self._unknown(f"{lost.what} ({lost.why})") from lost
        try:
            state = write.read()
        except AdxmiError as failure:
            why = f"{lost.what}, and {write.subject} could not be read again: {failure.what}"
            raise self._unknown(why) from lost
        comparison = write.compare(state)
        if comparison is Comparison.DONE:
            return self._applied(state, self._took_effect(lost))
        if comparison is Comparison.AS_BEFORE and _says_not_now(lost):
            trouble = self._settle(journal.NOT_APPLIED, write.history_value(state))
            why = f"{lost.what} ({lost.why}); {write.subject} was read again and is as before"
            raise WriteNotApplied(
                f"{write.title} was not applied",
                why="; ".join((why, *trouble)),
                fix=Retry(),
            ) from lost
        so_far = " so far: the request may still be applied"
        more = so_far if comparison is Comparison.AS_BEFORE else ""
        seen = f"{write.subject} was read again and is {comparison.value}{more}"
        raise self._unknown(f"{lost.what} ({lost.why}); {seen}") from lost

    def _after_refusal(self, refusal: AdxmiError) -> Written[State]:
        """Raise the refusal, unless what it came from is not the service, and the write is there.

        A gateway may refuse what the service has carried out already.
        """
        if self._write.read is not None and _has_no_service_code(refusal):
            try:
                state = self._write.read()
            except AdxmiError as failure:
                if refusal.service.status != HTTPStatus.BAD_REQUEST:  # Kusto's may be plain text
                    raise self._unknown(f"{refusal.what} ({refusal.why})") from failure
            else:
                if self._write.compare(state) is Comparison.DONE:
                    return self._applied(state, self._took_effect(refusal))
        failed = isinstance(refusal, OperationFailed)
        trouble = self._settle(journal.FAILED if failed else journal.REFUSED)
        refusal.why = "; ".join((refusal.why, *trouble))
        raise refusal

    def _took_effect(self, failure: AdxmiError) -> str:
        return f"{failure.what}; {self._write.subject} was read again: the change took effect"

    def _applied(self, state: State, *notes: str) -> Written[State]:
        trouble = self._settle(journal.APPLIED, self._write.history_value(state))
        return Written(state, self._entry, (*notes, *trouble))

    def _unknown(self, why: str) -> WriteOutcomeUnknown:
        trouble = self._settle(journal.UNKNOWN)
        self._connection.has_open_writes = True
        return WriteOutcomeUnknown(
            f"{self._write.title}: whether it took effect is unknown",
            why="; ".join((why, *trouble)),
            fix=self._write.show_command,
        )

    def _settle(self, outcome: str, after: object = None) -> tuple[str, ...]:
        trouble = self._journal.settle(self._entry, outcome, after)
        if not trouble:
            return ()
        if outcome == journal.APPLIED:
            return (f"the write was applied, but {trouble}",)
        return (trouble,)


def compare_lists(
    before: list[str], wanted: list[str], now: list[str], *, is_whole: bool = False
) -> Comparison:
    """Compare lists of what is there.

    A write of the whole list is done if the list is that one; any other if what was to come is
    there and what was to go is not, whatever stands beside.
    """
    new, gone, there = set(wanted) - set(before), set(before) - set(wanted), set(now)
    if there == set(wanted) or (not is_whole and new <= there and gone.isdisjoint(there)):
        return Comparison.DONE
    if is_whole:
        return Comparison.AS_BEFORE if there == set(before) else Comparison.OTHER
    return Comparison.AS_BEFORE if new.isdisjoint(there) and gone <= there else Comparison.OTHER


def is_by_interrupt(failure: BaseException | None) -> bool:
    """Tell whether an interrupt is what a failure comes from."""
    while failure is not None:
        if isinstance(failure, KeyboardInterrupt):
            return True
        failure = failure.__cause__
    return False


def _says_not_now(lost: AdxmiError) -> bool:
    """Tell whether Kusto itself answered that it cannot now: it will not do it later.

    A gateway that gave up waiting, as Azure Resource Manager is one, answers without a type of
    Kusto's.
    """
    service = lost.service
    is_503 = service.status == HTTPStatus.SERVICE_UNAVAILABLE
    return isinstance(lost, ServiceUnavailable) and is_503 and bool(service.type)


def _has_no_service_code(refusal: AdxmiError) -> bool:
    """Tell whether an answer that says no has no code of the service."""
    service = refusal.service
    # The bodies of these two aren't read: whoever sends them carried nothing out.
    known = {None, HTTPStatus.UNAUTHORIZED, HTTPStatus.TOO_MANY_REQUESTS}
    return service.status not in known and not (service.code or service.type)
