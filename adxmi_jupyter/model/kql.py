"""The text of management commands: entity names, string literals, policies, security roles.

Source: *The string data type*, *Entity names*, *Managed identity policy*, *Manage database security
roles* (Azure Data Explorer docs).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from adxmi_jupyter.model.timespan import timespan_text

if TYPE_CHECKING:
    from adxmi_jupyter.model.policy import Policy, Scope
    from adxmi_jupyter.model.role import SecurityRole

SHOW_FUNCTIONS = ".show functions"
SHOW_EXTERNAL_TABLES = ".show external tables"

_CHORD = "```"
_LAST_OF_FOUR_DIGITS = 0xFFFF
_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def _escaped(text: str, quote: str) -> str:
    if quote not in text and "\\" not in text and text.isprintable():
        return text
    return "".join(_escaped_character(character, quote) for character in text)


def _escaped_character(character: str, quote: str) -> str:
    if character == quote:
        return "\\" + quote
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable():
        return character
    code = ord(character)
    # Beyond four digits not every reader of the language decodes the escape; as it is, all do.
    return f"\\u{code:04x}" if code <= _LAST_OF_FOUR_DIGITS else character


def quote_name(name: str) -> str:
    r"""Quote an entity name. Always bracketed: legal for every name, keywords included.

    >>> quote_name("Tom's Lab")
    "['Tom\\'s Lab']"
    """
    return f"['{_escaped(name, chr(39))}']"


def string_literal(text: str) -> str:
    r"""Quote any text as a plain string literal.

    >>> string_literal('say "hi"')
    '"say \\"hi\\""'
    """
    return f'"{_escaped(text, chr(34))}"'


def obfuscated_literal(text: str) -> str:
    r"""Quote a text that the service must keep out of its logs (``h@'…'``); never on two lines.

    >>> obfuscated_literal('https://a/b;Name="x"')
    'h@\'https://a/b;Name="x"\''
    """
    return "h" + verbatim_literal(text)


def verbatim_literal(text: str) -> str:
    r"""Quote a text full of backslashes readably (``@'…'``); plain where that cannot be.

    >>> verbatim_literal(r"a\.b")
    "@'a\\.b'"
    """
    if not text.isprintable():
        return string_literal(text)
    return "@'" + text.replace("'", "''") + "'"


def multi_line_literal(text: str) -> str:
    """Quote a text of several lines between chords of three backticks; plain where that cannot be.

    Nothing can be escaped inside, so a text with such a chord, or one that would lengthen the
    opening or closing chord, or with other control characters, is quoted plainly.
    """
    awkward = _CHORD in text or text.startswith("`") or text.endswith("`")
    if awkward or not text.replace("\n", "").isprintable():
        return string_literal(text)
    return _CHORD + text + _CHORD


def scalar_literal(value: bool | float | timedelta | None) -> str:
    """Write a flag, a number, a length of time, or ``null``.

    >>> scalar_literal(True), scalar_literal(5), scalar_literal(timedelta(hours=1, minutes=30))
    ('true', '5', '90m')
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return timespan_text(value) if isinstance(value, timedelta) else repr(value)


def with_clause(properties: Sequence[tuple[str, str]]) -> str:
    """Write ``with (…)`` of names and literals; nothing for no properties."""
    listed = ", ".join(f"{name}={literal}" for name, literal in properties)
    return f"with ({listed})" if listed else ""


def _entity(scope: Scope) -> str:
    return f"database {quote_name(scope.database)}" if scope.database else "cluster"


def show_csl_script(database: str) -> str:
    """Show the commands that make a database again, without secrets."""
    return f".show database {quote_name(database)} schema as csl script"


def show_policy(scope: Scope) -> str:
    """Build ``.show … policy managed_identity``."""
    return f".show {_entity(scope)} policy managed_identity"


def alter_policy(scope: Scope, policy: Policy) -> str:
    """Build ``.alter … policy managed_identity``: the whole policy becomes the given one."""
    return f".alter {_entity(scope)} policy managed_identity {multi_line_literal(policy.to_json())}"


def alter_merge_policy(scope: Scope, policy: Policy) -> str:
    """Build ``.alter-merge … policy managed_identity``: adds, never removes."""
    literal = multi_line_literal(policy.to_json())
    return f".alter-merge {_entity(scope)} policy managed_identity {literal}"


def delete_policy(scope: Scope) -> str:
    """Build ``.delete … policy managed_identity``."""
    return f".delete {_entity(scope)} policy managed_identity"


def show_entities(
    databases: Sequence[str] = (), *, kind: str = "", shows_obfuscated: bool = False
) -> str:
    """Build ``.show databases entities``: of these databases, or of all; of a kind, or of all.

    `shows_obfuscated` asks for obfuscated literals in clear, which admins get. Source: *.show
    databases entities command* (Azure Data Explorer docs).
    """
    conditions = [
        " or ".join(f"DatabaseName =~ {string_literal(one)}" for one in databases),
        f"EntityType == {string_literal(kind)}" if kind else "",
    ]
    return " | ".join(
        (
            ".show databases entities"
            + (" with (showObfuscatedStrings=true)" if shows_obfuscated else ""),
            *(f"where {condition}" for condition in conditions if condition),
            "project DatabaseName, EntityType, EntityName, Content, CslOutputSchema",
        )
    )


def show_databases_policies(databases: Sequence[str] = ()) -> str:
    """Build ``.show databases policies``: of these databases, or of all.

    Source: *.show databases command* (Azure Data Explorer docs).
    """
    listed = f"({', '.join(map(quote_name, databases))}) " if databases else ""
    return f".show databases {listed}policies"


def show_journal(scope: Scope, seconds: int, word: str) -> str:
    """Build ``.show … journal`` of the last seconds, for commands in which a word stands.

    The service's own clock counts the seconds. Source: *Journal management* (Azure Data Explorer
    docs).
    """
    condition = (
        f"EventTimestamp > ago({seconds}s) and ChangeCommand contains {string_literal(word)}"
    )
    return f".show {_entity(scope)} journal | where {condition}"


def show_roles(scope: Scope) -> str:
    """Build the command that lists who holds a role on a database, or the caller's on the cluster.

    No documented command lists the roles of others on the cluster.
    """
    if scope.database:
        return f".show database {quote_name(scope.database)} principals"
    return ".show cluster principal roles"


def add_to_role(
    database: str, role: SecurityRole, principals: Sequence[str], description: str = ""
) -> str:
    """Build ``.add database … ROLE``: the principals are added to those there are."""
    command = _role_command(".add", database, role, principals)
    return f"{command} {string_literal(description)}" if description else command


def set_role(
    database: str, role: SecurityRole, principals: Sequence[str], description: str = ""
) -> str:
    """Build ``.set database … ROLE``: these principals are all that have it afterwards."""
    command = _role_command(".set", database, role, principals)
    return f"{command} {string_literal(description)}" if description else command


def empty_role(database: str, role: SecurityRole) -> str:
    """Build ``.set database … ROLE none``: no principal has it afterwards."""
    return f".set database {quote_name(database)} {role} none"


def drop_from_role(database: str, role: SecurityRole, principals: Sequence[str]) -> str:
    """Build ``.drop database … ROLE``: these principals go, all others stay."""
    return _role_command(".drop", database, role, principals)


def _role_command(verb: str, database: str, role: SecurityRole, principals: Sequence[str]) -> str:
    listed = ", ".join(map(string_literal, principals))
    return f"{verb} database {quote_name(database)} {role} ({listed})"
