"""What runs over many clusters, and what only all of them together can tell."""
