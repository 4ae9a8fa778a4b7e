"""Plugins of the query language and the artifacts they fetch."""
