"""Queries: text to result, through the sources, operators and plugins that are known here."""
