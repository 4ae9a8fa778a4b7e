"""The statements that the documentation prints about managed identities, for the seeded world.

DECLARED ones are answered with a reason: what the embedded Azure is not. Each stands for a form on a page: names and addresses are those of the seeded world, words, order,
quotes and blanks are those of the page.
"""

SYSTEM = "3f6a1b8e-52d4-4c7f-8a90-1e7b6d2c5f41"
EXPORT = "e84d3f17-90a6-4d2c-b7e8-4f5a1c6b920d"
TENANT = "8d1f5c02-63a7-4f0e-9b1d-2e5a7c94b6d3"
LAKE = "https://contosolake.blob.core.windows.net"
DFS = "https://contosolake.dfs.core.windows.net"
KEY = "Y29udG9zb2xha2UgYWNjb3VudCBrZXkgb2YgdGhlIGVtYmVkZGVkIEF6dXJl=="
SQL = "Server=tcp:contososql.database.windows.net,1433"
COSMOS = "AccountEndpoint=https://contosocosmos.documents.azure.com:443/;Database=Shop"
MODELS = "https://contosoai.openai.azure.com/openai/deployments"
OPENAI = (
    r"https://[A-Za-z0-9-]{3,63}\\.(?:openai\\.azure\\.com|cognitiveservices\\.azure\\.com"
    r"|cognitive\\.microsoft\\.com|services\\.ai\\.azure\\.com)(?:/.*)?"
)
ORDERS = "OrderId:long, Region:string, Amount:real, Placed:datetime"
IDENTITY = 'Authentication="Active Directory Managed Identity"'

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

