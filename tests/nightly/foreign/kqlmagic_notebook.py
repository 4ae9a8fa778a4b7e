"""Kqlmagic in a shell of IPython, without a notebook around it."""

from __future__ import annotations

import os

from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from steps import KUSTO, is_equal, step

# Without a notebook it would open a browser for the schema.
os.environ["KQLMAGIC_NOTEBOOK_APP"] = "jupyternotebook"
SHELL = InteractiveShell.instance()
ERROR_COLOR = "#b94a48"
CONNECTION = f"azuredataexplorer://anonymous;cluster='{KUSTO}';database='Sales';alias='Sales'"


def kql(line):
    """Return what a line returns; an AssertionError with what it showed when that is an error."""
    with capture_output() as shown:
        found = SHELL.run_line_magic("kql", line)
    text = " ".join(str(each.data.get("text/html", "")) for each in shown.outputs)
    assert ERROR_COLOR not in text, text[-1500:]
    return found


with capture_output():
    SHELL.run_line_magic("load_ext", "Kqlmagic")


@step("connection")
def connection():
    kql(CONNECTION)


@step("schema")
def schema():
    found = kql("--schema")
    is_equal({"Orders", "Customers"} <= set(found), True)


@step("rows")
def rows():
    found = kql("Orders | take 2")
    is_equal([row["OrderId"] for row in found], [1, 2])


@step("data frame")
def frame():
    found = kql("Orders | take 2").to_dataframe()
    is_equal(list(found["Region"]), ["north", "south"])


@step("command")
def command():
    found = kql(".show tables")
    is_equal([row["TableName"] for row in found], ["Orders", "Customers"])
