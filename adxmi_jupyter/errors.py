"""Every error a user can meet, in one tree.

AdxmiError
├── CommandLineError          the command could not be parsed
│   ├── UnknownCommand        a noun or verb that does not exist
│   ├── UnknownOption         an option the verb does not have
│   ├── RepeatedOption        an option given twice
│   ├── ConflictingOptions    two options that exclude each other
│   ├── MissingOption         an option or argument the verb needs
│   ├── InvalidValue          an option's value cannot be used
│   └── UnknownVariable       $name or {{name}} without such a variable
├── InvalidInput              the request itself makes no sense
│   ├── MalformedBody         JSON or YAML with a line and a column
│   │   └── RepeatedKey       a key that occurs twice, in any letter case
│   ├── InvalidPolicy         an entry without identity or usages
│   ├── InvalidPolicyFile     something in adxmi.yaml or a fleet file, with its place
│   ├── InvalidForeignFile    something in a file to convert, with file, line and column
│   │   └── LiteralSecret     a key, signature or password in a file to convert
│   ├── InvalidLockFile       a lock file that is damaged, or none
│   ├── WrongCluster          a policy file or a plan of another cluster
│   ├── UnknownUsage          a usage this release does not know
│   ├── InvalidGuid           nearly an object ID, but not one
│   ├── MissingField          a workflow lacks something it needs
│   ├── InvalidField          something of a workflow that cannot be used
│   ├── InvalidColumns        columns that cannot be read
│   ├── InvalidPartition      partitions, path and columns that do not go together
│   ├── UnknownIdentity       a name no policy mentions
│   ├── AmbiguousIdentity     a name of several identities
│   ├── UnknownRefusal        a text in which no error message is recognised
│   └── InvalidConnectionString   cannot be read, or against the rules
│       ├── ConflictingAuthentication  more than one way to sign in
│       ├── IdentityNotSupported       the target supports no managed identity
│       └── CredentialsInLocation      a location that says how to sign in
├── ConnectionFailure         no answer, or no credential
│   ├── InvalidCluster        an address that is rejected before anything is sent
│   │   ├── UntrustedHost     a host, or a server on this machine, that gets no token
│   │   └── UntrustedAudience the cluster asks for a token that is not for Azure Data Explorer
│   ├── UnknownConnection     a connection name that is not open
│   ├── ClusterUnreachable    the request never reached the service
│   ├── NotAsked              a run over many clusters ended before it came to this one
│   ├── UntrustedCertificate  TLS could not verify the host
│   ├── CredentialFailure     no token could be had
│   ├── NotAuthenticated      the service did not accept the token (401)
│   └── AnswerLost            sent, but the answer did not arrive whole
│       ├── ConnectionDropped
│       ├── RequestTimedOut
│       ├── UnreadableAnswer
│       │   └── UntrustedLink a redirect or link to another host, which was not followed
│       ├── AnswerTooLarge    more bytes than allowed
│       └── ServiceUnavailable
├── ServiceRefusal            the service answered: no
│   ├── NotAuthorized         the caller lacks a permission (403)
│   │   └── NoReadableSubscription  none of the subscriptions that were selected can be read
│   ├── DatabaseNotFound
│   ├── CommandRefused        malformed or against the service's rules (400)
│   ├── PrincipalNotFound     the directory does not know whom a role is for, or not yet
│   ├── Throttled             too many requests (429), retries included
│   ├── ResourceNotFound      Azure Resource Manager knows no such resource (404)
│   ├── ClusterBusy           another change of the cluster is under way, waiting included
│   └── PartialFailure        an answer that is not whole
├── PartialRead               some of the databases could not be read
├── ConfirmationRequired      removes something and was not confirmed
├── PlanBlocked               a plan with changes that must not be made
├── StalePlan                 a saved plan that no longer fits, or is too old
├── ApplyIncomplete           some changes of an apply failed, or depended on one that did
├── MigrationBlocked          an object cannot be migrated, or a requirement isn't met yet
├── MigrationFailed           the new definition of an object did not work
├── PolicyChanged             somebody else wrote in between
├── RolesChanged              somebody else granted or revoked in between
├── ClusterChanged            somebody else changed the cluster in between
├── OperationFailed           Azure began a change and gave it up
├── OperationContinues        waiting was interrupted; Azure goes on
├── ElevationFailed           you can't be granted a role for the command
├── RoleNotRemoved            a role that was granted for the command is still there
├── PolicyNotRestored         a write test is over, and the policy isn't as it was before
├── ClusterLocked             another process of the same account is writing, waiting included
├── ChangeOverwritten         applied, and it overwrote what somebody else wrote in between
├── WriteInterrupted          applied, and what was there afterwards was not read to the end
├── ResultNotSaved            the command was carried out; only its result could not be saved
├── WriteNotApplied           the answer was lost, and the change did not happen
├── WriteOutcomeUnknown       the answer was lost, and so is the truth
├── CrossTenant               what an identity cannot reach: it lives in one tenant
├── NotInThisEdition          Fabric, Synapse and free clusters have no managed identity policy
├── MissingPackage            a package of an extra is not installed
├── AlreadyExists             there is one of this name, and it was not to be replaced
├── WorkflowNotFound          there is none of this name
├── NothingToRevoke           the policy does not allow it, the role does not list it
├── HistoryUnavailable        no such entry, or nothing to undo
├── ClockSkew                 the clock here and the clock of a cluster differ
├── EmbeddedAzureNotInUse     an `embedded` verb while another cluster is connected
└── TutorialFailed            `adxmi lab` could not run what it should
"""

