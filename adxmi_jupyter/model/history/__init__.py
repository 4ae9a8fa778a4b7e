"""What a durable history holds: runs, the state that they saw, changes and findings."""
