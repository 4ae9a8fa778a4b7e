"""Migrate objects one after the other; the first that fails or is interrupted ends it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.migrate.migrating import ObjectMigration, Outcome, Result
from adxmi_jupyter.actions.write.journal import Journal
from adxmi_jupyter.errors import ConfirmationRequired, MigrationBlocked
from adxmi_jupyter.fixes import Command, Explain, Retry, Several
from adxmi_jupyter.model.migration.objects import Restoring

if TYPE_CHECKING:
    from adxmi_jupyter.actions.migrate.planning import Migration
    from adxmi_jupyter.actions.write.operations import Tell
    from adxmi_jupyter.errors import AdxmiError
    from adxmi_jupyter.service.connection import Connection


@dataclass(frozen=True)
class Applied:
    """What became of all, and the number by which they can be undone together."""

    number: int
    outcomes: tuple[Outcome, ...]

    @property
    def can_be_undone(self) -> bool:
        """Whether the history keeps the previous definition of one that may be migrated now."""
        return any(
            one.result in {Result.MIGRATED, Result.UNKNOWN}
            and one.migration.object.restoring is Restoring.YES
            for one in self.outcomes
        )

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
    if not one.object.is_stored:
        raise MigrationBlocked(
            named,
            why="nothing of it is stored: its sender names the source in each command",
            fix=Command.of("migrate", "plan", one.object.name, "--database", one.object.database),
        )
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
        outcome = ObjectMigration(connection, one, tell).outcome()
        failed = outcome.failure is not None
        yield outcome
