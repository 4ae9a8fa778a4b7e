import subprocess
import sys
from pathlib import Path

import pytest

from adxmi_jupyter.magics.reference import (
    BEGIN,
    END,
    FOLDER,
    PERMISSIONS_BEGIN,
    PERMISSIONS_END,
    WITH_TABLES,
    pages,
    permissions_table,
    refreshed,
    table,
)
from adxmi_jupyter.magics.tree import leaves

ROOT = Path(__file__).resolve().parents[2]


def test_every_verb_and_its_options_are_on_the_page_of_its_noun():
    made = pages()

    assert [n for n, _ in leaves() if f"adxmi {n}" not in made[n.split(" ", 1)[0]]] == []
    assert "| `-d, --database NAME` |" in made["policy"]
    assert "| `-h, --help` |" in made["policy"]


def test_a_workflow_has_its_requirements():
    page = pages()["python-plugin"]

    assert "the cluster policy allows the identity `SandboxArtifacts`" in page
    assert "the callout policy allows `sandbox_artifacts` for" in page


@pytest.mark.parametrize(
    ("noun", "told"),
    [
        ("external-table", "1. the identity exists"),
        ("external-table", "the identity is in the tenant of `contosolake`"),
        ("external-table", "the identity is assigned to the clusters that follow the database"),
        ("continuous-export", "the external table `ArchivedOrders` is there, and its own identity"),
        ("query-acceleration", "is there, and the identity may read what it reads"),
        ("continuous-export", "the identity is in the role `viewers` of the database"),
        (
            "sql-request",
            "is a user of `contososql.database.windows.net/Erp` with permission to read",
        ),
        (
            "cosmosdb-connection",
            "*Cosmos DB Built-in Data Reader*, a role of Cosmos DB's own, on `contosocosmos`",
        ),
    ],
)
def test_every_kind_of_link_is_told_in_words(noun, told):
    assert told in pages()[noun]


def test_a_flag_that_is_on_by_itself_shows_how_to_switch_it_off():
    row = "| `--is-enabled / --not-is-enabled` | Enable the policy. Default: yes. |"

    assert row in pages()["update-policy"]


def test_a_noun_without_verbs_is_told_once():
    assert pages()["check"].count("It reads error codes, not sentences.") == 1


def test_only_what_stands_between_the_markers_is_refreshed():
    text = f"before\n{BEGIN}\nold\n{END}\nafter\n"

    assert refreshed(text) == f"before\n{BEGIN}\n{table()}\n{END}\nafter\n"
    assert refreshed("without markers") == "without markers"


def test_the_table_of_permissions_is_refreshed_too():
    text = f"{PERMISSIONS_BEGIN}\nold\n{PERMISSIONS_END}\n"

    assert refreshed(text) == f"{PERMISSIONS_BEGIN}\n{permissions_table()}\n{PERMISSIONS_END}\n"


def test_every_permission_of_a_verb_is_in_the_table():
    cells = {cell.strip() for row in permissions_table().splitlines() for cell in row.split("|")}

    told = [part for _, verb in leaves() for part in (verb.permission.kusto, verb.permission.azure)]
    assert set(told) - {""} <= cells


def test_the_pages_of_the_documentation_are_links():
    page = pages()["policy"]

    assert (
        "Learn more: [Managed identity policy]"
        "(https://learn.microsoft.com/kusto/management/managed-identity-policy)"
    ) in page


@pytest.mark.nightly
def test_the_module_writes_the_pages_and_the_table(tmp_path):
    (tmp_path / FOLDER).mkdir(parents=True)
    for name in WITH_TABLES:
        (tmp_path / name).write_text(f"{BEGIN}{END}", encoding="utf-8")
    (tmp_path / FOLDER / "gone.md").write_text("of a noun that is no more", encoding="utf-8")

    subprocess.run([sys.executable, "-m", "adxmi_jupyter.magics.reference", tmp_path], check=True)

    assert (tmp_path / "docs/commands.md").read_text("utf-8") == f"{BEGIN}\n{table()}\n{END}"
    assert {page.stem for page in (tmp_path / FOLDER).glob("*.md")} == set(pages())
    assert (tmp_path / "docs" / "errors.md").exists()


@pytest.mark.nightly
def test_the_repository_has_the_present_reference():
    """If not: python -m adxmi_jupyter.magics.reference . (a dot: the root of the repository)."""
    written = {page.stem: page.read_text("utf-8") for page in (ROOT / FOLDER).glob("*.md")}

    assert written == dict(pages())
    pages_with_tables = [(ROOT / name).read_text("utf-8") for name in WITH_TABLES]
    assert list(map(refreshed, pages_with_tables)) == pages_with_tables
    assert table() in pages_with_tables[0]
    assert permissions_table() in pages_with_tables[1]
