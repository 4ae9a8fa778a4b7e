"""The audit: all that is known of a cluster is collected, and the rules judge it."""
