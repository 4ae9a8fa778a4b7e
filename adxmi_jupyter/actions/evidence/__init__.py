"""Evidence of the use of identities: what objects declare, the logs show, and targets saw."""
