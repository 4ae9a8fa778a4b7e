"""The form of a fleet: which clusters there are, and one to connect to."""
