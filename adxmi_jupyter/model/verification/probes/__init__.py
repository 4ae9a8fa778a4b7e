"""The open questions, a file each."""
