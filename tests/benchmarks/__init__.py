"""Measures the budgets of the project: ``python -m tests.benchmarks``."""
