"""What MathJax makes of a table in JupyterLab: nothing, where the table is of this tool."""

import pytest

from tests.ui.lab import LONG

expect = pytest.importorskip("playwright.sync_api").expect

NAME = "$\\\\href{https://evil.example}{mi-export}$"
OUTPUT = ".jp-OutputArea-executeResult"


@pytest.mark.nightly
def test_a_name_between_dollars_is_no_link(open_notebook):
    page = open_notebook(
        "lab",
        f"%%adxmi query\nprint display_name='{NAME}'",
        f"import pandas as pd\npd.DataFrame({{'display_name': ['{NAME}']}})",
    )
    ours, plain = page.locator(OUTPUT).nth(0), page.locator(OUTPUT).nth(1)

    expect(plain.locator("a[href*=evil]")).to_have_count(1, timeout=LONG)  # MathJax was there

    expect(ours).to_contain_text("$\\href{https://evil.example}{mi-export}$")
    expect(ours.locator("a, mjx-container")).to_have_count(0)
