"""``--out``: results as files by their suffix, and as text to be read on by other programs."""

import io
import json
import zipfile
from html.parser import HTMLParser

import pandas as pd
import pytest

from adxmi_jupyter.embedded import EmbeddedAzure
from adxmi_jupyter.errors import InvalidValue, MissingPackage
from adxmi_jupyter.rendering import result_files
from adxmi_jupyter.rendering.result_files import Format, content_of, markdown_text

HOSTILE = "=1+1|<script>alert(1)</script>[x](https://evil.example)"
GRANT = ("policy", "grant", "--database", "Sales", "--identity", "mi-ingest", "--usage", "AzureAI")
FRAME = pd.DataFrame(
    {
        "name": [HOSTILE, "two\nlines"],
        "usages": [("AzureAI", "All"), ()],
        "count": pd.array([1, None], dtype="Int64"),
        "real": [0.5, float("inf")],
        "anything": [{"a": [1]}, None],
        "when": pd.to_datetime(["2026-01-01T00:00:00Z", None]),
    }
)


@pytest.fixture
def azure():
    with EmbeddedAzure() as served:
        yield served


@pytest.mark.parametrize("form", Format)
def test_a_result_is_saved_in_the_format_of_the_suffix(adxmi, tmp_path, form):
    done = adxmi("policy", "show", "--database", "Sales", "-o", f"Policy.{form.upper()}")

    content = (tmp_path / f"Policy.{form.upper()}").read_bytes()
    assert (done.returncode, done.stdout) == (0, "")
    assert read(content, form) == ["mi-ingest", "mi-export"]


def read(content, form):
    """Return the display names in a file, as a program that knows the format reads them."""
    if form is Format.EXCEL:
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            strings = file.read("xl/sharedStrings.xml").decode()
        return [name for name in ("mi-ingest", "mi-export") if f">{name}<" in strings]
    if form is Format.PARQUET:
        return pd.read_parquet(io.BytesIO(content))["display_name"].tolist()
    if form is Format.CSV:
        return pd.read_csv(io.BytesIO(content))["display_name"].tolist()
    if form is Format.JSON:
        return [row["display_name"] for row in json.loads(content)]
    if form is Format.HTML:
        return [
            name for name in ("mi-ingest", "mi-export") if f"<td>{name}</td>".encode() in content
        ]
    return [line.split(" | ")[2] for line in content.decode().splitlines()[2:]]


@pytest.mark.parametrize("form", ["json", "csv", "md"])
def test_the_name_of_a_format_writes_it_to_the_standard_output(adxmi, tmp_path, form):
    done = adxmi("policy", "show", "--database", "Sales", "-o", form)

    assert read(done.stdout.encode(), Format(form)) == ["mi-ingest", "mi-export"]
    assert list(tmp_path.iterdir()) == []


def test_each_format_takes_whatever_a_result_holds():
    sizes = {form: len(content_of(FRAME, form)) for form in Format}

    assert all(sizes.values())


def test_html_and_markdown_show_mark_up_as_text():
    page = content_of(FRAME, Format.HTML).decode()
    seen = []
    parser = HTMLParser()
    parser.handle_data = seen.append
    parser.feed(page)

    assert "<script" not in page
    assert HOSTILE in seen
    assert (
        markdown_text(FRAME)
        .splitlines()[2]
        .startswith(
            r"| =1+1\|&lt;script&gt;alert(1)&lt;/script&gt;\[x\](https://evil.example) | AzureAI, All |"
        )
    )


def test_excel_gets_no_formula_and_no_link():
    with zipfile.ZipFile(io.BytesIO(content_of(FRAME, Format.EXCEL))) as file:
        sheet = file.read("xl/worksheets/sheet1.xml").decode()

    assert "<f>" not in sheet
    assert "hyperlink" not in sheet
    assert "<v>0.5</v>" in sheet


@pytest.mark.parametrize(
    ("target", "kind"),
    [("x.xls", "InvalidValue"), ("no/x.csv", "InvalidValue"), ("no/x.xlsx", "InvalidValue")],
)
def test_a_target_that_cannot_be_is_refused_before_a_write_is_sent(adxmi, azure, target, kind):
    done = adxmi(*GRANT, "-o", target, ADXMI_CLUSTER=azure.kusto_uri)

    assert done.returncode == 2
    assert done.stderr.splitlines()[-3].startswith(f"{kind}: --out {target}")
    assert not azure.requests_served


def test_a_package_that_is_missing_is_told_before_a_write_is_sent(adxmi, azure, monkeypatch):
    monkeypatch.setattr(result_files, "find_spec", lambda _: None)

    done = adxmi(*GRANT, "-o", "x.parquet", ADXMI_CLUSTER=azure.kusto_uri)

    assert done.stderr.splitlines()[-3].startswith(MissingPackage.__name__)
    assert not azure.requests_served


def test_a_notebook_saves_a_file_too(magic, tmp_path):
    result = magic(f"policy show --out {tmp_path / 'x.json'}")

    assert result is None
    assert json.loads((tmp_path / "x.json").read_text())[0]["display_name"] == "mi-ingest"


def test_in_a_notebook_the_name_of_a_format_is_a_variable(magic, ip):
    magic("policy show --out json")

    assert ip.user_ns["json"]["display_name"].tolist()[0] == "mi-ingest"


def test_in_a_notebook_what_is_neither_variable_nor_file_is_refused(magic):
    with pytest.raises(InvalidValue, match="isn't a variable name"):
        magic("policy show --out a-b")


@pytest.mark.parametrize(
    ("name", "better"), [("taken.csv", "taken-result.csv"), ("-", "result.csv")]
)
def test_the_fix_of_a_file_that_cannot_be_written_names_another(adxmi, tmp_path, name, better):
    (tmp_path / "taken.csv").mkdir()

    done = adxmi("policy", "show", "--out", name)

    assert done.returncode == 2
    assert done.stderr.endswith(f"  fix: adxmi policy show --out {better}\n")


@pytest.mark.parametrize("line", ["plan --save {}", "audit --plan {}", "verify --record {}"])
def test_a_result_does_not_replace_what_another_option_saves(magic, tmp_path, azure, line):
    file = tmp_path / "p.json"

    with pytest.raises(InvalidValue, match="is the file of --"):
        magic(f"{line.format(file)} --out {tmp_path}/./p.json")

    assert not file.exists()


@pytest.mark.parametrize("line", ["plan --save {}", "audit --plan {}", "snapshot -o {}"])
def test_a_file_that_cannot_be_written_is_told_before_the_cluster_is_read(adxmi, azure, line):
    done = adxmi(*line.format("no/file.json").split(), ADXMI_CLUSTER=azure.kusto_uri)

    assert done.returncode == 2
    assert "no/file.json cannot be written" in done.stderr
    assert not azure.requests_served
