"""Commands of the documentation about external tables."""

from tests.embedded.documented.names import COSMOS, DFS, EXPORT, IDENTITY, KEY, LAKE, ORDERS, SQL

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
