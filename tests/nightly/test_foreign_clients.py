"""The table of foreign clients is what the nightly command tries."""

from pathlib import Path

import pytest

import adxmi_jupyter.embedded
from tests.nightly.foreign_clients import CLIENTS, SCRIPTS, table

README = Path(adxmi_jupyter.embedded.__file__).with_name("README.md")


def test_the_readme_shows_the_table_of_clients():
    assert table() in README.read_text("utf-8")


@pytest.mark.parametrize("client", CLIENTS, ids=lambda each: f"{each.name} {each.version}")
def test_every_step_of_a_script_is_declared(client):
    text = (SCRIPTS / client.script).read_text("utf-8")

    steps = [line.split('"')[1] for line in text.splitlines() if "step(" in line and '"' in line]

    assert sorted(steps) == sorted([*client.works, *client.missing])


def test_versions_are_pinned():
    packages = {package for client in CLIENTS for package in client.packages}

    assert all("==" in each or "@" in each for each in packages)
