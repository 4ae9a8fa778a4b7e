"""Commands of the documentation about policies, roles, exports and ingestion."""

from tests.embedded.documented.names import EXPORT, KEY, LAKE, OPENAI, SYSTEM, TENANT

MANAGED_IDENTITY_POLICY = [
    ".show cluster policy managed_identity",
    ".show database Sales policy managed_identity",
    ".show database policy managed_identity",
    ".show database Sales policy managed_identity | project Policy",
    (
        '.alter cluster policy managed_identity ```\n[\n  {\n    "ObjectId": "system",\n'
        '    "AllowedUsages": "NativeIngestion, ExternalTable"\n  }\n]\n```'
    ),
    (
        ".alter database Sales policy managed_identity ```\n[\n  {\n"
        f'    "ObjectId": "{EXPORT}",\n    "AllowedUsages": "All"\n  }}\n]\n```'
    ),
    (
        ".alter-merge cluster policy managed_identity ```[\n"
        f'    {{ "ObjectId" : "{EXPORT}", "AllowedUsages" : "SandboxArtifacts" }}\n]```'
    ),
    (
        ".alter-merge database Sales policy managed_identity "
        '```[{"ObjectId": "system", "AllowedUsages": "ExternalTable"}]```'
    ),
    (
        ".alter-merge database Sales policy managed_identity \"[ { 'ObjectId' : "
        f"'{EXPORT}', 'AllowedUsages' : 'NativeIngestion' }}]\""
    ),
    (
        '.alter-merge cluster policy managed_identity @\'[{"ObjectId":"system",'
        '"AllowedUsages":"AzureAI"}]\''
    ),
    (
        '.alter-merge cluster policy managed_identity "[{\\"ObjectId\\":\\"system\\",'
        '\\"AllowedUsages\\":\\"SqlRequest\\"}]"'
    ),
    ".alter database Sales policy managed_identity '[]'",
    ".delete cluster policy managed_identity",
    ".delete database Sales policy managed_identity",
]

OTHER_POLICIES = [
    ".show cluster policy callout",
    (
        '.alter cluster policy callout @\'[{"CalloutType": "webapi", '
        '"CalloutUriRegex": "en.wikipedia.org", "CanCall": true}]\''
    ),
    (
        '.alter-merge cluster policy callout @\'[{"CalloutType": "CosmosDB", '
        '"CalloutUriRegex": "my_endpoint1.documents.azure.com", "CanCall": true}]\''
    ),
    (
        '.alter-merge cluster policy callout @\'[{"CalloutType": "sandbox_artifacts",'
        '"CalloutUriRegex": "contosolake\\\\.blob\\\\.core\\\\.windows\\\\.net/","CanCall": true}]\''
    ),
    (
        f'.alter-merge cluster policy callout\n```\n[\n  {{\n    "CalloutType": "azure_openai",\n'
        f'    "CalloutUriRegex": "{OPENAI}",\n    "CanCall": true\n  }}\n]\n```'
    ),
    ".delete cluster policy callout",
    ".show table * policy update",
    ".show table Orders policy update",
    ".show table Sales.Orders policy update",
    (
        '.alter table Orders policy update\n```\n[\n  {\n    "IsEnabled": true,\n'
        '    "Source": "Customers",\n    "Query": "Orders",\n    "IsTransactional": true,\n'
        '    "PropagateIngestionProperties": false,\n    "ManagedIdentity": "system"\n  }\n]\n```'
    ),
    (
        ".alter table Sales.Orders policy update \"[{'IsEnabled': true, 'Source': 'Orders', "
        "'Query': 'Orders', 'IsTransactional': false, 'PropagateIngestionProperties': false, "
        f"'ManagedIdentity': '{EXPORT}'}}]\""
    ),
    (
        '.alter table Orders policy update @\'[{"Source": "Cust*", "SourceIsWildCard": true, '
        '"Query": "Orders"}]\''
    ),
    (
        ".alter-merge table Orders policy update "
        '@\'[{"IsEnabled": true, "Source": "Customers", "Query": "Orders"}]\''
    ),
    ".delete table Orders policy update",
    ".show external table * policy query_acceleration",
    ".show external table ArchivedOrders policy query_acceleration",
    (
        f'.alter external table Lake policy query_acceleration ```\n{{\n  "IsEnabled": true,\n'
        '  "Hot": "1.00:00:00",\n  "HotWindows": [{"MinValue":"2025-07-06 07:53:55.0192810",'
        '"MaxValue":"2025-07-06 07:53:55.0192814"}],\n  "MaxAge": "00:05:00",\n'
        f'  "ManagedIdentity": "{EXPORT}"\n}}\n```'
    ),
    (
        ".alter external table Lake policy query_acceleration "
        '\'{"IsEnabled":true,"Hot":"36500.00:00:00"}\''
    ),
    (
        ".alter-merge external table Lake policy query_acceleration "
        '\'{"IsEnabled": false, "Hot": "4.00:00:00"}\''
    ),
    ".delete external table Lake policy query_acceleration",
    ".show external tables operations query_acceleration statistics",
    ".show external table Lake operations query_acceleration statistics",
]

