"""Commands of ingestion, on the cluster and on its ingestion endpoint."""
