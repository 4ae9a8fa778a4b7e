"""What usually leads to each error, and what usually fixes it: values, for the error catalogue.

An error that is raised names its own reason and fix; these are for a reader who looks it up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from adxmi_jupyter import errors
from adxmi_jupyter.error_base import AdxmiError
from adxmi_jupyter.fixes import Command, Explain, Option

if TYPE_CHECKING:
    from adxmi_jupyter.fixes import Part


@dataclass(frozen=True)
class Cause:
    """Why an error is usually raised, and its typical fix."""

    why: str
    fix: Explain


_Causes = Mapping[type[AdxmiError], Cause]


def _cause(why: str, *fix: Part) -> Cause:
    return Cause(why, Explain.of(*fix))


_HELP = Explain.of("see the options of the command with ", Option("--help"))
_HISTORY = Command.of("history")
_STATUS = Command.of("status")
_SHOW = Command.of("policy", "show")
_IDENTITIES = Command.of("identity", "list", "--all")
_CHECK_ERROR = Command.of("check", "--error")

_COMMAND_LINE: _Causes = {
    errors.CommandLineError: _cause("the command line is invalid", _HELP),
    errors.UnknownCommand: _cause(
        "a typing error, or a verb of another noun", Command(), " lists the nouns; Tab completes"
    ),
    errors.UnknownOption: _cause("a typing error, or an option of another verb", _HELP),
    errors.RepeatedOption: _cause(
        "the option takes one value",
        "write the option once; where it takes several values, separate them with commas",
    ),
    errors.ConflictingOptions: _cause(
        "the two options contradict each other, such as a database and the whole cluster",
        "leave out one of the options that the message names",
    ),
    errors.MissingOption: _cause(
        "a write names everything that it changes; nothing is guessed",
        "add the options that the message names",
    ),
    errors.InvalidValue: _cause(
        "the value is not among those allowed, or of another type than the option takes", _HELP
    ),
    errors.UnknownVariable: _cause(
        "the notebook has no variable of that name, or its cell was not run",
        "define the variable; write $$ for a plain dollar sign",
    ),
}

_INPUT: _Causes = {
    errors.InvalidInput: _cause("a value is invalid", "correct the value that the message names"),
    errors.MalformedBody: _cause(
        "a bracket, comma or quotation mark is missing, or the file is not UTF-8",
        "correct the body at the line and column that the message names",
    ),
    errors.RepeatedKey: _cause(
        "two keys of one object differ in letter case at most", "keep one of the two keys"
    ),
    errors.InvalidPolicy: _cause(
        "each entry of a policy needs ObjectId and AllowedUsages",
        _SHOW,
        " shows a policy to start from",
    ),
    errors.InvalidForeignFile: _cause(
        "the file is truncated, of another format, or has a part that isn't documented",
        "correct the place that the message names, or name the format with ",
        Option("--from"),
    ),
    errors.LiteralSecret: _cause(
        "an account key, a shared access signature or a password is in the file",
        "use a managed identity instead, or a reference to a secret store",
    ),
    errors.InvalidPolicyFile: _cause(
        "a typing error, a key in the wrong place, or a plain word that YAML takes for a number",
        Command.of("plan", "schema"),
        " prints the JSON schema, with which editors check the file",
    ),
    errors.InvalidLockFile: _cause(
        "the lock file was edited, or has markers of a merge conflict",
        "restore it from version control, or write it anew with ",
        Command.of("apply"),
        " after you have deleted it",
    ),
    errors.WrongCluster: _cause(
        "the file names other clusters than the connected one",
        Command.of("connect"),
        " connects to a cluster",
    ),
    errors.UnknownUsage: _cause(
        "a typing error, such as ExternalTables for ExternalTable, or a usage that is newer than "
        "this release",
        "correct the name, or add ",
        Option("--allow-unknown-usage"),
    ),
    errors.InvalidGuid: _cause(
        "an object ID has 32 hexadecimal digits; one is missing, or one too many",
        _IDENTITIES,
        " lists identities with their IDs",
    ),
    errors.MissingField: _cause(
        "the workflow needs another value", "add the options that the message names"
    ),
    errors.InvalidField: _cause(
        "a value of the workflow is invalid, or does not go with another one",
        "correct the option that the message names",
    ),
    errors.InvalidColumns: _cause(
        "columns are written as NAME:TYPE, separated by commas",
        "write them as in ",
        Option('--columns "OrderId:long, Region:string"'),
    ),
    errors.InvalidPartition: _cause(
        "a partition names a column that is not there, or the path format a partition that is not "
        "there",
        "make the options --partition-by, --path-format and --columns agree",
    ),
    errors.UnknownIdentity: _cause(
        "no policy names it, and Azure Resource Manager does not know it or was not asked",
        _IDENTITIES,
        "; without Reader in Azure, give the object ID",
    ),
    errors.AmbiguousIdentity: _cause(
        "identities in several resource groups have this name", "give the object ID instead"
    ),
    errors.UnknownRefusal: _cause(
        "the text has no error code, exception type or HTTP status that is known",
        "paste the whole message, with its code",
    ),
    errors.InvalidConnectionString: _cause(
        "a part is missing, misspelled or given twice",
        Command.of("connection-string", "parse", "--help"),
        " shows what can be read",
    ),
    errors.ConflictingAuthentication: _cause(
        "the connection string has a key or SAS token, and an identity",
        "remove the key or SAS token; a managed identity needs no secret",
    ),
    errors.IdentityNotSupported: _cause(
        "the target does not accept managed identities, such as MySQL or Data Lake Storage Gen1",
        "use what the message names instead",
    ),
    errors.CredentialsInLocation: _cause(
        "the URL has a SAS token, a key or ;managed_identity=, and the identity is an option of "
        "its own",
        "give the URL without it, and the identity with ",
        Option("--identity"),
    ),
}

_CONNECTION: _Causes = {
    errors.ConnectionFailure: _cause(
        "the cluster was not reached, or no token was available", _STATUS
    ),
    errors.InvalidCluster: _cause(
        "the address is not one of a cluster, or http:// in place of https://",
        Command.of("connect", "mycluster.westeurope"),
    ),
    errors.UntrustedHost: _cause(
        "tokens are sent to known hosts of Azure only",
        "if the host is yours, connect once with ",
        Option("--trust-host"),
    ),
    errors.UntrustedAudience: _cause(
        "the server is not Azure Data Explorer, or something on the way changed its answer",
        "check the address of the cluster",
    ),
    errors.UnknownConnection: _cause(
        "the connection was closed, or has another name", Command.of("connections", "list")
    ),
    errors.ClusterUnreachable: _cause(
        "the name is misspelled, the cluster is stopped, or a firewall or private endpoint keeps "
        "this machine out",
        "check the name, the state of the cluster in the portal, and the network",
    ),
    errors.NotAsked: _cause(
        "the time of the run was over, or it was interrupted",
        "ask the rest with ",
        Option("--since"),
    ),
    errors.UntrustedCertificate: _cause(
        "a proxy of your organization signs with a certificate that Python does not know",
        "set REQUESTS_CA_BUNDLE to the certificates of your organization",
    ),
    errors.CredentialFailure: _cause(
        "no user is signed in, the sign-in has expired, or the chosen credential is not available",
        "run az login, or choose another way to sign in with ",
        Option("--credential"),
    ),
    errors.NotAuthenticated: _cause(
        "the token is for another tenant or cloud, or a role was granted to an object ID in place "
        "of a client ID",
        _STATUS,
        " shows how you sign in",
    ),
    errors.AnswerLost: _cause("the connection ended early", _HISTORY, " lists each write"),
    errors.ConnectionDropped: _cause(
        "the network, a proxy or the service ended the connection", "repeat the command"
    ),
    errors.RequestTimedOut: _cause(
        "the request takes longer than the time limit",
        "connect with a larger ",
        Option("--timeout"),
    ),
    errors.UnreadableAnswer: _cause(
        "a proxy or sign-in page answered in place of the service",
        "check the address and the proxy settings",
    ),
    errors.UntrustedLink: _cause(
        "a proxy or gateway redirects requests", "check the address and the proxy settings"
    ),
    errors.AnswerTooLarge: _cause(
        "the result has more data than the limit",
        "reduce the result, or connect with a larger ",
        Option("--max-answer-mb"),
    ),
    errors.ServiceUnavailable: _cause(
        "the cluster starts, restarts or is overloaded", "wait a minute and repeat the command"
    ),
}

_SERVICE: _Causes = {
    errors.ServiceRefusal: _cause("the service rejected the request", _CHECK_ERROR),
    errors.NotAuthorized: _cause(
        "you, or the identity of a workflow, lack a role; Owner in Azure grants no access to data",
        _CHECK_ERROR,
        " names the role; the help of each command ends with the permissions that it requires",
    ),
    errors.NoReadableSubscription: _cause(
        "you have no Azure role on the selected subscriptions, or their names are misspelled",
        "ask for Reader on the subscriptions",
    ),
    errors.DatabaseNotFound: _cause(
        "the name is misspelled (letter case counts), or you have no role on the database",
        _STATUS,
        " shows the current database",
    ),
    errors.CommandRefused: _cause(
        "a requirement is not met, such as an identity that is not assigned or a usage that no "
        "policy allows",
        _CHECK_ERROR,
        " names it and its fix",
    ),
    errors.PrincipalNotFound: _cause(
        "the identity was created some minutes ago, the ID is wrong, or it is of another tenant",
        "wait, as ",
        Option("--wait-for-directory"),
        " does; for another tenant give the client ID and ",
        Option("--tenant"),
    ),
    errors.Throttled: _cause(
        "the cluster has more requests than it accepts at a time",
        "connect with ",
        Option("--max-in-flight 2"),
    ),
    errors.ResourceNotFound: _cause(
        "the resource was deleted, its ID is misspelled, or you lack Reader on it",
        "check the resource ID, or ask for Reader",
    ),
    errors.ClusterBusy: _cause(
        "a cluster makes one change at a time (ServiceIsInMaintenance, RequestConflict)",
        "repeat the command when the other change has ended: ",
        Command.of("identity", "operations"),
    ),
    errors.PartialFailure: _cause(
        "the query ran out of memory or time, or was cancelled while rows arrived",
        "reduce the query and repeat it",
    ),
}

_OTHERS: _Causes = {
    errors.PartialRead: _cause(
        "you have no role on some of the databases", "add ", Option("--skip-unreadable")
    ),
    errors.ConfirmationRequired: _cause(
        "the command removes access or data, or stops a workflow", "confirm with ", Option("--yes")
    ),
    errors.PlanBlocked: _cause(
        "the plan removes what a workflow needs or the file protects, or names an identity that is "
        "not assigned",
        Command.of("plan"),
        " marks these changes with !",
    ),
    errors.StalePlan: _cause(
        "the cluster changed after the plan was saved", Command.of("plan"), " makes a new one"
    ),
    errors.MigrationBlocked: _cause(
        "the target takes no managed identity, its definition can't be read, or the owner of the "
        "target must grant a role first",
        "run the command that the message names, then ",
        Command.of("migrate", "apply"),
        " again",
    ),
    errors.MigrationFailed: _cause(
        "the identity does not reach the target yet, or the target has another path",
        "the message tells which definition is in place; ",
        Command.of("migrate", "plan"),
        " shows the requirements that aren't met",
    ),
    errors.ApplyIncomplete: _cause(
        "one change failed, and others depend on it",
        "remove what the message names, then apply again: what is applied is not sent again",
    ),
    errors.PolicyChanged: _cause(
        "somebody else wrote to the policy after you read it",
        _SHOW,
        " shows the policy of now; repeat the command",
    ),
    errors.RolesChanged: _cause(
        "somebody else changed the roles after you read them",
        Command.of("role", "list"),
        " shows the roles of now; repeat the command",
    ),
    errors.ClusterChanged: _cause(
        "somebody else changed the identities of the cluster after you read them",
        Command.of("identity", "list"),
        " shows them; repeat the command",
    ),
    errors.OperationFailed: _cause(
        "Azure started the change and could not complete it; the reason is Azure's own",
        Command.of("identity", "operations"),
    ),
    errors.OperationContinues: _cause(
        "you interrupted the wait, not the change", Command.of("identity", "operations", "--wait")
    ),
    errors.ClusterLocked: _cause(
        "another notebook or terminal of yours is changing the same cluster",
        "wait for it, or end that process",
    ),
    errors.ChangeOverwritten: _cause(
        "the service replaces a whole policy, and somebody else wrote at the same moment",
        "grant what was lost again, as the message says",
    ),
    errors.WriteInterrupted: _cause(
        "Ctrl-C, or the kernel was interrupted, after the change was applied", _HISTORY
    ),
    errors.ResultNotSaved: _cause(
        "the folder does not exist, is not writable, or the disk is full",
        "save the result elsewhere with ",
        Option("--out"),
    ),
    errors.WriteNotApplied: _cause(
        "the connection ended before the service applied the change", "repeat the command"
    ),
    errors.WriteOutcomeUnknown: _cause(
        "the answer was lost, and the service may still apply the change",
        "the next command looks again; ",
        _HISTORY,
        " lists the outcome",
    ),
    errors.CrossTenant: _cause(
        "a managed identity has access to resources of its own tenant only",
        "use a target resource in the tenant of the identity",
    ),
    errors.NotInThisEdition: _cause(
        "the cluster is a Fabric eventhouse, a Synapse pool or a free cluster",
        "in Fabric, authenticate external tables as the caller with ;impersonate",
    ),
    errors.MissingPackage: _cause(
        "the command needs an extra, such as ingest or lab, that is not installed",
        "install the package that the message names",
    ),
    errors.AlreadyExists: _cause(
        "the database has one of this name", "choose another name, or add ", Option("--replace")
    ),
    errors.WorkflowNotFound: _cause(
        "the name is misspelled, or it is in another database",
        "list them with ",
        Option("--all-databases"),
    ),
    errors.NothingToRevoke: _cause(
        "the other scope grants it, or it was revoked before",
        Command.of("policy", "matrix", "--all-databases"),
    ),
    errors.HistoryUnavailable: _cause(
        "the change was made on another machine, or is undone already", _HISTORY
    ),
    errors.ClockSkew: _cause(
        "the clock of a machine is wrong, so the history would tell a wrong order",
        "synchronize the clock, then repeat the command",
    ),
    errors.EmbeddedAzureNotInUse: _cause(
        "embedded commands work on the embedded Azure only", Command.of("connect", "embedded")
    ),
    errors.TutorialFailed: _cause(
        "JupyterLab is not installed, its port is in use, or a cell of the quickstart failed",
        "install the extra lab, and read the message",
    ),
}

CAUSES: _Causes = MappingProxyType(
    {**_COMMAND_LINE, **_INPUT, **_CONNECTION, **_SERVICE, **_OTHERS}
)
