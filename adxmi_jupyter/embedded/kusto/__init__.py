"""The Kusto API: management commands, queries and authentication metadata over REST."""
