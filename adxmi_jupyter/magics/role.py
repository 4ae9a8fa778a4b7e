"""The noun ``role``: which principal, managed identities included, holds which security role."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from adxmi_jupyter.errors import MissingOption
from adxmi_jupyter.fixes import ChangeOption, Retry
from adxmi_jupyter.magics import permissions
from adxmi_jupyter.magics.forms import refuse_console, writer
from adxmi_jupyter.magics.options import (
    cluster_option,
    database_option,
    dry_run,
    refuse_both,
    skip_unreadable,
    yes,
)
from adxmi_jupyter.magics.params import AzureIdentityList, IdentityList, Name
from adxmi_jupyter.magics.role_writes import found, write
from adxmi_jupyter.magics.verbs import Noun, verb

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.forms.role.form import RoleForm
    from adxmi_jupyter.magics.call import Call


class RoleName(Name):
    """A security role on a database or on the whole cluster; the verb reads it."""

    name = kind = "role"

    def names(self, call: Call) -> Iterable[str]:
        """Return the roles of a database, or those of the cluster if the line is about it."""
        from adxmi_jupyter.model.cluster_role import ClusterRole
        from adxmi_jupyter.model.role import Role

        on_cluster = any(word.text == "--cluster" for word in call.words)
        return list(ClusterRole) if on_cluster else list(Role)


class PrincipalList(IdentityList):
    """Identities by any name, and principals by their fully qualified names."""

    def names(self, call: Call) -> Iterable[str]:
        """Return ``system`` and the identities that policies name or Azure shows."""
        return dict.fromkeys((*super().names(call), *AzureIdentityList().names(call)))


_CLIENT = "6c1f0b52-9d3e-4a87-b6c4-25e8f7a913d0"
_TENANT = "2f9ae417-50cb-4d68-8a3b-c1e7046d92f5"
_WHO = (
    "Display name, object ID, client ID, resource ID, system, or a reference such as "
    '"aadapp=CLIENTID;TENANT"; several with commas.'
)
_principals = click.option(
    "--identity", "references", type=PrincipalList(), metavar="REF[,…]", required=True, help=_WHO
)
_role = click.option(
    "--role",
    "role_name",
    type=RoleName(),
    metavar="ROLE",
    required=True,
    help="admins, users, viewers, unrestrictedviewers, ingestors or monitors; with --cluster "
    "AllDatabasesAdmin, AllDatabasesViewer or AllDatabasesMonitor, or admins, viewers, monitors.",
)
_tenant = click.option(
    "--tenant",
    type=Name(),
    metavar="TENANT",
    default="",
    help="The principals' tenant, GUID or domain, if it is not the cluster's; needs a client ID.",
)
_in_database = database_option("The database of the role.")
_on_cluster = cluster_option("The role on every database, through Azure Resource Manager.")
_no_wait = click.option(
    "--no-wait", is_flag=True, help="With --cluster: return as soon as Azure has begun."
)
_wait_for_directory = click.option(
    "--wait-for-directory",
    type=click.FloatRange(0, 3600),
    metavar="SECONDS",
    default=600,
    help="How long to wait for the directory to learn of a new identity; 600 unless told "
    "otherwise, 0 is not at all.",
)


@click.group(cls=Noun, no_args_is_help=True)
def role() -> None:
    """Who may read, ingest or administer: security roles, for identities too.

    A role says what a principal may do in this cluster. It is not needed for what the cluster does
    in the name of an identity elsewhere: there the target's own roles and the policy count.
    """


@verb(
    "list",
    right=permissions.LIST_ROLES,
    of=role,
    examples=(
        "role list",
        "role list --cluster --all-databases",
        "role list --database Telemetry --identity mi-ingest",
    ),
)
@database_option("This database instead of the current one.")
@cluster_option("Roles on the whole cluster; only your own without rights in Azure.")
@click.option(
    "--all-databases",
    is_flag=True,
    help="Every database, read at the same time; may be combined with --cluster.",
)
@click.option(
    "--identity",
    "references",
    type=PrincipalList(),
    metavar="REF[,…]",
    default="",
    help="Only these identities or principals, separated by commas.",
)
@skip_unreadable
def list_(
    call: Call,
    *,
    database: str,
    cluster: bool,
    all_databases: bool,
    references: tuple[str, ...],
    skip_unreadable: bool,
) -> pd.DataFrame:
    """List who holds which role on a database.

    Holders of a role on the whole cluster are listed as far as the service lists them with a
    database. With --cluster Azure Resource Manager lists them all; to those without rights there,
    the service tells their own roles only.
    """
    from adxmi_jupyter.actions.policy.policies import scopes_of
    from adxmi_jupyter.actions.roles.frames import roles_frame
    from adxmi_jupyter.actions.roles.roles import read_roles

    scopes = scopes_of(
        call.connection, database=database, cluster=cluster, all_databases=all_databases
    )
    reading = read_roles(call.connection, scopes, skip_unreadable=skip_unreadable)
    for scope, failure in reading.unreadable:
        call.say(f"not read: {scope} ({failure.why})")
    for note in reading.notes:
        call.say(note)
    if references:
        wanted = found(call, references)
        mine = {one: None for who in wanted for one in who.listed_in(reading.assignments)}
        kept = tuple(one for one in reading.assignments if one in mine)
        reading = replace(reading, assignments=kept)
    return roles_frame(reading)


@verb(
    "grant",
    right=permissions.ROLES,
    of=role,
    examples=(
        "role grant --database Telemetry --role ingestors --identity mi-ingest --dry-run",
        "role grant --database Telemetry --role viewers --identity mi-ingest,mi-export",
        (
            "role grant --database Sales --role monitors"
            " --identity 6c1f0b52-9d3e-4a87-b6c4-25e8f7a913d0"
            " --tenant 2f9ae417-50cb-4d68-8a3b-c1e7046d92f5 --description partner"
        ),
        "role grant --cluster --role AllDatabasesViewer --identity mi-export",
    ),
)
@_in_database
@_on_cluster
@_role
@_principals
@_tenant
@click.option(
    "--description", metavar="TEXT", default="", help="Why, for whoever reads the list later."
)
@_wait_for_directory
@_no_wait
@dry_run
def grant(  # noqa: PLR0913 - click passes each option by its name
    call: Call,
    *,
    database: str,
    cluster: bool,
    role_name: str,
    references: tuple[str, ...],
    tenant: str,
    description: str,
    wait_for_directory: float,
    no_wait: bool,
    dry_run: bool,
) -> pd.DataFrame:
    """Give principals a role on a database, or on every database, besides what they hold.

    A managed identity is sent by its client ID. One that was just created is in Azure at once, and
    in the directory some minutes later: that is waited for. It may live in another tenant, if the
    cluster trusts that one; the identities of the cluster itself reach their own tenant's
    resources only.
    """
    from adxmi_jupyter.actions.roles.roles import parse, plan_grant

    refuse_both(call, {"--description": bool(description), "--cluster": cluster})
    _check_scope(call, database, cluster=cluster, no_wait=no_wait)
    wanted_role = parse(role_name, database)
    wanted = found(call, references, tenant)
    change = plan_grant(call.connection, database, wanted_role, wanted, description=description)
    return write(
        call, change, dry_run=dry_run, waits=not no_wait, wait_for_directory=wait_for_directory
    )


@verb(
    "revoke",
    right=permissions.ROLES,
    of=role,
    examples=(
        "role grant --database Telemetry --role viewers --identity mi-export",
        "role revoke --database Telemetry --role viewers --identity mi-export --dry-run",
        "role revoke --database Telemetry --role viewers --identity mi-export --yes",
        "role grant --cluster --role viewers --identity mi-export",
        "role revoke --cluster --role viewers --identity mi-export --yes",
    ),
)
@_in_database
@_on_cluster
@_role
@_principals
@_tenant
@_no_wait
@dry_run
@yes
def revoke(
    call: Call,
    *,
    database: str,
    cluster: bool,
    role_name: str,
    references: tuple[str, ...],
    tenant: str,
    no_wait: bool,
    dry_run: bool,
    yes: bool,
) -> pd.DataFrame:
    """Take a role on a database, or on every one, from principals; others keep it."""
    from adxmi_jupyter.actions.roles.roles import parse, plan_revoke

    _check_scope(call, database, cluster=cluster, no_wait=no_wait)
    lost_role = parse(role_name, database)
    unwanted = found(call, references, tenant)
    change = plan_revoke(call.connection, database, lost_role, unwanted)
    return write(call, change, dry_run=dry_run, confirmed=yes, waits=not no_wait)


@verb("form", of=role, examples=("role form", "role form --cluster"))
@database_option("Begin with this database instead of the current one.")
@cluster_option("Begin with the roles on the whole cluster.")
def form(call: Call, *, database: str, cluster: bool) -> RoleForm:
    """Grant and revoke roles by mouse: tick, look at the command, apply. For notebooks."""
    refuse_both(call, {"--cluster": cluster, "--database": bool(database)})
    refuse_console(call, "role form", "adxmi role list, then adxmi role grant or revoke")
    from adxmi_jupyter.forms.role.form import RoleForm
    from adxmi_jupyter.forms.role.state import RoleState
    from adxmi_jupyter.model.policy import Scope

    connection = call.connection
    scope = Scope("" if cluster else database or connection.database)
    return RoleForm(RoleState(connection, scope), writer(call), connection.cluster)


def _check_scope(call: Call, database: str, *, cluster: bool, no_wait: bool) -> None:
    """Check that a write says where, and asks for nothing that is not there.

    Raises
    ------
    ConflictingOptions, MissingOption
        Both scopes were given, or none; or a role command is not to be waited for.

    """
    refuse_both(call, {"--cluster": cluster, "--database": bool(database)})
    if not (database or cluster):
        current = call.connection.database or "NAME"
        raise MissingOption(
            "the database of the role was not named",
            why="a write never defaults to a scope; --cluster means every database",
            fix=Retry((ChangeOption("--database", current),)),
        )
    if database:
        refuse_both(call, {"--no-wait": no_wait, "--database": True})
