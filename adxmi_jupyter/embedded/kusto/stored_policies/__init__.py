"""Policies of databases and tables that are kept and shown: retention, caching and their like."""
