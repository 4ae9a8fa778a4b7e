"""Where a text is sent: by its first statement that is no preparation; writes go nowhere."""

import json
from contextlib import suppress

import pytest

from adxmi_jupyter.actions.queries import run_query
from adxmi_jupyter.errors import AdxmiError, InvalidInput

MANAGEMENT, QUERY = "/v1/rest/mgmt", "/v2/rest/query"


def sent(proxy, text):
    """Return where a text was sent."""
    bodies = [(json.loads(one.body), one.target) for one in proxy.requests if one.body]
    return [target for body, target in bodies if body.get("csl") == text][-1:]


@pytest.mark.parametrize(
    ("text", "path"),
    [
        (".show version", MANAGEMENT),
        ("\n\n  .show version", MANAGEMENT),
        ("// what is it?\n.show version", MANAGEMENT),
        ("//one\r\n\r\n// two; .drop table T\r\n .  show version", MANAGEMENT),
        ("set notruncation;\n.show version", MANAGEMENT),
        ("// a\nset notruncation; // b\nlet n = 1;\n.show version", MANAGEMENT),
        ("let f = () { let n = 1; Orders | take n }; .show version", MANAGEMENT),
        ("declare query_parameters(n:long = 1); .show version", MANAGEMENT),
        ("Orders", QUERY),
        ("// .show version\nOrders", QUERY),
        ("set notruncation; Orders | take 1", QUERY),
        ("let show = '.show version'; Orders", QUERY),
        ("let f = (s:string) { '; .show version' };\nf('x')", QUERY),
        ("print x = '''a; .show'''", QUERY),
        ("settings | take 1", QUERY),
        ("letters", QUERY),
    ],
)
def test_a_text_goes_to_the_endpoint_of_its_first_statement(proxied, proxy, text, path):
    with suppress(AdxmiError):  # not every text is a query that the embedded Azure can run
        run_query(proxied, text, "Sales")

    assert sent(proxy, text) == [path]


@pytest.mark.parametrize(
    "text",
    [
        ".drop table Orders",
        ". drop table Orders",
        "// harmless\n.drop table Orders",
        "// harmless\r.drop table Orders",
        "set notruncation; .drop table Orders",
        ".show tables; .drop table Orders",
        ".show tables | where (TableName == 'x' ; .drop table Orders",
        ".show tables // all\n; // of them\n .drop table Orders",
        "Orders | take 1; .set-or-append Orders <| Orders",
        "let f = () { Orders; .drop table Orders };",
    ],
)
def test_a_text_that_writes_is_not_sent(proxied, proxy, text):
    with pytest.raises(InvalidInput, match="is no query"):
        run_query(proxied, text, "Sales")

    assert sent(proxy, text) == []
