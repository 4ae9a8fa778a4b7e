"""What takes too long for every change: run each night, and before a release."""
