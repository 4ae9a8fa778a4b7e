"""Workflows: fill one in, list, create or run, and drop."""
