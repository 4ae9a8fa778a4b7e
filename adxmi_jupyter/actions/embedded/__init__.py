"""The embedded Azure: its state, and what happens around a cluster."""
