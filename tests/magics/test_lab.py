import json
import os
import re
import signal
import subprocess
import sys

import pytest

from adxmi_jupyter.errors import MissingOption
from adxmi_jupyter.magics import console, lab
from adxmi_jupyter.magics import tutorials as copies

JUPYTERLAB = """
import json, os, pathlib, sys
config = pathlib.Path(os.environ["JUPYTER_CONFIG_PATH"].split(os.pathsep)[0])
defaults = (config / "labconfig" / "default_setting_overrides.json").read_text()
copied = sorted(p.name for p in pathlib.Path("t").iterdir())
print(json.dumps({"arguments": sys.argv[1:], "cwd": copied, "defaults": json.loads(defaults)}))
"""

WAITING = """
import os, threading
print(os.getpid(), flush=True)
threading.Event().wait()
"""
OF_REPOSITORY = re.compile(r"^(\.\./)+(README|SECURITY|CONTRIBUTING|CHANGELOG)\.md$")
"""Pages that are about the repository, of which a copy of the tutorials has none."""


@pytest.fixture
def tutorials(tmp_path, monkeypatch):
    """Let a folder of the test stand for the tutorials; return what adds a notebook to it."""
    folder = tmp_path / "tutorials"
    folder.mkdir()
    monkeypatch.setattr(lab, "tutorials", lambda: folder)
    monkeypatch.setattr(copies, "tutorials", lambda: folder)
    monkeypatch.setattr(copies, "documentation", lambda: tmp_path / "docs")
    monkeypatch.chdir(tmp_path)

    def add(name, *cells):
        import nbformat  # see test_kernel.py

        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
        nbformat.write(notebook, folder / name)

    return add


@pytest.fixture
def stand_in(tmp_path, monkeypatch):
    """Return what lets a script stand for JupyterLab."""
    folder = tmp_path / "path"
    folder.mkdir()
    monkeypatch.setenv("PYTHONPATH", str(folder))

    def write(script):
        (folder / "jupyterlab.py").write_text(script, encoding="utf-8")

    return write


def test_headless_prints_the_tables_of_the_quickstart(tutorials, capfd):
    tutorials(
        "00_quickstart.ipynb",
        "%load_ext adxmi_jupyter",
        "frame = %adxmi policy show",
        "frame[['database', 'display_name']]",
        "print('said')",
    )

    code = console.execute(["lab", "--headless"])

    shown = capfd.readouterr().out
    assert code == 0
    assert "> frame[['database', 'display_name']]\n  database display_name\n0    Sales" in shown
    assert "> print('said')\nsaid" in shown


@pytest.mark.nightly
def test_headless_fails_with_the_cell(tutorials, capfd):
    tutorials("00_quickstart.ipynb", "%load_ext adxmi_jupyter", "%adxmi policy shw", "print('no')")

    code = console.execute(["lab", "--headless"])

    shown = capfd.readouterr()
    assert code == 1
    assert shown.err.splitlines()[-3] == "TutorialFailed: a cell of the quickstart failed"
    assert "UnknownCommand: there is no verb 'shw' of policy" in shown.out
    assert "> print('no')" not in shown.out


def test_the_tutorials_are_copied_and_what_is_there_stays(tutorials, stand_in, tmp_path, capfd):
    tutorials("00_quickstart.ipynb", "1")
    tutorials("01_more.ipynb", "2")
    (tmp_path / "t").mkdir()
    (tmp_path / "t" / "01_more.ipynb").write_text("mine", encoding="utf-8")
    stand_in(JUPYTERLAB)

    code = console.execute(["lab", "t", "--no-browser", "--port", "0"])

    ran = json.loads(capfd.readouterr().out)
    assert code == 0
    assert ran["arguments"][:5] == [
        "--ServerApp.root_dir=t",
        "--LabApp.default_url=/lab/tree/00_quickstart.ipynb",
        "--ServerApp.answer_yes=True",
        "--no-browser",
        "--port=0",
    ]
    assert ran["defaults"]["@jupyterlab/apputils-extension:notification"] == {"fetchNews": "false"}
    assert ran["cwd"] == ["00_quickstart.ipynb", "01_more.ipynb"]
    assert (tmp_path / "t" / "01_more.ipynb").read_text(encoding="utf-8") == "mine"


def test_copies_are_trusted_unless_a_user_changed_them(tutorials, stand_in, tmp_path, monkeypatch):
    import nbformat
    from nbformat.sign import NotebookNotary

    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "data"))
    tutorials("00_quickstart.ipynb", "1")
    tutorials("01_more.ipynb", "2")
    (tmp_path / "t").mkdir()
    changed = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("mine")])
    nbformat.write(changed, tmp_path / "t" / "01_more.ipynb")
    stand_in(JUPYTERLAB)

    console.execute(["lab", "t"])

    notary = NotebookNotary()
    read = [nbformat.read(path, 4) for path in sorted((tmp_path / "t").glob("*.ipynb"))]
    assert [notary.check_signature(one) for one in read] == [True, False]
    notary.store.close()


def test_links_between_tutorials_and_documentation_lead_to_copies(tmp_path):
    copies.copy_tutorials(tmp_path)

    pages = [*tmp_path.glob("*.ipynb"), *tmp_path.glob("docs/**/*.md")]
    lost = [
        f"{page.name}: {link}"
        for page in pages
        for link in re.findall(r"\]\((?!https?:|#)([^)\s#]+)", page.read_text("utf-8"))
        if not (page.parent / link).exists() and not OF_REPOSITORY.search(link)
    ]
    assert lost == []


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 128 + signal.SIGTERM), (signal.SIGINT, 130)]
)
def test_jupyterlab_ends_with_the_command(stand_in, tmp_path, number, code):
    stand_in(WAITING)
    environment = {**os.environ, "JUPYTER_DATA_DIR": str(tmp_path / "data")}
    command = [sys.executable, "-m", "adxmi_jupyter", "lab", "t"]
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE) as lab:
        child = int(lab.stdout.readline())
        lab.send_signal(number)
        ended = lab.wait(timeout=60)

    assert ended == code
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


def test_a_jupyterlab_that_fails_is_an_error(tutorials, stand_in, capfd):
    stand_in("raise SystemExit(3)")

    code = console.execute(["lab", "t"])

    assert code == 1
    assert "its exit code was 3" in capfd.readouterr().err


def test_a_folder_that_cannot_be_made_is_an_error(tutorials, tmp_path, capfd):
    (tmp_path / "file").touch()

    code = console.execute(["lab", "file/t"])

    assert code == 2
    assert "InvalidValue: the tutorials cannot be copied to file/t" in capfd.readouterr().err


def test_the_extra_that_is_missing_is_named(monkeypatch):
    monkeypatch.setattr(lab, "find_spec", lambda _module: None)

    with pytest.raises(MissingOption) as caught:
        lab.require("jupyterlab")

    assert caught.value.fix == 'pip install "adxmi_jupyter[lab]"'


def test_a_checkout_has_the_tutorials_beside_the_package():
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from adxmi_jupyter.magics.lab import tutorials; print(tutorials().name)",
        ],
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == "notebooks\n"
