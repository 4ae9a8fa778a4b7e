"""Texts to values: management commands by a grammar as strict as the service's own editor."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Any

from lark import UnexpectedInput, UnexpectedToken, v_args
from lark.exceptions import VisitError

from adxmi_jupyter.embedded.kusto import statements
from adxmi_jupyter.embedded.kusto.errors import KustoError, syntax_error
from adxmi_jupyter.embedded.kusto.grammar import ToNames, build_grammar
from adxmi_jupyter.embedded.kusto.known_commands import known_command
from adxmi_jupyter.embedded.kusto.statement_texts import is_command, split_query, split_statements
from adxmi_jupyter.embedded.kusto.statements import (
    Level,
    RoleChange,
    Scope,
    Statement,
    UnsupportedCommand,
    UnsupportedShowCommand,
)
from adxmi_jupyter.embedded.kusto.trees import (
    FAMILIES,
    families_by_rule,
    family_trees,
)
from adxmi_jupyter.embedded.kusto.values import ToValues
from adxmi_jupyter.embedded.state.security import DatabaseRole

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lark import Lark, Token, Tree

    from adxmi_jupyter.embedded.kusto.ingestion.statements import ListBlobs
    from adxmi_jupyter.embedded.kusto.trees import (
        FamilyTrees,
    )
    from adxmi_jupyter.embedded.kusto.values import Properties


# A literal is not repeated in an error: it may hold a secret.
_LITERAL = re.compile(r"[hH]?@?['\"`~]")
_BLANK = re.compile(r"(?:\s|//[^\r\n]*+)*+")


def parse_command(text: str) -> Statement:
    """Return the command in `text`; a KustoError (BadRequest_SyntaxError) when it is none.

    One that only Kusto knows is an UnsupportedCommand: the embedded Azure cannot run it.
    """
    try:
        tree = command_grammar().parse(text, start="start")
    except UnexpectedInput as error:
        name = known_command(text, _terminals())
        if not name:
            raise _unexpected(text, error) from error
        kind = UnsupportedShowCommand if name.startswith("Show") else UnsupportedCommand
        return Statement(kind(name), text=text.strip())
    statement: Statement = _transformed(tree, text)
    return statement


def parse_commands(text: str) -> tuple[Statement, ...]:
    """Return the commands in `text`, which semicolons separate; raises as `parse_command` does."""
    return tuple(parse_command(each) for each in split_statements(text))


def parse_queued_blobs(text: str) -> ListBlobs | tuple[str, ...]:
    """Return what `.ingest-from-storage-queued` ingests; a KustoError (syntax error) for another.

    The text is a list of blobs or a `.list blobs` command.
    """
    try:
        tree = command_grammar().parse(text, start="queued_blobs")
    except UnexpectedInput as error:
        raise _unexpected(text, error) from error
    blobs: ListBlobs | tuple[str, ...] = _transformed(tree, text)
    return blobs


def _transformed(tree: Tree[Token], text: str) -> Any:
    try:
        return _ToStatement(text).transform(tree)
    except VisitError as error:
        if isinstance(error.orig_exc, KustoError):
            raise error.orig_exc from None
        raise


def _terminals() -> dict[str, str]:
    return {each.name: each.pattern.to_regexp() for each in command_grammar().terminals}


@functools.cache
def command_grammar() -> Lark:
    """Return the parser of management commands, built at its first use."""
    families = (f"{family}/grammar.lark" for family in FAMILIES)
    starts = ("start", "queued_blobs")
    return build_grammar("commands.lark", *starts, together_with=("values.lark", *families))


@v_args(inline=True)
class _ToStatement(ToValues, ToNames):
    """Turn a parse tree of commands.lark and the families' grammars into a Statement."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.source = source
        self._families: dict[str, FamilyTrees] = {}

    def __getattr__(self, rule: str) -> Any:
        """Return the method for a rule of a family; Lark takes an AttributeError for none."""
        family = families_by_rule().get(rule)
        if family is None:
            raise AttributeError(rule)
        if family not in self._families:
            self._families[family] = family_trees(family, self.source)
        return getattr(self._families[family], rule)

    def start(
        self, command: statements.Command, tail: Token | None, query: Token | None
    ) -> Statement:
        behind = tail if tail is not None else query
        text = self.source if behind is None else self.source[: behind.start_pos]
        operators, asked = split_query(tail or query or "")
        if behind is not None and asked.lstrip().startswith(";"):
            raise syntax_error("A semicolon is not expected here.", behind.line or 1, 1)
        asked = "" if _BLANK.fullmatch(asked) else asked
        return Statement(command, operators, text.strip(), asked)

    def cluster_scope(self) -> Scope:
        return Scope(Level.CLUSTER)

    def database_scope(self, name: str) -> Scope:
        return Scope(Level.DATABASE, name)

    def context_scope(self) -> Scope:
        return Scope(Level.DATABASE)

    def show_version(self) -> statements.ShowVersion:
        return statements.ShowVersion()

    def show_cluster(self) -> statements.ShowCluster:
        return statements.ShowCluster()

    def show_policy(self, scope: Scope) -> statements.ShowPolicy:
        return statements.ShowPolicy(scope)

    def alter_policy(self, scope: Scope, text: str) -> statements.AlterPolicy:
        return statements.AlterPolicy(scope, text, merge=False)

    def alter_merge_policy(self, scope: Scope, text: str) -> statements.AlterPolicy:
        return statements.AlterPolicy(scope, text, merge=True)

    def delete_policy(self, scope: Scope) -> statements.DeletePolicy:
        return statements.DeletePolicy(scope)

    def show_principals(self, database: str | None = None) -> statements.ShowPrincipals:
        return statements.ShowPrincipals(database)

    def show_database_roles(self, name: str, principal: str | None) -> statements.ShowRoles:
        return statements.ShowRoles(Scope(Level.DATABASE, name), principal)

    def show_cluster_roles(self, principal: str | None) -> statements.ShowRoles:
        return statements.ShowRoles(Scope(Level.CLUSTER), principal)

    def role(self, word: Token) -> DatabaseRole:
        return DatabaseRole(word)

    def principals(self, *names: str) -> tuple[str, ...]:
        return names

    def change_roles(
        self,
        change: Token,
        database: str | None,
        role: DatabaseRole,
        principals: tuple[str, ...],
        skip_results: Token | None,
        description: str | None,
    ) -> statements.ChangeRoles:
        return statements.ChangeRoles(
            RoleChange(change), database, role, principals, bool(skip_results), description or ""
        )

    def change_context_roles(
        self,
        change: Token,
        role: DatabaseRole,
        principals: tuple[str, ...],
        skip_results: Token | None,
        description: str | None,
    ) -> statements.ChangeRoles:
        return self.change_roles(change, None, role, principals, skip_results, description)

    def empty_roles(
        self, change: Token, database: str, role: DatabaseRole, skip_results: Token | None
    ) -> statements.ChangeRoles:
        return self.change_roles(change, database, role, (), skip_results, None)

    def execute_cluster_script(
        self, options: Properties | None, text: Token
    ) -> statements.ExecuteScript:
        return statements.ExecuteScript(Level.CLUSTER, options or (), _script(text))

    def execute_database_script(
        self, options: Properties | None, text: Token
    ) -> statements.ExecuteScript:
        return statements.ExecuteScript(Level.DATABASE, options or (), _script(text))


