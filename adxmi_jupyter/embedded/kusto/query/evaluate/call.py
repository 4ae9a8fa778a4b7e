"""One call of a plugin: its arguments, the table that is piped in, and who asks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.kusto.errors import semantic_error
from adxmi_jupyter.embedded.kusto.query.sources import query_database

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from adxmi_jupyter.embedded.kusto.results import Result
    from adxmi_jupyter.embedded.kusto.session import Session
    from adxmi_jupyter.embedded.state.clusters import Database

    Columns = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class OutputType:
    """`typeof(…)`: columns, and None where the columns of the input go (`*`)."""

    items: tuple[tuple[str, str] | None, ...]

    def columns(self, table: Columns) -> Columns:
        """Return the columns; one that is named twice is there once, with the last type."""
        found: dict[str, str] = {}
        for item in self.items:
            found.update(table if item is None else [item])
        return tuple(found.items())


@dataclass(frozen=True)
class Scalar:
    """An argument that is an expression; `name` is that of the column it is, if it is one.

    `constant` returns its type and value where it is the same for all rows, `of_rows` its values
    in the rows of the table that is piped in.
    """

    name: str
    constant: Callable[[], tuple[str, Any]]
    of_rows: Callable[[], list[Any]]


Argument = tuple[str | None, "Scalar | OutputType"]


@dataclass(frozen=True)
class PluginCall:
    """A call; `table` is None where nothing is piped in, `output` what stands after the colon."""

    name: str
    arguments: tuple[Argument, ...]
    session: Session
    table: Result | None = None
    output: Columns | None = None
    hints: Mapping[str, str] = field(default_factory=dict)

    @property
    def database(self) -> Database | None:
        """The request's database; a KustoError (403) when the caller may not query it."""
        return query_database(self.session)

    def bound(self, *names: str, least: int) -> dict[str, Scalar | OutputType]:
        """Return the arguments by the names of the plugin's parameters.

        Raises a KustoError (semantic error) for too many, too few, unknown ones and repeated ones.
        """
        found: dict[str, Scalar | OutputType] = {}
        for place, (given, value) in enumerate(self.arguments):
            name = given if given is not None else names[place] if place < len(names) else ""
            if name not in names or name in found:
                raise self.error(f"takes {', '.join(names)}, each once.")
            found[name] = value
        missing = [name for name in names[:least] if name not in found]
        if missing:
            raise self.error(f"needs {missing[0]}.")
        return found

    def constant(self, arguments: Mapping[str, Scalar | OutputType], name: str) -> Any:
        """Return an argument that is the same for all rows, None for one that is not given."""
        value = arguments.get(name)
        return None if value is None else self.scalar(value).constant()[1]

    def text(self, arguments: Mapping[str, Scalar | OutputType], name: str) -> str:
        """Return a constant argument that has to be a string."""
        value = self.constant(arguments, name)
        if not isinstance(value, str):
            raise self.error(f"needs a string for {name}.")
        return value

    def bag(self, arguments: Mapping[str, Scalar | OutputType], name: str) -> dict[str, Any]:
        """Return a constant argument that has to be a property bag; an empty one by default."""
        value = self.constant(arguments, name)
        if value is not None and not isinstance(value, dict):
            raise self.error(f"needs a property bag for {name}.")
        return value or {}

    def scalar(self, value: Scalar | OutputType) -> Scalar:
        """Return an argument that is no `typeof(…)`."""
        if isinstance(value, OutputType):
            raise self.error("takes typeof() in no other place.")
        return value

    def require_no_input(self) -> None:
        """Raise a KustoError (semantic error) when a table is piped in."""
        if self.table is not None:
            raise self.error("takes no table as its input.")

    def error(self, problem: str) -> Exception:
        """Return the error (semantic error) of this call."""
        return semantic_error(f"{self.name}() {problem}")
