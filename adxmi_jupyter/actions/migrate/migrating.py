"""Migrate one object: prepare, try, alter, prove; else restore.

============ ====================================================================================
step         when it fails, or is interrupted
============ ====================================================================================
prepare      the previous definition is in place; what was granted stays, and can be undone
try          the previous definition is in place
alter        rejected: the previous one; without an answer: what reading again shows, else *unknown*
prove        failed: the previous definition is restored; where it cannot be, the tried one stays.
             Interrupted: the new one stays
restore      *unknown*, with the command that shows what is there
============ ====================================================================================

An interrupt ends no step halfway: a definition that was sent is looked for once more.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.check import remediation
from adxmi_jupyter.actions.check.examination import examined
from adxmi_jupyter.actions.diagnosis.denial_fix import fix_of
from adxmi_jupyter.actions.migrate import trial
from adxmi_jupyter.actions.migrate.current import (
    CHANGING,
    Replacement,
    marker_now,
    note_applied,
    show_command,
    table_now,
    write_of,
)
from adxmi_jupyter.actions.write import protocol
from adxmi_jupyter.actions.write.protocol import is_by_interrupt
from adxmi_jupyter.errors import (
    AdxmiError,
    ClusterChanged,
    MigrationBlocked,
    MigrationFailed,
    OperationContinues,
    WriteInterrupted,
    WriteOutcomeUnknown,
)
from adxmi_jupyter.fixes import Retry
from adxmi_jupyter.model.migration.external_table import ExternalTable, rest_of
from adxmi_jupyter.model.remediation import ByOwner

if TYPE_CHECKING:
    from adxmi_jupyter.actions.check.findings import Finding
    from adxmi_jupyter.actions.migrate.planning import Migration
    from adxmi_jupyter.actions.write.operations import Tell
    from adxmi_jupyter.fixes import Fix
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.service.connection import Connection

MIGRATE, RESTORE = "migrate", "restore"


class Result(StrEnum):
    """How migrating one object ended."""

    MIGRATED = "migrated"
    NOT_MIGRATED = "not migrated"
    RESTORED = "restored"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Outcome:
    """What became of one object, and what went wrong if something did.

    `is_interrupted` tells whether the user ended it.
    """

    migration: Migration
    result: Result
    failure: AdxmiError | None = None
    is_interrupted: bool = False


class ObjectMigration:
    """One object on its way from a secret to an identity."""

    def __init__(self, connection: Connection, migration: Migration, tell: Tell) -> None:
        self._connection = connection
        self._migration = migration
        self._tell = tell
        self._object = migration.object
        self._is_sent = False
        self._is_interrupted = False

    def outcome(self) -> Outcome:
        """Migrate it, and return how that ended, also when the user interrupts."""
        attempt = trial.Trial(self._connection, self._object, self._identity)
        try:
            outcome = self._migrated(attempt)
        except KeyboardInterrupt as interrupt:
            outcome = self._cut_off(interrupt)
        self._is_interrupted |= is_by_interrupt(outcome.failure)
        if not attempt.end(self._tell):
            self._is_interrupted = True
            outcome = replace(outcome, failure=outcome.failure or self._kept("the last steps"))
        return replace(outcome, is_interrupted=self._is_interrupted)

    def _migrated(self, attempt: trial.Trial) -> Outcome:
        try:
            self._prepare()
            self._try(attempt)
            self._check_unchanged()
        except AdxmiError as failure:
            return self._ended(Result.NOT_MIGRATED, failure)
        try:
            self._is_sent = True
            entry = self._alter()
        except WriteInterrupted as applied:
            return self._ended(Result.MIGRATED, applied)
        except WriteOutcomeUnknown as failure:
            return self._looked_for(failure)
        except OperationContinues as failure:
            return self._ended(Result.UNKNOWN, failure)
        except AdxmiError as failure:
            return self._ended(Result.NOT_MIGRATED, failure)
        return self._proved(entry, attempt)

    def _proved(self, entry: int, attempt: trial.Trial) -> Outcome:
        try:
            self._prove()
        except AdxmiError as failure:
            return self._restored(entry, failure)
        except KeyboardInterrupt as interrupt:
            before = ", which had been tried before" if attempt.is_possible else ""
            applied = self._kept(f"the check of its new definition{before}")
            applied.__cause__ = interrupt
            return self._ended(Result.MIGRATED, applied)
        return self._ended(Result.MIGRATED)

    def _kept(self, interrupted: str) -> WriteInterrupted:
        return WriteInterrupted(
            f"{self._called} was migrated",
            why=f"you interrupted {interrupted}",
            fix=show_command(self._object.kind, self._object.database),
        )

    def _looked_for(self, failure: WriteOutcomeUnknown) -> Outcome:
        """Return how a write ended whose answer was lost; after an interrupt it is looked for."""
        one = self._object
        if not is_by_interrupt(failure):
            return self._ended(Result.UNKNOWN, failure)
        try:
            now = marker_now(self._connection, one.kind, one.database, one.name)
        except (AdxmiError, KeyboardInterrupt):
            return self._ended(Result.UNKNOWN, failure)
        if now != one.marker_with(self._identity):
            return self._ended(Result.UNKNOWN, failure)
        note_applied(self._connection, one.kind, one.database, one.name)
        applied = self._kept("before the answer came; its new definition is there")
        applied.__cause__ = failure
        return self._ended(Result.MIGRATED, applied)

    def _cut_off(self, interrupt: KeyboardInterrupt) -> Outcome:
        """Return how it ended when an interrupt came between two requests."""
        self._is_interrupted = True
        if not self._is_sent:
            return self._ended(Result.NOT_MIGRATED, self._interrupted(interrupt))
        unknown = WriteOutcomeUnknown(
            f"{self._called}: whether it was migrated is unknown",
            why="you interrupted",
            fix=show_command(self._object.kind, self._object.database),
        )
        unknown.__cause__ = interrupt
        return self._ended(Result.UNKNOWN, unknown)

    def _ended(self, result: Result, failure: AdxmiError | None = None) -> Outcome:
        return Outcome(self._migration, result, failure)

    def _interrupted(self, interrupt: KeyboardInterrupt) -> AdxmiError:
        failure = MigrationFailed(
            f"{self._called} was not changed",
            why="you interrupted before its new definition was sent",
            fix=Retry(),
        )
        failure.__cause__ = interrupt
        return failure

    @property
    def _called(self) -> str:
        return f"{self._object.kind} {self._object.name}"

    @property
    def _identity(self) -> ManagedIdentity:
        identity = self._migration.identity
        if identity is None:
            raise MigrationBlocked(
                f"{self._called} can't be migrated", why="no identity is proposed for it"
            )
        return identity

    def _prepare(self) -> None:
        """Put in place what the identity needs and this tool can give; see that nothing changed."""
        done = set()
        for finding in self._migration.missing:
            wanted = finding.remediation
            if wanted is None or isinstance(wanted, ByOwner) or wanted in done:
                continue
            done.add(wanted)
            made = remediation.carry_out(self._connection, wanted, confirmed=True, tell=self._tell)
            for note in made.told:
                self._tell(note)

    def _try(self, attempt: trial.Trial) -> None:
        try:
            attempt.run()
        except WriteOutcomeUnknown:
            raise
        except AdxmiError as failure:
            raise MigrationFailed(
                f"{self._called} does not work with {self._identity.label}; it was not changed",
                why=f"{failure.what}: {failure.why}",
                fix=self._fix_of(failure),
            ) from failure

    def _check_unchanged(self) -> None:
        one = self._object
        now = marker_now(self._connection, one.kind, one.database, one.name)
        if now == CHANGING:
            raise ClusterChanged(
                f"{self._called} is still being changed; it was not migrated",
                why="an earlier change of it has not ended",
                fix=Retry(),
            )
        if now != one.marker:
            raise ClusterChanged(
                f"{self._called} changed since it was planned; it was not migrated",
                why="another principal wrote to it",
                fix=Retry(),
            )

    def _alter(self) -> int:
        one, new = self._object, self._migration
        replacement = Replacement(
            *(one.kind, one.database, one.name, new.definition, new.shown),
            {"marker": one.marker, "definition": one.noted},
            self._wanted,
        )
        written = protocol.carry_out(
            self._connection, write_of(self._connection, replacement, MIGRATE)
        )
        for note in written.notes:
            self._tell(note)
        return written.entry.number

    @property
    def _wanted(self) -> dict[str, str]:
        """The new definition as the history has it: without text where a secret stays in it."""
        one, new = self._object, self._migration
        kept = "" if new.keeps_secret else new.definition
        return {"marker": one.marker_with(self._identity), "definition": kept}

    def _prove(self) -> None:
        """Read one row, and see that all else of the definition is as it was.

        Raises
        ------
        MigrationFailed
            Something else of the definition changed, or it names another identity.
        AdxmiError
            As reading does.

        """
        one = self._object
        trial.read_row(self._connection, one)
        now = marker_now(self._connection, one.kind, one.database, one.name)
        if now != one.marker_with(self._identity):
            raise MigrationFailed(
                f"{self._called} does not show the new definition",
                why="the service stores something other than what was sent",
                fix=show_command(one.kind, one.database),
            )
        if isinstance(one, ExternalTable):
            command = table_now(self._connection, one.database, one.name)
            if rest_of(command) != one.rest:
                raise MigrationFailed(
                    f"more of {self._called} changed than how it authenticates",
                    why="its definition in the csl script is another one",
                    fix=show_command(one.kind, one.database),
                )

    def _restored(self, entry: int, failure: AdxmiError) -> Outcome:
        """Restore the previous definition, if it is known, and return how that ended."""
        one = self._object
        told = f"{failure.what}: {failure.why}"
        if not one.previous:
            kept = MigrationFailed(
                f"the check of {self._called} failed; it has its new definition",
                why=f"{told}; the previous one can't be restored: its secret is masked",
                fix=self._fix_of(failure),
            )
            return self._ended(Result.UNKNOWN, kept)
        old = Replacement(
            *(one.kind, one.database, one.name, one.previous, one.shown(one.previous)),
            self._wanted,
            {"marker": one.marker, "definition": one.noted},
        )
        try:
            write = write_of(self._connection, old, RESTORE, undoes=entry)
            protocol.carry_out(self._connection, write)
        except WriteInterrupted as applied:
            failure.__cause__ = applied
        except AdxmiError as trouble:
            unknown = WriteOutcomeUnknown(
                f"the check of {self._called} failed; whether it was restored is unknown",
                why=f"{told}; restoring it: {trouble.what} ({trouble.why})",
                fix=show_command(one.kind, one.database),
            )
            return self._ended(Result.UNKNOWN, unknown)
        restored = MigrationFailed(
            f"the check of {self._called} with {self._identity.label} failed; it was restored",
            why=told,
            fix=self._fix_of(failure),
        )
        restored.__cause__ = failure
        return self._ended(Result.RESTORED, restored)

    def _fix_of(self, failure: AdxmiError) -> Fix:
        one = self._object

        def look() -> tuple[Finding, ...]:
            return examined(self._connection, one.requirements(self._identity), one.database)

        try:
            found = fix_of(self._connection, failure, one.database, look)
        except KeyboardInterrupt:  # what became of the object is known by now
            self._is_interrupted = True
            found = None
        return found or failure.remediation
