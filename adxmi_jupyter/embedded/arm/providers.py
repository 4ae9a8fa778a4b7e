"""The resource provider of clusters as a resource (page: Providers - Get)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.answer import json_answer
from adxmi_jupyter.embedded.arm.errors import ArmError
from adxmi_jupyter.embedded.arm.versions import VERSIONS
from adxmi_jupyter.embedded.state.regions import REGIONS

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.answer import Answer
    from adxmi_jupyter.embedded.arm.request import ArmRequest

_NAMESPACE = "Microsoft.Kusto"
_SERVICE = {
    "applicationId": "2746ea77-4702-4b45-80ca-3c97e680e8b7",
    "roleDefinitionId": "dd9d4347-f397-45f2-b538-85f21c90037c",
}
_TYPES = (
    *("clusters", "clusters/databases", "clusters/attacheddatabaseconfigurations"),
    *("clusters/principalassignments", "clusters/databases/principalassignments"),
    *("clusters/databases/dataconnections", "clusters/databases/scripts"),
    *("locations", "locations/operationresults", "operations"),
)
_MOVES = "CrossResourceGroupResourceMove, CrossSubscriptionResourceMove"


def get_provider(call: ArmRequest) -> Answer:
    """Return the provider with its types, places and api-versions; a registered one."""
    name = call.names["provider"]
    if name.casefold() != _NAMESPACE.casefold():
        raise ArmError(404, "InvalidResourceNamespace", f"There is no namespace '{name}'.")
    return json_answer(
        {
            "id": f"/subscriptions/{call.names['subscription']}/providers/{_NAMESPACE}",
            "namespace": _NAMESPACE,
            "authorizations": [_SERVICE],
            "resourceTypes": [
                {
                    "resourceType": each,
                    "locations": list(REGIONS),
                    "apiVersions": list(VERSIONS[_NAMESPACE.casefold()]),
                    "zoneMappings": [{"location": "West Europe", "zones": ["2", "1", "3"]}],
                    "capabilities": f"{_MOVES}, SystemAssignedResourceIdentity"
                    if each == "clusters"
                    else "None",
                }
                for each in _TYPES
            ],
            "registrationState": "Registered",
        }
    )


def register_provider(call: ArmRequest) -> Answer:
    """Return the same: it is registered already."""
    return get_provider(call)
