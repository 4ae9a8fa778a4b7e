"""The form of a plan: which of its changes to apply."""
