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
├── PolicyChanged             another principal wrote in between
├── RolesChanged              another principal granted or revoked in between
├── ClusterChanged            another principal changed the cluster in between
├── OperationFailed           Azure began a change and gave it up
├── OperationContinues        waiting was interrupted; Azure goes on
├── ElevationFailed           you can't be granted a role for the command
├── RoleNotRemoved            a role that was granted for the command is still there
├── PolicyNotRestored         a write test is over, and the policy isn't as it was before
├── ClusterLocked             another process of the same account is writing, waiting included
├── ChangeOverwritten         applied, and it overwrote what another principal wrote in between
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

from adxmi_jupyter.error_base import AdxmiError, ServiceDetails
from adxmi_jupyter.errors.changes import (
    AlreadyExists,
    ApplyIncomplete,
    ChangeOverwritten,
    ClusterChanged,
    ClusterLocked,
    ConfirmationRequired,
    ElevationFailed,
    HistoryUnavailable,
    MigrationBlocked,
    MigrationFailed,
    NothingToRevoke,
    OperationContinues,
    OperationFailed,
    PlanBlocked,
    PolicyChanged,
    PolicyNotRestored,
    ResultNotSaved,
    RoleNotRemoved,
    RolesChanged,
    StalePlan,
    WorkflowNotFound,
    WriteInterrupted,
    WriteNotApplied,
    WriteOutcomeUnknown,
)
from adxmi_jupyter.errors.command_line import (
    CommandLineError,
    ConflictingOptions,
    InvalidValue,
    MissingOption,
    RepeatedOption,
    UnknownCommand,
    UnknownOption,
    UnknownVariable,
)
from adxmi_jupyter.errors.connection import (
    AnswerLost,
    AnswerTooLarge,
    ClusterUnreachable,
    ConnectionDropped,
    ConnectionFailure,
    CredentialFailure,
    InvalidCluster,
    NotAsked,
    NotAuthenticated,
    RequestTimedOut,
    ServiceUnavailable,
    UnknownConnection,
    UnreadableAnswer,
    UntrustedAudience,
    UntrustedCertificate,
    UntrustedHost,
    UntrustedLink,
)
from adxmi_jupyter.errors.invalid_input import (
    AmbiguousIdentity,
    ConflictingAuthentication,
    CredentialsInLocation,
    IdentityNotSupported,
    InvalidColumns,
    InvalidConnectionString,
    InvalidField,
    InvalidForeignFile,
    InvalidGuid,
    InvalidInput,
    InvalidLockFile,
    InvalidPartition,
    InvalidPolicy,
    InvalidPolicyFile,
    LiteralSecret,
    MalformedBody,
    MissingField,
    RepeatedKey,
    UnknownIdentity,
    UnknownRefusal,
    UnknownUsage,
    WrongCluster,
)
from adxmi_jupyter.errors.service import (
    ClusterBusy,
    CommandRefused,
    DatabaseNotFound,
    NoReadableSubscription,
    NotAuthorized,
    PartialFailure,
    PrincipalNotFound,
    ResourceNotFound,
    ServiceRefusal,
    Throttled,
)
from adxmi_jupyter.errors.surroundings import (
    ClockSkew,
    CrossTenant,
    EmbeddedAzureNotInUse,
    MissingPackage,
    NotInThisEdition,
    PartialRead,
    TutorialFailed,
)

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
