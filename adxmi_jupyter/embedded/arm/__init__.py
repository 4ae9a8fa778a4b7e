"""The Resource Manager API: clusters, identities, roles and the resource graph over REST."""
