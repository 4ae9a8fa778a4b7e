"""Runs the scripts of Resource Manager on a cluster (page: Run a script with an ARM template).

They leave entries in the journal, and none among the commands.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.access import Permission, permits
from adxmi_jupyter.embedded.azure_roles import BLOB_READ
from adxmi_jupyter.embedded.kusto.commands import run_command
from adxmi_jupyter.embedded.kusto.errors import KustoError
from adxmi_jupyter.embedded.kusto.script import run_texts, split_script
from adxmi_jupyter.embedded.kusto.session import Session
from adxmi_jupyter.embedded.kusto.statements import Level
from adxmi_jupyter.embedded.kusto.targets import denials
from adxmi_jupyter.embedded.kusto.targets.authorization import (
    as_identity,
    assigned_identity,
    has_role,
)
from adxmi_jupyter.embedded.kusto.targets.folders import open_folder, read_location
from adxmi_jupyter.embedded.state.arm_operations import Failure
from adxmi_jupyter.embedded.state.ids import stable_id
from adxmi_jupyter.embedded.state.security import DatabaseRole, RoleAssignment
from adxmi_jupyter.embedded.storage.locations import Method

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.state.clusters import Database
    from adxmi_jupyter.embedded.state.resources import ScriptRun
    from adxmi_jupyter.embedded.state.security import Principal
    from adxmi_jupyter.embedded.state.world import World

VERBS = (
    ".create",
    ".create-or-alter",
    ".create-merge",
    ".alter",
    ".alter-merge",
    ".add",
    ".enable",
)
_VERB = re.compile(rf"(?:{'|'.join(re.escape(verb) for verb in VERBS)})(?![\w-])")
_BEFORE = re.compile(r"(?:\s|//[^\r\n]*)*")


def run_script(world: World, caller: Principal, script: ScriptRun) -> Failure | None:
    """Run a script as its caller; why it failed, None when it did well.

    The caller becomes an admin of the database, and remains it unless told otherwise.
    """
    database = world.cluster.find_database(script.database)
    if database is None:
        return Failure("ResourceNotFound", f"[NotFound] '{script.database}' was not found.")
    try:
        text = _text_of(world, script)
    except KustoError as error:
        return Failure("ScriptFailed", f"[BadRequest] The script cannot be read: {error.message}")
    problem = unsupported(text)
    if problem:
        return Failure("BadRequest", problem)
    if script.is_cluster_level:
        if not permits(world, caller, Permission.CLUSTER_ADMIN):
            return Failure(
                "ScriptFailedUnauthorizedCaller",
                "[Forbidden] Caller is not authorized to perform this action.",
            )
        return _run(world, caller, script, text)
    granted = _grant(world, caller, database)
    failure = _run(world, caller, script, text)
    if not script.keeps_permissions:
        database.roles = [each for each in database.roles if each is not granted]
    return failure


def unsupported(text: str) -> str:
    """Return why Resource Manager takes no such script; empty when it does."""
    before = _BEFORE.match(text)
    commands = list(split_script(text))
    starts = text.startswith(".", before.end() if before else 0)
    if starts and commands and all(_VERB.match(each) for each in commands):
        return ""
    return (
        "[BadRequest] The script holds a command that is not supported. Each one starts with one "
        f"of the verbs {', '.join(VERBS)}."
    )


def _run(world: World, caller: Principal, script: ScriptRun, text: str) -> Failure | None:
    level = Level.CLUSTER if script.is_cluster_level else Level.DATABASE
    session = Session(world, caller, script.database, activity_id=str(uuid.uuid4()))
    outcomes = run_texts(
        split_script(text), level, session, run_command, keep_going=script.keeps_going
    )
    failed = [each for each in outcomes if each.result == "Failed"]
    if not failed or script.keeps_going:
        return None
    return Failure("ScriptFailed", f"[BadRequest] The script failed. Reason: {failed[0].reason}")


def _grant(world: World, caller: Principal, database: Database) -> RoleAssignment | None:
    """Make the caller an admin of the database under a name of the service's own."""
    if permits(world, caller, Permission.DATABASE_ADMIN, database):
        return None
    name = stable_id("script", database.database_id, caller.fqn)
    made = RoleAssignment(DatabaseRole.ADMINS, replace(caller, token=None), "", name)
    database.roles = [*database.roles, made]
    return made


def _text_of(world: World, script: ScriptRun) -> str:
    """Return the text of a script, read where it is; a KustoError when it cannot be read."""
    if not script.url:
        return script.text
    if script.identity:
        return _read_as_identity(world, script).decode("utf-8-sig", "replace")
    token = script.token.lstrip("?")
    signed = f"{script.url}?{token}" if token else script.url
    folder = open_folder(world, signed, usage="", database=None, callout=None)
    return folder.read(folder.location.path).decode("utf-8-sig", "replace")


def _read_as_identity(world: World, script: ScriptRun) -> bytes:
    """Read as a managed identity: no policy is asked, only its role on the container."""
    location = read_location(script.url)
    acting = as_identity(assigned_identity(world, script.identity))
    account = world.storage_accounts.get(location.account)
    if account is None or location.method is not Method.NONE:
        raise denials.account_not_found(location.uri)
    if not has_role(world, acting, BLOB_READ, account.container_id(location.container)):
        raise denials.storage_forbidden(acting.shown, location.uri, write=False)
    found = account.containers.get(location.container, {}).get(location.path)
    if found is None:
        raise denials.source_not_found(location.uri)
    return found
