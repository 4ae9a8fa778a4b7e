"""Policies beside the managed identity policy: callout, update, query acceleration."""
