"""Words of the translator's grammar that Kusto takes as names of columns, such as `kind`."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.engine import libraries
from adxmi_jupyter.embedded.engine.errors import UnsupportedError
from adxmi_jupyter.embedded.engine.tokens import name_written, syntax_error, tokens_of

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from adxmi_jupyter.embedded.engine.errors import EngineError, QuerySyntaxError
    from adxmi_jupyter.embedded.engine.tokens import Token

# Behind these a word and `=` are a parameter of the operator.
_WITH_PARAMETERS = frozenset(
    {"join", "lookup", "union", "parse", "where", "expand", "apply", "render", "with"}
)


# Every operator of the language (page: Tabular operators).
_OPERATOR_NAMES = """
as assert-schema consume count distinct evaluate execute-and-cache extend external_data
externaldata facet filter find fork getschema graph-mark-components graph-match
graph-shortest-paths graph-to-table graph-where-edges graph-where-nodes inline_external_table
invoke join limit lookup macro-expand make-graph make-series materialize mv-apply mv-expand
mvapply mvexpand order parse parse-kv parse-where partition print project project-away
project-by-names project-keep project-rename project-reorder range reduce render sample
sample-distinct scan search serialize sort summarize take top top-hitters top-nested union
where
"""
_OPERATORS = frozenset(_OPERATOR_NAMES.split())


# Kusto takes these for names in brackets only.
_STRUCTURE = frozenset(
    {"and", "asc", "between", "by", "contains", "desc", "has", "in", "not", "nulls", "on", "or"}
)
# No text ends in one of these.
_UNFINISHED = frozenset({"|", ",", "=", "==", "(", "[", "{", "and", "or", "by", "on"})


def with_quoted_names(text: str, names: Collection[str]) -> str | None:
    """Return a query in which words that may be names are written as names; None for none.

    They may be when they are among `names`, or when the text itself gives something that name.
    """
    tokens = tokens_of(text)
    reserved = libraries.reserved_words()
    declared = {
        token.text
        for token, following in pairwise(tokens)
        if token.kind == "word" and following.text in {"=", ":"}
    }
    wanted = reserved & {*names, *declared}
    parts, at, changed = [], 0, False
    for place, token in enumerate(tokens):
        is_member = place > 0 and tokens[place - 1].text == "." and token.text in reserved
        if token.kind == "word" and (is_member or _is_name(tokens, place, wanted)):
            start = tokens[place - 1].start if is_member else token.start
            parts += [text[at:start], name_written(token.text)]
            at, changed = token.end, True
    return "".join([*parts, text[at:]]) if changed else None


def as_unsupported(text: str, error: QuerySyntaxError) -> EngineError:
    """Return what the translator's grammar not taking a text means.

    The grammar is not Kusto's own one to the last word: only a text that ends too early, or a word
    that is no operator, is certainly no KQL. For anything else the operator is named.
    """
    lines = text.split("\n")
    place = sum(len(line) + 1 for line in lines[: error.line - 1]) + error.column - 1
    tokens = tokens_of(text)
    behind = [at for at, token in enumerate(tokens) if token.start >= place]
    operators = [
        (at, _operator(tokens, at))
        for at in range(1, len(tokens))
        if tokens[at - 1].text == "|" and tokens[at].kind == "word"
    ]
    ends_early = tokens[-1].text in _UNFINISHED or (
        operators and operators[-1] == (len(tokens) - 1, tokens[-1].text) and not _is_whole(tokens)
    )
    unknown = next(((at, word) for at, word in operators if word not in _OPERATORS), None)
    if unknown is not None:
        return syntax_error(f"'{unknown[1]}' is no operator.", text, tokens[unknown[0]].start)
    if not behind or ends_early:
        return syntax_error("The query ends too early.", text, len(text))
    # An error at a pipe is one of the operator behind it.
    at_fault = behind[0] + (tokens[behind[0]].text == "|")
    words = [word for at, word in operators if at <= at_fault]
    return UnsupportedError(
        f"this form of '{words[-1] if words else tokens[0].text}' "
        f"(line {error.line}, column {error.column}: '{tokens[behind[0]].text}')"
    )


def _is_whole(tokens: Sequence[Token]) -> bool:
    """Tell whether the last operator of a query needs nothing behind it."""
    return tokens[-1].text in {"count", "getschema", "serialize", "consume"}


def _operator(tokens: Sequence[Token], at: int) -> str:
    """Return the word that stands there, with what hyphens add to it."""
    words = [tokens[at].text]
    while at + 2 < len(tokens) and tokens[at + 1].text == "-" and tokens[at + 2].kind == "word":
        words.append(tokens[at + 2].text)
        at += 2
    return "-".join(words)


def _is_name(tokens: Sequence[Token], place: int, wanted: Collection[str]) -> bool:
    """Tell whether a word stands where a name may stand, and no word of the grammar."""
    token = tokens[place]
    if token.text not in wanted:
        return False
    before = tokens[place - 1].text if place else "|"
    behind = tokens[place + 1].text if place + 1 < len(tokens) else ""
    if token.text in _STRUCTURE:
        return False
    if before in {"|", "nulls", "-", "hint", "let"} or behind in {"(", "-", "typeof"}:
        return False
    return not (behind == "=" and before in _WITH_PARAMETERS)
