"""Words that a recording keeps: of commands, columns, policies and events, and no others.

Whatever is not listed here is replaced, so that a name, a secret or a text of somebody never gets
into a recording by being overlooked.
"""

from __future__ import annotations

import re

from adxmi_jupyter.model.usage import Usage
from adxmi_jupyter.model.verification.readings import DATABASES, of_cluster, of_database

_WORD = re.compile(r"[^\W_][\w]*|_\w+")
_COMMANDS = """
    show create alter merge or add set delete drop execute append ingest export into to on of over
    with from as by in and not has contains where project summarize count ago take top desc asc
    database databases cluster table tables external function functions policy policies
    managed_identity impersonate system continuous exports identity identities schema csl script
    journal commands capacity materialized view views update query acceleration callout caching
    retention mapping mappings kind storage delta sql dataformat pathformat partition
    datetime_pattern bin startofday time timespan datetime dynamic string long int real bool guid
    decimal hot window
    admins users viewers unrestrictedviewers ingestors monitors true false null none async
    compressed csv tsv json parquet orc avro txt skipvalidation docstring folder h https abfss
    adl wasbs tcp s3
    managedIdentity intervalBetweenRuns forcedLatency sizeLimit distributed isDisabled
    compressionType includeHeaders fileExtension namePrefix ingestiontime merge sharding
"""
_COLUMNS = """
    PolicyName EntityName Policy Policies ChildEntities EntityType ManagedIdentityPolicy ObjectId
    ClientId TenantId DisplayName IsSystem AllowedUsages DatabaseName PersistentStorage Version
    IsCurrent DatabaseAccessMode PrettyName ReservedSlot1 DatabaseId InTransitionTo ReadWrite
    ReadOnlyFollowing TableName TableType Folder DocString Properties ConnectionStrings Partitions
    PathFormat Name ExternalTableName Query ForcedLatency IntervalBetweenRuns CursorScopedTables
    ExportProperties LastRunTime StartCursor LastRunResult ExportedTo IsRunning ManagedIdentity
    SizeLimit Distributed Completed Failed DatabaseSchemaScript Event EventTimestamp Database
    UpdatedEntityName EntityVersion EntityContainerName OriginalEntityState UpdatedEntityState
    ChangeCommand Principal RootActivityId ClientRequestId User OriginalEntityVersion CommandType
    Application Times Resource Total Consumed Remaining Origin Format Compressed CompressionType
    FileExtension IncludeHeaders Encoding NamePrefix Blob Delta Sql Type Function Column Argument
    aaduser aadapp aadgroup AAD app id DataExport DataExportToExternalTable Kusto ContinuousExport
    ingestions queries extents stored results purge artifacts cleanup periodic streaming ingestion
    post processing graph_snapshot mirroring data
"""
_EVENTS = "ALTER MERGE DELETE DATABASE CLUSTER POLICY MANAGED IDENTITY CREATE TABLE ROLE ADD"


def vocabulary() -> frozenset[str]:
    """Return the words that are kept, in lower case."""
    sent = " ".join(one.text for one in (DATABASES, *of_cluster(), *of_database("")))
    usages = " ".join(one.value for one in Usage)
    texts = f"{_COMMANDS} {_COLUMNS} {_EVENTS} {usages} {sent}"
    return frozenset(word.casefold() for word in _WORD.findall(texts))
