"""Plugins of the query language that reach outside: storage, SQL, Cosmos DB, models, Python."""