from __future__ import annotations

import typing as _typing

from adxmi_jupyter.error_base import AdxmiError, ServiceDetails
from adxmi_jupyter.fixes import AskPermission as _AskPermission
from adxmi_jupyter.fixes import Command as _Command
from adxmi_jupyter.fixes import Explain as _Explain

if _typing.TYPE_CHECKING:
    import pandas as _pd  # noqa: ICN001 - else it were a public name

__all__ = [
    "AdxmiError",
    "AlreadyExists",
    "AmbiguousIdentity",
    "AnswerLost",
    "AnswerTooLarge",
    "ApplyIncomplete",
    "ChangeOverwritten",
    "ClockSkew",
    "ClusterBusy",
    "ClusterChanged",
    "ClusterLocked",
    "ClusterUnreachable",
    "CommandLineError",
    "CommandRefused",
    "ConfirmationRequired",
    "ConflictingAuthentication",
    "ConflictingOptions",
    "ConnectionDropped",
    "ConnectionFailure",
    "CredentialFailure",
    "CredentialsInLocation",
    "CrossTenant",
    "DatabaseNotFound",
    "ElevationFailed",
    "EmbeddedAzureNotInUse",
    "HistoryUnavailable",
    "IdentityNotSupported",
    "InvalidCluster",
    "InvalidColumns",
    "InvalidConnectionString",
    "InvalidField",
    "InvalidForeignFile",
    "InvalidGuid",
    "InvalidInput",
    "InvalidLockFile",
    "InvalidPartition",
    "InvalidPolicy",
    "InvalidPolicyFile",
    "InvalidValue",
    "LiteralSecret",
    "MalformedBody",
    "MigrationBlocked",
    "MigrationFailed",
    "MissingField",
    "MissingOption",
    "MissingPackage",
    "NoReadableSubscription",
    "NotAsked",
    "NotAuthenticated",
    "NotAuthorized",
    "NotInThisEdition",
    "NothingToRevoke",
    "OperationContinues",
    "OperationFailed",
    "PartialFailure",
    "PartialRead",
    "PlanBlocked",
    "PolicyChanged",
    "PolicyNotRestored",
    "PrincipalNotFound",
    "RepeatedKey",
    "RepeatedOption",
    "RequestTimedOut",
    "ResourceNotFound",
    "ResultNotSaved",
    "RoleNotRemoved",
    "RolesChanged",
    "ServiceDetails",
    "ServiceRefusal",
    "ServiceUnavailable",
    "StalePlan",
    "Throttled",
    "TutorialFailed",
    "UnknownCommand",
    "UnknownConnection",
    "UnknownIdentity",
    "UnknownOption",
    "UnknownRefusal",
    "UnknownUsage",
    "UnknownVariable",
    "UnreadableAnswer",
    "UntrustedAudience",
    "UntrustedCertificate",
    "UntrustedHost",
    "UntrustedLink",
    "WorkflowNotFound",
    "WriteInterrupted",
    "WriteNotApplied",
    "WriteOutcomeUnknown",
    "WrongCluster",
]


class CommandLineError(AdxmiError):
    """The command could not be parsed."""


class UnknownCommand(CommandLineError):
    """A noun or verb that does not exist."""


class UnknownOption(CommandLineError):
    """An option the verb does not have."""


class RepeatedOption(CommandLineError):
    """An option given twice."""


class ConflictingOptions(CommandLineError):
    """Two options that exclude each other."""


class MissingOption(CommandLineError):
    """An option or argument the verb needs."""


class InvalidValue(CommandLineError):
    """An option's value cannot be used."""


class UnknownVariable(CommandLineError):
    """``$name`` or ``{{name}}`` without such a variable."""


class InvalidInput(AdxmiError):
    """The request itself makes no sense; nothing was sent."""