EXTERNAL_TABLES = [
    (
        f".create external table T1 (Timestamp:datetime, CustomerId:string) kind=storage "
        f"dataformat=csv\n(\n   h@'{LAKE}/archive;{KEY}'\n)"
    ),
    (
        f".create external table T2 (Timestamp:datetime, CustomerId:string)\nkind=storage\n"
        f"partition by (CustomerNamePart:string = CustomerId, "
        f"Date:datetime = startofday(Timestamp))\n"
        f'pathformat = ("customer_name=" CustomerNamePart "/" Date)\ndataformat=csv\n(\n'
        f"   h@'{LAKE}/archive;{KEY}'\n)"
    ),
    (
        ".create external table T3 (Timestamp:datetime)\nkind=storage\n"
        "partition by (Date:datetime = bin(Timestamp, 1d), Month:datetime = startofmonth(Timestamp))"
        "\npathformat = (datetime_pattern(\"'year='yyyy'/month='MM\", Month) \"/day=\" "
        'datetime_pattern("dd", Date))\ndataformat=parquet\n(\n'
        f"   h@'{LAKE}/archive;{KEY}'\n)"
    ),
    (
        f".create external table T4 (Timestamp:datetime)\nkind=storage\n"
        f"partition by (Date:datetime = bin(Timestamp, 1d))\n"
        f'pathformat = (datetime_pattern("year={{yyyy}}/month={{MM}}/day={{dd}}", Date))\n'
        f"dataformat=parquet\n(\n   h@'{LAKE}/archive;{KEY}'\n)"
    ),
    (
        f".create external table T5 (EventName:string, Revenue:double)\nkind=storage\n"
        f"partition by (CustomerName:string, Date:datetime)\n"
        f'pathformat = ("customer=" CustomerName "/date=" datetime_pattern("yyyyMMdd", Date))\n'
        f"dataformat=parquet\n(\n   h@'{LAKE}/archive;{KEY}'\n)"
    ),
    (
        f".create external table T6 (Timestamp:datetime, CustomerId:long) kind=storage\n"
        f"partition by (Id:long = hash(CustomerId, 10))\ndataformat=csv (h@'{LAKE}/archive;{KEY}')\n"
        f'with (fileExtension = ".gz", includeHeaders="All", namePrefix="Prefix", '
        f"compressed=true, compressionType='gzip', encoding='UTF8NoBOM', folder='f', docString='d')"
    ),
    f".create external table T7 (x:string) kind=blob dataformat=csv (h@'{LAKE}/archive;{KEY}')",
    (
        f".create external table T8 (x:string) kind=adl dataformat=json\n"
        f"(h@'abfss://archive@contosolake.dfs.core.windows.net/;sharedkey={KEY}')"
    ),
    (
        f".create external table T9 (x:string) kind=storage dataformat=parquet\n"
        f"(\n h@'{LAKE}/archive;managed_identity=system'\n)"
    ),
    (
        f".create external table T10 (x:string) kind=storage dataformat=parquet\n"
        f"(\n h@'{LAKE}/archive;managed_identity={EXPORT}'\n)"
    ),
    (
        f".create external table T11 (x:string) kind=storage dataformat=parquet\n"
        f"(h@'{DFS}/archive/path;impersonate')"
    ),
    (
        f".create external table T12 (x:string) kind=storage dataformat=csv\n"
        f"(h@'{LAKE}/archive?sv=2024&sig=x')"
    ),
    (
        f".create external table T13 (x:string) kind=storage dataformat=csv\n"
        f"(h@'{LAKE}/archive;token=x')"
    ),
    (
        f".create external table T16 (x:string) kind=storage dataformat=csv\n"
        f"(h@'{LAKE}/archive;{KEY}') with (validateNotEmpty=true, dryRun=true)"
    ),
    (
        f".create external table T17 (x:string) kind=storage dataformat=csv\n"
        f'("{LAKE}/archive;" h"{KEY}")'
    ),
    (
        f".alter external table ArchivedOrders ({ORDERS}) kind=storage dataformat=csv\n"
        f"(h@'{LAKE}/archive;{KEY}')"
    ),
    (
        f".create-or-alter external table ArchivedOrders ({ORDERS}) kind=storage dataformat=csv\n"
        f"(h@'{LAKE}/archive;managed_identity={EXPORT}')"
    ),
    f".create external table D1\nkind=delta\n(\n   h@'{LAKE}/delta/orders;{KEY}'\n)",
    (
        f".create external table D2 ({ORDERS})\nkind=delta\n"
        f"(h@'{LAKE}/delta/orders;managed_identity={EXPORT}')"
    ),
    (
        f".create-or-alter external table D3 kind=delta (h@'{LAKE}/delta/orders;{KEY}')\n"
        "with (AutoUpdateSchema=true)"
    ),
    f".alter external table Lake ({ORDERS}) kind=delta (h@'{LAKE}/delta/orders;{KEY}')",
    (
        f".create external table S1 (x:long, s:string)\nkind=sql\ntable=Stock\n(\n"
        f"   h@'{SQL};{IDENTITY};Initial Catalog=Erp;'\n)\nwith\n(\n   docstring = \"Docs\",\n"
        '   folder = "ExternalTables",\n   createifnotexists = true,\n   primarykey = x,\n'
        "   firetriggers=true\n)"
    ),
    (
        f".create external table S2 (x:long)\nkind=sql\ntable=['dbo.Stock']\n(\n"
        f"   h@'{SQL};{IDENTITY};User Id={EXPORT};Initial Catalog=Erp;'\n)"
    ),
    (
        f".create external table S3 (x:long) kind=sql table=Stock\n(\n"
        f"   h@'{SQL};Authentication=Active Directory Integrated;Initial Catalog=Erp;'\n)"
    ),
    (
        f".create external table S4 (x:long) kind=sql table=Stock\n(\n"
        f"   h@'{SQL};Database=Erp;User ID=reporting;Password=pw;'\n)"
    ),
    (
        f".create external table S5 (x:long) kind=sql\n(\n"
        f"   h@'{COSMOS};Collection=Baskets;{IDENTITY};User Id={EXPORT};'\n)\n"
        "with (sqlDialect='CosmosDbSQL')"
    ),
    (
        f".create external table S6 (x:long) kind=sql\n(\n"
        f"   '{COSMOS};Collection=Baskets;' h'AccountKey=R0VU;'\n)\nwith (sqlDialect='CosmosDbSQL')"
    ),
    (
        ".create external table S7 (x:long) kind=sql table=T\n(\n"
        "   'Server=myserver.mysql.database.windows.net;Port = 3306;UID = u;Pwd = p;"
        "Database = d;'\n)\nwith (docstring = '', folder = '', sqlDialect='MySql')"
    ),
    (
        ".create external table S8 (x:long) kind=sql table=T\n(\n"
        "   'Host = h.postgres.database.azure.com; Port = 5432; Database= d; User Id=u; Password=p'\n"
        ")\nwith (sqlDialect='PostgreSQL')"
    ),
    ".show external tables",
    ".show external table ArchivedOrders",
    ".show external table ArchivedOrders schema as json",
    ".show external table ArchivedOrders schema as csl",
    ".show external table ArchivedOrders cslschema",
    ".show external table ArchivedOrders artifacts",
    ".show external table ArchivedOrders artifacts limit 1",
    ".show external tables details",
    ".show external table ArchivedOrders details",
    (
        '.create external table ArchivedOrders mapping \'m\' \'[{"Column": "OrderId", '
        '"Properties": {"Ordinal": "0"}}]\''
    ),
    ".show external table ArchivedOrders mappings",
    ".drop external table ArchivedOrders",
    ".drop external table ArchivedOrders ifexists",
    'external_table("ArchivedOrders")',
    "external_table('ArchivedOrders') | where Region == 'north' | take 10",
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

QUERIES = [
    (
        "let options = dynamic({\n  'StorageContainers': [\n"
        f"    h'{LAKE}/archive;{KEY}'\n  ],\n  'DataFormat': 'csv',\n"
        "  'FileExtension': '.csv',\n  'InferenceOptions': {'UseFirstRowAsHeader': true}\n});\n"
        "evaluate infer_storage_schema(options)"
    ),
    (
        f'externaldata(OrderId:long, Region:string)\n[\n   h@"{LAKE}/landing/orders.csv;{KEY}"\n]\n'
        'with(format="csv", ignoreFirstRecord=true)'
    ),
    (
        "externaldata (OrderId:long)\n"
        f"[ @'{LAKE}/landing/orders.csv;managed_identity={EXPORT}' ]\nwith (format='csv')"
    ),
    (
        f"externaldata (OrderId:long) [ '{LAKE}/landing/orders.csv;{KEY}' ]\n"
        'with (format=\'csv\', ingestionMapping=\'[{"Column": "OrderId", "Properties": '
        '{"Ordinal": "0"}}]\') | take 1'
    ),
    (
        "evaluate infer_storage_schema(dynamic({'StorageContainers': "
        f"[h'{LAKE}/archive;managed_identity={EXPORT}'], 'DataFormat': 'csv', 'Mode': 'all'}}))"
    ),
    (
        "inline_external_table (OrderId:long, Region:string)\nkind = storage\n"
        f"dataformat=csv\n(\n    h@'{LAKE}/archive;{KEY}'\n)"
    ),
    f"inline_external_table\nkind=delta\n(\n   h@'{LAKE}/delta/orders;{KEY}'\n)",
    (
        f"evaluate sql_request(\n  '{SQL};'\n"
        f"    '{IDENTITY};User Id={EXPORT};'\n    'Initial Catalog=Erp;',\n"
        "  'select * from [dbo].[Stock]')"
    ),
    (
        f"evaluate sql_request('{SQL};Initial Catalog=Erp;User ID=reporting;"
        "Password=embedded-reporting;',\n"
        "  'select top 1 Sku, Quantity from dbo.Stock') : (Sku:string, Quantity:long)"
    ),
    (
        "evaluate cosmosdb_sql_request(\n"
        f"  '{COSMOS};Collection=Baskets;{IDENTITY};User Id={EXPORT};',\n"
        "  'SELECT c.id from c')"
    ),
    (
        f'evaluate ai_embeddings("text", "{MODELS}/text-embedding/embeddings?api-version=2024-06-01'
        ';managed_identity=system")'
    ),
    (
        f'evaluate ai_chat_completion(\'[{{"role": "user", "content": "hi"}}]\', '
        f"'{MODELS}/chat/chat/completions?api-version=2024-06-01;managed_identity=system')"
    ),
    (
        f"evaluate ai_chat_completion_prompt('hi', "
        f"'{MODELS}/chat/chat/completions?api-version=2024-06-01;managed_identity=system')"
    ),
    (
        "range x from 1 to 3 step 1 | evaluate python(typeof(*, y:long), "
        "```result = df\nresult['y'] = df['x'] * 2```)"
    ),
    (
        "range x from 1 to 3 step 1 | evaluate hint.distribution = single python(typeof(*), "
        "'result = df', bag_pack('n', 1), external_artifacts = bag_pack('a.txt', "
        f"'{LAKE}/artifacts/order_tax.zip;managed_identity=system'))"
    ),
    "print current_principal()",
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

DECLARED = {
    f".add external table ArchivedOrders admins ('aadapp={EXPORT};{TENANT}')": "not supported",
    ".show external table ArchivedOrders principals": "not supported",
    f".add table Orders ingestors ('aadapp={EXPORT};{TENANT}')": "not supported",
    ".show table Orders principals": "not supported",
    ".show cluster principals": "not supported",
    ".export to sql ['dbo.Stock'] h@'Server=tcp:contososql.database.windows.net,1433;"
    'Authentication="Active Directory Integrated";Initial Catalog=Erp;\' <| Orders': "not supported",
    ".clear cluster cache groupmembership with (group='x')": "not supported",
    "evaluate mysql_request('Server=h;Port=3306;Database=d;UID=u;Pwd=p;', 'select 1')": "is not enabled",
    "evaluate postgresql_request('Host=h;Port=5432;Database=d;User Id=u;Password=p;', 'select 1')": "is not enabled",
    "evaluate infer_storage_schema_with_suggestions(dynamic({}))": "infer_storage_schema_with",
    "Orders | evaluate r(typeof(*), 'result <- df')": "'r'",
    (
        ".create external table T14 (x:string) kind=storage dataformat=csv\n"
        "(h@'https://bucket.s3.us-east-1.amazonaws.com/key;AwsCredentials=id,secret')"
    ): "cannot be reached",
    (
        ".create external table T15 (x:string) kind=storage dataformat=csv\n"
        "(h@'abfss://ws@onelake.dfs.fabric.microsoft.com/Sales.Lakehouse/Files;impersonate')"
    ): "cannot be reached",
    (
        f"let connectionString = '{MODELS}/text-embedding/embeddings?api-version=2024-06-01;"
        'managed_identity=system\';\nlet options = dynamic({"RecordsPerRequest": 10, '
        '"CharsPerRequest": 10000, "RetriesOnThrottling": 1, "GlobalTimeout": 2m});\n'
        "Customers | evaluate ai_embeddings(Name, connectionString, options, true)"
    ): "no query engine",
    ("set notruncation; print 1"): "no query engine",
    ("declare query_parameters(n:long = 1); print n"): "no query engine",
    (
        "inline_external_table (OrderId:long)\nkind = storage\npartition by (Date:datetime)\n"
        'pathformat = ("date=" datetime_pattern("yyyyMMdd", Date))\ndataformat=csv\n'
        f"(\n   h@'{LAKE}/archive;managed_identity={EXPORT}'\n)"
    ): "no query engine",
}