def _script(text: Token) -> str:
    """Return what stands behind the pipe; a KustoError (syntax error) when it is no command."""
    script = text.removeprefix("<|")
    if not is_command(script):
        raise syntax_error("A script begins with a command.", text.line or 1, text.column or 1)
    return script


def _unexpected(text: str, error: UnexpectedInput) -> KustoError:
    line, column, found = _place(text, error)
    expected = getattr(error, "accepts", None) or getattr(error, "expected", None)
    expected = expected or getattr(error, "allowed", None) or ()
    return syntax_error(
        f"{found} is not expected here. Expected: {_spelled(expected)}.", line, column
    )


def _place(text: str, error: UnexpectedInput) -> tuple[int, int, str]:
    at_end = isinstance(error, UnexpectedToken) and error.token.type == "$END"
    if at_end:
        lines = text.split("\n")
        return len(lines), len(lines[-1]) + 1, "the end of the command"
    position = error.pos_in_stream or 0
    word = (text[position:].split(maxsplit=1) or [""])[0][:40]
    found = "a string literal" if _LITERAL.match(word) else f"'{word}'"
    return error.line, error.column, found


def _spelled(terminals: Iterable[str]) -> str:
    """Return the words a user could write for these terminals of the grammar, sorted."""
    patterns = {t.name: _words(t.pattern.value) for t in command_grammar().terminals}
    shown = {
        "NAME": "a name",
        "BRACKETED_TEXT": "a name",
        "LSQB": "a name",
        "QUOTED": "a string literal",
        "VERBATIM": "a string literal",
        "MULTI_LINE": "a string literal",
        "DOT": "a command, which starts with a dot",
        "TRUE": "true",
        "FALSE": "false",
        "TAIL": "|",
        "THEN_QUERY": ";",
        "PIPED_TEXT": "<|",
        "INLINE_ROWS": "records in brackets",
        "GUID": "a GUID",
        "TYPED": "a literal such as timespan(1h)",
        "LENGTH_OF_TIME": "a length of time",
        "NUMBER": "a number",
        "WHOLE_NUMBER": "a number",
        "DYNAMIC": "a literal such as dynamic([])",
        "BODY_TEXT": "a query",
        "COLUMN_TYPE": "a type",
        "START_OF": "startofday, startofweek, startofmonth, startofyear",
        "$END": "the end of the command",
    }
    words = {
        shown.get(name) or patterns[name]
        for name in terminals
        if name not in {"WHITE_SPACE", "COMMENT"}
    }
    return ", ".join(sorted(words))


def _words(pattern: str) -> str:
    """Return the words of a keyword's pattern: all that stands before the end of a word."""
    word = pattern.split("(?!", maxsplit=1)[0].split("(?=", maxsplit=1)[0].replace("\\", "")
    return word.removeprefix("(?:").removesuffix(")").replace("|", ", ") if "(?:" in word else word
