"""Security roles of databases and of the cluster: read, planned, granted and revoked."""
