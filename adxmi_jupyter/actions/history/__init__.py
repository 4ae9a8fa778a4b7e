"""A history that lasts: record what a cluster has, keep it, send it, and ask it."""
