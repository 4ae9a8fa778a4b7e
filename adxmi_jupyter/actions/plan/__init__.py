"""Policy as code: compare a cluster with a policy file, and make it match."""
