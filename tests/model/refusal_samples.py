"""Refusals as people met them, as facts: code, type, status, and what the text named.

The sentences are ours; which fact comes from which place is in the third column.
"""

PRINCIPAL = "msauser=somebody@contoso.example"
RESOURCE = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers"

SAMPLES = [
    (
        '{"error": {"code": "400-BadRequest", "message": "[BadRequest] not there"}}',
        "PRINCIPAL",
        "a principal added right after its application: azure-sdk-for-net#16416",
    ),
    (
        '{"error": {"code": "BadRequest", "message": "no such SKU"}}',
        "STATEMENT",
        "a cluster PUT: azure-powershell",
    ),
    (
        f'{{"error": {{"code": "ResourceNotFound", "message": "{RESOURCE}/Microsoft.Kusto/Clusters/c"}}}}',
        "RESOURCE",
        "a deleted child: azure-cli-extensions",
    ),
    (
        '{"status": "Failed", "error": {"code": "Failed", "message": "broken"}}',
        "UNSPECIFIED",
        "customer-managed keys: terraform-provider-azurerm#18454",
    ),
    (
        '{"error": {"code": "CannotAlterFollowerDatabase", "message": "[BadRequest] c"}, "status": "Failed"}',
        "STATEMENT",
        "an example of azure-rest-api-specs",
    ),
    (
        "(LinkedAuthorizationFailed) lacks Microsoft.ManagedIdentity/userAssignedIdentities/assign/action",
        "OPERATOR",
        "attaching an identity without Managed Identity Operator: aad-pod-identity#443",
    ),
    (
        f'{{"error": {{"code": "Forbidden", "@type": "Kusto.Common.Svc.Exceptions.UnauthorizedOperationException", "@message": "{PRINCIPAL}"}}}}',
        "KUSTO_ROLE",
        "no role on the cluster: azure-docs#35201",
    ),
    (
        f"Forbidden: {PRINCIPAL} may not. ActivityId='00ecf1bc-bc73-4a54-9b23-17ae963238cc'",
        "UNSPECIFIED",
        "the same in the web UI: azure-docs#51704",
    ),
    (
        "Not Ingest on any database: aadapp=11111111-1111-4111-8111-111111111111;contoso.example",
        "UNSPECIFIED",
        "no ingestor role, without any code: kafka-sink-azure-kusto#126",
    ),
    (
        '{"error": {"code": "BadRequest", "@type": "Kusto.Common.Svc.Exceptions.AdminCommandWrongEndpointException"}}',
        "ENDPOINT",
        "a command at the other endpoint: azure-kusto-python",
    ),
    (
        '{"error": {"code": "BadRequest", "@type": "Kusto.Common.Svc.Exceptions.EntityAlreadyExistsException"}}',
        "THERE",
        "a function that exists: provider-azure-adx",
    ),
    (
        "General_BadRequest: no.\nError details:\nClientRequestId='x'",
        "STATEMENT",
        "plain text of the query endpoint: azure-kusto-go",
    ),
    (
        "BadRequest_InvalidManagedIdentity\tPermanent",
        "ASSIGNED",
        "error codes of ingestion: dataexplorer-docs",
    ),
    ("Download_Forbidden\tPermanent", "TARGET", "error codes of ingestion: dataexplorer-docs"),
    (
        '{"error": {"code": "ServiceIsInMaintenance", "message": "[Conflict] busy"}}',
        "BUSY",
        "two changes at once: azure-rest-api-specs#18845",
    ),
    ('{"error": {"code": "RequestConflict"}}', "BUSY", "azure-rest-api-specs#7984"),
    (
        f'{{"error": {{"code": "ResourceNotFound"}}, "id": "{RESOURCE}/Microsoft.Kusto/Clusters/c/principalAssignments/p"}}',
        "PRINCIPAL",
        "an identity created seconds before: azure-sdk-for-net#39891",
    ),
    (
        '{"error": {"code": "ResourceNotFound", "message": "[NotFound] add principal assignment"}}',
        "PRINCIPAL",
        "the same as its operation tells it: pulumi-azure-native#2633",
    ),
    (
        '{"error": {"code": "PrincipalNotFound", "message": "no such principal"}}',
        "PRINCIPAL",
        "a role for a fresh identity: HubAndSpokeResearchEnclave#50",
    ),
    (
        '{"error": "invalid_request", "error_description": "several identities"}',
        "HOST",
        "several identities on the client's host: keda#2770",
    ),
    (
        "ScriptFailedUnauthorizedCaller",
        "KUSTO_ROLE",
        "a script in the deployment that grants its right: bicep-registry-modules, ADR-013",
    ),
    (
        "ManagedIdentityNotAllowedByPolicyException",
        "ALLOWED",
        "no NativeIngestion in any policy: bicep-registry-modules, main.bicep",
    ),
    ("HTTP 401", "SIGN_IN", "a role for the object ID: bicep-registry-modules, ADR-012"),
]
"""Text, concern, and where the fact comes from."""

UNKNOWN = [
    ("The provided script contains an unsupported verb", "a sentence: azure-powershell#20641"),
    ("Reason: it is for another scope", "a sentence: azure-cli-extensions#5442"),
    ("Use another verb for this policy", "a sentence: provider-azure-adx"),
    ("An identity must be given", "a sentence: the troubleshooting guide of query acceleration"),
    ("It is not attached here", "a sentence: opentelemetry-collector-contrib#33990"),
    ("", "nothing"),
    ("nothing failed, and all is forbidden only in prose", "words that codes are made of"),
]
"""Texts that name no code, and where people met such sentences."""
