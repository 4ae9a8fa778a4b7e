"""The one module that imports duckdb and duckdb_kql, both at their first use.

The translator is used in two halves, so that its tree can be looked at in between: text to tree
(`read`) and tree to SQL (`write`). Trees are the dataclasses of `duckdb_kql.ir`; other modules
tell them apart by the names of their classes. Should the package ever stop, another translator
has to offer what is public here.
"""

from __future__ import annotations

import functools
import queue
import re
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.engine.errors import (
    EngineMissingError,
    QuerySemanticError,
    QuerySyntaxError,
    UnsupportedError,
)
from adxmi_jupyter.embedded.engine.own_functions import OWN_FUNCTIONS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import ModuleType

_MEMORY = "160MB"
_MOST_IDLE = 4
_SETTINGS = {
    "enable_external_access": False,
    "python_enable_replacements": False,
    "autoload_known_extensions": False,
    "autoinstall_known_extensions": False,
    "memory_limit": _MEMORY,
    "threads": 2,
    "max_temp_directory_size": "0KB",
}
# What the translator raises for what it did not expect itself, such as very long numbers.
_UNEXPECTED = (
    *(AssertionError, AttributeError, IndexError, KeyError, TypeError, ValueError),
    ArithmeticError,
)
# How the translator writes `range`: as one list, which takes memory that DuckDB does not count.
_NUMBER = r"CAST\((?:CAST\()?\(?-?\d+\)?(?: AS BIGINT\))? AS BIGINT\)"
_LIST_OF_NUMBERS = re.compile(
    rf'SELECT UNNEST\((generate_series\({_NUMBER}, {_NUMBER}, {_NUMBER}\))\) AS ("(?:[^"]|"")+")'
)
_POSITION = re.compile(r"^could not parse KQL at \d+:\d+: ")
_OTHER_NAMES = {
    "MvapplyOperator": "mv-apply",
    "TopNestedOperatorPart": "top-nested",
    "FacetByOperator": "facet",
    "ReduceByOperator": "reduce",
    "LetFunctionBody": "view()",
}
# The translator has names of its own for some constructs.
_CONSTRUCTS = {
    "source:": "",
    "aggregate:": "the aggregate ",
    "function:": "the function ",
    "literal:": "a literal of type ",
    "expression:": "",
    "operator:": "the operator ",
    "binary:": "the operator ",
    "unary:": "the operator ",
}


@functools.cache
def _translator() -> ModuleType:
    """Return duckdb_kql, with the rows of `OWN_FUNCTIONS` in its table of functions."""
    try:
        import duckdb_kql
        from duckdb_kql.translate import functions
    except ImportError as error:
        raise EngineMissingError from error
    for name, (template, arities) in OWN_FUNCTIONS.items():
        row = functions.FunctionSpec(name, "template", template, arities)
        functions.SCALAR_FUNCTIONS.setdefault(name, row)
    return duckdb_kql


def require() -> None:
    """Raise an EngineMissingError unless the engine is there."""
    _translator()
    _duckdb()


def _duckdb() -> ModuleType:
    try:
        import duckdb
    except ImportError as error:
        raise EngineMissingError from error
    return duckdb


def connect() -> Any:
    """Return an empty database in memory, which can reach no file and no network."""
    connection = _duckdb().connect(config=_SETTINGS)
    connection.execute("set TimeZone='UTC'")
    connection.execute("set enable_progress_bar=false")  # it would go to the caller's output
    connection.execute("set lock_configuration=true")
    return connection


@functools.cache
def _idle() -> queue.LifoQueue[Any]:
    """Return the empty databases that wait for another request.

    To make one takes longer than most queries.
    """
    return queue.LifoQueue(_MOST_IDLE)


def begin() -> Any:
    """Return an empty database as `connect` does, mostly one that was made before; see `end`."""
    try:
        connection = _idle().get_nowait()
    except queue.Empty:
        connection = connect()
    connection.begin()
    return connection


def end(connection: Any, *, keeps: bool) -> None:
    """Take all that was made in a database since `begin` out of it; `keeps` it for another one."""
    try:
        connection.rollback()
        if keeps:
            _idle().put_nowait(connection)
            return
    except (_duckdb().Error, queue.Full):  # closed then, as one that is not to be kept
        pass
    connection.close()


def read(text: str) -> Any:
    """Return a query as the translator's tree.

    Raises a QuerySyntaxError for a text that is none, an UnsupportedError for what is not covered.
    """
    translator = _translator()
    from duckdb_kql.lower import lower

    try:
        return lower(text)
    except translator.KqlSyntaxError as error:
        raise _syntax_error(error) from error
    except (translator.KqlUnsupportedError, translator.KqlSchemaError) as error:
        raise _meaning(error) from error
    except _UNEXPECTED as error:
        raise UnsupportedError("a query of this form") from error


