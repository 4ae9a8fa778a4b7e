"""The permissions that commands require: help, reference and docs tell them, denials name them.

Those that carry out a workflow are declared with the workflow.

Source: *Managed identity policy*, *Callout policy*, *Manage database security roles*, *Security
roles overview* (Azure Data Explorer docs).
"""

from __future__ import annotations

from adxmi_jupyter.model.permission import ANY_ROLE, Permission

SHOW = Permission(ANY_ROLE)
SHOW_POLICY = Permission(ANY_ROLE, more="for the policy of the cluster: AllDatabasesMonitor")
CHANGE_POLICY = Permission("AllDatabasesAdmin", more="also for the policy of a database")
SHOW_CALLOUTS = Permission("AllDatabasesMonitor")
CHANGE_CALLOUTS = Permission("AllDatabasesAdmin")
ROLES = Permission("Database Admin", more="on the cluster: Contributor on the cluster, in Azure")
LIST_ROLES = Permission("Database Admin", more="on the cluster: Reader on the cluster, in Azure")
QUERY = Permission("Database Viewer")
DROP = Permission("Admin of the object, or Database Admin")
SHOW_IN_AZURE = Permission(azure="Reader on the cluster")
SHOW_IDENTITIES = Permission(azure="Reader on the cluster and on its subscription")
ASSIGN = Permission(
    azure="Contributor on the cluster and Managed Identity Operator on the identity"
)
REMOVE = Permission(azure="Contributor on the cluster")
CHECK = Permission(
    ANY_ROLE, more="a requirement you can't read is unknown, with the role it requires"
)
AUDIT = Permission(
    "AllDatabasesMonitor",
    "Reader on the cluster and on its subscription",
    more="what you can't read is unknown, with the permission that it requires",
)
VERIFY = Permission(
    ANY_ROLE, more="journal and --write-test: AllDatabasesAdmin; log of commands: Database Monitor"
)
FLEET = Permission(
    azure="Reader on the subscriptions of the clusters",
    more="what you can't read is named above the result",
)
FLEET_CONTENTS = Permission(
    "AllDatabasesMonitor",
    "Reader on the subscriptions of the clusters",
    more="on each cluster; what you can't read is named above the result",
)
PLAN = Permission(
    ANY_ROLE, more="roles: Database Admin; callouts and the cluster: AllDatabasesMonitor"
)
APPLY = Permission(
    "AllDatabasesAdmin", more="roles: Database Admin; identities: Contributor on the cluster"
)
MIGRATE = Permission(
    "Admin of the object, or Database Admin",
    more="to put requirements in place: AllDatabasesAdmin, and Contributor on the cluster",
)
RECORD = Permission(
    "AllDatabasesMonitor",
    "Reader on the cluster and on its subscription",
    more="what you can't read is kept as unknown, with the permission that it requires",
)
READ_HISTORY = Permission(
    "Database Viewer",
    more="of the database that it is read from; the history on this machine requires none",
)
BLAME = Permission(
    "AllDatabasesAdmin",
    "Reader on the subscription",
    more="for the journal and the activity log; a source that you can't read is listed",
)
SYNC = Permission(
    "Table Ingestor", more="to create the tables: Database Admin; to read them: Database Viewer"
)
