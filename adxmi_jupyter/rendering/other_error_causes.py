"""What usually leads to errors of commands that write, and the other ones of no service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter import errors
from adxmi_jupyter.fixes import Command, Option
from adxmi_jupyter.rendering.error_cause import cause

if TYPE_CHECKING:
    from adxmi_jupyter.rendering.error_cause import Causes

_HISTORY = Command.of("history")
_SHOW = Command.of("policy", "show")

OTHERS: Causes = {
    errors.PartialRead: cause(
        "you have no role on some of the databases", "add ", Option("--skip-unreadable")
    ),
    errors.ConfirmationRequired: cause(
        "the command removes access or data, or stops a workflow", "confirm with ", Option("--yes")
    ),
    errors.PlanBlocked: cause(
        "the plan removes what a workflow needs or the file protects, or names an identity that is "
        "not assigned",
        Command.of("plan"),
        " marks these changes with !",
    ),
    errors.StalePlan: cause(
        "the cluster changed after the plan was saved", Command.of("plan"), " makes a new one"
    ),
    errors.MigrationBlocked: cause(
        "the target takes no managed identity, its definition can't be read, or the owner of the "
        "target must grant a role first",
        "run the command that the message names, then ",
        Command.of("migrate", "apply"),
        " again",
    ),
    errors.MigrationFailed: cause(
        "the identity does not reach the target yet, or the target has another path",
        "the message tells which definition is in place; ",
        Command.of("migrate", "plan"),
        " shows the requirements that aren't met",
    ),
    errors.ApplyIncomplete: cause(
        "one change failed, and others depend on it",
        "remove what the message names, then apply again: what is applied is not sent again",
    ),
    errors.PolicyChanged: cause(
        "another principal wrote to the policy after you read it",
        _SHOW,
        " shows the policy of now; repeat the command",
    ),
    errors.RolesChanged: cause(
        "another principal changed the roles after you read them",
        Command.of("role", "list"),
        " shows the roles of now; repeat the command",
    ),
    errors.ClusterChanged: cause(
        "another principal changed the identities of the cluster after you read them",
        Command.of("identity", "list"),
        " shows them; repeat the command",
    ),
    errors.OperationFailed: cause(
        "Azure started the change and could not complete it; the reason is Azure's own",
        Command.of("identity", "operations"),
    ),
    errors.OperationContinues: cause(
        "you interrupted the wait, not the change", Command.of("identity", "operations", "--wait")
    ),
    errors.ElevationFailed: cause(
        "you may not grant yourself the role in Azure, or the cluster doesn't apply it in time",
        "have a Contributor of the cluster run the command that the message names",
    ),
    errors.RoleNotRemoved: cause(
        "Azure didn't answer after the command, or you interrupted twice",
        Command.of("role", "cleanup", "--yes"),
    ),
    errors.ClusterLocked: cause(
        "another notebook or terminal of yours is changing the same cluster",
        "wait for it, or end that process",
    ),
    errors.PolicyNotRestored: cause(
        "`verify --write-test` granted a usage for a moment, and the service rejected or lost the"
        " command that restores the policy.",
        "Run `%adxmi policy undo ID --yes` with the ID that the error names.",
    ),
    errors.ChangeOverwritten: cause(
        "the service replaces a whole policy, and another principal wrote at the same moment",
        "grant what was lost again, as the message says",
    ),
    errors.WriteInterrupted: cause(
        "Ctrl-C, or the kernel was interrupted, after the change was applied", _HISTORY
    ),
    errors.ResultNotSaved: cause(
        "the folder does not exist, is not writable, or the disk is full",
        "save the result elsewhere with ",
        Option("--out"),
    ),
    errors.WriteNotApplied: cause(
        "the connection ended before the service applied the change", "repeat the command"
    ),
    errors.WriteOutcomeUnknown: cause(
        "the answer was lost, and the service may still apply the change",
        "the next command looks again; ",
        _HISTORY,
        " lists the outcome",
    ),
    errors.CrossTenant: cause(
        "a managed identity has access to resources of its own tenant only",
        "use a target resource in the tenant of the identity",
    ),
    errors.NotInThisEdition: cause(
        "the cluster is a Fabric eventhouse, a Synapse pool or a free cluster",
        "in Fabric, authenticate external tables as the caller with ;impersonate",
    ),
    errors.MissingPackage: cause(
        "the command needs an extra, such as ingest or lab, that is not installed",
        "install the package that the message names",
    ),
    errors.AlreadyExists: cause(
        "the database has one of this name", "choose another name, or add ", Option("--replace")
    ),
    errors.WorkflowNotFound: cause(
        "the name is misspelled, or it is in another database",
        "list them with ",
        Option("--all-databases"),
    ),
    errors.NothingToRevoke: cause(
        "the other scope grants it, or it was revoked before",
        Command.of("policy", "matrix", "--all-databases"),
    ),
    errors.HistoryUnavailable: cause(
        "the change was made on another machine, or is undone already", _HISTORY
    ),
    errors.ClockSkew: cause(
        "the clock of a machine is wrong, so the history would tell a wrong order",
        "synchronize the clock, then repeat the command",
    ),
    errors.EmbeddedAzureNotInUse: cause(
        "embedded commands work on the embedded Azure only", Command.of("connect", "embedded")
    ),
    errors.TutorialFailed: cause(
        "JupyterLab is not installed, its port is in use, or a cell of the quickstart failed",
        "install the extra lab, and read the message",
    ),
}
