"""The verb ``convert``: files in and out, what is listed, and how it ends."""

import io
import json
import sys

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.magics.console import execute
from tests.model import foreign_samples as samples

FILE = """\
apiVersion: adxmi/v1
clusters: {prod: {uri: sales.westeurope}}
policy: {databases: {Sales: {system: {usages: [ExternalTable], why: "{{why}}"}}}}
roles: {databases: {Sales: {viewers: ["aadgroup=g@contoso.com"]}}}
"""


@pytest.fixture
def directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "adxmi.yaml").write_text(FILE)
    return tmp_path


def test_a_cell_is_converted_and_shown_with_what_is_not_taken_over(magic, capsys):
    text = magic("convert --from kql", samples.SCRIPT)

    assert "  mode: authoritative\n" in text
    assert "# not converted: .create table T: " in text
    assert "not converted: .create table T: " in capsys.readouterr().out


@pytest.mark.nightly
def test_several_files_are_written_below_a_folder_and_read_from_there(directory, capsys):
    assert execute(["convert", "adxmi.yaml", "--to", "kst", "-o", "kst", "--var", "why=b"]) == 0
    shown = capsys.readouterr()
    assert "saved: kst/Sales/database.yml" in shown.err
    assert "roles/mode" in shown.out

    assert execute(["convert", "kst", "--from", "kst", "-o", "back.yaml"]) == 0
    assert "  prod: {uri: sales.westeurope}\n" in (directory / "back.yaml").read_text()


@pytest.mark.nightly
def test_the_target_follows_from_the_suffix_and_findings_from_exit_codes(directory):
    assert execute(["convert", "adxmi.yaml", "-o", "a.tf", "--var", "why=b", "--exit-code"]) == 3
    assert "script_content = <<KQL" in (directory / "a.tf").read_text()
    assert execute(["convert", "adxmi.yaml", "-o", "b.yaml", "--var", "why=b", "--exit-code"]) == 0


@pytest.mark.nightly
def test_a_console_reads_the_standard_input_and_writes_to_the_output(
    directory, capsys, monkeypatch
):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(samples.SCRIPT.encode())))

    assert execute(["convert", "--from", "kql", "--to", "arm", "-", "-o", "-"]) == 0
    assert '"type": "Microsoft.Kusto/clusters/databases/scripts"' in capsys.readouterr().out


@pytest.mark.nightly
def test_names_become_ids_of_the_connected_cluster(magic):
    body = "apiVersion: adxmi/v1\nclusters: {c: {uri: embedded}}\npolicy: {cluster: {mi-export: [All]}}"

    assert "e84d3f17-90a6-4d2c-b7e8-4f5a1c6b920d" in magic("convert --to kql --resolve", body)
    assert "unresolved: policy/cluster/mi-export: " in magic("convert --to kql", body)


def test_the_lock_file_tells_object_ids_of_names(directory, capsys):
    (directory / "adxmi.yaml").write_text(FILE.replace("{system:", "{mi-lake:"))
    oid = "5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b6"
    address = "https://sales.westeurope.kusto.windows.net"
    lock = {"format": "adxmi-lock/v1", "clusters": {address: {"mi-lake": oid}}}
    (directory / "adxmi.lock.json").write_text(json.dumps(lock))

    assert execute(["convert", "adxmi.yaml", "--to", "kql", "--var", "why=b"]) == 0

    shown = capsys.readouterr().out
    assert f"// {oid} is mi-lake: b\n" in shown
    assert f'"ObjectId": "{oid}"' in shown


@pytest.mark.parametrize(
    ("line", "error", "said"),
    [
        ("convert --from kst2 adxmi.yaml", errors.InvalidValue, "kst"),
        ("convert", errors.MissingOption, "nothing to convert"),
        ("convert missing.kql", errors.InvalidValue, r"missing\.kql"),
        ("convert --from kql adxmi.yaml", errors.InvalidForeignFile, "line 1"),
        ("convert adxmi.yaml --var why=x --to kst -o a.yml", errors.InvalidValue, "files"),
        ("convert adxmi.yaml --var why=x --for-cluster prd", errors.InvalidValue, "prd"),
        ("convert adxmi.yaml", errors.InvalidPolicyFile, "why"),
    ],
)
def test_bad_input_ends_with_its_own_error(magic, directory, line, error, said):
    with pytest.raises(error, match=said):
        magic(line)


def test_a_secret_is_neither_shown_nor_written(directory, capsys):
    (directory / "a.tf").write_text(
        'resource "azurerm_kusto_script" "s" {\n  sas_token = "hunter2"\n}\n'
    )

    assert execute(["convert", "a.tf", "-o", "out.yaml"]) == 1
    shown = capsys.readouterr()
    assert "LiteralSecret: a.tf, line 2, column 15: " in shown.err
    assert "hunter2" not in shown.err + shown.out
    assert not (directory / "out.yaml").exists()


def test_an_unreadable_file_is_told_with_the_option_that_named_it(magic):
    fixes = []
    for line in ("convert missing.kql", "convert -f missing.kql", "audit --logs missing.csv"):
        with pytest.raises(errors.InvalidValue) as raised:
            magic(line)
        fixes.append(raised.value.fix.removeprefix("give the path of a text file"))

    assert fixes == ["", " with --file", " with --logs"]


def test_of_several_files_all_are_written_or_none(directory, capsys):
    (directory / "kst" / "Sales" / "database.yml").mkdir(parents=True)

    assert execute(["convert", "adxmi.yaml", "--to", "kst", "-o", "kst", "--var", "why=b"]) == 1

    assert "it is a directory; none of the 2 files was written" in capsys.readouterr().err
    assert [one.name for one in (directory / "kst").iterdir()] == ["Sales"]
