"""What a front end leaves of a result in a notebook that it does not trust: all of it.

The sanitizers of JupyterLab and Notebook 7 let pass these tags and attributes, and plain inline
styles. `tests/ui/test_untrusted.py` looks at it in both.
"""

import re
from html.parser import HTMLParser

import pytest

TAGS = {"div", "span", "table", "thead", "tbody", "tr", "th", "td", "caption", "p", "pre", "b", "br", "small", "img", "wbr", "details", "summary", "code"}  # fmt: skip
ATTRIBUTES = {
    "class",
    "style",
    "title",
    "alt",
    "src",
    "width",
    "height",
    "scope",
    "colspan",
    "open",
}
STRIPPED = {"tabindex", "role", "aria-label"}
"""What is taken out, and leaves the picture as it is: only its use from a keyboard."""
STYLES = re.compile(r"position|var\(|url\(")

COMMANDS = (
    "external-table check ArchivedOrders",
    "check",
    "policy show",
    "policy show --by-usage",
    "policy matrix --all-databases",
    "overview",
    "identity list",
    "role list",
    "history",
)


class Seen(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.styles, self.addresses = set(), set(), [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.tags.add(tag)
        self.attributes |= set(given)
        self.styles.append(given.get("style") or "")
        self.addresses += [given[one] for one in ("src", "href") if one in given]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_result_needs_only_what_an_untrusted_notebook_shows(kept_extension, command):
    shown = Seen(kept_extension.run_line_magic("adxmi", command)._repr_html_())

    assert shown.tags <= TAGS
    assert shown.attributes <= ATTRIBUTES | STRIPPED
    assert [one for one in shown.styles if STYLES.search(one)] == []
    assert [one for one in shown.addresses if not one.startswith("data:image/svg+xml,")] == []
