"""Materialized views as stored objects: made, changed and shown by command."""
