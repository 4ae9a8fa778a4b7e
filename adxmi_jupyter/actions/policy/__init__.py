"""The managed identity policy, and the callout policy: read, planned, written."""
