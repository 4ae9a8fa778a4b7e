"""Find out how a cluster behaves where no page of the documentation says it."""
