"""Tables and their ingestion mappings."""
