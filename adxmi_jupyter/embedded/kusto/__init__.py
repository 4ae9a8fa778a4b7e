"""The Kusto face: management commands, queries and authentication metadata over REST."""
