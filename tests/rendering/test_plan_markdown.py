"""A plan as Markdown: what a reviewer reads, and what no name can make of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from adxmi_jupyter.rendering.markdown import MOST_CHARACTERS, code, fenced, row
from adxmi_jupyter.rendering.plan_markdown import MARK, plan_markdown
from tests.rendering.planned import HOSTILE, change, one_of_each, plan, removal


def tokens(text):
    """Return what a viewer makes of a text: blocks, and what is within them."""
    blocks = MarkdownIt("commonmark", {"html": True}).enable("table").parse(text)
    return [one for block in blocks for one in (block, *(block.children or ()))]


def kinds(text):
    return {one.type for one in tokens(text)}


def test_the_worst_comes_first_and_each_change_once():
    lines = plan_markdown(one_of_each()).splitlines()

    head = lines.index("| --- | --- | --- | --- |")
    assert lines[:2] == [MARK, "### adxmi: `mycluster.westeurope`"]
    assert [line.split(" | ")[0] for line in lines[head + 1 : head + 8]] == [
        "| `!` blocked: replace",
        "| `!` blocked: remove",
        "| `?` unknown",
        "| `-` remove",
        "| `~` missing",
        "| `~` not in the file",
        "| `+` add",
    ]
    assert "* `external-table mi-export (Sales)`" in lines


def test_the_same_change_in_many_databases_is_one_line():
    text = plan_markdown(plan(*(change(f"D{n}") for n in range(300))))

    (line,) = [line for line in text.splitlines() if line.startswith("| `+`")]
    assert line.startswith("| `+` add | 300 databases: `D0`, `D1`, ")
    assert ", `D19`, … |" in line


def test_a_cluster_that_matches_is_one_sentence():
    text = plan_markdown(plan(commands=()))

    assert text.splitlines()[3] == "**No changes. The cluster matches `adxmi.yaml`.**"
    assert "<details>" not in text


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_code_and_nothing_else(name):
    text = plan_markdown(one_of_each(name))

    plain, hostile = tokens(plan_markdown(one_of_each("name"))), tokens(text)
    assert [one.type for one in hostile if one.type not in {"text", "code_inline"}] == [
        one.type for one in plain if one.type not in {"text", "code_inline"}
    ]
    assert not kinds(text) & {"link_open", "image", "html_inline"}
    assert "##[" not in text
    assert "##vso[" not in text


def test_names_can_be_read_in_their_cells():
    found = [one.content for one in tokens(f"| {code('a|b')} | {code('``')} |\n|---|---|\n")]

    assert {"a|b", "``"} <= set(found)


@pytest.mark.nightly
@given(st.text(alphabet=st.sampled_from("|\\`<>&[]!@#:*_~ \n\ra\u202e😀"), min_size=1))
def test_any_text_is_one_piece_of_code_in_its_own_cell(text):
    written = code(text)

    found = tokens(f"| x | y |\n|---|---|\n{row((written, code('z')))}\n")

    pieces = [one.content for one in found if one.type in {"text", "code_inline", "html_inline"}]
    assert len(pieces) == 4 - (not written)
    assert pieces[-1] == "z"


def test_a_block_of_commands_ends_where_it_is_to_end():
    (block,) = tokens(fenced("````\n```", "kusto"))

    assert block.content == "````\n```\n"


LARGE = {
    "many changes": plan(*(change(f"D{n}", item=f"U{n}") for n in range(5000))),
    "many commands": plan(change(), commands=[f".show table T{n}" for n in range(20_000)]),
    "a long command": plan(change(), commands=["x" * 70_000]),
    "long names": plan(*(change("d" * 9000, "s" * 9000, f"{n}" * 9000) for n in range(500))),
    "many workflows": plan(removal(breaks=tuple(f"external-table {n}" * 90 for n in range(900)))),
    "many databases": plan(*(change(f"{n}" * 900) for n in range(5000))),
}


@pytest.mark.parametrize("large", LARGE)
def test_a_large_plan_fits_into_a_comment_and_says_what_is_left_out(large):
    text = plan_markdown(LARGE[large])

    assert len(text) <= MOST_CHARACTERS
    assert text.count("```") % 2 == 0
    assert text.count("<details>") == text.count("</details>")


def test_what_is_cut_is_what_is_added_and_counted():
    changes = [change(f"D{n}", item=f"U{n}") for n in range(1500)]

    text = plan_markdown(plan(*changes, removal("Last")))

    rows = [line for line in text.splitlines() if line.startswith("| `")]
    assert rows[0].startswith("| `-` remove | `Last`")
    assert f"_{1501 - len(rows)} more lines are left out: a comment is limited._" in text