def write(tree: Any, schema: Mapping[str, Sequence[str]]) -> str:
    """Return the SQL of a tree; `schema` has the columns of its relations. Raises as `read`."""
    translator = _translator()
    from duckdb_kql.translate import to_sql

    try:
        sql = str(to_sql(tree, {name: list(columns) for name, columns in schema.items()}))
        return _LIST_OF_NUMBERS.sub(_row_by_row, sql)
    except (translator.KqlUnsupportedError, translator.KqlSchemaError) as error:
        raise _meaning(error) from error
    except _UNEXPECTED as error:
        raise UnsupportedError("a query of this form") from error


def _row_by_row(found: re.Match[str]) -> str:
    return f"SELECT generate_series AS {found[2]} FROM {found[1]}"  # noqa: S608 - our own SQL


def node(kind: str, *values: Any, **named: Any) -> Any:
    """Return a new node of the translator's tree; `kind` is the name of its class."""
    _translator()
    from duckdb_kql import ir

    return getattr(ir, kind)(*values, **named)


def names_of(operator: Any, columns: Sequence[str]) -> list[Any]:
    """Return the names that Kusto gives the expressions of an operator, in order.

    Those of a `Summarize` are its keys' names and then a list for each aggregate. Raises as `read`.
    """
    translator = _translator()
    from duckdb_kql.translate import naming, summarize_names

    given = list(columns)
    try:
        match type(operator).__name__:
            case "Project":
                return list(naming.project_names(operator.expressions))
            case "Extend":
                return list(naming.extend_names(operator.expressions, given))
            case "Distinct":
                return list(naming.distinct_names(operator.expressions))
            case _:
                keys, aggregates = summarize_names(operator, given)
                return [*keys, *aggregates]
    except (translator.KqlUnsupportedError, translator.KqlSchemaError) as error:
        raise _meaning(error) from error


def columns_after(operator: Any, columns: Sequence[str], schema: Mapping[str, list[str]]) -> Any:
    """Return the names of all columns behind an operator. Raises as `read`."""
    translator = _translator()
    from duckdb_kql import ir
    from duckdb_kql.schema import output_columns

    source = ir.TableRef("$input")
    try:
        return output_columns(ir.Query(source, [operator]), {**schema, "$input": list(columns)})
    except (translator.KqlUnsupportedError, translator.KqlSchemaError) as error:
        raise _meaning(error) from error


def reserved_words() -> frozenset[str]:
    """Return the words of the translator's grammar, which it does not always take as names."""
    _translator()
    from duckdb_kql._antlr.KqlLexer import KqlLexer

    quoted = (each[1:-1] for each in KqlLexer.literalNames if each[:1] == "'")
    return frozenset(word for word in quoted if word.isidentifier())


def described(connection: Any, sql: str) -> list[Any]:
    """Return the columns of a statement; a QuerySemanticError for names that do not exist."""
    try:
        rows: list[Any] = connection.execute(f"DESCRIBE {sql}").fetchall()
    except _duckdb().Error as error:
        sentence = str(error).partition("\n")[0].partition(": ")[2]
        raise QuerySemanticError(sentence or "The statement cannot be run.") from error
    return rows


def is_interrupt(error: Exception) -> bool:
    """Tell whether DuckDB was interrupted."""
    return isinstance(error, _duckdb().InterruptException)


def failure(error: Exception) -> UnsupportedError | None:
    """Return what an error of DuckDB means; None for an error that is none of DuckDB's."""
    duckdb = _duckdb()
    if isinstance(error, duckdb.OutOfMemoryException):
        return UnsupportedError(f"a query that needs more than {_MEMORY} of memory")
    if isinstance(error, duckdb.OutOfRangeException | duckdb.ConversionException):
        return UnsupportedError("a value out of the range that the engine keeps")
    if isinstance(error, duckdb.BinderException | duckdb.NotImplementedException):
        return UnsupportedError("this combination of types")
    if isinstance(error, duckdb.Error):
        return UnsupportedError("a query of this form")
    return None


def _syntax_error(error: Any) -> QuerySyntaxError:
    first = error.diagnostics[0]
    text = _POSITION.sub("", str(first.message))
    expected = text.split(" expecting ", maxsplit=1)[0]
    return QuerySyntaxError(expected, first.span.line, first.span.column + 1)


def _construct(error: Any) -> str:
    given = str(error.construct)
    if given in _OTHER_NAMES:
        return _OTHER_NAMES[given]
    if given.startswith("invoke:"):
        return "invoke"
    for prefix, words in _CONSTRUCTS.items():
        if given.startswith(prefix):
            return words + _spelled(given.removeprefix(prefix))
    return _spelled(given)


def _spelled(name: str) -> str:
    """Return the name of a node of the grammar as KQL spells it, other names as they are."""
    word = name.removesuffix("Operator").removesuffix("Statement").removesuffix("Expression")
    if word == name:
        return name
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", word).lower()


def _meaning(error: Any) -> UnsupportedError | QuerySemanticError:
    """Return what an error of the translator that is no syntax error means."""
    if hasattr(error, "construct"):
        return UnsupportedError(_construct(error))
    sentence = str(error).removeprefix("schema error for ")
    if "differ only in case" in sentence:
        return UnsupportedError("columns whose names differ only in case")
    return QuerySemanticError(sentence)
