"""One request's tables and queries in the engine."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from typing import TYPE_CHECKING, Any, Self

from adxmi_jupyter.embedded.engine import execution, libraries, relations
from adxmi_jupyter.embedded.engine.errors import QuerySyntaxError, UnsupportedError
from adxmi_jupyter.embedded.engine.execution import Limits, Watch
from adxmi_jupyter.embedded.engine.nodes import Typed, literal
from adxmi_jupyter.embedded.engine.operators import Relation, Surroundings, shaped
from adxmi_jupyter.embedded.engine.words import as_unsupported, with_quoted_names

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.engine.columnar import ColumnarRows

DEPTH = "an expression that is nested so deeply"
Columns = tuple[tuple[str, str], ...]
Lookup = Callable[[str, str | None, str | None], Relation | None]


@dataclass(frozen=True)
class Answer:
    """The result of a query: columns are (name, Kusto type), rows hold JSON-ready values."""

    columns: Columns
    rows: tuple[tuple[Any, ...], ...]


@dataclass
class _Pending:
    """Rows that are not in the database yet: most columns of most tables are never asked for."""

    columns: Columns
    rows: Sequence[Sequence[Any]]
    older: ColumnarRows | None = None
    loaded: frozenset[str] | None = None


@dataclass
class Workspace:
    """What one request has in the engine; a context manager.

    `now` is the request's moment, `constants` are functions without arguments that return the
    same text in the whole request. `names` are columns of tables that it may read.
    `watch` looks after its queries.
    """

    now: str
    constants: Mapping[str, str] = field(default_factory=dict)
    names: frozenset[str] = frozenset()
    watch: Watch = field(default_factory=Watch)
    _connection: Any = None
    _pending: dict[str, _Pending] = field(default_factory=dict)
    _columns: dict[str, Columns] = field(default_factory=dict)

    def __enter__(self) -> Self:
        libraries.require()
        return self

    def __exit__(self, failure: object, *_: object) -> None:
        if self._connection is not None:
            # What is read where it is has to be let go of; a failure may have left anything.
            is_as_before = failure is None and not any(
                one.older is not None for one in self._pending.values()
            )
            libraries.end(self._connection, keeps=is_as_before)

    def add(
        self,
        columns: Columns,
        rows: Sequence[Sequence[Any]],
        older: ColumnarRows | None = None,
    ) -> Relation:
        """Return a relation of these rows, and older ones; read when a query needs them."""
        name = f"$r{len(self._columns)}"
        self._columns[name] = columns
        self._pending[name] = _Pending(columns, rows, older)
        return Relation(name, dict(columns))

    def known(self, name: str) -> Relation | None:
        """Return a relation of this workspace by its name, None for any other name."""
        columns = self._columns.get(name)
        return None if columns is None else Relation(name, dict(columns))

    def table_of(self, text: str, lookup: Lookup) -> Relation:
        """Return what a query gives as a relation. Raises an EngineError."""
        columns, sql = self._prepared(text, lookup)
        name = f"$r{len(self._columns)}"
        execution.make_table(self._database(), name, sql, columns, self.watch)
        self._columns[name] = columns
        return Relation(name, dict(columns))

    def answer(self, text: str, lookup: Lookup, limits: Limits | None = None) -> Answer:
        """Return what a query gives. Raises an EngineError."""
        columns, sql = self._prepared(text, lookup)
        rows = execution.fetch(self._database(), sql, columns, limits or Limits(), self.watch)
        return Answer(columns, tuple(rows))

    def _database(self) -> Any:
        if self._connection is None:
            self._connection = libraries.begin()
        return self._connection

    def _prepared(self, text: str, lookup: Lookup) -> tuple[Columns, str]:
        """Return the columns of a query and its SQL, when what it reads is in the database."""
        constants = {
            name: Typed(literal(v, "string"), "string") for name, v in self.constants.items()
        }
        surroundings = Surroundings(lookup, constants, literal(self.now, "datetime"))
        names = {name for columns in self._columns.values() for name, _ in columns}
        tree = read(text, names | self.names)
        try:
            shape = shaped(tree, surroundings)
            sql = libraries.write(shape.tree, shape.schema)
        except RecursionError as error:
            raise UnsupportedError(DEPTH) from error
        self._bring_in(shape.schema, _needed(tree, list(shape.columns)))
        return tuple(shape.columns.items()), sql

    def _bring_in(self, schema: Mapping[str, Any], needed: set[str]) -> None:
        """Load the relations of a query that are not there, or lack columns that are needed."""
        for name in schema:
            pending = self._pending.get(name)
            if pending is None:
                continue
            wanted = frozenset(each for each, _ in pending.columns if each in needed)
            if pending.loaded is not None and wanted <= pending.loaded:
                continue
            if pending.loaded is not None:
                wanted |= pending.loaded
                relations.drop(self._database(), name, pending.older)
            relations.load(
                self._database(), name, pending.columns, pending.rows, wanted, pending.older
            )
            pending.loaded = wanted


def read(text: str, names: Collection[str] = ()) -> Any:
    """Return a query as a tree; words of the grammar that are among `names` may be names.

    Raises an EngineError.
    """
    try:
        return libraries.read(text)
    except RecursionError as error:
        raise UnsupportedError(DEPTH) from error
    except QuerySyntaxError as error:
        changed = with_quoted_names(text, names)
        if changed is None:
            raise as_unsupported(text, error) from error
        try:
            return libraries.read(changed)
        except QuerySyntaxError:
            raise as_unsupported(text, error) from error


def _needed(tree: Any, columns: Sequence[str]) -> set[str]:
    """Return every name in a query and in its result: a column of another name does not show.

    A join adds a digit to the second of two columns of one name.
    """
    names = {*columns, *(name.rstrip("0123456789") for name in columns)}
    stack, seen = [tree], set()
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            names.add(item)
        elif isinstance(item, list | tuple):
            stack.extend(item)
        elif is_dataclass(item) and id(item) not in seen:
            seen.add(id(item))
            stack.extend(getattr(item, each.name) for each in fields(item))
    return names
