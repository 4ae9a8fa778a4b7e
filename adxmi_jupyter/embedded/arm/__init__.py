"""The Resource Manager face: clusters, identities, roles and the resource graph over REST."""
