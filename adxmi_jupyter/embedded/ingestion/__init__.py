"""How data gets into tables: from blobs, event hubs and Cosmos DB, and what becomes of failures."""
