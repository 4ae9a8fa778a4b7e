"""Ids of the seeded world."""

TENANT = "8d1f5c02-63a7-4f0e-9b1d-2e5a7c94b6d3"


INGEST = f"aadapp=a1d84e6f-3c92-4b57-8e0a-95b7f2c61d38;{TENANT}"
