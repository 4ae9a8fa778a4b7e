"""Columns of the tables that are known (pages: Azure Monitor logs reference, by table)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

Columns = tuple[tuple[str, str], ...]

_REQUEST = (
    "TimeGenerated:datetime, CorrelationId:string, RootActivityId:string, DatabaseName:string, "
    "Text:string, StartedOn:datetime, LastUpdatedOn:datetime, Duration:timespan, State:string, "
    "FailureReason:string, Principal:string, User:string, ApplicationName:string, "
    "TotalCPU:timespan, WorkloadGroup:string, ClientRequestProperties:dynamic"
)
_OF_ALL = "TenantId:string, SourceSystem:string, Type:string, _ResourceId:string"
_SCHEMAS = {
    "ADXQuery": f"{_REQUEST}, MemoryPeak:long, TablesStatistics:dynamic, TableCount:int",
    "ADXCommand": f"{_REQUEST}, CommandType:string, ResourceUtilization:dynamic",
    "ADXJournal": (
        "TimeGenerated:datetime, OperationTimestamp:datetime, Event:string, ChangeCommand:string, "
        "DatabaseName:string, EntityName:string, UpdatedEntityName:string, "
        "EntityContainerName:string, EntityVersion:string, OriginalEntityVersion:string, "
        "OriginalEntityState:string, UpdatedEntityState:string, Principal:string, User:string, "
        "CorrelationId:string, RootActivityId:string"
    ),
    "StorageBlobLogs": (
        "TimeGenerated:datetime, AccountName:string, OperationName:string, "
        "AuthenticationType:string, AuthorizationDetails:dynamic, RequesterObjectId:string, "
        "RequesterAppId:string, RequesterTenantId:string, ObjectKey:string, Uri:string, "
        "UserAgentHeader:string, StatusCode:string, StatusText:string, CallerIpAddress:string"
    ),
    "AADManagedIdentitySignInLogs": (
        "TimeGenerated:datetime, ServicePrincipalId:string, AppId:string, "
        "ServicePrincipalName:string, ResourceDisplayName:string, ResourceIdentity:string, "
        "ResourceServicePrincipalId:string, ManagedServiceIdentity:dynamic, ResultType:string, "
        "ResultDescription:string, IPAddress:string, FederatedCredentialId:string"
    ),
    "AzureActivity": (
        "TimeGenerated:datetime, OperationNameValue:string, Caller:string, "
        "ActivityStatusValue:string, ActivitySubstatusValue:string, Authorization_d:dynamic, "
        "Claims_d:dynamic, Properties_d:dynamic, CorrelationId:string, ResourceGroup:string, "
        "SubscriptionId:string, ResourceProviderValue:string"
    ),
}


def _columns(schema: str) -> Columns:
    pairs = (each.strip().split(":") for each in f"{schema}, {_OF_ALL}".split(","))
    return tuple((name, kind) for name, kind in pairs)


COLUMNS: Mapping[str, Columns] = {name: _columns(schema) for name, schema in _SCHEMAS.items()}
OTHERS: Columns = _columns("TimeGenerated:datetime")
"""Those that every table has."""
