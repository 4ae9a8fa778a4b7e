"""Files of other tools that are damaged: read, or an error of the tree, never anything else."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adxmi_jupyter.errors import AdxmiError
from adxmi_jupyter.model.foreign_files.registry import format_of, names
from adxmi_jupyter.model.foreign_files.values import ReadOptions, TextFile
from tests.examples import examples
from tests.model import foreign_samples as samples

FILES = [
    ("kst", "clusters.yml", samples.CLUSTERS),
    ("kst", "Sales/database.yml", samples.DATABASE),
    ("terraform", "main.tf", samples.HCL),
    ("terraform", "state.json", samples.STATE),
    ("arm", "template.json", samples.TEMPLATE),
    ("kql", "policy.kql", samples.SCRIPT),
]
INSERTED = st.sampled_from(
    [*"\"'{}[]()<>:,\\\n$%`~;=\0\u2028", "null", "[]", '""', "${x}", "[guid('x')]"]
)


@st.composite
def damaged(draw):
    """Return a format, and a file of which a part is cut off, left out or replaced."""
    name, file, text = draw(st.sampled_from(FILES))
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 12)))
        rest = "" if draw(st.integers(0, 5)) == 0 else text[end:]
        text = text[:start] + draw(st.just("") | INSERTED) + rest
    return name, TextFile(file, text)


@pytest.mark.nightly
@examples(2000)
@given(given=damaged())
def test_a_damaged_file_is_read_or_an_error(given):
    name, file = given

    with contextlib.suppress(AdxmiError):
        reading = format_of(name).read([file], ReadOptions())
        written = [format_of(one).write(reading.hub, (), reading.findings) for one in names()]
        assert all(one.files for one in written)
