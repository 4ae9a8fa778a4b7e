"""What a query names is found before the engine reads it.

A text is gone through token by token. What the engine's translator does not know is run at once
and stands in the text as a relation from then on: external tables, `externaldata`, stored
functions, materialized views, plugins with all that is piped into them. Names of tables are left:
the engine asks for them when it types the query (`Resolution.lookup`).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.engine.errors import QuerySemanticError, UnsupportedError
from adxmi_jupyter.embedded.engine.tokens import (
    closing,
    name_written,
    split_at,
    syntax_error,
    tokens_of,
)
from adxmi_jupyter.embedded.kusto.query import clauses, plugins, sources
from adxmi_jupyter.embedded.kusto.query.clauses import Cursor
from adxmi_jupyter.embedded.kusto.query.literals import declared_value, literal_text
from adxmi_jupyter.embedded.kusto.query.special_sources import SOURCES
from adxmi_jupyter.embedded.kusto.query.tabular import gives_table, stored_gives_table
from adxmi_jupyter.embedded.kusto.query.walk import Walk
from adxmi_jupyter.embedded.kusto.session import WithoutScripts

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.engine.operators import Relation
    from adxmi_jupyter.embedded.engine.tokens import Token
    from adxmi_jupyter.embedded.engine.workspace import Answer, Workspace
    from adxmi_jupyter.embedded.kusto.session import Session
    from adxmi_jupyter.embedded.state.clusters import Database
    from adxmi_jupyter.embedded.state.entities import StoredFunction

COMMAND_RESULTS = "$command_results"


@dataclass(frozen=True)
class LetFunction:
    """A function of a `let` statement that returns a table; the cursor is at its parameters."""

    definition: Cursor


@dataclass
class Resolution:
    """One text in one database: a query, or the body of a function.

    `lets` are statements that give names to what the text may use; `is_dry` says that nothing is
    run, so that only the form of the text is checked.
    """

    text: str
    session: Session
    workspace: Workspace
    lets: list[str] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    functions: dict[str, LetFunction] = field(default_factory=dict)
    is_dry: bool = False
    tokens: list[Token] = field(default_factory=list)
    _relations: dict[tuple[str, str], Relation] = field(default_factory=dict)

    def resolved(self) -> str:
        """Return the text with relations in the place of what has been run.

        Raises an EngineError, or a KustoError of what is run.
        """
        self.tokens = tokens_of(self.text)
        if not self.tokens:
            raise syntax_error("A query is expected.", self.text, 0)
        query = ""
        for span in split_at(self.tokens, 0, len(self.tokens), ";", self.text):
            if span[0] == span[1]:
                continue
            if query:
                raise UnsupportedError("several queries in one request")
            query = self._statement(Cursor(self.tokens, self.text, *span))
        if not query:
            raise syntax_error(
                "A query is expected behind the statements.", self.text, len(self.text)
            )
        return "; ".join([*self.lets, query])

    def relation(self) -> Relation:
        """Return what the text gives as a relation."""
        return self.workspace.table_of(self.resolved(), self.lookup)

    def lookup(self, name: str, database: str | None, cluster: str | None) -> Relation | None:
        """Return the relation of a table's name; None for a table that does not exist."""
        own = self.workspace.known(name) if database is None else None
        if own is not None:
            return own
        if cluster is not None:
            sources.require_own_cluster(cluster, self.session)
        found = sources.database_of(database, self.session)
        place = (found.name, name)
        if place not in self._relations and name in found.materialized_views:
            self._relations[place] = self.view(name, found)
        if place not in self._relations and name in found.tables:
            table = found.tables[name]
            self._relations[place] = self.workspace.add(table.columns, table.rows)
        return self._relations.get(place)

    def value(self, cursor: Cursor) -> tuple[str, Any]:
        """Return the type and the value of an expression that is the same for all rows."""
        answer = self._printed(cursor)
        return answer.columns[0][1], answer.rows[0][0]

    def text_value(self, cursor: Cursor) -> str:
        """Return a constant text; a QuerySemanticError for anything else."""
        kind, value = self.value(cursor)
        if kind != "string":
            raise QuerySemanticError("Names and connection strings are texts here.")
        return str(value)

    def _printed(self, cursor: Cursor) -> Answer:
        if cursor.at_end:
            raise cursor.error("An expression")
        expression = self.expression(cursor.place, cursor.last)
        text = "; ".join([*self.lets, f"print {expression}"])
        return self.workspace.answer(text, self.lookup)

    def _statement(self, cursor: Cursor) -> str:
        """Return the text of a query; empty for a statement that is kept for it."""
        match cursor.tokens[cursor.place].text:
            case "let":
                self._let(cursor)
            case "set":
                pass
            case "declare":
                self._declare(cursor)
            case _:
                return self.expression(cursor.place, cursor.last)
        return ""

    def _let(self, cursor: Cursor) -> None:
        cursor.needs("let")
        name = cursor.name()
        cursor.needs("=")
        if cursor.at_end:
            raise cursor.error("An expression")
        cursor.takes("view")
        definition = replace(cursor)
        body = self._function_body(cursor)
        if body is not None and self.is_tabular(body):
            self.functions[name] = LetFunction(definition)
            return
        expression = self.expression(definition.place, definition.last)
        self.lets.append(f"let {_spelled(name)} = {expression}")
        self.names.add(name)

    def _function_body(self, cursor: Cursor) -> Cursor | None:
        """Return the body of `(parameters) { body }`; None for anything else."""
        if not cursor.sees("("):
            return None
        cursor.bracketed("(")
        return cursor.bracketed("{") if cursor.sees("{") else None

    def is_tabular(self, body: Cursor) -> bool:
        """Tell whether an expression gives a table."""
        return gives_table(body, self.functions, sources.current_database(self.session))

    def named(self, text: str) -> str:
        """Return a name that a statement of its own gives to a query."""
        name = name_written(f"$p{len(self.lets)}")
        self.lets.append(f"let {name} = {text}")
        return name

    def _declare(self, cursor: Cursor) -> None:
        """Give the parameters of a query the values of the request, or their own ones."""
        cursor.needs("declare")
        if not cursor.takes("query_parameters"):
            raise UnsupportedError(f"declare {cursor.word()}")
        for each in clauses.parameters_in(cursor.bracketed("(")):
            given = self.session.parameters.get(each.name)
            if given is not None:
                text = declared_value(each.name, each.kind, given)
            elif each.default is not None:
                text = self.expression(each.default.place, each.default.last)
            else:
                raise QuerySemanticError(f"The query parameter '{each.name}' has no value.")
            self.lets.append(f"let {name_written(each.name)} = {text}")
            self.names.add(each.name)

    def expression(self, first: int, last: int) -> str:
        """Return the tokens of an expression as a text for the engine."""
        return Walk(self, first, last).text()

    def source(self, cursor: Cursor) -> Relation | None:
        """Return the relation of what stands next, and go behind it; None for what is left."""
        token = cursor.tokens[cursor.place]
        special = SOURCES.get(token.text) if token.kind == "word" else None
        if special is not None:
            cursor.place += 1
            return special(self, cursor)
        if token.text == COMMAND_RESULTS and self.session.command_results is not None:
            cursor.place += 1
            results = self.session.command_results
            return self.workspace.add(results.columns, results.rows, results.older)
        start = cursor.place
        if token.kind == "word" or token.text == "[":
            name = token.text if token.kind == "word" else _bracketed_name(cursor)
            cursor.place += token.kind == "word"
            found = self._called(name, cursor)
            if found is not None:
                return found
        cursor.place = start
        return None

    def _called(self, name: str, cursor: Cursor) -> Relation | None:
        """Return the result of a function whose name has been read."""
        if name in self.names:
            return None
        if name in self.functions:
            return self._call_let(name, self.functions[name], cursor)
        database = sources.current_database(self.session)
        if database is None or name not in database.functions:
            return None
        sources.database_of(None, self.session)
        if not stored_gives_table(database.functions[name], database):
            return None
        return self.call_stored(database.functions[name], database, cursor)

    def _call_let(self, name: str, function: LetFunction, cursor: Cursor) -> Relation:
        definition = replace(function.definition)
        parameters = clauses.parameters_in(definition.bracketed("("))
        body = definition.bracketed("{")
        others = {n: f for n, f in self.functions.items() if n != name}
        lets, names = self._bound(name, parameters, cursor)
        text = self.text[body.tokens[body.place].start : body.tokens[body.last - 1].end]
        inner = Resolution(
            text, self.session, self.workspace, [*self.lets, *lets], self.names | names, others
        )
        return self._run(inner)

    def call_stored(self, function: StoredFunction, database: Database, cursor: Cursor) -> Relation:
        """Return what a stored function gives for the arguments that stand next."""
        tokens = tokens_of(function.parameters)
        whole = Cursor(tokens, function.parameters, 0, len(tokens))
        parameters = clauses.parameters_in(whole.bracketed("(")) if tokens else ()
        lets, names = self._bound(function.name, parameters, cursor)
        inside = _inside_function(function, database, self.session)
        return self._run(Resolution(function.body[1:-1], inside, self.workspace, lets, names))

    def _run(self, inner: Resolution) -> Relation:
        if self.is_dry:
            return self.placeholder()
        return inner.relation()

    def _bound(
        self, name: str, parameters: tuple[clauses.Parameter, ...], cursor: Cursor
    ) -> tuple[list[str], set[str]]:
        """Return statements that give a function's parameters their values, and their names."""
        given = cursor.bracketed("(").strict_items() if cursor.sees("(") else []
        if len(given) > len(parameters):
            raise QuerySemanticError(f"The function '{name}' takes {len(parameters)} arguments.")
        lets = []
        for place, parameter in enumerate(parameters):
            argument = given[place] if place < len(given) else parameter.default
            if argument is None:
                raise QuerySemanticError(f"The function '{name}' needs '{parameter.name}'.")
            if self.is_dry:
                continue
            text = self._argument(parameter, argument)
            lets.append(f"let {name_written(parameter.name)} = {text}")
        return lets, {each.name for each in parameters}

    def _argument(self, parameter: clauses.Parameter, argument: Cursor) -> str:
        reading = self
        if argument is parameter.default:
            reading = Resolution(argument.text, self.session, self.workspace)
            reading.tokens = list(argument.tokens)
        if not parameter.kind:
            inside = reading.expression(argument.place, argument.last)
            relation = self.workspace.table_of("; ".join([*self.lets, inside]), self.lookup)
            return name_written(relation.name)
        _, value = reading.value(argument)
        return literal_text(parameter.kind, value)

    def placeholder(self) -> Relation:
        """Return a relation that stands for one that is not read."""
        return self.workspace.add((), ())

    def view(self, name: str, database: Database) -> Relation:
        """Return the rows of a materialized view."""
        query = database.materialized_views[name].query
        inside = replace(self.session, context=database.name)
        return Resolution(query, inside, self.workspace).relation()

    def plugin(self, cursor: Cursor, piped: str | None) -> Relation:
        """Return what a plugin makes of a pipeline, whose text is None for nothing."""
        given = clauses.plugin_text(cursor)
        if self.is_dry:
            return self.placeholder()
        table = None
        if piped is not None:
            table = self.workspace.answer("; ".join([*self.lets, piped]), self.lookup)
        return self.added(plugins.run(given, table, self))

    def added(self, found: Any) -> Relation:
        """Return the relation of a result."""
        return self.workspace.add(found.columns, found.rows)

    def declare_scalar(self, name: str) -> None:
        """Make a stored function that returns a value known to the engine."""
        database = sources.current_database(self.session)
        if database is None or name in self.names or name not in database.functions:
            return
        function = database.functions[name]
        if stored_gives_table(function, database):
            return
        self.names.add(name)
        inner = Resolution(function.body, self.session, self.workspace, is_dry=self.is_dry)
        inner.tokens = tokens_of(function.body)
        body = inner.expression(0, len(inner.tokens))
        self.lets += [*inner.lets, f"let {_spelled(name)} = {function.parameters} {body}"]


def _spelled(name: str) -> str:
    """Return a name as `let` takes it; functions are called by bare names only."""
    return name if name.isidentifier() else name_written(name)


def _bracketed_name(cursor: Cursor) -> str:
    end = closing(cursor.tokens, cursor.place, cursor.text)
    if end != cursor.place + 2 or cursor.tokens[cursor.place + 1].kind != "string":
        return ""
    return cursor.name()


def _inside_function(function: StoredFunction, database: Database, session: Session) -> Session:
    """Return the session in which a function's body runs: names are those of its own database.

    Raises a QuerySemanticError for a function that calls itself.
    """
    place = (database.name, function.name)
    if place in session.calls:
        raise QuerySemanticError(f"The function '{function.name}' calls itself.")
    sender = session.sender
    if function.script_problem:
        sender = WithoutScripts(sender, function.script_problem)
    return replace(session, context=database.name, calls=(*session.calls, place), sender=sender)
