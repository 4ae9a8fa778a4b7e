"""Files as other tools have them."""

LAKE, EXPORT = "11111111-aaaa-4bbb-8ccc-000000000001", "11111111-aaaa-4bbb-8ccc-000000000002"
APP, TENANT = "22222222-aaaa-4bbb-8ccc-000000000001", "33333333-aaaa-4bbb-8ccc-000000000001"
RESOURCE = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/mi-lake"
SAS = "https://lake.blob.core.windows.net/c?sv=2024-01-01&sr=c&sig=abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG%3D"
KEY = "A" * 86 + "=="

CLUSTERS = """\
connections:
  - name: prod
    url: https://sales.westeurope.kusto.windows.net
  - {name: test, url: sales-test.westeurope}
scripts:
  - order: 1
    text: .alter-merge cluster policy callout @'[{"CalloutType":"sql","CalloutUriRegex":"x","CanCall":true}]'
"""
DATABASE = f"""\
team: sales # in charge
defaultRetentionAndCache: {{retention: 90d, hotCache: 7.00:00:00}}
admins:
  - {{name: Loader, id: "aadapp={APP};{TENANT}"}}
viewers: []
unrestrictedViewers:
users:
  - {{name: "a@contoso.com", id: "aaduser=a@contoso.com"}}
policies:
  managedIdentity:
    - objectId: {LAKE}
      allowedUsages: [NativeIngestion, ExternalTable]
    - {{objectId: SYSTEM, allowedUsages: [AutomatedFlows]}}
continuousExports:
  Hourly: {{externalTable: T, managedIdentity: {EXPORT}, intervalBetweenRuns: 00:30:00}}
tables: {{}}
"""

HCL = f"""\
locals {{ rg = "rg" }}
variable "tenant" {{ default = "{TENANT}" }}
resource "azurerm_kusto_cluster" "main" {{
  name     = "sales"
  location = "West Europe"
  identity {{
    type         = "SystemAssigned, UserAssigned" # both
    identity_ids = [azurerm_user_assigned_identity.lake.id, "{RESOURCE}"]
  }}
}}
resource "azurerm_kusto_database_principal_assignment" "loader" {{
  name           = "loader"
  database_name  = "Sales"
  tenant_id      = data.azurerm_client_config.current.tenant_id
  principal_id   = "{APP}"
  principal_type = "App"
  role           = "Ingestor"
  lifecycle {{ prevent_destroy = true }}
}}
resource "azurerm_kusto_database_principal_assignment" "many" {{
  for_each       = toset(var.readers)
  database_name  = "Sales"
  principal_id   = each.value
  principal_type = "User"
  role           = "Viewer"
}}
resource "azurerm_kusto_cluster_principal_assignment" "ops" {{
  tenant_id      = "{TENANT}"
  principal_id   = azurerm_user_assigned_identity.lake.client_id
  principal_type = "App"
  role           = "AllDatabasesViewer"
}}
resource "azurerm_kusto_script" "policy" {{
  database_id    = azurerm_kusto_database.sales.id
  script_content = <<-KQL
    .alter-merge database Sales policy managed_identity ```[{{"ObjectId": "{LAKE}", "AllowedUsages": "All"}}]```
    .alter cluster policy managed_identity '[{{"ObjectId": "system", "AllowedUsages": "AzureAI"}}]'
  KQL
}}
resource "azurerm_kusto_script" "templated" {{
  script_content = ".alter database Sales policy managed_identity '[{{\\"ObjectId\\": \\"${{var.oid}}\\"}}]'"
}}
resource "azurerm_kusto_eventhub_data_connection" "orders" {{
  identity_id = "{RESOURCE}"
}}
module "more" {{ source = "./more" }}
"""

STATE = f"""\
{{"format_version": "1.0", "terraform_version": "1.9.0", "values": {{"root_module": {{
  "resources": [
    {{"address": "azurerm_storage_account.lake", "type": "azurerm_storage_account", "mode": "managed",
      "values": {{"primary_access_key": "{KEY}"}}}},
    {{"address": "azurerm_user_assigned_identity.lake", "type": "azurerm_user_assigned_identity",
      "mode": "managed", "values": {{"name": "mi-lake", "id": "{RESOURCE}", "client_id": "{APP}",
      "principal_id": "{LAKE}"}}}}],
  "child_modules": [{{"resources": [
    {{"address": "module.adx.azurerm_kusto_cluster.main", "type": "azurerm_kusto_cluster", "mode": "managed",
      "values": {{"name": "sales", "uri": "https://sales.westeurope.kusto.windows.net",
        "id": "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Kusto/clusters/sales",
        "identity": [{{"type": "SystemAssigned, UserAssigned", "identity_ids": ["{RESOURCE}"]}}]}}}},
    {{"address": "module.adx.azurerm_kusto_database_principal_assignment.p", "mode": "managed",
      "type": "azurerm_kusto_database_principal_assignment",
      "values": {{"database_name": "Sales", "principal_id": "{APP}", "principal_type": "App",
        "role": "UnrestrictedViewer", "tenant_id": "{TENANT}"}}}},
    {{"address": "module.adx.azurerm_kusto_script.s", "type": "azurerm_kusto_script", "mode": "managed",
      "values": {{"database_id": "/x/databases/Sales", "sas_token": null, "url": null,
        "script_content": ".alter database policy managed_identity '[{{\\"ObjectId\\":\\"{LAKE}\\",\\"AllowedUsages\\":\\"SqlRequest\\"}}]'"}}}}
  ]}}]}}}}}}
"""

