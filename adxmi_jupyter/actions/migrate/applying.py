"""Migrate objects one after the other: prepare, try, alter, prove; else restore.

============ ====================================================================================
step         when it fails
============ ====================================================================================
prepare      the previous definition is in place; what was granted stays, and can be undone
try          the previous definition is in place
alter        rejected: the previous one; without an answer: what reading again shows, else *unknown*
prove        the previous definition is restored; where it cannot be, the tried one stays
restore      *unknown*, with the command that shows what is there
============ ====================================================================================
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.check import remediation
from adxmi_jupyter.actions.check.examination import examined
from adxmi_jupyter.actions.diagnosis.denial_fix import fix_of
from adxmi_jupyter.actions.migrate import trial
from adxmi_jupyter.actions.migrate.current import (
    Replacement,
    marker_now,
    show_command,
    table_now,
    write_of,
)
from adxmi_jupyter.actions.write import protocol
from adxmi_jupyter.actions.write.journal import Journal
from adxmi_jupyter.errors import (
    AdxmiError,
    ClusterChanged,
    ConfirmationRequired,
    MigrationBlocked,
    MigrationFailed,
    OperationContinues,
    WriteInterrupted,
    WriteOutcomeUnknown,
)
from adxmi_jupyter.fixes import Command, Explain, Retry, Several
from adxmi_jupyter.model.migration.external_table import ExternalTable, rest_of
from adxmi_jupyter.model.migration.objects import Restoring
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
    """What became of one object, and what went wrong if something did."""

    migration: Migration
    result: Result
    failure: AdxmiError | None = None


@dataclass(frozen=True)
class Applied:
    """What became of all, and the number by which they can be undone together."""

    number: int
    outcomes: tuple[Outcome, ...]

    @property
    def can_be_undone(self) -> bool:
        """Whether the previous definition of one of them is kept."""
        kept = (one.migration.object.restoring for one in self.outcomes)
        return Restoring.YES in kept

    @property
    def failure(self) -> AdxmiError | None:
        """The first failure."""
        return next((one.failure for one in self.outcomes if one.failure is not None), None)


def check_applicable(
    migrations: Sequence[Migration], *, confirmed: bool, without_restore: bool
) -> None:
    """Check whether objects may be migrated; nothing is sent.

    Raises
    ------
    MigrationBlocked
        One cannot be migrated, or needs what only others can put in place.
    ConfirmationRequired
        It isn't confirmed, or the previous definition of one cannot be restored.

    """
    for one in migrations:
        _refuse_blocked(one)
    lasting = [one.object for one in migrations if one.object.restoring is Restoring.MASKED]
    if lasting and not without_restore:
        raise ConfirmationRequired(
            Explain.of(
                "the previous definition can't be restored: ",
                Several.of(one.name for one in lasting),
            ),
            why="the service shows no secret, so the tool can't send it again; the new definition "
            "is tried before it replaces the previous one",
            fix=Retry.having("--without-restore", *(() if confirmed else ("--yes",))),
        )
    if migrations and not confirmed:
        raise ConfirmationRequired(
            f"{len(migrations)} objects would be migrated",
            why=Explain.of(
                Several.of(f"{one.object.kind} {one.object.name}" for one in migrations)
            ),
            fix=Retry.having("--yes"),
        )


def _refuse_blocked(one: Migration) -> None:
    named = f"{one.object.kind} {one.object.name} can't be migrated"
    if one.object.obstacle is not None:
        raise MigrationBlocked(named, why=one.object.obstacle.why, fix=one.object.obstacle.instead)
    if one.identity is None:
        raise MigrationBlocked(
            named,
            why="no identity is known by its resource ID: requires Reader on the cluster",
            fix=Command.of("identity", "list"),
        )
    if one.for_others:
        found = (each.evidence or f"not met: {each.key}" for each in one.for_others)
        raise MigrationBlocked(
            f"{named} yet", why=Explain.joined("; ", *found), fix=one.for_others[0].fix
        )


def apply(
    connection: Connection,
    plan: Callable[[], Sequence[Migration]],
    *,
    confirmed: bool,
    without_restore: bool,
    tell: Tell,
) -> Applied:
    """Plan and migrate while no other write of this account is under way; a failure ends it.

    `tell` hears what is done.

    Raises
    ------
    MigrationBlocked, ConfirmationRequired
        See `check_applicable`.
    ClusterLocked
        Another write of this account does not end.
    AdxmiError
        As `plan`. How single objects ended is in what is returned.

    """
    with connection.lock.held():
        migrations = plan()
        check_applicable(migrations, confirmed=confirmed, without_restore=without_restore)
        number = Journal(connection.history_file).next_apply()
        with connection.noting(apply=number):
            return Applied(number, tuple(_each(connection, migrations, tell)))


def _each(connection: Connection, migrations: Sequence[Migration], tell: Tell) -> Iterator[Outcome]:
    failed = False
    for one in migrations:
        if failed:
            yield Outcome(one, Result.SKIPPED)
            continue
        outcome = _Run(connection, one, tell).outcome()
        failed = outcome.failure is not None
        yield outcome


class _Run:
    """One object on its way from a secret to an identity."""

    def __init__(self, connection: Connection, migration: Migration, tell: Tell) -> None:
        self._connection = connection
        self._migration = migration
        self._tell = tell
        self._object = migration.object

    def outcome(self) -> Outcome:
        """Migrate it, and return how that ended."""
        try:
            self._prepare()
            self._try()
            entry = self._alter()
        except (WriteOutcomeUnknown, OperationContinues, WriteInterrupted) as failure:
            return Outcome(self._migration, Result.UNKNOWN, failure)
        except AdxmiError as failure:
            return Outcome(self._migration, Result.NOT_MIGRATED, failure)
        try:
            self._prove()
        except AdxmiError as failure:
            return self._restored(entry, failure)
        except KeyboardInterrupt as interrupt:
            raise WriteInterrupted(
                f"{self._called} was migrated",
                why="you interrupted the check of its new definition, which had been tried before",
                fix=show_command(self._object.kind, self._object.database),
            ) from interrupt
        return Outcome(self._migration, Result.MIGRATED)

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

    def _try(self) -> None:
        one, identity = self._object, self._identity
        if not trial.is_tried(one, identity):
            return
        try:
            trial.attempt(self._connection, one, identity, self._tell)
        except WriteOutcomeUnknown:
            raise
        except AdxmiError as failure:
            raise MigrationFailed(
                f"{self._called} does not work with {identity.label}; it was not changed",
                why=f"{failure.what}: {failure.why}",
                fix=self._fix_of(failure),
            ) from failure

    def _alter(self) -> int:
        one, identity = self._object, self._identity
        now = marker_now(self._connection, one.kind, one.database, one.name)
        if now != one.marker:
            raise ClusterChanged(
                f"{self._called} changed since it was planned; it was not migrated",
                why="somebody else wrote to it",
                fix=Retry(),
            )
        new = Replacement(
            one.kind,
            one.database,
            one.name,
            self._migration.definition,
            {"marker": one.marker, "definition": one.noted},
            {"marker": one.marker_with(identity), "definition": self._migration.definition},
        )
        written = protocol.carry_out(
            self._connection, write_of(self._connection, new, MIGRATE, tell=self._tell)
        )
        for note in written.notes:
            self._tell(note)
        return written.entry.number

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
            return Outcome(self._migration, Result.UNKNOWN, kept)
        old = Replacement(
            one.kind,
            one.database,
            one.name,
            one.previous,
            {"marker": one.marker_with(self._identity)},
            {"marker": one.marker, "definition": one.noted},
        )
        write = write_of(self._connection, old, RESTORE, undoes=entry, tell=self._tell)
        try:
            protocol.carry_out(self._connection, write)
        except AdxmiError as trouble:
            unknown = WriteOutcomeUnknown(
                f"the check of {self._called} failed; whether it was restored is unknown",
                why=f"{told}; restoring it: {trouble.what} ({trouble.why})",
                fix=show_command(one.kind, one.database),
            )
            return Outcome(self._migration, Result.UNKNOWN, unknown)
        restored = MigrationFailed(
            f"{self._called} does not work with {self._identity.label}; it was restored",
            why=told,
            fix=self._fix_of(failure),
        )
        return Outcome(self._migration, Result.RESTORED, restored)

    def _fix_of(self, failure: AdxmiError) -> Fix:
        one = self._object

        def look() -> tuple[Finding, ...]:
            return examined(self._connection, one.requirements(self._identity), one.database)

        found = fix_of(self._connection, failure, one.database, look)
        return found or failure.remediation
