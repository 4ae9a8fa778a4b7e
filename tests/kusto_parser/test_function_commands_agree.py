"""The embedded Azure and Microsoft's parser agree about stored functions."""

from __future__ import annotations

import pytest

from tests.kusto_parser.agreement import (
    NOT_SUPPORTED,
    SYNTAX_ERROR,
    assert_both_refuse,
    assert_both_understand,
)

UNDERSTOOD_BY_BOTH = [
    ".show functions",
    ".show functions | where Name == 'F'",
    ".show function F",
    ".show function [F G]",
    ".show function 'F'",
    ".create function F() { Orders }",
    ".create function ifnotexists F() { Orders };",
    ".create function ifnotexists with (docstring='x', ['folder']=\"y\") F() { Orders }",
    ".create function with (view=true, skipvalidation='true') F() { Orders } | take 1",
    ".create-or-alter function ['My F']() { let a = 1; print a }",
    ".create-or-alter function 'F' ( ) { print 1 }",
    ".create-or-alter function policy() { print 1 }",
    ".alter function with (folder='x') F() { Orders }",
    ".alter function F(){Orders}",
    ".drop function F",
    ".drop function F ifexists | take 1",
    # parameters
    ".create function F(a:long, ['b c'] : string) { print 1 }",
    ".create function F(a:long=-1, b:string='x' \"y\", c:timespan=1d, d:bool=true) { print 1 }",
    ".create function F(a:guid=guid(null), b:real=1.5, c:int=int(3)) { print 1 }",
    '.create function F(a:dynamic=dynamic(null), b:dynamic=dynamic({"a":[1]})) { print 1 }',
    ".create function F(T:(*), U:(a:long, b:string), V:()) { print 1 }",
    ".create function F(Policy:string, update:long) { print 1 }",
    # bodies
    ".create function F() {\n}",
    ".create function F() { print '}', \"{\", @'\\', @\"}\" }",
    ".create function F() { print ```}```, '~~~' =~ \"x\" }",
    ".create function F() { print 1 // }\n }",
    ".create function F() { let f = () { 1 }; print f(), dynamic({'a':[1]}) }",
    ".create function F() { Orders | where Amount / 2 > 1 and ['Region'] == 'a' }",
    ".create function F() { externaldata(a:long) [h@'https://x/y;z'] }",
]

REFUSED_BY_BOTH = [
    ".show function",
    ".show function *",
    ".show functions (F, G)",
    ".show functions details",
    ".show function F details",
    ".show function Sales.F",
    ".create function F()",
    ".create function F { print 1 }",
    ".create function F() print 1",
    ".create function F() ```{ print 1 }```",
    ".create function F() <| Orders",
    ".create function Sales.F() { print 1 }",
    ".create function with() { print 1 }",
    ".create function with () F() { print 1 }",
    ".create function with (a=b) F() { print 1 }",
    ".create-merge function F() { print 1 }",
    ".create-or-alter function ifnotexists F() { print 1 }",
    ".alter function ifexists F() { print 1 }",
    ".undo drop function F",
    ".drop function",
    # parameters
    ".create function F(a) { print 1 }",
    ".create function F(a:long,) { print 1 }",
    ".create function F(a:foo) { print 1 }",
    ".create function F(a:float) { print 1 }",
    ".create function F('a':long) { print 1 }",
    ".create function F(T:(a:long, *)) { print 1 }",
    # bodies
    ".create function F() { print 1",
    ".create function F() { print 1 } }",
    ".create function F() { print (1 }",
    ".create function F() { print dynamic([1) }",
    ".create function F() { print '1 }",
    '.create function F() { print "\\}" }',
]

# What is read of a body here are its brackets and literals.
ONLY_THE_PARSER_REFUSES = [".create function F() { Orders | wher }", ".create function F() { 1 2 }"]

NOT_EMBEDDED = [
    ".show function F with (includeHiddenFunctions=true)",
    ".show function F principals",
    ".show function F schema as json",
    ".alter function F docstring 'x'",
    ".alter function F folder 'x'",
    ".drop functions (F, G)",
]


@pytest.mark.parametrize("text", UNDERSTOOD_BY_BOTH)
def test_both_understand(kusto_parser, refusal_code, text):
    assert_both_understand(kusto_parser, refusal_code, text)


@pytest.mark.parametrize("text", REFUSED_BY_BOTH)
def test_both_refuse(kusto_parser, refusal_code, text):
    assert_both_refuse(kusto_parser, refusal_code, text)


@pytest.mark.parametrize("text", ONLY_THE_PARSER_REFUSES)
def test_bodies_are_read_when_they_run(kusto_parser, refusal_code, text):
    judgement = kusto_parser.judge(text, schema=False)

    assert not judgement.is_clean
    assert refusal_code(text) == ""


@pytest.mark.parametrize("text", NOT_EMBEDDED)
def test_commands_that_only_kusto_knows_are_not_supported(kusto_parser, refusal_code, text):
    judgement = kusto_parser.judge(text, schema=False)

    assert judgement.is_clean
    assert refusal_code(text) == NOT_SUPPORTED


def test_only_the_parser_takes_a_name_as_a_default_value(kusto_parser, refusal_code):
    text = ".create function F(a:long=x) { print 1 }"

    judgement = kusto_parser.judge(text, schema=False)

    assert judgement.is_clean
    assert refusal_code(text) == SYNTAX_ERROR
