"""What fields can offer: names and addresses that Azure and the cluster list."""
