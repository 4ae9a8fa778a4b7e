"""What a user can ask for: read, preview, confirm, write, undo."""
