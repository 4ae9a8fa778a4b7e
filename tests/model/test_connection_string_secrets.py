"""No secret of any kind appears in anything that is shown."""

import copy
import pickle
import traceback
from dataclasses import asdict

import pytest

from adxmi_jupyter.errors import InvalidInput
from adxmi_jupyter.model.connection_string import Secret, parse, parse_location, scrubbed
from tests.model.connection_string_samples import BREAKAGES, SECRETS


def leaked(secrets, *shown):
    return [secret for secret in secrets for text in shown if secret in text]


@pytest.mark.parametrize("kind", SECRETS)
def test_a_value_shows_no_secret_unless_it_is_built(kind):
    text, secrets, masked = SECRETS[kind]

    value = parse(text)

    shown = (
        repr(value),
        str(value),
        f"{value}",
        str(asdict(value)),
        value.address,
        str(value.notes),
    )
    assert value.masked() == masked
    assert leaked(secrets, value.masked(), *shown) == []
    assert value.has_secret
    assert value.build() == text


def error_about(text):
    try:
        return parse(text).masked()
    except InvalidInput as error:
        shown = "".join(traceback.format_exception(error)[-1:])
        return f"{error} {error.args} {vars(error)} {shown}"


@pytest.mark.parametrize("breakage", BREAKAGES)
@pytest.mark.parametrize("kind", SECRETS)
def test_no_error_repeats_a_secret(kind, breakage):
    text, secrets, _ = SECRETS[kind]
    broken = BREAKAGES[breakage](text)

    told = error_about(broken)

    assert leaked(secrets, told) == []


@pytest.mark.parametrize("kind", SECRETS)
def test_a_location_is_refused_without_repeating_its_secret(kind):
    text, secrets, _ = SECRETS[kind]

    with pytest.raises(InvalidInput) as raised:
        parse_location(text)

    assert leaked(secrets, str(raised.value)) == []


@pytest.mark.parametrize("kind", SECRETS)
def test_whatever_looks_like_a_secret_is_scrubbed_from_any_text(kind):
    text, secrets, _ = SECRETS[kind]

    assert leaked(secrets, scrubbed(text), scrubbed(f"there is no verb '{text}'")) == []


@pytest.mark.parametrize(
    "text",
    [
        "https://contosolake.blob.core.windows.net/archive;managed_identity=system",
        "abfss://archive@contosolake.dfs.core.windows.net/a;impersonate",
        "https://m.openai.azure.com/openai/deployments/d/embeddings?api-version=1;impersonate",
        'Server=tcp:erp01.database.windows.net;Authentication="Active Directory Integrated"',
        "AccountEndpoint=https://c.documents.azure.com/;Database=d;Collection=c",
        "aadapp=6c1f0b52-9d3e-4a87-b6c4-25e8f7a913d0;contoso.example",
        "the token was not accepted; sign in again at https://login.example.com",
        "policy grant --identity mi-export --usage ExternalTable",
    ],
)
def test_what_is_no_secret_is_not_scrubbed(text):
    assert scrubbed(text) == text


def test_a_user_before_a_host_is_scrubbed():
    assert scrubbed("see https://me:pw@example.com/a") == "see https://*******@example.com/a"


def test_a_secret_is_equal_to_its_like_and_shows_asterisks():
    secret = Secret("abc")

    assert secret == Secret("abc")
    assert secret != Secret("abd")
    assert secret != "abc"
    assert hash(secret) == hash(Secret("abc"))
    assert [str(secret), repr(secret), f"{secret:>8}"] == ["*******", "*******", " *******"]
    assert secret.reveal() == "abc"


def test_a_secret_is_copied_but_not_stored():
    secret = Secret("abc")

    assert copy.copy(secret) is copy.deepcopy(secret) is secret
    with pytest.raises(TypeError, match="a secret is not pickled"):
        pickle.dumps(secret)
