"""Why something was denied: an error message read, and what it names checked."""
