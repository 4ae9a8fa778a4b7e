"""The query API of Log Analytics (Azure Monitor), on the engine of the cluster's queries."""
