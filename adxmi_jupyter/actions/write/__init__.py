"""What every write has in common: one protocol, the journal, what became of it."""
