"""Whatever is done with a connection string, no secret in it is shown again."""

import traceback

import pytest

from adxmi_jupyter import errors
from tests.magics.conftest import clear_names
from tests.model.connection_string_samples import BREAKAGES, SECRETS


def leaked(secrets, shown):
    return [secret for secret in secrets if secret in shown]


@pytest.fixture
def ip(kept_extension):
    clear_names(kept_extension)
    return kept_extension


@pytest.fixture
def shown(ip, magic, capsys):
    """Run a line or cell and return all that a notebook would keep of it, and all that Python has."""

    def run(line, body=None):
        try:
            frame = magic(line, body)
        except errors.AdxmiError as error:
            told = [*error._render_traceback_(), repr(error), str(error), str(vars(error))]
            error.show_stack = True
            told += [*error._render_traceback_(), *traceback.format_exception_only(error)]
        else:
            told = [repr(frame), frame._repr_html_(), frame.to_csv(), str(frame.attrs)]
        out = capsys.readouterr()
        return "\n".join([*told, out.out, out.err])

    return run


@pytest.mark.parametrize("kind", SECRETS)
def test_a_variable_is_read_without_showing_the_secret(ip, shown, kind):
    text, secrets, masked = SECRETS[kind]
    ip.user_ns["text"] = text

    told = shown("connection-string parse $text")

    assert masked in told
    assert leaked(secrets, told) == []


@pytest.mark.parametrize("kind", SECRETS)
def test_a_cell_is_read_without_showing_the_secret(shown, kind):
    text, secrets, masked = SECRETS[kind]

    told = shown("connection-string parse", text)

    assert masked in told
    assert leaked(secrets, told) == []


@pytest.mark.parametrize("breakage", BREAKAGES)
@pytest.mark.parametrize("kind", SECRETS)
def test_what_cannot_be_read_is_not_repeated(ip, shown, kind, breakage):
    text, secrets, _ = SECRETS[kind]
    ip.user_ns["text"] = BREAKAGES[breakage](text)

    told = shown("connection-string parse $text")

    assert leaked(secrets, told) == []


MISTAKES = {
    "verb": "connection-string prase {}",
    "no verb": "connection-string {}",
    "no noun": "{}",
    "option": "connection-string parse {} --idnetity mi-export",
    "option twice": "connection-string parse {} --identity a --identity b",
    "option without a value": "connection-string parse {} --identity",
    "identity": "connection-string parse {} --identity mi-exprot",
    "as a location": "connection-string storage {} --identity system",
    "as a name": "connection-string storage --account {} --container archive --identity system",
    "as a host": "connection-string sql --server {} --catalog x --identity system",
    "as an identity": "connection-string storage --account a --container b --identity {}",
    "as a choice": "connection-string storage --cloud {}",
    "of another noun": "policy show {}",
}


@pytest.mark.parametrize("mistake", MISTAKES)
@pytest.mark.parametrize("kind", SECRETS)
def test_a_wrong_line_is_repeated_without_its_secret(shown, kind, mistake):
    text, secrets, _ = SECRETS[kind]
    quoted = "'\"'\"'".join(text.split("'"))

    told = shown(MISTAKES[mistake].format(f"'{quoted}'".replace("$", "$$")))

    assert leaked(secrets, told) == []


def test_a_secret_with_blanks_is_not_repeated_in_pieces(shown):
    line = "connection-string prase Server=tcp:a.b.c;User ID=u;Password=open sesame please"

    told = shown(f"{line} --identity mi-export")

    assert "%adxmi connection-string parse TEXT --identity mi-export" in told
    assert leaked(["open", "sesame", "please"], told) == []


def test_a_quote_that_is_not_closed_shows_no_secret(shown):
    told = shown("connection-string parse 'Server=tcp:a.b.c;Password=open\"ses ame")

    assert "a quote is not closed" in told
    assert leaked(["open", "ses", "ame\n"], told) == []


def test_the_line_of_a_variable_is_repeated_as_it_was_written(ip, shown):
    ip.user_ns["text"] = SECRETS["blob, key"][0]

    told = shown("connection-string parse $text --idnetity mi-export")

    assert "%adxmi connection-string parse $text --identity mi-export" in told
