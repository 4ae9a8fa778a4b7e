"""Requirements of workflows: what is met, what is not, and what fixes it."""
