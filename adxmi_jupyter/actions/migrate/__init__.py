"""From secrets to identities: find what authenticates by a secret, plan, and migrate it."""