TEMPLATE = f"""\
{{
  "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
  "languageVersion": "2.0",
  "parameters": {{
    "clusterName": {{"type": "string"}},
    "databaseName": {{"type": "string", "defaultValue": "Sales"}},
    "oid": {{"type": "string"}},
    "token": {{"type": "securestring", "defaultValue": ""}}
  }},
  "variables": {{
    "$fxv#0": ".alter-merge database Sales policy managed_identity '[{{\\"ObjectId\\":\\"{LAKE}\\",\\"AllowedUsages\\":\\"All\\"}}]'",
    "names": {{"identity": "{RESOURCE}"}}
  }},
  "resources": {{
    "cluster": {{
      "type": "Microsoft.Kusto/clusters", "apiVersion": "2024-04-13",
      "name": "[parameters('clusterName')]", "location": "[resourceGroup().location]",
      "identity": {{"type": "SystemAssigned,UserAssigned",
        "userAssignedIdentities": {{"[variables('names').identity]": {{}}}}}},
      "properties": {{"calloutPolicies": [
        {{"calloutType": "sql", "calloutUriRegex": "^x$", "outboundAccess": "Deny"}}]}}
    }},
    "existing": {{"existing": true, "type": "Microsoft.Kusto/clusters", "name": "other"}},
    "script": {{
      "type": "Microsoft.Kusto/clusters/databases/scripts",
      "name": "[format('{{0}}/{{1}}/{{2}}', parameters('clusterName'), parameters('databaseName'), 'policy')]",
      "properties": {{"scriptContent": "[variables('$fxv#0')]"}}
    }},
    "scriptOfParameter": {{
      "type": "Microsoft.Kusto/clusters/databases/scripts", "name": "sales/Sales/z",
      "properties": {{"scriptContent": "[format('.alter {{0}}', parameters('oid'))]"}}
    }},
    "reader": {{
      "type": "Microsoft.Kusto/clusters/databases/principalAssignments",
      "name": "[concat(parameters('clusterName'), '/', parameters('databaseName'), '/reader')]",
      "properties": {{"principalId": "{APP}", "principalType": "App", "role": "Viewer",
        "tenantId": "[subscription().tenantId]"}}
    }},
    "unknown": {{
      "type": "Microsoft.Kusto/clusters/databases/principalAssignments",
      "name": "[format('sales/Sales/{{0}}', guid('x'))]",
      "properties": {{"principalId": "[parameters('oid')]", "principalType": "App", "role": "Admin"}}
    }},
    "hub": {{
      "type": "Microsoft.Kusto/clusters/databases/dataConnections", "name": "sales/Sales/orders",
      "properties": {{"managedIdentityResourceId": "[variables('names').identity]"}}
    }},
    "module": {{
      "type": "Microsoft.Resources/deployments", "name": "module",
      "properties": {{
        "parameters": {{"role": {{"value": "AllDatabasesMonitor"}}}},
        "template": {{
          "parameters": {{"role": {{"type": "string"}}}},
          "resources": [{{
            "type": "Microsoft.Kusto/clusters/principalAssignments", "name": "sales/ops",
            "properties": {{"principalId": "ops@contoso.com", "principalType": "Group",
              "role": "[parameters('role')]", "tenantId": "{TENANT}"}}
          }}]
        }}
      }}
    }}
  }}
}}
"""

SCRIPT = f"""\
.execute database script with (ThrowOnErrors=true) <|
// who may do what; not: .drop database Sales
.alter-merge database Sales policy managed_identity "[ {{ 'ObjectId' : '{LAKE}', 'AllowedUsages' : 'NativeIngestion' }} ]"
.alter-merge database ['Sales'] policy managed_identity ~~~[{{"ObjectId": "{LAKE}", "AllowedUsages": "ExternalTable"}}]~~~
.alter database ['Tom\\'s Lab'] policy managed_identity ```
[
  {{"ObjectId": "system", "AllowedUsages": "All"}}
]
```
.delete cluster policy managed_identity
.set database Sales viewers none skip-results
.add database Sales viewers ('aadapp={APP};{TENANT}', "aadgroup=g@contoso.com") 'reports'
.drop database Sales viewers ('aadgroup=g@contoso.com')
.drop database Sales users ('aadgroup=g@contoso.com')
.create-or-alter continuous-export Hourly to table X with (managedIdentity='{EXPORT}') <|
  T | where Text == "x"
.create external table Ext (A:int) kind=storage dataformat=csv (h@"https://lake.blob.core.windows.net/c;managed_identity=system")
.create table T (A: int)
.alter-merge cluster policy callout '[{{"CalloutType": "SQL", "CalloutUriRegex": "^x$", "CanCall": true}}]'
"""

PARAMETERS = f"""\
{{
  "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#",
  "contentVersion": "1.0.0.0",
  "parameters": {{
    "clusterName": {{"value": "sales"}},
    "oid": {{"value": "{APP}"}},
    "token": {{"reference": {{"keyVault": {{"id": "/x"}}, "secretName": "s"}}}}
  }}
}}
"""
