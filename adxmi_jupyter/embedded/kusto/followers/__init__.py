"""Commands about databases that the cluster follows."""
