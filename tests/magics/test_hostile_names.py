"""A display name is what somebody else chose: it is shown as text, wherever it stands."""

import pickle

import pandas as pd
import pytest

from adxmi_jupyter.rendering.shown_frame import SafeFrame

MATH = "$\\href{https://evil.example}{mi-export}$"
MARKUP = "<img src=x onerror=alert(1)>"
TURNED = "mi\u202etropxe\u2066\u200b\x1b[31m"
SHOWN = "mi\\u202etropxe\\u2066\\u200b\\x1b[31m"
LINES = (
    "policy show --database Sales",
    "policy show --by-usage --database Sales",
    "policy matrix --database Sales",
    "policy diff --database Telemetry --against-database Sales",
    "identity list --all",
)


@pytest.fixture
def html(ip, magic, azure):
    """The HTML of a line's result, while an identity with a hostile name is allowed something."""

    def shown(line, name):
        one = azure.world.add_identity(name)
        magic(
            "policy alter-merge --database Sales",
            f'[{{"ObjectId": "{one.object_id}", "AllowedUsages": "All"}}]',
        )
        return ip.display_formatter.format(magic(line))[0]

    return shown


@pytest.mark.nightly
@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("name", [MATH, "$$x$$", "\\(x\\)", "\\[x\\]", "\\begin{a}x\\end{a}"])
def test_no_formula_of_a_name_is_typeset(html, line, name):
    text = html(line, name)["text/html"]

    before = text.partition("<table")[0]
    assert 'class="tex2jax_ignore mathjax_ignore"' in before
    assert "text/latex" not in html(line, name)


@pytest.mark.parametrize("line", LINES)
def test_no_markup_of_a_name_is_rendered(html, line):
    assert MARKUP not in html(line, MARKUP)["text/html"]


@pytest.mark.parametrize("line", LINES)
def test_signs_that_cannot_be_seen_are_shown_as_escapes(html, line):
    bundle = html(line, TURNED)

    assert [kind for kind, text in bundle.items() if "\u202e" in text or "\u200b" in text] == []
    assert SHOWN in bundle["text/html"]


def test_what_is_made_of_a_result_shows_texts_as_texts_too(magic):
    frame = magic("policy show --database Sales")

    made = frame[frame["is_system"].notna()].head(2).rename(columns={"scope": MATH})

    assert "mathjax_ignore" in made._repr_html_()
    assert made.attrs == frame.attrs


def test_a_result_is_pickled_as_a_plain_frame(magic):
    frame = magic("policy show --database Sales")

    again = pickle.loads(pickle.dumps(frame))

    assert type(again) is pd.DataFrame
    assert again.attrs == frame.attrs
    pd.testing.assert_frame_equal(again, pd.DataFrame(frame))


def test_latex_is_escaped_where_somebody_asks_for_it():
    with pd.option_context("styler.render.repr", "latex"):
        text = SafeFrame({"a": [MATH]})._repr_latex_()

    assert "$\\href" not in text
