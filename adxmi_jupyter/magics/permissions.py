"""The least rights that verbs take: help and reference tell them, and refusals ask for them.

Source: the permissions on the pages of *Managed identity policy*, *Callout policy*, *Manage
database security roles*, *Security roles* (Azure Data Explorer docs).
"""

from __future__ import annotations

SHOW = "Database User, Viewer or Monitor"
SHOW_POLICY = f"{SHOW}; for the cluster's policy AllDatabasesMonitor"
CHANGE_POLICY = "AllDatabasesAdmin, for the policy of a database too"
SHOW_CALLOUTS = "AllDatabasesMonitor"
CHANGE_CALLOUTS = "AllDatabasesAdmin"
ROLES = "Database Admin; for the cluster's roles Contributor on the cluster, in Azure"
LIST_ROLES = "Database Admin; for the cluster's roles Reader on the cluster, in Azure"
QUERY = "Database Viewer"
DROP = "admin of what is dropped, or Database Admin"
SHOW_IN_AZURE = "Reader on the cluster, in Azure"
SHOW_IDENTITIES = "Reader on the cluster and its subscription, in Azure"
ASSIGN = "Contributor on the cluster and Managed Identity Operator on the identity, in Azure"
REMOVE = "Contributor on the cluster, in Azure"
CHECK = f"{SHOW}; what you may not see is unknown, and its line says what it takes"
