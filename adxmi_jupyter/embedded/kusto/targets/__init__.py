"""Target resources, opened for whoever may reach them: storage, SQL databases, Cosmos DB."""
