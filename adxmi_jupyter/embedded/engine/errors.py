"""What can be wrong with a query, as values; callers turn them into answers of their service."""

from __future__ import annotations

EXTRA = "kql"


class EngineError(Exception):
    """A query that has no result here."""


class EngineMissingError(EngineError):
    """DuckDB and its translator are not installed."""

    def __init__(self) -> None:
        super().__init__(
            "The embedded Azure runs queries on DuckDB, which is not installed: "
            f'pip install "adxmi_jupyter[{EXTRA}]".'
        )


class QuerySyntaxError(EngineError):
    """A text that is no query; `line` and `column` count from 1."""

    def __init__(self, detail: str, line: int = 1, column: int = 1) -> None:
        super().__init__(detail)
        self.line = line
        self.column = column


class QuerySemanticError(EngineError):
    """A query whose names or types do not fit."""


class UnsupportedError(EngineError):
    """A construct of KQL or SQL that the engine does not cover."""

    def __init__(self, construct: str) -> None:
        super().__init__(f"not supported by the embedded Azure: {construct}")
        self.construct = construct


class LimitError(EngineError):
    """A result that is too large."""


class StoppedError(EngineError):
    """A query that somebody has cancelled."""


class TooLongError(EngineError):
    """A query that ran for too long."""
