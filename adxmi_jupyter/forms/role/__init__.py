"""The role form: who holds which role in a scope."""
