"""Stored functions: made by command, called by queries."""