class MalformedBody(InvalidInput):
    """JSON or YAML that cannot be read; *why* names line and column."""

    line: int = 0
    column: int = 0


class RepeatedKey(MalformedBody):
    """A key that occurs twice in one object: another reader would use the other one."""


class InvalidPolicy(InvalidInput):
    """A policy entry without identity, without usages, or with unknown keys."""


class InvalidPolicyFile(InvalidInput):
    """Something in a policy file that cannot be; `source`, `line` and `column` tell where."""

    source: str = ""
    line: int = 0
    column: int = 0


class InvalidForeignFile(InvalidInput):
    """Something in a file to convert that cannot be; `source`, `line` and `column` tell where."""

    source: str = ""
    line: int = 0
    column: int = 0


class LiteralSecret(InvalidForeignFile):
    """A key, signature or password in a file to convert. Nothing was written."""


class InvalidLockFile(InvalidInput):
    """The lock file beside a policy file is damaged, or not a lock file. Nothing was sent."""


class WrongCluster(InvalidInput):
    """A policy file or a saved plan that is not for the connected cluster. Nothing was sent."""


class UnknownUsage(InvalidInput):
    """A usage this release does not know."""


class InvalidGuid(InvalidInput):
    """Text that looks like an object ID but is none."""


class MissingField(InvalidInput):
    """A workflow lacks something it needs."""


class InvalidField(InvalidInput):
    """Something of a workflow that cannot be used, alone or beside the rest."""


class InvalidColumns(InvalidInput):
    """Columns without type, of an unknown type, or two of one name."""


class InvalidPartition(InvalidInput):
    """Partitions that are not of the documented forms, or do not match path and columns."""


class UnknownIdentity(InvalidInput):
    """A name that no policy mentions."""


class AmbiguousIdentity(InvalidInput):
    """A name that several identities bear."""


class UnknownRefusal(InvalidInput):
    """A text with no code, exception type or status that is known."""


class InvalidConnectionString(InvalidInput):
    """A connection string that cannot be read or is against the rules; never repeated whole."""


class ConflictingAuthentication(InvalidConnectionString):
    """A connection string with more than one way to sign in, such as a key and an identity."""


class IdentityNotSupported(InvalidConnectionString):
    """A target that supports no managed identity; *fix* names what it supports, or where to go."""


class CredentialsInLocation(InvalidConnectionString):
    """A location that also says how to sign in, where the two are given apart."""


class ConnectionFailure(AdxmiError):
    """No answer, or no credential."""


class InvalidCluster(ConnectionFailure):
    """An address that is rejected before anything is sent."""


class UntrustedHost(InvalidCluster):
    """A host that is not known to belong to Azure, or a server on this machine.

    No token of the user is sent there; nothing was sent at all.
    """


class UntrustedAudience(InvalidCluster):
    """The cluster's metadata ask for a token that other services accept. None was requested."""


class UnknownConnection(ConnectionFailure):
    """A connection name that is not open."""


class ClusterUnreachable(ConnectionFailure):
    """The request never reached the service, so nothing happened there."""


class NotAsked(ConnectionFailure):
    """A run over many clusters ended before it came to this one, or was done with it."""


class UntrustedCertificate(ConnectionFailure):
    """TLS could not verify the host, so nothing was sent."""


class CredentialFailure(ConnectionFailure):
    """No token could be had."""


class NotAuthenticated(ConnectionFailure):
    """The service did not accept the token (HTTP 401)."""


class AnswerLost(ConnectionFailure):
    """The request was sent, but the answer did not arrive whole: a write may have happened."""


class ConnectionDropped(AnswerLost):
    """The connection ended before the answer did."""


class RequestTimedOut(AnswerLost):
    """No answer within the time allowed."""


class UnreadableAnswer(AnswerLost):
    """An answer that is not what the protocol says."""


class UntrustedLink(UnreadableAnswer):
    """An answer that leads to another host, as a redirect or link. It was not followed."""


class AnswerTooLarge(AnswerLost):
    """An answer of more bytes than allowed; the rest was not read."""


class ServiceUnavailable(AnswerLost):
    """The service, or something before it, is out of order for now (HTTP 5xx)."""


class ServiceRefusal(AdxmiError):
    """The service answered: no. Nothing was changed."""


class NotAuthorized(ServiceRefusal):
    """The caller lacks a permission (HTTP 403)."""

    ask_for_role = _AskPermission(
        _Explain.of(_Command.of("status"), " shows who you are; ask for the role the message names")
    )
    ask_for_action = _AskPermission(
        _Explain.of(
            "ask for a role with the action the message names; "
            "Managed Identity Operator on an identity allows assigning it"
        )
    )


