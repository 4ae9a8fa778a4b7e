"""What the embedded Azure starts with: one file for each kind of thing."""
