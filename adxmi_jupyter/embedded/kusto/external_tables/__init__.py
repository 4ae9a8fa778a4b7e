"""External tables: of storage, of delta tables and of SQL."""
