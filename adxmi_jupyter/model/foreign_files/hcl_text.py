"""Read and write HCL, the language of Terraform: literals, and what stands in their place.

python-hcl2 parses; its tree has a line and a column for everything.

Source: *HCL Native Syntax Specification* (github/hashicorp/hcl).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.model.body.places import Document, Place
from adxmi_jupyter.model.foreign_files.parts import Expression
from adxmi_jupyter.model.foreign_files.values import Where, mistake

if TYPE_CHECKING:
    from lark import Token, Tree

    from adxmi_jupyter.model.body.places import Step

_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))", re.DOTALL)
_LETTERS = {"n": "\n", "r": "\r", "t": "\t"}
_TEMPLATE = re.compile(r"(?<!\$)(?:\$\$)*\$\{|(?<!%)(?:%%)*%\{")
_HEREDOC = re.compile(
    r"<<(?P<trims>-?)(?P<mark>[^\r\n]+)\r?\n(?P<body>.*?)[^\S\n]*(?P=mark)\s*\Z", re.DOTALL
)
_WORDS = {"true": True, "false": False, "null": None}
_MARK = "KQL"
_LAST_OF_FOUR = 0xFFFF
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


@dataclass(frozen=True)
class Block:
    """A block with its labels, such as those of a resource: type and name."""

    kind: str
    labels: tuple[str, ...]
    body: dict[str, Any]
    place: Place


@dataclass
class _Builder:
    """Makes values of the tree: an attribute is a value, a block within a block one of a list."""

    text: str
    source: str
    places: dict[int, dict[Step, Place]] = field(default_factory=dict)

    def blocks(self, body: Tree[Token]) -> Iterator[Block]:
        """Yield the blocks of a whole file."""
        for one in _trees(body):
            if one.data == "block":
                yield self._block(one)

    def _block(self, block: Tree[Token]) -> Block:
        *labels, body = (one for one in _trees(block) if one.data != "new_line_or_comment")
        kind, *rest = (self._word(one) for one in labels)
        return Block(kind, tuple(rest), self._body(body), _place(block))

    def _word(self, label: Tree[Token]) -> str:
        value = self._string(label) if label.data == "string" else self._slice(label)
        return str(value)

    def _body(self, body: Tree[Token]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        places = self.places.setdefault(id(found), {})
        for one in _trees(body):
            if one.data == "attribute":
                name, value = _trees(one)
                key = self._slice(name)
                if key in found:
                    raise self._twice(key, one)
                found[key] = self._value(value)
                places[key] = _place(value)
            elif one.data == "block":
                inner = self._block(one)
                listed = found.setdefault(inner.kind, [])
                if not isinstance(listed, list):
                    raise self._twice(inner.kind, one)
                self.places.setdefault(id(listed), {})[len(listed)] = inner.place
                places.setdefault(inner.kind, inner.place)
                listed.append(inner.body)
        return found

    def _twice(self, key: str, at: Tree[Token]) -> Exception:
        where = Where(self.source, at.meta.line, at.meta.column)
        why = "only one of them can be used"
        return mistake(where, f"{key} occurs twice in one block", why, "remove one of the two")

    def _value(self, tree: Tree[Token]) -> Any:
        inner = [one for one in _trees(tree) if one.data != "new_line_or_comment"]
        match tree.data:
            case "expr_term" if len(inner) == 1:
                return self._value(inner[0])
            case "string":
                return self._string(tree)
            case "int_lit" | "float_lit":
                return (
                    float(self._slice(tree)) if tree.data == "float_lit" else int(self._slice(tree))
                )
            case "literal_value":
                return _WORDS.get(self._slice(tree))
            case "heredoc_template" | "heredoc_template_trim":
                return self._heredoc(tree)
            case "tuple":
                return self._list(inner)
            case "object":
                return self._object(tree, inner)
        return Expression(self._slice(tree))

    def _list(self, items: list[Tree[Token]]) -> list[Any]:
        found = [self._value(one) for one in items]
        self.places[id(found)] = {number: _place(one) for number, one in enumerate(items)}
        return found

    def _object(self, whole: Tree[Token], items: list[Tree[Token]]) -> Any:
        found: dict[str, Any] = {}
        places = self.places.setdefault(id(found), {})
        for one in items:
            key, value = _trees(one)
            name = self._key(key)
            if isinstance(name, Expression):
                return Expression(self._slice(whole))
            found[name] = self._value(value)
            places[name] = _place(value)
        return found

    def _key(self, key: Tree[Token]) -> str | Expression:
        value = self._value(next(iter(_trees(key)), key))
        if isinstance(value, Expression) and value.text.isidentifier():
            return value.text
        return value if isinstance(value, Expression) else str(value)

    def _string(self, tree: Tree[Token]) -> str | Expression:
        said = []
        for part in _trees(tree):
            (content,) = part.children
            if not isinstance(content, str):
                return Expression(self._slice(tree))
            text = str(content)
            # $${ and %%{ stand for what would begin a template.
            said.append(
                text[1:] if content.type.startswith("ESCAPED") else _ESCAPE.sub(_decoded, text)
            )
        return "".join(said)

    def _heredoc(self, tree: Tree[Token]) -> str | Expression:
        written = self._slice(tree)
        found = _HEREDOC.fullmatch(written)
        if found is None or _TEMPLATE.search(found["body"]):
            return Expression(written)
        body = found["body"].replace("\r\n", "\n").replace("$${", "${").replace("%%{", "%{")
        if not found["trims"]:
            return body
        lines = body.split("\n")
        indents = [len(line) - len(line.lstrip(" ")) for line in lines if line.strip()]
        return "\n".join(line[min(indents, default=0) :] for line in lines)

    def _slice(self, tree: Tree[Token]) -> str:
        return self.text[tree.meta.start_pos : tree.meta.end_pos]


def _trees(tree: Tree[Token]) -> Iterator[Tree[Token]]:
    for one in tree.children:
        if not isinstance(one, str):
            yield one


def _place(tree: Tree[Token]) -> Place:
    return Place(tree.meta.line, tree.meta.column)


def _decoded(escape: re.Match[str]) -> str:
    digits = escape[1] or escape[2]
    if not digits:
        return _LETTERS.get(escape[3], escape[3])
    code = int(digits, 16)
    return chr(code) if code <= 0x10FFFF else escape[0]  # noqa: PLR2004 - the last of Unicode


def hcl_blocks(text: str, source: str) -> tuple[list[Block], Document]:
    """Return the blocks of a file, and a document with the places of what is in them.

    Raises
    ------
    InvalidForeignFile
        It is no HCL; line and column are named.

    """
    import hcl2
    from lark.exceptions import UnexpectedInput, VisitError

    builder = _Builder(text + "\n", source)
    try:
        tree = hcl2.parses_to_tree(text)
    except UnexpectedInput as error:
        where = Where(source, max(error.line, 0), max(error.column, 0))
        why = "the text here is not what the language allows"
        raise mistake(where, "it isn't HCL", why, "terraform validate tells more") from error
    except (VisitError, RecursionError) as error:
        raise mistake(Where(source), "it isn't HCL", "it is nested too deeply") from error
    (body,) = _trees(tree)
    blocks = list(builder.blocks(body))
    return blocks, Document(blocks, builder.places)


def hcl_string(text: str) -> str:
    r"""Return a text as a string of HCL, in which nothing begins a template.

    >>> hcl_string('a "${b}"')
    '"a \\"$${b}\\""'
    """
    return '"' + "".join(_escaped(text)) + '"'


def _escaped(text: str) -> Iterator[str]:
    for place, sign in enumerate(text):
        if sign in _ESCAPES:
            yield _ESCAPES[sign]
        elif sign in "$%" and text[place + 1 : place + 2] == "{":
            # The doubled form is for readers; some parsers require the closing bracket with it.
            yield sign * 2 if "}" in text[place:] else f"\\u{ord(sign):04x}"
        elif sign.isprintable():
            yield sign
        else:
            code = ord(sign)
            yield f"\\u{code:04x}" if code <= _LAST_OF_FOUR else f"\\U{code:08x}"


def hcl_text(text: str) -> str:
    """Return a text of several lines as a heredoc where that says the same, else as a string."""
    lines = text.split("\n")
    is_plain = all(line.isprintable() and line.strip() != _MARK for line in lines)
    if not text.endswith("\n") or not is_plain or "${" in text or "%{" in text:
        return hcl_string(text)
    return f"<<{_MARK}\n{text}{_MARK}"
