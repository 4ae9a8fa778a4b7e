"""What usually leads to each error, and what usually fixes it: values, for the error catalogue.

An error that is raised names its own reason and fix; these are for a reader who looks it up.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from adxmi_jupyter import errors
from adxmi_jupyter.fixes import Command, Explain, Option
from adxmi_jupyter.rendering.error_cause import cause
from adxmi_jupyter.rendering.other_error_causes import OTHERS

if TYPE_CHECKING:
    from adxmi_jupyter.rendering.error_cause import Causes

_HELP = Explain.of("see the options of the command with ", Option("--help"))
_HISTORY = Command.of("history")
_STATUS = Command.of("status")
_SHOW = Command.of("policy", "show")
_IDENTITIES = Command.of("identity", "list", "--all")
_CHECK_ERROR = Command.of("check", "--error")

_COMMAND_LINE: Causes = {
    errors.CommandLineError: cause("the command line is invalid", _HELP),
    errors.UnknownCommand: cause(
        "a typing error, or a verb of another noun", Command(), " lists the nouns; Tab completes"
    ),
    errors.UnknownOption: cause("a typing error, or an option of another verb", _HELP),
    errors.RepeatedOption: cause(
        "the option takes one value",
        "write the option once; where it takes several values, separate them with commas",
    ),
    errors.ConflictingOptions: cause(
        "the two options contradict each other, such as a database and the whole cluster",
        "leave out one of the options that the message names",
    ),
    errors.MissingOption: cause(
        "a write names everything that it changes; nothing is guessed",
        "add the options that the message names",
    ),
    errors.InvalidValue: cause(
        "the value is not among those allowed, or of another type than the option takes", _HELP
    ),
    errors.UnknownVariable: cause(
        "the notebook has no variable of that name, or its cell was not run",
        "define the variable; write $$ for a plain dollar sign",
    ),
}

_INPUT: Causes = {
    errors.InvalidInput: cause("a value is invalid", "correct the value that the message names"),
    errors.MalformedBody: cause(
        "a bracket, comma or quotation mark is missing, or the file is not UTF-8",
        "correct the body at the line and column that the message names",
    ),
    errors.RepeatedKey: cause(
        "two keys of one object differ in letter case at most", "keep one of the two keys"
    ),
    errors.InvalidPolicy: cause(
        "each entry of a policy needs ObjectId and AllowedUsages",
        _SHOW,
        " shows a policy to start from",
    ),
    errors.InvalidForeignFile: cause(
        "the file is truncated, of another format, or has a part that isn't documented",
        "correct the place that the message names, or name the format with ",
        Option("--from"),
    ),
    errors.LiteralSecret: cause(
        "an account key, a shared access signature or a password is in the file",
        "use a managed identity instead, or a reference to a secret store",
    ),
    errors.InvalidPolicyFile: cause(
        "a typing error, a key in the wrong place, or a plain word that YAML takes for a number",
        Command.of("plan", "schema"),
        " prints the JSON schema, with which editors check the file",
    ),
    errors.InvalidLockFile: cause(
        "the lock file was edited, or has markers of a merge conflict",
        "restore it from version control, or write it anew with ",
        Command.of("apply"),
        " after you have deleted it",
    ),
    errors.WrongCluster: cause(
        "the file names other clusters than the connected one",
        Command.of("connect"),
        " connects to a cluster",
    ),
    errors.UnknownUsage: cause(
        "a typing error, such as ExternalTables for ExternalTable, or a usage that is newer than "
        "this release",
        "correct the name, or add ",
        Option("--allow-unknown-usage"),
    ),
    errors.InvalidGuid: cause(
        "an object ID has 32 hexadecimal digits; one is missing, or one too many",
        _IDENTITIES,
        " lists identities with their IDs",
    ),
    errors.MissingField: cause(
        "the workflow needs another value", "add the options that the message names"
    ),
    errors.InvalidField: cause(
        "a value of the workflow is invalid, or does not go with another one",
        "correct the option that the message names",
    ),
    errors.InvalidColumns: cause(
        "columns are written as NAME:TYPE, separated by commas",
        "write them as in ",
        Option('--columns "OrderId:long, Region:string"'),
    ),
    errors.InvalidPartition: cause(
        "a partition names a column that is not there, or the path format a partition that is not "
        "there",
        "make the options --partition-by, --path-format and --columns agree",
    ),
    errors.UnknownIdentity: cause(
        "no policy names it, and Azure Resource Manager does not know it or was not asked",
        _IDENTITIES,
        "; without Reader in Azure, give the object ID",
    ),
    errors.AmbiguousIdentity: cause(
        "identities in several resource groups have this name", "give the object ID instead"
    ),
    errors.UnknownRefusal: cause(
        "the text has no error code, exception type or HTTP status that is known",
        "paste the whole message, with its code",
    ),
    errors.InvalidConnectionString: cause(
        "a part is missing, misspelled or given twice",
        Command.of("connection-string", "parse", "--help"),
        " shows what can be read",
    ),
    errors.ConflictingAuthentication: cause(
        "the connection string has a key or SAS token, and an identity",
        "remove the key or SAS token; a managed identity needs no secret",
    ),
    errors.IdentityNotSupported: cause(
        "the target does not accept managed identities, such as MySQL or Data Lake Storage Gen1",
        "use what the message names instead",
    ),
    errors.CredentialsInLocation: cause(
        "the URL has a SAS token, a key or ;managed_identity=, and the identity is an option of "
        "its own",
        "give the URL without it, and the identity with ",
        Option("--identity"),
    ),
}

_CONNECTION: Causes = {
    errors.ConnectionFailure: cause(
        "the cluster was not reached, or no token was available", _STATUS
    ),
    errors.InvalidCluster: cause(
        "the address is not one of a cluster, or http:// in place of https://",
        Command.of("connect", "mycluster.westeurope"),
    ),
    errors.UntrustedHost: cause(
        "tokens are sent to known hosts of Azure only",
        "if the host is yours, connect once with ",
        Option("--trust-host"),
    ),
    errors.UntrustedAudience: cause(
        "the server is not Azure Data Explorer, or something on the way changed its answer",
        "check the address of the cluster",
    ),
    errors.UnknownConnection: cause(
        "the connection was closed, or has another name", Command.of("connections", "list")
    ),
    errors.ClusterUnreachable: cause(
        "the name is misspelled, the cluster is stopped, or a firewall or private endpoint keeps "
        "this machine out",
        "check the name, the state of the cluster in the portal, and the network",
    ),
    errors.NotAsked: cause(
        "the time of the run was over, or it was interrupted",
        "ask the rest with ",
        Option("--since"),
    ),
    errors.UntrustedCertificate: cause(
        "a proxy of your organization signs with a certificate that Python does not know",
        "set REQUESTS_CA_BUNDLE to the certificates of your organization",
    ),
    errors.CredentialFailure: cause(
        "no user is signed in, the sign-in has expired, or the chosen credential is not available",
        "run az login, or choose another way to sign in with ",
        Option("--credential"),
    ),
    errors.NotAuthenticated: cause(
        "the token is for another tenant or cloud, or a role was granted to an object ID in place "
        "of a client ID",
        _STATUS,
        " shows how you sign in",
    ),
    errors.AnswerLost: cause("the connection ended early", _HISTORY, " lists each write"),
    errors.ConnectionDropped: cause(
        "the network, a proxy or the service ended the connection", "repeat the command"
    ),
    errors.RequestTimedOut: cause(
        "the request takes longer than the time limit",
        "connect with a larger ",
        Option("--timeout"),
    ),
    errors.UnreadableAnswer: cause(
        "a proxy or sign-in page answered in place of the service",
        "check the address and the proxy settings",
    ),
    errors.UntrustedLink: cause(
        "a proxy or gateway redirects requests", "check the address and the proxy settings"
    ),
    errors.AnswerTooLarge: cause(
        "the result has more data than the limit",
        "reduce the result, or connect with a larger ",
        Option("--max-answer-mb"),
    ),
    errors.ServiceUnavailable: cause(
        "the cluster starts, restarts or is overloaded", "wait a minute and repeat the command"
    ),
}

_SERVICE: Causes = {
    errors.ServiceRefusal: cause("the service rejected the request", _CHECK_ERROR),
    errors.NotAuthorized: cause(
        "you, or the identity of a workflow, lack a role; Owner in Azure grants no access to data",
        _CHECK_ERROR,
        " names the role; the help of each command ends with the permissions that it requires",
    ),
    errors.NoReadableSubscription: cause(
        "you have no Azure role on the selected subscriptions, or their names are misspelled",
        "ask for Reader on the subscriptions",
    ),
    errors.DatabaseNotFound: cause(
        "the name is misspelled (letter case counts), or you have no role on the database",
        _STATUS,
        " shows the current database",
    ),
    errors.CommandRefused: cause(
        "a requirement is not met, such as an identity that is not assigned or a usage that no "
        "policy allows",
        _CHECK_ERROR,
        " names it and its fix",
    ),
    errors.PrincipalNotFound: cause(
        "the identity was created some minutes ago, the ID is wrong, or it is of another tenant",
        "wait, as ",
        Option("--wait-for-directory"),
        " does; for another tenant give the client ID and ",
        Option("--tenant"),
    ),
    errors.Throttled: cause(
        "the cluster has more requests than it accepts at a time",
        "connect with ",
        Option("--max-in-flight 2"),
    ),
    errors.ResourceNotFound: cause(
        "the resource was deleted, its ID is misspelled, or you lack Reader on it",
        "check the resource ID, or ask for Reader",
    ),
    errors.ClusterBusy: cause(
        "a cluster makes one change at a time (ServiceIsInMaintenance, RequestConflict)",
        "repeat the command when the other change has ended: ",
        Command.of("identity", "operations"),
    ),
    errors.PartialFailure: cause(
        "the query ran out of memory or time, or was cancelled while rows arrived",
        "reduce the query and repeat it",
    ),
}

CAUSES: Causes = MappingProxyType({**_COMMAND_LINE, **_INPUT, **_CONNECTION, **_SERVICE, **OTHERS})
