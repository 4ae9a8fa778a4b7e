"""Managed identities: which exist, which are assigned, what they are called."""
