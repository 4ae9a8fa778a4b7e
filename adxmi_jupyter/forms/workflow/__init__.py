"""The form of any workflow, made from its declaration."""
