"""What no page says of the service, and how a cluster's own answers tell it."""
