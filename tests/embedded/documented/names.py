"""Names and addresses of the seeded world that stand in for those of the documentation."""

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