ROLES_AND_SCRIPTS = [
    ".show database Sales principals",
    ".show database Sales principal roles",
    ".show cluster principal roles",
    f".add database Sales viewers ('aadapp={EXPORT};{TENANT}')",
    f".add database Sales viewers ('aadapp={SYSTEM}')",
    ".add database Sales users ('aaduser=reader@contoso.example') 'a note'",
    ".drop database Sales viewers ('aaduser=reader@contoso.example') skip-results",
    f".set database Sales users ('aaduser=reader@contoso.example', 'aadapp={EXPORT};{TENANT}')",
    ".set database Sales viewers none",
    (
        ".execute database script <|\n.create-merge table T(a:string, b:string)\n"
        ".create-or-alter function with (skipvalidation = 'true') SampleT1(myLimit: long) {\n"
        "  T1 | take myLimit\n}"
    ),
    (
        ".execute database script with (ContinueOnErrors=true) <|\n.create table A (x:string)\n"
        ".create table B (y:string)"
    ),
    (
        ".execute database script with (ThrowOnErrors=true) <|\n"
        ".alter-merge database Sales policy managed_identity "
        '\'[{"ObjectId":"system","AllowedUsages":"All"}]\''
    ),
    (
        ".execute cluster script <|\n.alter-merge cluster policy managed_identity "
        '\'[{"ObjectId":"system","AllowedUsages":"All"}]\''
    ),
]

EXPORTS = [
    f".export to csv (h@'{LAKE}/exports;{KEY}') <| Orders",
    (
        f".export async compressed to csv (\n  h@'{LAKE}/exports;{KEY}',\n"
        f"  h@'{LAKE}/exports;{KEY}'\n) with (\n  sizeLimit=104857600,\n  namePrefix=\"export\",\n"
        '  includeHeaders="all",\n  encoding="UTF8NoBOM"\n) <| Orders'
    ),
    (
        f".export to json (h@'{LAKE}/exports;managed_identity={EXPORT}')\n"
        "with (distribution='per_shard', distributed=true, fileExtension='.json') <| Orders"
    ),
    f".export to tsv (h@'{LAKE}/exports;{KEY}') with (persistDetails=true) <| Orders",
    (
        f".export to parquet (h@'{LAKE}/exports;{KEY}') with (compressionType='snappy', "
        "parquetRowGroupSize=100000, parquetDatetimePrecision='microsecond') <| Orders"
    ),
    ".export to table ArchivedOrders <| Orders",
    (
        ".export async to table ArchivedOrders with (sizeLimit=104857600, distributed=false, "
        "spread=1, concurrency=16) <| Orders"
    ),
    (
        ".create-or-alter continuous-export MyExport\nover (Orders)\nto table ArchivedOrders\n"
        "with\n(intervalBetweenRuns=1h,\n forcedLatency=10m,\n sizeLimit=104857600)\n<| Orders"
    ),
    (
        ".create-or-alter continuous-export MyExport over (Orders) to table ArchivedOrders with\n"
        f"(managedIdentity={EXPORT}, intervalBetweenRuns=5m)\n<| Orders"
    ),
    (
        ".create-or-alter continuous-export MyExport over (Orders) to table ArchivedOrders with\n"
        '(managedIdentity="system", intervalBetweenRuns=5m)\n<| Orders'
    ),
    (
        ".create-or-alter continuous-export MyExport to table ArchivedOrders with "
        "(isDisabled=true, distribution='per_node', distributionKind='uniform') <| Orders"
    ),
    ".show continuous-exports",
    ".show continuous-export Nightly",
    ".show continuous-export Nightly failures",
    ".show continuous-export Nightly exported-artifacts",
    ".show continuous-export Nightly exported-artifacts | where Timestamp > ago(1h)",
    ".disable continuous-export Nightly",
    ".enable continuous-export Nightly",
    ".drop continuous-export Nightly",
    ".show operations",
]

