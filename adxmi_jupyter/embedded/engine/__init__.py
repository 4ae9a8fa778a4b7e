"""The query engine: KQL and SQL over relations of the world, on DuckDB by way of duckdb-kql.

A query goes through five stages, each a module:

`tokens`, `canonical`, `words`
               cut the text by KQL's own rules and write literals and names so that the translator
               reads what Kusto reads (obfuscated, verbatim and multi-line strings, decimals,
               lengths of time inside `dynamic`, names that are words of its grammar).
`libraries`    is the only module that imports duckdb and duckdb_kql, at its first use: it turns a
               text into the translator's tree of dataclasses, and that tree into SQL.
`expressions`, `operators`, `functions`
               give every column of the tree its Kusto type, operator by operator, resolve every
               name exactly, and refuse what would change its type or meaning on the way.
`relations`    loads rows into DuckDB as Arrow tables, only the columns a query names.
`execution`    runs the SQL on a locked connection with limits, and turns what comes back into
               JSON-ready values of the Kusto types that the tree was given, never of those that
               DuckDB chose.

`workspace` holds them together for one request. What a name stands for, who may read it, and what
plugins make of it is not known here: callers hand over relations (`kusto.query.resolution`,
`arm.resource_graph_query`). What the translator does not cover is an UnsupportedError with the
construct's name.
"""
