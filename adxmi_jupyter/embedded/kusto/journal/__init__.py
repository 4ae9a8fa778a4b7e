"""The commands that show the journal, and what puts entries into it."""
