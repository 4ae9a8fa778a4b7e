"""Every form of string literal and of entity name a command may carry."""

import pytest

JSON = '[{"ObjectId":"system","AllowedUsages":"SqlRequest"}]'
ESCAPED = JSON.replace('"', '\\"')
SINGLE = JSON.replace('"', "'")


@pytest.mark.parametrize(
    "literal",
    [
        f"```{JSON}```",
        f"```\n{JSON}\n```",
        f"```[\n  {JSON[1:-1]}\n]```",
        f"```\r\n{JSON}\r\n```",
        f"~~~{JSON}~~~",
        f"'{JSON}'",
        f'"{ESCAPED}"',
        f'"{SINGLE}"',
        "\"[ { 'ObjectId' : 'system', 'AllowedUsages' : 'SqlRequest' } ]\"",
        "'" + SINGLE.replace("'", "\\'") + "'",
        f"@'{JSON}'",
        '@"' + JSON.replace('"', '""') + '"',
        f'@"{SINGLE}"',
        "@'" + SINGLE.replace("'", "''") + "'",
        f"h'{JSON}'",
        f'H"{SINGLE}"',
        f"h@'{JSON}'",
        f"'{JSON}' // a remark",
        "'" + JSON.replace("system", "\\x73\\u0079\\U00000073\\164em") + "'",
        "'\\t" + JSON + "\\n'",
    ],
)
def test_policy_literal_forms(policy, literal):
    written = policy(f".alter cluster policy managed_identity {literal}")

    assert written == {"contoso": "SqlRequest"}


def test_single_quoted_json_may_hold_an_escaped_quote(policy):
    text = r"""```[{'ObjectId':'system','AllowedUsages':'All','Note':'it\'s a "test"'}]```"""

    written = policy(f".alter cluster policy managed_identity {text}")

    assert written == {"contoso": "All"}


@pytest.mark.parametrize(
    "literal",
    [
        "'[\n]'",
        "@'[\n]'",
        "'[",
        "```[]",
        r"'\q'",
        r"'\x4'",
        "[]",
        "'[' ']'",
        "hh'[]'",
        "@h'[]'",
    ],
)
def test_broken_literals_are_syntax_errors(refusal, literal):
    error = refusal(f".alter cluster policy managed_identity {literal}")

    assert error.code == "BadRequest_SyntaxError"
    assert error.type == "Kusto.Data.Exceptions.SyntaxException"


@pytest.mark.parametrize(
    "name",
    [
        """['Tom\\'s Lab']""",
        """["Tom's Lab"]""",
        """[ "Tom's Lab" ]""",
        """[@'Tom''s Lab']""",
        """"Tom's Lab" """,
        """'Tom\\'s Lab'""",
        """@'Tom''s Lab'""",
        """h"Tom's Lab" """,
        """```Tom's Lab```""",
    ],
)
def test_quoted_database_names(policy, name):
    shown = policy(f".show database {name} policy managed_identity")

    assert shown == {"contoso": "All"}


@pytest.mark.parametrize("name", ["Sales", "['Sales']", "[Sales]", "'Sales'"])
def test_plain_database_names(run, name):
    (row,) = run(f".show database {name} policy managed_identity")

    assert row["EntityName"] == "[Sales]"


def test_bracketed_text_may_hold_blanks(run, azure):
    azure.world.add_database("North Sea")

    (row,) = run(".show database [North Sea] policy managed_identity")

    assert row["EntityName"] == "[North Sea]"


@pytest.mark.parametrize("name", ["9lives", "1_2", "3msx", "1e5x", "0xZ", "$systemdb", "$9"])
def test_bare_names_may_start_with_a_digit_or_a_dollar_sign(run, azure, name):
    azure.world.add_database(name)

    (row,) = run(f".show database {name} policy managed_identity")

    assert row["EntityName"] == f"[{name}]"


@pytest.mark.parametrize("name", ["9", "7d", "12h", "1e5", "0x1F", "3ms", "2ticks", "$$x", "x$"])
def test_numbers_and_lengths_of_time_are_no_bare_names(refusal, azure, name):
    azure.world.add_database(name)

    error = refusal(f".show database {name} policy managed_identity")

    assert error.code == "BadRequest_SyntaxError"


@pytest.mark.parametrize("word", ["identity", "with"])
def test_words_reserved_for_databases_alone_may_name_a_table(refusal, word):
    error = refusal(f".show table {word} policy update", database="Sales")

    assert error.code == "BadRequest_TableNotExist"


@pytest.mark.parametrize("word", ["union", "where", "callout", "time", "identity", "true"])
def test_reserved_words_need_brackets(run, refusal, azure, word):
    azure.world.add_database(word)

    error = refusal(f".show database {word} policy managed_identity")
    (row,) = run(f".show database ['{word}'] policy managed_identity")

    assert error.code == "BadRequest_SyntaxError"
    assert row["EntityName"] == f"[{word}]"


@pytest.mark.parametrize("name", ["sales-eu", "a.b", "1day", "a b", "[Tom's Lab]", "[a\nb]"])
def test_names_that_need_quotes_are_syntax_errors_without(refusal, name):
    error = refusal(f".show database {name} policy managed_identity")

    assert error.code == "BadRequest_SyntaxError"


@pytest.mark.parametrize(
    "text",
    [
        "  .show cluster policy managed_identity  ",
        "// why\n.show cluster policy managed_identity",
        ".show // why\n cluster\n\tpolicy\r\n managed_identity;",
        ". show cluster policy managed_identity // end",
    ],
)
def test_white_space_and_comments_may_stand_anywhere(post, text):
    response = post(text)

    assert response.status_code == 200


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (".show cluster policies", "line 1, column 15: 'policies' is not expected"),
        (".show\ncluster policy x", "line 2, column 16: 'x' is not expected"),
        (".show cluster policy", "line 1, column 21: the end of the command"),
        (".show database union policy managed_identity", "line 1, column 16: 'union'"),
        (".showversion", "line 1, column 2"),
        ("print 1", "line 1, column 1"),
        ("", "line 1, column 1"),
    ],
)
def test_syntax_errors_say_where(post, text, message):
    response = post(text)

    error = response.json()["error"]
    assert response.status_code == 400
    assert error["code"] == "BadRequest_SyntaxError"
    assert message in error["@message"]


@pytest.mark.parametrize(
    "text",
    [
        ".Show version",
        ".show Cluster policy managed_identity",
        ".show cluster policy managed_identity extra",
        ".alter cluster policy managed_identity",
        ".alter cluster policy managed_identity '[]' with (a=b)",
        ".show version; .Show version",
        ".show version;; print 1",
        ".show databases policies managed_identity",
        ".show/**/version",
        ".create moods D",
    ],
)
def test_other_texts_are_syntax_errors(refusal, text):
    error = refusal(text)

    assert error.code == "BadRequest_SyntaxError"


def test_syntax_error_lists_what_could_stand_there(refusal):
    error = refusal(".show database Sales policys managed_identity")

    assert error.description.endswith(
        "Expected: cslschema, entity, journal, kqlschema, policy, principal, principals, schema."
    )