INGESTION = [
    f".ingest into table Orders (h'{LAKE}/landing/orders.csv;{KEY}') with (ignoreFirstRecord=true)",
    (
        f".ingest into table Orders '{LAKE}/landing/orders.csv;managed_identity={EXPORT}'\n"
        "with (format='csv', ignoreFirstRecord=true)"
    ),
    (
        f".ingest async into table Orders (\n  h'{LAKE}/landing/orders.csv;{KEY}'\n) with (\n"
        '  format="csv",\n  ignoreFirstRecord=true,\n  tags=\'["a"]\',\n'
        "  ingestIfNotExists='[\"x\"]',\n  creationTime='2020-01-01'\n)"
    ),
    ".show ingestion failures",
    ".show ingestion failures | where OriginatesFromUpdatePolicy == true",
]

AT_THE_INGESTION_ENDPOINT = [
    ".get ingestion resources",
    ".get kusto identity token",
    ".show version",
    f'.list blobs (\n    "{LAKE}/landing;managed_identity={EXPORT}"\n)\nMaxFiles=10',
    f'.list blobs (\n    "{LAKE}/landing;managed_identity={EXPORT}"\n)\nSuffix=".csv"\nMaxFiles=10',
    (
        f'.list blobs (\n    "{LAKE}/landing;managed_identity={EXPORT}"\n)\n'
        "PathFormat=(\"prefix/Year=\" datetime_pattern(\"yyyy'/Month='MM'/Day='dd\", creationTime) "
        '"/")'
    ),
    (
        ".ingest-from-storage-queued into table database('Sales').Orders\nEnableTracking=true\n"
        f"with (format='csv')\n<|\n    .list blobs (\n"
        f'        "{LAKE}/landing;managed_identity={EXPORT}"\n    )\n    MaxFiles=10'
    ),
    (
        ".ingest-from-storage-queued into table Orders\nEnableTracking=true\nSkipBatching=true\n"
        f"CompressionFactor=7.7\nwith (format='csv')\n<|\n"
        f"    '{LAKE}/landing/orders.csv;managed_identity={EXPORT}'"
    ),
    (
        ".ingest-from-storage-queued into table database('Sales').Orders\n"
        f"with (enableTracking=true, format='csv')\n<|\n"
        f'    .list blobs ("{LAKE}/landing;managed_identity={EXPORT}")'
    ),
]

SERVICE = [
    ".add follower database Archive viewers ('aaduser=reader@contoso.example')",
    ".show version",
    ".show cluster",
    ".show databases",
    ".show databases details",
    ".show databases policies",
    ".show database details",
    ".show database policies",
    ".show journal",
    ".show journal | where EventTimestamp > ago(30d)",
    ".show database Sales journal",
    ".show cluster journal",
    ".show queries",
    ".show commands",
    ".show commands-and-queries",
    ".show plugins",
    ".enable plugin mysql_request",
    ".disable plugin python",
    f".clear cluster cache external-artifacts ('{LAKE}/artifacts/order_tax.zip')",
]
