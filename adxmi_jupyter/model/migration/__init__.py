"""Objects that authenticate by a secret or as the caller, and their definitions with an identity.

Every kind has a file. All of it is text and values: nothing here is sent.
"""
