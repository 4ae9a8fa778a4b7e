"""A connection string of every kind and method that carries a secret, and the secret in it."""

KEY = "q83vEjRWeJq83vEjRWeJq83vEjRWeJq83vEjRWeJq83vEjRWeJq83vEjRWeJq83vEjRWeJq83vEjRWeJabcdef=="
SIGNATURE = "k3Zt9Qx7Lw2Vb8Np5Rm1Cf6Hd4Gs0Ja%2B7Yu3Ei9Oo2%3D"
TOKEN = "eyJ0eXAiOiJKV1Qi.eyJzdWIiOiJmb3JnZWQi.c2lnbmF0dXJlLW9mLXRva2Vu"
PASSWORD = "h7;Qw'2\"zR"
QUOTED = '"h7;Qw\'2""zR"'
AWS_ID, AWS_SECRET = "AKIAZX7Q2M5N8P4R6T1V", "Wq9zK7xT5vR3pN1mL8jH6gF4dS2aQ0eY"

_BLOB = "https://contosolake.blob.core.windows.net/archive"
_DFS = "https://contosolake.dfs.core.windows.net/archive"
_ABFSS = "abfss://archive@contosolake.dfs.core.windows.net/2026"
_ONELAKE = "https://onelake.dfs.fabric.microsoft.com/Analytics/Sales.Lakehouse/Files"
_S3 = "https://contoso.s3.eu-west-1.amazonaws.com/archive"
_SQL = "Server=tcp:erp01.database.windows.net,1433;Initial Catalog=Erp"
_COSMOS = "AccountEndpoint=https://contoso.documents.azure.com/;Database=Shop;Collection=Carts"
_SAS = f"sv=2022-11-02&sr=c&sp=rl&sig={SIGNATURE}"

SECRETS = {
    "blob, signature": (f"{_BLOB}?{_SAS}", (SIGNATURE,), f"{_BLOB}?*******"),
    "blob, key": (f"{_BLOB};{KEY}", (KEY,), f"{_BLOB};*******"),
    "blob, token": (f"{_BLOB};token={TOKEN}", (TOKEN,), f"{_BLOB};token=*******"),
    "dfs, key": (f"{_DFS};sharedkey={KEY}", (KEY,), f"{_DFS};sharedkey=*******"),
    "dfs, signature": (f"{_DFS}?{_SAS}", (SIGNATURE,), f"{_DFS}?*******"),
    "abfss, key": (f"{_ABFSS};sharedkey={KEY}", (KEY,), f"{_ABFSS};sharedkey=*******"),
    "abfss, signature": (f"{_ABFSS}?{_SAS}", (SIGNATURE,), f"{_ABFSS}?*******"),
    "OneLake, token": (f"{_ONELAKE};token={TOKEN}", (TOKEN,), f"{_ONELAKE};token=*******"),
    "Gen1, token": (
        f"adl://contoso.azuredatalakestore.net/a;token={TOKEN}",
        (TOKEN,),
        "adl://contoso.azuredatalakestore.net/a;token=*******",
    ),
    "S3, keys": (
        f"{_S3};AwsCredentials={AWS_ID},{AWS_SECRET}",
        (AWS_ID, AWS_SECRET),
        f"{_S3};AwsCredentials=*******",
    ),
    "S3, presigned": (
        f"{_S3}?X-Amz-Credential={AWS_ID}&X-Amz-Signature={SIGNATURE}",
        (AWS_ID, SIGNATURE),
        f"{_S3}?*******",
    ),
    "HTTP, query": (
        f"https://files.example.com/a.csv?code={KEY}",
        (KEY,),
        "https://files.example.com/a.csv?*******",
    ),
    "SQL Server, password": (
        f"{_SQL};User ID=loader;Password={QUOTED}",
        (PASSWORD, QUOTED),
        f"{_SQL};User ID=loader;Password=*******",
    ),
    "SQL Server, unknown property": (
        f"{_SQL};Other={KEY}",
        (KEY,),
        f"{_SQL};Other=*******",
    ),
    "Cosmos DB, key": (f"{_COSMOS};AccountKey={KEY}", (KEY,), f"{_COSMOS};AccountKey=*******"),
    "MySQL, password": (
        f"Server=m.mysql.database.azure.com;Port=3306;Database=d;UID=u;Pwd={QUOTED}",
        (PASSWORD, QUOTED),
        "Server=m.mysql.database.azure.com;Port=3306;Database=d;UID=u;Pwd=*******",
    ),
    "PostgreSQL, password": (
        f"Host=p.postgres.database.azure.com;Port=5432;Database=d;User Id=u;Password={QUOTED}",
        (PASSWORD, QUOTED),
        "Host=p.postgres.database.azure.com;Port=5432;Database=d;User Id=u;Password=*******",
    ),
}

# How people break a connection string. Each has the secret in it still.
BREAKAGES = {
    "an identity besides": "{};managed_identity=system".format,
    "impersonation besides": "{};impersonate".format,
    "a line break": "{}\nx".format,
    "no scheme": lambda text: text.partition("://")[2] or text.partition("=")[2],
    "http": lambda text: text.replace("https:", "http:").replace("tcp:", ""),
    "another scheme": lambda text: text.replace("https:", "ftp:").replace("abfss:", "abfs:"),
    "a user": lambda text: text.replace("://", "://u:p@"),
    "no question mark": lambda text: text.replace("?", "/", 1),
    "no semicolon": lambda text: text.replace(";", "", 1),
    "another semicolon": lambda text: text.replace("?", ";", 1),
    "no equals sign": lambda text: text.replace("=", "", 1),
    "another quote": '{}"'.format,
    "a misspelt word": lambda text: text.replace("token=", "tokn=").replace("key=", "ky="),
    "a word more": "{};Password".format,
    "twice": "{0};{0}".format,
    "backwards": lambda text: ";".join(reversed(text.split(";"))),
}
