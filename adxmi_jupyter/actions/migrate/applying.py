"""Migrate objects one after the other: what fails is told, and the others go on.

Only an interrupt, a cluster that is not reached, or ``--fail-fast`` ends it: the rest is skipped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.migrate.current import MIGRATION
from adxmi_jupyter.actions.migrate.migrating import ObjectMigration, Outcome, Result
from adxmi_jupyter.actions.migrate.trial import TRIAL
from adxmi_jupyter.actions.write import journal
from adxmi_jupyter.actions.write.journal import Journal
from adxmi_jupyter.errors import (
    AnswerLost,
    ApplyIncomplete,
    ConfirmationRequired,
    ConnectionFailure,
    MigrationBlocked,
)
from adxmi_jupyter.fixes import Command, Explain, Retry, Several
from adxmi_jupyter.model.migration.objects import Restoring

if TYPE_CHECKING:
    from adxmi_jupyter.actions.migrate.planning import Migration
    from adxmi_jupyter.actions.write.journal import Entry
    from adxmi_jupyter.actions.write.operations import Tell
    from adxmi_jupyter.errors import AdxmiError
    from adxmi_jupyter.service.connection import Connection


@dataclass(frozen=True)
class Applying:
    """How objects are migrated.

    `without_restore` allows those whose previous definition can't be restored. `leaves_blocked`
    leaves those as they are that can't be migrated yet, and migrates the others.
    """

    confirmed: bool = False
    without_restore: bool = False
    fails_fast: bool = False
    leaves_blocked: bool = False


@dataclass(frozen=True)
class Applied:
    """What became of all, and the number by which they can be undone together.

    `prepared` are the requirements that were put in place, as the history has them.
    """

    number: int
    outcomes: tuple[Outcome, ...]
    prepared: tuple[Entry, ...] = ()

    @property
    def can_be_undone(self) -> bool:
        """Whether a previous definition is kept, or something granted that no object needs now."""
        changed = [
            one.migration.object.restoring is Restoring.YES
            for one in self.outcomes
            if one.result in {Result.MIGRATED, Result.UNKNOWN}
        ]
        return any(changed) or (bool(self.prepared) and not changed)


def check_applicable(migrations: Sequence[Migration], how: Applying) -> None:
    """Check whether objects may be migrated; nothing is sent.

    Raises
    ------
    MigrationBlocked
        One cannot be migrated, or needs what only others can put in place; or all of them.
    ConfirmationRequired
        It isn't confirmed, or the previous definition of one cannot be restored.

    """
    obstacles = [blocked(one) for one in migrations]
    first = next(filter(None, obstacles), None)
    if first is not None and not (how.leaves_blocked and None in obstacles):
        raise first
    ready = [one for one, obstacle in zip(migrations, obstacles, strict=True) if obstacle is None]
    lasting = [one.object for one in ready if one.object.restoring is Restoring.MASKED]
    if lasting and not how.without_restore:
        raise ConfirmationRequired(
            Explain.of(
                "the previous definition can't be restored: ",
                Several.of(one.name for one in lasting),
            ),
            why="the service shows no secret, so the tool can't send it again; the new definition "
            "is tried before it replaces the previous one",
            fix=Retry.having("--without-restore", *(() if how.confirmed else ("--yes",))),
        )
    if ready and not how.confirmed:
        raise ConfirmationRequired(
            f"{len(ready)} objects would be migrated",
            why=Explain.of(Several.of(f"{one.object.kind} {one.object.name}" for one in ready)),
            fix=Retry.having("--yes"),
        )


def blocked(one: Migration) -> MigrationBlocked | None:
    """Return why an object can't be migrated, or not yet; None if it can."""
    named = f"{one.object.kind} {one.object.name} can't be migrated"
    if one.object.obstacle is not None:
        return MigrationBlocked(named, why=one.object.obstacle.why, fix=one.object.obstacle.instead)
    if not one.object.is_stored:
        return MigrationBlocked(
            named,
            why="nothing of it is stored: its sender names the source in each command",
            fix=Command.of("migrate", "plan", one.object.name, "--database", one.object.database),
        )
    if one.identity is None:
        return MigrationBlocked(
            named,
            why="no identity is known by its resource ID: requires Reader on the cluster",
            fix=Command.of("identity", "list"),
        )
    if one.for_others:
        found = (each.evidence or f"not met: {each.key}" for each in one.for_others)
        return MigrationBlocked(
            f"{named} yet", why=Explain.joined("; ", *found), fix=one.for_others[0].fix
        )
    return None


def apply(
    connection: Connection, plan: Callable[[], Sequence[Migration]], how: Applying, tell: Tell
) -> Applied:
    """Plan and migrate while no other write of this account is under way.

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
        check_applicable(migrations, how)
        number = Journal(connection.history_file).next_apply()
        with connection.noting(apply=number):
            outcomes = tuple(_each(connection, migrations, how, tell))
        return Applied(number, outcomes, tuple(_prepared(connection, number)))


def _prepared(connection: Connection, number: int) -> Iterator[Entry]:
    for entry in Journal(connection.history_file).entries():
        is_ours = entry.apply == number and entry.kind not in {MIGRATION, TRIAL}
        if is_ours and entry.outcome in {journal.APPLIED, journal.UNKNOWN}:
            yield entry


def _each(
    connection: Connection, migrations: Sequence[Migration], how: Applying, tell: Tell
) -> Iterator[Outcome]:
    is_over = False
    for one in migrations:
        if is_over:
            yield Outcome(one, Result.SKIPPED)
            continue
        obstacle = blocked(one)
        if obstacle is not None:
            outcome = Outcome(one, Result.NOT_MIGRATED, obstacle)
        else:
            outcome = ObjectMigration(connection, one, tell).outcome()
        has_failed = outcome.failure is not None
        is_over = outcome.is_interrupted or (has_failed and how.fails_fast) or _is_hopeless(outcome)
        yield outcome


def _is_hopeless(outcome: Outcome) -> bool:
    """Tell whether the cluster was not reached: an answer that was lost may be the only one."""
    cause: BaseException | None = outcome.failure
    while cause is not None:
        if isinstance(cause, ConnectionFailure) and not isinstance(cause, AnswerLost):
            return True
        cause = cause.__cause__
    return False


def incomplete(applied: Applied) -> AdxmiError | None:
    """Return the error of an apply that failed in part or was interrupted; None for no other.

    That of a single object is its own.
    """
    failed = [one for one in applied.outcomes if one.failure is not None]
    left = [one for one in applied.outcomes if one.result is not Result.MIGRATED]
    first = next((one for one in failed if one.is_interrupted), failed[0] if failed else None)
    if first is None or first.failure is None:
        return None
    if not left or len(applied.outcomes) == 1:
        return first.failure
    error = ApplyIncomplete(
        f"{len(left)} of {len(applied.outcomes)} objects were not migrated",
        why=f"{first.failure.what}: {first.failure.why}",
        fix=Retry(),
    )
    error.__cause__ = first.failure
    return error
