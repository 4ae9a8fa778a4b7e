"""The noun ``migrate``: from keys, signatures and passwords to managed identities."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from adxmi_jupyter.errors import ConfirmationRequired, MigrationBlocked
from adxmi_jupyter.magics import permissions
from adxmi_jupyter.magics.options import (
    all_databases_option,
    database_option,
    dry_run,
    refuse_both,
    yes,
)
from adxmi_jupyter.magics.params import IdentityName, Name
from adxmi_jupyter.magics.verbs import Noun, verb
from adxmi_jupyter.model.migration.objects import ObjectKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from adxmi_jupyter.actions.migrate.applying import Applied
    from adxmi_jupyter.actions.migrate.planning import Migration, MigrationPlan
    from adxmi_jupyter.magics.call import Call

Function = Callable[..., Any]
_PAGES = (
    "Authenticate external tables with managed identities",
    "Managed identities overview",
)


class MigratableName(Name):
    """The name of an object that authenticates by a secret, in the current database."""

    name = kind = "object"

    def names(self, call: Call) -> Iterable[str]:
        """Return the names there are."""
        from adxmi_jupyter.actions.identity.names import offered_existing
        from adxmi_jupyter.actions.migrate.inventory import read_inventory

        connection = call.opened
        if connection is None or not connection.database:
            return ()

        def ask() -> tuple[str, ...]:
            found = read_inventory(connection, [connection.database])
            return tuple(one.name for one in found.objects)

        return offered_existing(connection, f"migrations {connection.database}", ask)


@click.group(cls=Noun, no_args_is_help=True, pages=_PAGES)
def migrate() -> None:
    """Migrate objects from keys and passwords to managed identities.

    list shows what authenticates by an account key, a shared access signature or a password, or as
    its caller in an unattended flow. plan shows the new definitions, apply sends them one by one.
    Of ingestion nothing is stored: list and plan tell what its sender has to change.
    """


def _scopes(function: Function) -> Function:
    """Add the options that say where to look and which identity to use."""
    database = database_option("Database name. Default: the current database.")
    every = all_databases_option("Look in all databases.")
    identity = click.option(
        "--identity",
        type=IdentityName(),
        metavar="IDENTITY",
        default="",
        help="Managed identity to use. Default: one that has access to the target, or system.",
    )
    return database(every(identity(function)))


@dataclass(frozen=True)
class Choice:
    """Which objects to migrate: those of some names and kind, or all."""

    names: tuple[str, ...]
    kind: str
    everything: bool


def _chosen_objects(function: Function) -> Function:
    """Add the arguments and options that say which objects to migrate, as one `Choice`."""

    @wraps(function)
    def run(
        call: Call, *, names: tuple[str, ...], everything: bool, kind: str | None, **more: Any
    ) -> object:
        refuse_both(call, {"NAME": bool(names), "--all": everything})
        return function(call, choice=Choice(names, kind or "", everything), **more)

    names = click.argument("names", metavar="[NAME…]", type=MigratableName(), nargs=-1)
    every = click.option(
        "--all", "everything", is_flag=True, help="All objects that can be migrated."
    )
    kind = click.option(
        "--kind",
        type=click.Choice([one.value for one in ObjectKind]),
        metavar="KIND",
        default=None,
        help="Kind of the objects, where several have the same name. "
        f"Allowed values: {', '.join(ObjectKind)}.",
    )
    return names(every(kind(_scopes(run))))


@verb(
    "list",
    of=migrate,
    permission=permissions.CHECK,
    pages=_PAGES,
    examples=("migrate list", "migrate list --all-databases"),
)
@_scopes
@click.option(
    "--interactive",
    is_flag=True,
    help="List what only users run as themselves, too: external tables, functions, ingestion.",
)
def list_(call: Call, *, interactive: bool, **where: Any) -> pd.DataFrame:
    """List what authenticates by a secret.

    The result has the identity proposed for each object, the requirements that it doesn't meet, and
    whether the previous definition can be restored. Masked secrets stay masked.
    """
    from adxmi_jupyter.rendering.migrate_frames import migrations_frame

    found = _plan(call, **where, everything=interactive)
    _tell_unread(call, found)
    _tell_unseen(call, found)
    log = found.inventory.log.failure
    unread = [one.failure for one in found.inventory.unread if one.failure is not log]
    if unread and not found.migrations:  # nothing found is no answer then
        raise unread[0]
    call.has_found = bool(found.migrations)
    return migrations_frame(found.migrations)


@verb(
    "plan",
    of=migrate,
    permission=permissions.CHECK,
    pages=_PAGES,
    examples=("migrate plan --all", "migrate plan --all --identity mi-export"),
)
@_chosen_objects
def plan(call: Call, *, choice: Choice, **where: Any) -> object:
    """Show the new definitions, and what they require.

    Nothing is sent. The definition is the service's own text with another connection string: all
    else of it stays.
    """
    found = _plan(call, **where, everything=bool(choice.names))
    _tell_unread(call, found)
    chosen = _chosen(found, choice)
    call.has_found = bool(chosen)
    return _shown(call, chosen)


@verb(
    "apply",
    of=migrate,
    permission=permissions.MIGRATE,
    pages=_PAGES,
    examples=("migrate apply --all --dry-run", "migrate apply --all --yes"),
)
@_chosen_objects
@click.option(
    "--without-restore",
    is_flag=True,
    help="Migrate objects whose previous definition can't be restored: their secret is masked.",
)
@click.option("--fail-fast", is_flag=True, help="Stop at the first object that fails.")
@dry_run
@yes
def apply(
    call: Call,
    *,
    choice: Choice,
    without_restore: bool,
    fail_fast: bool,
    dry_run: bool,
    yes: bool,
    **where: Any,
) -> object:
    """Migrate objects to managed identities, one after the other.

    Of each object the requirements are put in place and the new definition is tried; then it is
    sent and checked. If the check fails, the previous definition is restored, and the next object
    follows. What only the owner of a target can grant is shown as a command: with names nothing is
    sent then, with --all the other objects are migrated. Interrupt skips the objects that follow.
    """
    from adxmi_jupyter.actions.migrate.applying import Applying
    from adxmi_jupyter.actions.migrate.applying import apply as applied

    seen: list[tuple[Migration, ...]] = []

    def planned() -> tuple[Migration, ...]:
        found = _plan(call, **where, everything=bool(choice.names))
        chosen = _chosen(found, choice)
        if choice.everything:
            _tell_left_out(call, chosen)
            chosen = tuple(one for one in chosen if one.can_be_applied)
        seen.append(chosen)
        return chosen

    if dry_run:
        chosen = planned()
        call.has_found = bool(chosen)
        return _shown(call, chosen)
    how = Applying(yes, without_restore, fail_fast, choice.everything and not fail_fast)
    try:
        done = applied(call.connection, planned, how, call.say)
    except (ConfirmationRequired, MigrationBlocked):
        call.show(repr(_shown(call, seen[0])))
        raise
    return _told(call, done)


def _plan(
    call: Call, *, database: str, all_databases: bool, identity: str, everything: bool = False
) -> MigrationPlan:
    from adxmi_jupyter.actions.identity.names import resolved
    from adxmi_jupyter.actions.migrate.planning import plan as planned
    from adxmi_jupyter.actions.policy.policies import scopes_of

    refuse_both(call, {"--database": bool(database), "--all-databases": all_databases})
    connection = call.connection
    scopes = scopes_of(connection, database=database, all_databases=all_databases)
    wanted = resolved(connection, (identity,))[0].identity if identity else None
    names = [scope.database for scope in scopes]
    return planned(connection, names, wanted, everything=everything)


def _chosen(found: MigrationPlan, choice: Choice) -> tuple[Migration, ...]:
    from adxmi_jupyter.actions.migrate.planning import chosen

    return chosen(found, choice.names, choice.kind, every=choice.everything)


def _shown(call: Call, chosen: Sequence[Migration]) -> object:
    from adxmi_jupyter.rendering.migrate_frames import plan_frame
    from adxmi_jupyter.rendering.migrate_text import migrations_text
    from adxmi_jupyter.rendering.plan_text import PlanTable

    text = migrations_text(chosen, write=call.write)
    frame = plan_frame(chosen, write=call.write)
    command = "\n".join(one.shown for one in chosen if one.shown)
    frame.attrs["adxmi"] = {"connection": call.connection.name, "command": command}
    return PlanTable.of(frame, text)


def _told(call: Call, done: Applied) -> object:
    """Return what was migrated as a result; raises `incomplete`, below what was done."""
    from adxmi_jupyter.actions.migrate.applying import incomplete
    from adxmi_jupyter.rendering.migrate_frames import applied_frame
    from adxmi_jupyter.rendering.migrate_text import applied_text
    from adxmi_jupyter.rendering.plan_text import PlanTable

    text, failure = applied_text(done, write=call.write), incomplete(done)
    if done.can_be_undone:
        call.say(f"Undo: {call.front.program} undo --apply {done.number}")
    if failure is not None:
        call.show(text)
        raise failure
    return PlanTable.of(applied_frame(done), text or "Nothing to migrate.")


def _tell_unread(call: Call, found: MigrationPlan) -> None:
    for one in found.inventory.unread:
        call.say(f"{one.database}: {one.part} not read: {one.failure.what} ({one.failure.why})")
    names = found.inventory.interactive
    if names:
        call.say(
            "not listed, since only users run them as themselves (--interactive lists them): "
            f"{', '.join(names)}"
        )


def _tell_unseen(call: Call, found: MigrationPlan) -> None:
    from adxmi_jupyter.rendering.migrate_text import ingestion_notes

    for one in ingestion_notes(found.inventory.log):
        call.say(one)


def _tell_left_out(call: Call, chosen: Sequence[Migration]) -> None:
    from adxmi_jupyter.rendering.migrate_frames import note

    for one in chosen:
        if not one.can_be_applied:
            call.say(f"left out: {one.object.kind} {one.object.name}: {note(one)}")
