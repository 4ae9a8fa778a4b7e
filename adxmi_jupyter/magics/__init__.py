"""The front end of notebooks and consoles: parse, ask, show; no rules of the domain."""
