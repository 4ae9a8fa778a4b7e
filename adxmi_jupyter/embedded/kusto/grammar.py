"""What the grammars of commands and of queries share: string literals, names and reserved words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lark import Token, Transformer, v_args

from adxmi_jupyter.embedded.engine.tokens import decoded
from adxmi_jupyter.embedded.kusto.errors import syntax_error
from adxmi_jupyter.embedded.lalr import lalr_parser

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lark import Lark

# Every word here is a keyword, a type name or a literal of the query language; the list holds
# those that can be spelled like a bare name at all (page: Identifier naming rules).
_WORDS = (
    "accumulate and anomalychart areachart as asc bagexpansion barchart between bin_legacy "
    "boolean by byte cachingpolicy callout cancel card char columnchart contains "
    "contains_cs containscs cycles dataexport datascope datatable date datetime decimal "
    "decodeblocks desc double dynamic earliest encodingpolicy endswith endswith_cs "
    "expandoutput extent_tags_retention external_data externaldata false find first flags "
    "float force_remote harddelete hardretention has has_all has_any has_cs hasprefix "
    "hasprefix_cs hassuffix hassuffix_cs hotcache identity in int int16 int32 int64 int8 "
    "invoke isfuzzy journal kind ladderchart last latest like likecs linechart long "
    "materialize mdm missing nooptimization notcontains notcontainscs notlike notlikecs of "
    "or others pathformat piechart pivotchart print project queries query_results real "
    "relaxed restricted_view_access row_level_security rowstore rowstore_references "
    "rowstore_sealinfo rowstorepolicy rowstores sample scatterchart seal seals search set "
    "shards simple softdelete softretention sql stackedareachart startswith startswith_cs "
    "statistics storedqueryresultcontainers string tablepurge time timechart timeline "
    "timepivot timespan title to toscalar totable treemap true uint uint16 uint32 uint64 "
    "uint8 ulong union uniqueid unrestrictedviewers verbose viewers views where with "
    "with_itemindex with_match_id with_source with_step_name withsource writeaheadlog "
)
RESERVED_WORDS = frozenset(_WORDS.split())

# The service's own editor lets these two name a table, but not a database.
_RESERVED_FOR_DATABASES = frozenset({"identity", "with"})


def build_grammar(file: str, *starts: str, together_with: Iterable[str] = ()) -> Lark:
    """Return a parser for grammar files in this package, together with the literals."""
    files = (file, "literals.lark", *together_with)
    return lalr_parser(*(f"kusto/{name}" for name in files), starts=starts)


class ToNames(Transformer[Token, Any]):
    """Decode string literals and entity names; the base of the transformers of both."""

    @v_args(inline=True)
    def string(self, literal: Token) -> str:
        """Return the text of a string literal."""
        return decoded(literal)

    @v_args(inline=True)
    def bare_name(self, name: Token) -> str:
        """Return a name without quotes, unless the word is reserved."""
        return _unreserved(name, RESERVED_WORDS)

    @v_args(inline=True)
    def bare_entity(self, name: Token) -> str:
        """Return the bare name of something in a database, unless the word is reserved."""
        return _unreserved(name, RESERVED_WORDS - _RESERVED_FOR_DATABASES)

    @v_args(inline=True)
    def bracketed_text(self, name: Token) -> str:
        """Return what stands between the brackets, blanks included."""
        return name[1:-1]

    @v_args(inline=True)
    def quoted_name(self, name: str) -> str:
        """Return a name that was written as a string literal in brackets."""
        return name


def _unreserved(name: Token, reserved: frozenset[str]) -> str:
    if name in reserved:
        raise syntax_error(
            f"'{name}' is a reserved word; write ['{name}'] to use it as a name.",
            name.line or 1,
            name.column or 1,
        )
    return str(name)
