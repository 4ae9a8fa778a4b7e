"""What the parts of a query's resolution ask of the whole of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.engine.operators import Relation
    from adxmi_jupyter.embedded.engine.tokens import Token
    from adxmi_jupyter.embedded.engine.workspace import Workspace
    from adxmi_jupyter.embedded.kusto.query.clauses import Cursor
    from adxmi_jupyter.embedded.kusto.session import Session
    from adxmi_jupyter.embedded.state.clusters import Database
    from adxmi_jupyter.embedded.state.entities import StoredFunction


class Reading(Protocol):
    """One text that is being resolved; `is_dry` says that nothing is run for it."""

    text: str
    session: Session
    workspace: Workspace
    lets: list[str]
    names: set[str]
    tokens: list[Token]
    is_dry: bool

    def lookup(self, name: str, database: str | None, cluster: str | None) -> Relation | None:
        """Return the relation of a table's name."""

    def value(self, cursor: Cursor) -> tuple[str, Any]:
        """Return the type and the value of a constant expression."""

    def text_value(self, cursor: Cursor) -> str:
        """Return a constant text."""

    def expression(self, first: int, last: int) -> str:
        """Return tokens as a text for the engine."""

    def source(self, cursor: Cursor) -> Relation | None:
        """Return the relation of what stands next, if it has to be run."""

    def plugin(self, cursor: Cursor, piped: str | None) -> Relation:
        """Return what a plugin makes of a pipeline."""

    def call_stored(self, function: StoredFunction, database: Database, cursor: Cursor) -> Relation:
        """Return what a stored function gives."""

    def view(self, name: str, database: Database) -> Relation:
        """Return the rows of a materialized view."""

    def added(self, found: Any) -> Relation:
        """Return the relation of a result."""

    def placeholder(self) -> Relation:
        """Return a relation that stands for one that is not read."""

    def named(self, text: str) -> str:
        """Return a name for a query."""

    def is_tabular(self, body: Cursor) -> bool:
        """Tell whether an expression gives a table."""

    def declare_scalar(self, name: str) -> None:
        """Make a stored function that returns a value known to the engine."""
