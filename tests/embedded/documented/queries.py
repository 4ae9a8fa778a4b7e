"""Queries of the documentation; DECLARED statements say what the embedded Azure is not."""

from tests.embedded.documented.names import COSMOS, EXPORT, IDENTITY, KEY, LAKE, MODELS, SQL, TENANT

QUERIES = [
    "set notruncation; print 1",
    "declare query_parameters(n:long = 1); print n",
    (
        f"let connectionString = '{MODELS}/text-embedding/embeddings?api-version=2024-06-01;"
        'managed_identity=system\';\nlet options = dynamic({"RecordsPerRequest": 10, '
        '"CharsPerRequest": 10000, "RetriesOnThrottling": 1, "GlobalTimeout": 2m});\n'
        "Customers | evaluate ai_embeddings(Name, connectionString, options, true)"
    ),
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
        "inline_external_table (OrderId:long)\nkind = storage\npartition by (Date:datetime)\n"
        'pathformat = ("date=" datetime_pattern("yyyyMMdd", Date))\ndataformat=csv\n'
        f"(\n   h@'{LAKE}/archive;managed_identity={EXPORT}'\n)"
    ): "not supported by the embedded Azure: partitions",
}
