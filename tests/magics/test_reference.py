import subprocess
import sys
from pathlib import Path

from adxmi_jupyter.magics.reference import BEGIN, END, reference, refreshed
from adxmi_jupyter.magics.tree import leaves


def test_every_verb_and_its_options_are_in_the_reference():
    text = reference()

    assert [name for name, _ in leaves() if f"adxmi {name}" not in text] == []
    assert "| `-d, --database NAME` |" in text
    assert "| `-h, --help` |" in text


def test_only_what_stands_between_the_markers_is_refreshed():
    text = f"before\n{BEGIN}\nold\n{END}\nafter\n"

    assert refreshed(text) == f"before\n{BEGIN}\n{reference()}\n{END}\nafter\n"
    assert refreshed("without markers") == "without markers"


def test_the_module_refreshes_a_file(tmp_path):
    file = tmp_path / "README.md"
    file.write_text(f"{BEGIN}{END}", encoding="utf-8")

    subprocess.run([sys.executable, "-m", "adxmi_jupyter.magics.reference", str(file)], check=True)

    assert file.read_text(encoding="utf-8") == f"{BEGIN}\n{reference()}\n{END}"


def test_the_readme_has_the_present_reference():
    """If not: python -m adxmi_jupyter.magics.reference README.md."""
    readme = Path(__file__).resolve().parents[2] / "README.md"

    text = readme.read_text(encoding="utf-8")

    assert refreshed(text) == text
    assert reference() in text
