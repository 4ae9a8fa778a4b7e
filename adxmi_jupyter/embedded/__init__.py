"""The embedded Azure: a loopback server that answers the real Azure SDK clients.

It imports nothing of the client, so a wrong belief there is not repeated here.
`README.md` beside this file lists what it does where the public documentation is silent.
"""

from adxmi_jupyter.embedded.faults import Fault, Faults
from adxmi_jupyter.embedded.seed.world import WORLDS, seeded_world
from adxmi_jupyter.embedded.server import EmbeddedAzure
from adxmi_jupyter.embedded.state.arm_operations import ArmSettings
from adxmi_jupyter.embedded.state.behaviours import (
    QUESTIONS,
    Behaviours,
    ExportIdentities,
    ShownScript,
    ShownStrings,
    ShownSystem,
    SystemInPolicies,
    alternatives,
)
from adxmi_jupyter.embedded.state.cluster_load import ClusterLoad
from adxmi_jupyter.embedded.state.clusters import Cluster, Database, Identity, PolicyItem, Table
from adxmi_jupyter.embedded.state.entities import IngestionMapping
from adxmi_jupyter.embedded.state.event_hubs import EventHub
from adxmi_jupyter.embedded.state.resources import (
    AzureRoleAssignment,
    DataConnection,
    ManagementGroup,
    Subscription,
)
from adxmi_jupyter.embedded.state.security import (
    ClusterRole,
    DatabaseRole,
    Principal,
    PrincipalKind,
    RoleAssignment,
)
from adxmi_jupyter.embedded.state.world import World

__all__ = [
    "QUESTIONS",
    "WORLDS",
    "ArmSettings",
    "AzureRoleAssignment",
    "Behaviours",
    "Cluster",
    "ClusterLoad",
    "ClusterRole",
    "DataConnection",
    "Database",
    "DatabaseRole",
    "EmbeddedAzure",
    "EventHub",
    "ExportIdentities",
    "Fault",
    "Faults",
    "Identity",
    "IngestionMapping",
    "ManagementGroup",
    "PolicyItem",
    "Principal",
    "PrincipalKind",
    "RoleAssignment",
    "ShownScript",
    "ShownStrings",
    "ShownSystem",
    "Subscription",
    "SystemInPolicies",
    "Table",
    "World",
    "alternatives",
    "seeded_world",
]
