"""The line that opens the page of the three steps: what it takes, completes and refuses."""

import pytest

from adxmi_jupyter.errors import DatabaseNotFound, InvalidValue, UnknownCommand, UnknownIdentity
from adxmi_jupyter.magics.call import Call
from adxmi_jupyter.magics.tree import run


@pytest.mark.nightly
def test_the_text_form_says_how_far_it_is_and_the_lines_that_are_left(magic):
    page = magic("form --identity mi-stranger")

    assert repr(page) == (
        "three steps: mi-stranger on embedded Azure\n"
        "  1 Assign: to do: mi-stranger is not assigned to the cluster\n"
        "  2 Allow: to do: no policy names mi-stranger\n"
        "  3 Use: to do: mi-stranger holds no role, and nothing names it\n"
        "without a front end: %adxmi identity assign --identity mi-stranger\n"
        "without a front end: %adxmi policy grant --database Sales --identity mi-stranger"
        " --usage USAGE\n"
        "without a front end: %adxmi role grant --database Sales --identity mi-stranger --role ROLE"
    )
    assert page._repr_mimebundle_()["text/plain"] == repr(page)


@pytest.mark.nightly
def test_the_page_follows_the_named_connection(magic):
    magic("connect embedded --name other")
    magic("connect embedded --name admin")

    assert "--connection other" in repr(magic("form --connection other"))


@pytest.mark.nightly
def test_the_note_about_an_id_is_said_above_the_page(magic, capsys):
    magic("form --identity f3b9a812-d056-4e7c-9a61-08c4e5d7b2f9")

    assert "is the client ID of mi-stranger" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("form --identity mi-strangr", UnknownIdentity),
        ("form --database Slaes", DatabaseNotFound),
        ("form --workflow external-tabel", InvalidValue),
    ],
)
def test_what_is_not_there_is_refused_before_the_page_is_made(magic, line, error):
    with pytest.raises(error) as raised:
        magic(line)

    assert raised.value.fix.startswith("%adxmi form --")


def test_names_databases_and_workflows_complete(completions):
    assert [text for text, *_ in completions("%adxmi form --workflow ext")] == [
        "external-table",
        "externaldata",
    ]
    assert [text for text, *_ in completions("%adxmi form --identity mi-s")] == ["mi-stranger"]
    assert [text for text, *_ in completions("%adxmi form --database Te")] == ["Telemetry"]


class Terminal:
    program = "adxmi"


def test_a_console_says_what_to_use_instead():
    with pytest.raises(UnknownCommand) as raised:
        run(Call(Terminal()), ["form"])

    assert raised.value.fix == (
        "adxmi identity assign, then adxmi policy grant, then adxmi role grant"
    )
