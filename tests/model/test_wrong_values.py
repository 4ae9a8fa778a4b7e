"""What a field gets in place of a wrong value: a likely one or a placeholder, of no example."""

import pytest

from adxmi_jupyter.fixes import ChangeOption
from adxmi_jupyter.model.declaration.reading import read
from adxmi_jupyter.model.declaration.registry import declaration_of, nouns

WRONG = ("?!", "-5", " ", "nothing of the kind")


def fixes_of(spec, declaration):
    given = ({spec.name: wrong} for wrong in WRONG)
    read_ones = (read(declaration, {**declaration.about.sample.fields, **one}) for one in given)
    return {reading.problems[spec.name].remediation for reading in read_ones if spec.name in reading.problems}  # fmt: skip


@pytest.mark.parametrize("noun", nouns())
def test_no_fix_is_the_value_of_an_example(noun):
    declaration = declaration_of(noun)

    found = {spec.name: fixes_of(spec, declaration) for spec in declaration.specs()}

    assert any(found.values())
    for spec in declaration.specs():
        shown = {spec.example, declaration.about.sample.fields.get(spec.name)}
        examples = shown - {str(spec.least), str(spec.most)}
        assert found[spec.name].isdisjoint(ChangeOption(spec.option, one) for one in examples)
