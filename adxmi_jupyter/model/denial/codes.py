"""What the codes of refusals mean: error codes, exception types and HTTP statuses.

No wording: what the services write in sentences changes, and of the refusals about managed
identities no text is public.

Source: *Ingestion error codes*, *Kusto.Data exceptions*, *Query/management HTTP response* (Azure
Data Explorer docs); *Common Azure Resource Manager errors*; *Common REST API error codes* and
*Blob Storage error codes* (Azure Storage docs).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from adxmi_jupyter.model.denial.concern import Concern, Meaning

_POLICY = Meaning(
    Concern.ALLOWED, "the managed identity policy does not allow an identity what it is used for"
)
_IDENTITY = Meaning(
    Concern.ASSIGNED,
    "an identity doesn't exist, isn't assigned to the cluster, or lacks a permission",
)
_READS = Meaning(
    Concern.TARGET, "the target does not let the identity read: an Azure role, or a firewall"
)
_WRITES = Meaning(
    Concern.TARGET,
    "the target does not let the identity write: an Azure role, or a firewall",
    writes=True,
)
_ENTERS = Meaning(Concern.TARGET, "the target does not let the identity in")
_NETWORK = Meaning(
    Concern.TARGET, "the storage account denied it: its network rules first, an Azure role second"
)
_ADDRESS = Meaning(
    Concern.ADDRESS, "nothing was found at the address; no permission is missing as far as it got"
)
_ROLE = Meaning(
    Concern.KUSTO_ROLE,
    "the caller lacks a security role; Azure roles such as Owner or Contributor of the cluster "
    "don't count, and the managed identity policy isn't involved",
)
_SCRIPT = Meaning(
    Concern.KUSTO_ROLE,
    "who deploys the script lacks a security role, or holds it only since the same deployment",
)
_OPERATOR = Meaning(
    Concern.OPERATOR,
    "the caller can change the cluster but not assign this identity: requires Managed Identity "
    "Operator on the identity",
)
_CALLER = Meaning(
    Concern.CALLER, "the caller's Azure roles lack an action; Kusto security roles don't count"
)
_TOKEN = Meaning(
    Concern.SIGN_IN,
    "the token is not accepted: it is expired or for another tenant; if it lasts, the role was "
    "given to an object ID where a client ID is needed",
)
_NO_TOKEN = Meaning(Concern.SIGN_IN, "the client got no token; the cluster was not even asked")
_HOST = Meaning(
    Concern.HOST,
    "this is about an identity of the machine on which the client runs, not of the cluster: "
    "assigning it to the cluster does not help the client",
)
_PRINCIPAL = Meaning(
    Concern.PRINCIPAL,
    "the directory does not know the principal: not yet, for some minutes after it was created, "
    "or because the ID is of another kind",
)
_COLLIDES = Meaning(
    Concern.BUSY,
    "it collides with something: another change is under way, or it is there already in another "
    "form; the code doesn't say which",
)
_BUSY = Meaning(Concern.BUSY, "nothing is missing: another change of the cluster is under way")
_THROTTLED = Meaning(Concern.THROTTLED, "nothing is missing: there were too many requests")
_OUTAGE = Meaning(Concern.OUTAGE, "nothing is missing: the service gave no answer in time")
_FAULT = Meaning(
    Concern.OUTAGE, "the service failed; the code doesn't say whether something is missing"
)
_STOPPED = Meaning(Concern.STOPPED, "the cluster is stopped: nothing can be asked of its databases")
_RESOURCE = Meaning(
    Concern.RESOURCE,
    "Azure Resource Manager knows no such resource, or hides it from the caller; a principal or "
    "resource that was just created may take minutes",
)
_GONE = Meaning(
    Concern.RESOURCE,
    "what was asked for is not there, or is hidden from the caller; what was just created may take "
    "minutes",
)
_DATABASE = Meaning(Concern.DATABASE, "there is no such database, or the caller has no role on it")
_ENTITY = Meaning(Concern.ENTITY, "a table, mapping or other entity is not there")
_THERE = Meaning(Concern.THERE, "nothing is missing: what should be made is there already")
_DATA = Meaning(Concern.DATA, "data or a property was rejected; no permission is missing")
_PERHAPS_DATA = Meaning(
    Concern.DATA, "the ingestion was rejected; the code doesn't say whether a permission is missing"
)
_SKIPPED = Meaning(Concern.THERE, "nothing is missing: it was ingested before, so it was skipped")
_SOURCE = Meaning(
    Concern.TARGET,
    "the source could not be read; the code doesn't say whether a permission is missing",
)
DISABLED = Meaning(
    Concern.ADDRESS,
    "the storage account is disabled: access is denied, whatever the roles, until it is enabled",
)
_UPDATE = Meaning(
    Concern.DATA, "an update policy rejected the data; its query may lack what it reads"
)
_VALIDATION = Meaning(
    Concern.VALIDATION,
    "Azure does not accept the data connection: its identity, its source, a consumer group that "
    "another one reads by, its table or its mapping",
)
TO_INGESTION = Meaning(
    Concern.ENDPOINT,
    "the command is one of the ingestion endpoint, and was sent to the endpoint for queries",
)
TO_QUERIES = Meaning(
    Concern.ENDPOINT,
    "the command was sent to the ingestion endpoint, which knows only commands of ingestion: it is "
    "one of the endpoint for queries",
)
_ENDPOINT = Meaning(
    Concern.ENDPOINT, "the command is for the other endpoint of the cluster: ingest- or not"
)
BY_OTHER = Meaning(
    Concern.TARGET,
    "another service that the cluster called denied it: a role there, or its network rules",
)
OTHER_LACKS = Meaning(Concern.ADDRESS, "another service that the cluster called has no such thing")
_FOLLOWER = Meaning(Concern.STATEMENT, "a database that follows another is changed at its leader")
_TEXT = Meaning(Concern.SYNTAX, "the query or command text is wrong; no permission is missing")
_SEMANTICS = Meaning(
    Concern.STATEMENT,
    "the query means nothing as it is: a name in it, a type, or something it reads; the code does "
    "not say whether that is hidden for want of a permission",
)
_REFUSED = Meaning(Concern.STATEMENT, "the request is against a rule; the code doesn't say which")
_FORBIDDEN = Meaning(
    Concern.UNSPECIFIED,
    "denied, and the code does not say by what: a role, the managed identity policy or the "
    "callout policy",
)
_FAILED = Meaning(Concern.UNSPECIFIED, "it failed at the service, and the code does not say why")
NAMED_ONLY = Meaning(Concern.UNSPECIFIED, "the text has no code that is known here")
"""A text without a code that still names an identity, or what one is used for."""

_TABLE: tuple[tuple[Meaning, str], ...] = (
    (_POLICY, "ManagedIdentityNotAllowedByPolicyException"),
    (_IDENTITY, "BadRequest_InvalidManagedIdentity"),
    (_VALIDATION, "EventHubValidationErorFound EventGridValidationErorFound"),
    (
        _WRITES,
        """
        Upload_Forbidden
        """,
    ),
    (
        _READS,
        """
        Download_Forbidden AuthorizationPermissionMismatch InsufficientAccountPermissions
        KeyBasedAuthenticationNotPermitted NoAuthenticationInformation InvalidAuthenticationInfo
        """,
    ),
    (DISABLED, "AccountIsDisabled ContainerDisabled"),
    (_ENTERS, "General_AccessDenied BadRequest_InvalidAuthentication AccessDenied"),
    (_NETWORK, "AuthorizationFailure PublicAccessNotPermitted AuthorizationSourceIPMismatch"),
    (
        _ADDRESS,
        """
        Download_AccountNotFound Download_SourceNotFound
        BadRequest_InvalidBlobUri BadRequest_EmptyBlobUri
        ContainerNotFound BlobNotFound PathNotFound FilesystemNotFound
        Download_TransientNameResolutionFailure
        """,
    ),
    (_OPERATOR, "LinkedAuthorizationFailed"),
    (_SCRIPT, "ScriptFailedUnauthorizedCaller"),
    (
        _ROLE,
        """
        UnauthorizedOperationException UnauthorizedDatabaseAccessException
        BadRequest_TableAccessDenied BadRequest_DatabaseAccessDenied
        """,
    ),
    (_CALLER, "AuthorizationFailed"),
    (_HOST, "invalid_request identity_not_found"),
    (
        _NO_TOKEN,
        """
        DefaultAzureCredential ChainedTokenCredential AzureCliCredential EnvironmentCredential
        InteractiveBrowserCredential DeviceCodeCredential WorkloadIdentityCredential
        CredentialFailure KustoAuthenticationError
        """,
    ),
    (_HOST, "ManagedIdentityCredential ImdsCredential MsiAccessTokenProvider"),
    (
        _TOKEN,
        """
        InvalidAuthenticationToken ExpiredAuthenticationToken AuthenticationFailed
        InvalidAuthenticationTokenTenant BadRequest_InvalidKustoIdentityToken NotAuthenticated
        Unauthorized ClientAuthenticationError CredentialUnavailableError
        """,
    ),
    (_PRINCIPAL, "PrincipalNotFound 400-BadRequest UnmatchedPrincipalType"),
    (_BUSY, "ServiceIsInMaintenance RequestConflict ClusterBusy"),
    (
        _THROTTLED,
        """
        TooManyRequests RateLimiting KustoRequestThrottledException ControlCommandThrottledException
        QueryThrottledException QuotaExceededException General_ThrottledIngestion
        E_SB_QUERY_THROTTLED_ERROR KustoThrottlingError Throttled
        """,
    ),
    (
        _OUTAGE,
        """
        ServiceUnavailable KustoServicePartialOutageException KustoServiceTimeoutException
        RequestExecutionTimeout General_RetryAttemptsExceeded ConnectionDropped RequestTimedOut
        KustoNetworkError ClusterUnreachable ServerTimeout GatewayTimeout ServerBusy
        OperationTimedOut
        """,
    ),
    (_FAULT, "InternalServiceError ServiceError InternalServerError InternalError"),
    (_STOPPED, "ClusterSuspendedException ServiceIsNotRunning"),
    (_DATABASE, "BadRequest_DatabaseNotExist DatabaseNotFoundException DatabaseNotFound"),
    (
        _ENTITY,
        """
        BadRequest_TableNotExist TableNotFoundException EntityNotFoundInContainerException
        EntityTypeIsNotValidException BadRequest_MappingReferenceWasNotFound WorkflowNotFound
        MessageNotFound RoleAssignmentNotFound RoleDefinitionDoesNotExist
        """,
    ),
    (_THERE, "EntityAlreadyExistsException RoleAssignmentExists AlreadyExists"),
    (_SKIPPED, "Skipped_IngestByTagAlreadyExists"),
    (_RESOURCE, "ResourceNotFound ResourceGroupNotFound SubscriptionNotFound"),
    (_GONE, "OperationNotFound"),
    (_ENDPOINT, "AdminCommandWrongEndpointException"),
    (_FOLLOWER, "CannotAlterFollowerDatabase"),
    (
        _TEXT,
        """
        BadRequest_SyntaxError SyntaxException InvalidLiteralFormatException
        InappropriateNullLiteralException BadRequest_EntityNameIsNotValid
        EntityNameIsNotValidException KustoSyntaxError
        """,
    ),
    (_SEMANTICS, "SemanticException RelopSemanticException"),
    (
        _DATA,
        """
        BadRequest_MalformedIngestionProperty MalformedIngestionPropertyException
        BadRequest_FormatNotSupported FormatNotSupportedException BadRequest_DuplicateMapping
        BlobAlreadyReceived_DuplicateEventGridNotification Stream_NoDataToIngest
        BlobAlreadyReceived_BlobAlreadyFoundInBatch Stream_WrongNumberOfFields
        KustoRequestPayloadTooLargeException Download_AccessConditionNotSatisfied
        BadRequest_CorruptedMessage BadRequest_EmptyBlob BadRequest_EmptyDatabaseName
        BadRequest_InconsistentMapping BadRequest_InvalidBlob BadRequest_InvalidMapping
        BadRequest_InvalidOrEmptyTableName BadRequest_NoRecordsOrWrongFormat
        """,
    ),
    (_COLLIDES, "Conflict KustoConflictException"),
    (_FORBIDDEN, "Forbidden KustoRequestDeniedException NotAuthorized"),
    (
        _REFUSED,
        """
        General_BadRequest BadRequest KustoBadRequestException CommandRefused PreconditionFailed
        InvalidApiVersionParameter MissingApiVersionParameter NoRegisteredProviderFound
        InvalidFilter InvalidQueryParameterValue OutOfRangeQueryParameterValue InvalidRange
        InvalidRequestContent InvalidResourceName InvalidResourceNamespace InvalidResourceType
        InvalidXmlDocument InvalidBlobOrBlock InvalidBlockList LinkedInvalidPropertyId
        UnprocessableContent
        InvalidResourceLocation LocationNotAvailableForResourceType TooManyScripts
        LocationRequired MethodNotAllowed PopReceiptMismatch UnsupportedBlobOperation
        RoleAssignmentUpdateNotPermitted ConditionNotMet KustoClientInvalidConnectionStringException
        """,
    ),
    (
        _FAILED,
        """
        OperationFailed PartialFailure KustoApiError KustoServiceError KustoMultiApiError
        HttpResponseError FailedIdentityOperation ScriptFailed Failed
        """,
    ),
)
"""What each code means; where a text has several, the first here tells most."""

_STATUSES: Mapping[int, Meaning] = {
    400: _REFUSED,
    401: _TOKEN,
    403: _FORBIDDEN,
    404: _GONE,
    409: _COLLIDES,
    412: _REFUSED,
    413: _DATA,
    429: _THROTTLED,
    500: _FAULT,
    **dict.fromkeys((502, 503, 504, 520), _OUTAGE),
}
_FAMILIES: Mapping[str, Meaning] = {
    "UpdatePolicy_": _UPDATE,
    "Download_": _SOURCE,
    "Upload_": _WRITES,
    "BadRequest_": _PERHAPS_DATA,
    "General_": _FAILED,
    "Stream_": _DATA,
    "Skipped_": _SKIPPED,
    "AADSTS": _NO_TOKEN,
    "SEM0": _SEMANTICS,
    "SYN0": _TEXT,
}
"""How codes begin of which there are many, or may be more than are known."""

_CONNECTIONS = re.compile(r"(?:[A-Za-z]+)?Validation(?:Er|Err)ors?Found")
"""Of kinds of data connections; the service itself misspells it."""

_RANKS: Mapping[str, tuple[int, Meaning]] = {
    code: (rank, meaning) for rank, (meaning, codes) in enumerate(_TABLE) for code in codes.split()
}


_TYPICAL = "BadRequest_MalformedIngestionProperty"
"""A code that tells as much as one of which only the family is known."""


def known_codes() -> tuple[str, ...]:
    """Return every code, exception type and class name whose meaning is known."""
    return tuple(_RANKS)


def meaning_of(code: str) -> Meaning | None:
    """Return what a code stands for; None for one that is not known.

    >>> meaning_of("Upload_Forbidden").concern.value
    'right at the target'
    """
    if code in _RANKS:
        return _RANKS[code][1]
    if _CONNECTIONS.fullmatch(code):
        return _VALIDATION
    return next((m for start, m in _FAMILIES.items() if _is_of(code, start)), None)


def _is_of(code: str, start: str) -> bool:
    rest = code.removeprefix(start)
    return rest != code and rest.isascii() and rest[:1].isalnum()


def rank_of(code: str) -> int:
    """Return how much a code tells of what is wrong: the lowest tells most."""
    return _RANKS[code if code in _RANKS else _TYPICAL][0]


def meaning_of_status(status: int) -> Meaning | None:
    """Return what an HTTP status stands for where there is no code; None for one of success."""
    return _STATUSES.get(status)