class NoReadableSubscription(NotAuthorized):
    """None of the subscriptions of a selection can be read, or they do not exist."""


class DatabaseNotFound(ServiceRefusal):
    """The cluster has no database of that name, or the caller may not see it."""


class CommandRefused(ServiceRefusal):
    """A command that is malformed or against the service's rules (HTTP 400)."""


class PrincipalNotFound(ServiceRefusal):
    """The directory does not know whom a role is for: not yet, or there is no such principal."""


class Throttled(ServiceRefusal):
    """Too many requests (HTTP 429), also after waiting; nothing was executed."""


class ResourceNotFound(ServiceRefusal):
    """Azure Resource Manager knows no such resource, or does not show it to the caller."""


class ClusterBusy(ServiceRefusal):
    """Another change of the cluster is under way, also after waiting; nothing was executed."""


class PartialFailure(ServiceRefusal):
    """An answer that is not whole: it broke off, was cancelled, or says that it has errors.

    `partial` is a DataFrame of the rows that came, dtypes as those of a query's result; None if
    none did. They are no result: which ones are missing cannot be known.
    """

    partial: _pd.DataFrame | None = None


class PartialRead(AdxmiError):
    """Some of the databases could not be read."""


class ConfirmationRequired(AdxmiError):
    """A write that removes something and was not confirmed. Nothing was sent."""


class PlanBlocked(AdxmiError):
    """A plan with changes that must not be made, such as one that locks out. Nothing was sent."""


class StalePlan(AdxmiError):
    """A saved plan that no longer fits the cluster, or is too old. Nothing was sent."""


class ApplyIncomplete(AdxmiError):
    """Some changes of an apply were not made; those that were stay. Applying again continues."""


class MigrationBlocked(AdxmiError):
    """An object that cannot be migrated, or not yet: a requirement isn't met. Nothing was sent."""


class MigrationFailed(AdxmiError):
    """The new definition of an object did not work; *why* tells which definition is in place."""


class PolicyChanged(AdxmiError):
    """Somebody else changed the policy in between. Nothing was overwritten."""


class RolesChanged(AdxmiError):
    """Somebody else granted or revoked in between. Nothing was sent."""


class ClusterChanged(AdxmiError):
    """Somebody else changed the cluster in between. Nothing was overwritten."""


class OperationFailed(AdxmiError):
    """Azure began a change and gave it up; *why* holds its own words."""


class OperationContinues(AdxmiError):
    """Waiting for a change was interrupted; Azure goes on with it."""


class ElevationFailed(AdxmiError):
    """The caller can't be granted a role for the time of a command. The command wasn't started."""


class RoleNotRemoved(AdxmiError):
    """A role that was granted for the time of a command could not be removed after it."""


class PolicyNotRestored(AdxmiError):
    """A write test granted a usage, and the policy could not be restored after it."""


class ClusterLocked(AdxmiError):
    """Another process of the same account is writing, also after waiting. Nothing was sent."""


class ChangeOverwritten(AdxmiError):
    """The write was applied, and overwrote what somebody else wrote in between; *why* tells it."""


class WriteInterrupted(AdxmiError):
    """The write was applied; an interrupt ended the reading of what is there now."""


class ResultNotSaved(AdxmiError):
    """The command was carried out; only its result could not be saved as a file."""


class WriteNotApplied(AdxmiError):
    """The answer was lost; what was to change was read again and is as before."""


class WriteOutcomeUnknown(AdxmiError):
    """The answer was lost, and what was to change cannot tell whether it did."""


class CrossTenant(AdxmiError):
    """A target in another tenant, which an identity cannot reach. Nothing was sent."""


class NotInThisEdition(AdxmiError):
    """What Fabric eventhouses, Synapse pools and free clusters do not have. Nothing was sent."""


class MissingPackage(AdxmiError):
    """A package of an extra is not installed."""


class AlreadyExists(AdxmiError):
    """There is one of this name, and it was not to be replaced. Nothing was sent."""


class WorkflowNotFound(AdxmiError):
    """There is none of this name. Nothing was sent."""


class NothingToRevoke(AdxmiError):
    """The policy does not allow, or the role does not list, what should be revoked."""


class HistoryUnavailable(AdxmiError):
    """No such entry in the history, or nothing that can be undone."""


class ClockSkew(AdxmiError):
    """The clock of this machine and that of the cluster differ, so times could not be compared."""


class EmbeddedAzureNotInUse(AdxmiError):
    """An `embedded` verb while the current connection leads to a cluster."""


class TutorialFailed(AdxmiError):
    """A cell of a tutorial failed, or JupyterLab did."""
