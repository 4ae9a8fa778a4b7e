"""What comes from a variable is in no attribute, file, history, error or note: its name is."""

import base64
import json
from urllib.parse import quote

import pandas as pd
import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.masking import Hidden, as_written, hiding

MARK = "SECRETmark"
SECRETS = {
    "sas": f"https://contosolake.blob.core.windows.net/archive?sv=2022&sig={MARK}%3D",
    "connection": f"Server=a;User ID=u;Password={MARK}",
    "jwt": f"eyJhbGciOiJSUzI1NiJ9.{MARK}.c2lnbmF0dXJl",
    "password": MARK,
    "random": f"{MARK}0123456789Ab",
}


@pytest.fixture
def leaks(magic, ip, capsys, tmp_path):
    """Run a cell with a variable; return where its value is found afterwards."""

    def run(line, body, name, value):
        ip.user_ns[name] = value
        try:
            frame = magic(line, body)
        except errors.AdxmiError as error:
            error.show_stack = True
            kept = {
                "error": str(error),
                "parts": f"{error!r} {error.args} {vars(error)}",
                "stack": "\n".join(error._render_traceback_()),
            }
        else:
            frame.to_parquet(tmp_path / "x.parquet")
            kept = {
                "attrs": str(frame.attrs),
                "repr": repr(frame) + str(frame._repr_html_()),
                "file": (tmp_path / "x.parquet").read_bytes().decode("latin-1"),
            }
        out = capsys.readouterr()
        kept["notes"] = out.out + out.err
        kept["history"] = "".join(p.read_text() for p in tmp_path.rglob("*.jsonl"))
        return [place for place, text in kept.items() if MARK in text]

    return run


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize(
    ("line", "body"),
    [
        ("query", "let location = h@'{{%s}}'; print x=1"),
        ("query", "Orders | take 1 // {{ %s }}"),
        ("query", "print h@'{{%s}}"),
        ("query", "NoSuchTable | where a == '{{%s}}'"),
        ("policy show --database {{%s}}", None),
        ("policy grant --database Sales --identity $%s --usage All", None),
        ("policy alter --database Sales --dry-run", '[{"ObjectId": "{{%s}}", "AllowedUsages": "All"}]'),
        ("check --error", "Forbidden: {{%s}}"),
        ("%s", None),
    ],
)  # fmt: skip
def test_the_value_of_a_secret_variable_is_kept_nowhere(leaks, line, body, name):
    written = line.replace("%s", name)

    assert leaks(written, body and body.replace("%s", name), name, SECRETS[name]) == []


def test_the_name_of_a_variable_stands_for_its_value_in_the_attributes(magic, ip):
    ip.user_ns["table"] = "Orders"

    frame = magic("query", "{{table}}\n| take 1")

    assert frame.attrs["adxmi"]["command"] == "{{table}}\n| take 1"


def test_the_name_of_an_identity_is_no_secret(magic, ip, capsys):
    ip.user_ns["who"] = "mi-ingest"

    magic("policy grant --database Telemetry --identity $who --usage ExportRequest")

    assert "Telemetry: mi-ingest + ExportRequest" in capsys.readouterr().out


@pytest.mark.nightly
def test_the_token_of_the_environment_is_hidden(magic, monkeypatch):
    monkeypatch.setenv("ADXMI_TOKEN", f"opaque-{MARK}-0123456789")

    with pytest.raises(errors.AdxmiError) as raised:
        magic("query", f"NoSuchTable // opaque-{MARK}-0123456789")

    assert MARK not in f"{raised.value} {raised.value.service}"


@pytest.mark.parametrize(
    "spelling",
    [
        str,
        json.dumps,
        lambda value: json.dumps(json.dumps(value)),
        repr,
        quote,
        lambda value: quote(value, safe=""),
        lambda value: quote(quote(value, safe=""), safe=""),
        lambda value: value.replace("'", "''"),
        lambda value: value.replace("'", "\\'"),
        lambda value: value.replace("'", "&#x27;"),
        lambda value: base64.b64encode(value.encode()).decode(),
        lambda value: base64.b64encode(b"user:" + value.encode() + b"!").decode(),
    ],
)
def test_every_spelling_of_a_value_is_found(spelling):
    value = "it's s3cret/" + MARK + "+ü"
    encoded = base64.b64encode(value.encode()).decode()

    with hiding(Hidden({value: "{{pw}}"})):
        shown = as_written(f"a {spelling(value)} b")

    assert MARK not in shown
    assert encoded[8:20] not in shown
    assert "{{pw}}" in shown


def test_a_result_keeps_its_data(magic, ip):
    ip.user_ns["region"] = "north"

    frame = magic("query", "print Region='{{region}}'")

    assert list(pd.DataFrame(frame)["Region"]) == ["north"]
