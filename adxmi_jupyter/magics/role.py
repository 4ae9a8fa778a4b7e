"""The noun ``role``: the security roles of principals, managed identities included."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

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
    scope_to_write,
    skip_unreadable,
    yes,
)
from adxmi_jupyter.magics.over_fleet import over_fleet
from adxmi_jupyter.magics.params import AzureIdentityList, IdentityList, Name
from adxmi_jupyter.magics.role_writes import found, write
from adxmi_jupyter.magics.subject import subject
from adxmi_jupyter.magics.verbs import Noun, verb

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.forms.role.form import RoleForm
    from adxmi_jupyter.magics.call import Call
    from adxmi_jupyter.magics.over_fleet import Asked


class RoleName(Name):
    """A security role on a database or on the whole cluster; the verb reads it."""

    name = kind = "role"
    is_closed = True

    def names(self, call: Call) -> Iterable[str]:
        """Return the roles of a database, or those of the cluster if the line is about it."""
        from adxmi_jupyter.model.cluster_role import ClusterRole
        from adxmi_jupyter.model.role import Role

        on_cluster = any(word.text == "--cluster" for word in call.words)
        return list(ClusterRole) if on_cluster else list(Role)

    def about(self, name: str, param: click.Parameter) -> str:
        """Return what a role permits."""
        del param
        from adxmi_jupyter.model.cluster_role import ClusterRole
        from adxmi_jupyter.model.role import Role

        return next((one.allows for one in (*Role, *ClusterRole) if one == name), "")


class PrincipalList(IdentityList):
    """Identities by any name, and principals by their fully qualified names."""

    def names(self, call: Call) -> Iterable[str]:
        """Return ``system`` and the identities that policies name or Azure shows."""
        return dict.fromkeys((*super().names(call), *AzureIdentityList().names(call)))


_CLIENT = "6c1f0b52-9d3e-4a87-b6c4-25e8f7a913d0"
_TENANT = "2f9ae417-50cb-4d68-8a3b-c1e7046d92f5"
_WHO = (
    "Principals: name, object ID, client ID, resource ID, system, or a reference such as "
    '"aadapp=CLIENTID;TENANT". Separated by commas.'
)
_principals = subject(
    "--identity", "references", type=PrincipalList(), metavar="REF[,…]", required=True, help=_WHO
)
_role = click.option(
    "--role",
    "role_name",
    type=RoleName(),
    metavar="ROLE",
    required=True,
    help="Security role. Allowed values: admins, users, viewers, unrestrictedviewers, ingestors, "
    "monitors; with --cluster: AllDatabasesAdmin, AllDatabasesViewer, AllDatabasesMonitor.",
)
_tenant = click.option(
    "--tenant",
    type=Name(),
    metavar="TENANT",
    default="",
    help="Tenant of the principals: GUID or domain. Default: the tenant of the cluster. Requires "
    "client IDs.",
)
_scope = scope_to_write(
    "Database name.", "Manage roles on all databases, through Azure Resource Manager."
)
_no_wait = click.option(
    "--no-wait", is_flag=True, help="Return once Azure has accepted the change. Requires --cluster."
)
_wait_for_directory = click.option(
    "--wait-for-directory",
    type=click.FloatRange(0, 3600),
    metavar="SECONDS",
    default=600,
    help="Maximum time to wait until Microsoft Entra ID knows a new identity. Default: 600.",
)


@click.group(cls=Noun, no_args_is_help=True, pages=("Security roles overview",))
def role() -> None:
    """Manage security roles of databases and of the cluster.

    A security role permits a principal to read, ingest or administer. To access a target resource
    as an identity, the cluster needs no security role, but a role on the target and the policy.
    """


@verb(
    "list",
    pages=(
        "Security roles overview",
        "Manage database security roles",
    ),
    permission=permissions.LIST_ROLES,
    of=role,
    examples=(
        "role list",
        "role list --cluster --all-databases",
        "role list --database Telemetry --identity mi-ingest",
        "role list --fleet",
    ),
)
@database_option("Database name. Default: the current database.")
@cluster_option("List roles on the cluster. Without permissions in Azure: only your own.")
@click.option(
    "--all-databases",
    is_flag=True,
    help="Read all databases, in parallel. Combines with --cluster.",
)
@click.option(
    "--identity",
    "references",
    type=PrincipalList(),
    metavar="REF[,…]",
    default="",
    help="Principals to show, separated by commas. Default: all.",
)
@skip_unreadable
@over_fleet(
    everywhere={"cluster": True, "all_databases": True},
    unless=("database", "cluster", "all_databases"),
)
def list_(
    call: Call,
    *,
    database: str,
    cluster: bool,
    all_databases: bool,
    references: tuple[str, ...],
    skip_unreadable: bool,
) -> pd.DataFrame:
    """List the principals and their security roles.

    Roles on the cluster are included as far as the service lists them with the database. With
    --cluster, Azure Resource Manager lists all of them. Without permissions there, the service
    lists only your own roles.
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
    pages=(
        "Manage database security roles",
        "Manage cluster permissions",
    ),
    permission=permissions.ROLES,
    of=role,
    examples=(
        "role grant mi-ingest --role ingestors --database Telemetry --dry-run",
        "role grant --database Telemetry --role viewers --identity mi-ingest,mi-export",
        (
            "role grant --database Sales --role monitors"
            " --identity 6c1f0b52-9d3e-4a87-b6c4-25e8f7a913d0"
            " --tenant 2f9ae417-50cb-4d68-8a3b-c1e7046d92f5 --description partner"
        ),
        "role grant --cluster --role AllDatabasesViewer --identity mi-export",
    ),
)
@_scope
@_role
@_principals
@_tenant
@click.option("--description", metavar="TEXT", default="", help="Description of the assignment.")
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
    """Grant a security role to principals.

    Existing roles stay. A managed identity is sent by its client ID. Microsoft Entra ID knows a new
    identity some minutes after Azure does, and the command waits for it. An identity may be in
    another tenant if the cluster trusts that tenant.
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
    pages=(
        "Manage database security roles",
        "Manage cluster permissions",
    ),
    permission=permissions.ROLES,
    of=role,
    examples=(
        "role grant --database Telemetry --role viewers --identity mi-export",
        "role revoke mi-export --role viewers --database Telemetry --dry-run",
        "role revoke --database Telemetry --role viewers --identity mi-export --yes",
        "role grant --cluster --role viewers --identity mi-export",
        "role revoke --cluster --role viewers --identity mi-export --yes",
    ),
)
@_scope
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
    """Revoke a security role from principals.

    Roles of other principals stay.
    """
    from adxmi_jupyter.actions.roles.roles import parse, plan_revoke

    _check_scope(call, database, cluster=cluster, no_wait=no_wait)
    lost_role = parse(role_name, database)
    unwanted = found(call, references, tenant)
    change = plan_revoke(call.connection, database, lost_role, unwanted)
    return write(call, change, dry_run=dry_run, confirmed=yes, waits=not no_wait)


def _cleanup_fleet(call: Call, asked: Asked, options: Mapping[str, Any]) -> object:
    """Remove temporary roles from many clusters."""
    from adxmi_jupyter.magics.cleanup_fleet import clean_up_fleet

    return clean_up_fleet(
        call,
        asked,
        recent=options["recent"],
        dry_run=options["dry_run"],
        confirmed=options["yes"],
    )


@verb(
    "cleanup",
    pages=("Manage cluster permissions",),
    permission=permissions.REMOVE,
    of=role,
    examples=("role cleanup --dry-run", "role cleanup --yes", "role cleanup --fleet --yes"),
)
@click.option(
    "--recent",
    is_flag=True,
    help="Include roles of the last 4 hours that another computer may still use.",
)
@dry_run
@yes
@over_fleet(instead=_cleanup_fleet)
def cleanup(call: Call, *, recent: bool, dry_run: bool, yes: bool) -> pd.DataFrame:
    """Remove temporary roles that an interrupted --elevate left.

    Only your own roles on the cluster are found. A role that a running command of yours uses stays.
    """
    from adxmi_jupyter.magics.elevation import clean_up

    return clean_up(call, recent=recent, dry_run=dry_run, confirmed=yes)


@verb("form", of=role, examples=("role form", "role form --cluster"))
@database_option("Database to start with. Default: the current database.")
@cluster_option("Start with the roles on the cluster.")
def form(call: Call, *, database: str, cluster: bool) -> RoleForm:
    """Grant and revoke security roles in a form.

    Forms require a notebook.
    """
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
            why="a write has no default scope; --cluster means every database",
            fix=Retry((ChangeOption("--database", current),)),
        )
    if database:
        refuse_both(call, {"--no-wait": no_wait, "--database": True})
