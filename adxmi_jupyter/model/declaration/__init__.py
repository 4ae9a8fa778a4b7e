"""How a workflow is declared: its fields, what must be in place for it, what it sends.

The declarations themselves are in `model.workflow`, a file for each.
"""
