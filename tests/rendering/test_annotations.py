"""Annotations in the log of a CI system: at the line of the file, and none that a name forges."""

import json
import re

import pytest

from adxmi_jupyter.model.annotation import Annotation, Level, Rule
from adxmi_jupyter.rendering.annotations import MOST_SHOWN, CiSystem, annotation_lines, inert
from adxmi_jupyter.rendering.plan_annotations import folded_annotations_of
from tests.rendering.planned import HOSTILE, change, one_of_each, plan, removal

RULE = Rule("a-rule", "Something.", Level.WARNING)

# As the runners of both systems find commands in a line.
GITHUB = re.compile(r"^\s*::[\w-]+(?: [^\n]*?)?::|##\[[^\]]*\]")
AZURE_DEVOPS = re.compile(r"##vso\[[^\]]*\]|##\[[^\]]*\]")


def written(system, *annotations):
    return annotation_lines(system, annotations)


def test_github_gets_file_line_and_title_with_its_escapes():
    found = Annotation(RULE, "50% of a:b, c\nd", Level.ERROR, "a,b:c%.yaml", 3, 5)

    assert written(CiSystem.GITHUB, found) == [
        "::error file=a%2Cb%3Ac%25.yaml,line=3,col=5,title=adxmi a-rule::50%25 of a:b, c d"
    ]


def test_azure_devops_gets_file_line_and_code_with_its_escapes():
    found = Annotation(RULE, "50% of a]b; c", Level.WARNING, "a;b]c%.yaml", 3)

    (line,) = written(CiSystem.AZURE_DEVOPS, found)

    assert line == (
        "##vso[task.logissue type=warning;sourcepath=a%3Bb%5Dc%AZP25.yaml;linenumber=3;"
        "code=a-rule;]50%AZP25 of a]b; c"
    )


def test_what_is_in_no_file_has_no_place():
    found = Annotation(RULE, "so", Level.ERROR, line=3)

    assert written(CiSystem.GITHUB, found) == ["::error title=adxmi a-rule::so"]


def test_errors_come_first_and_notes_and_what_is_suppressed_not_at_all():
    levels = (Level.NOTE, Level.WARNING, Level.ERROR)
    found = [Annotation(RULE, str(level), level) for level in levels]
    quiet = Annotation(RULE, "quiet", Level.ERROR, suppressed="known")

    lines = written(CiSystem.GITHUB, *found, quiet)

    assert [line.rpartition("::")[2] for line in lines] == ["error", "warning"]


def test_of_more_than_are_displayed_the_first_tells_how_many_there_are():
    found = [Annotation(RULE, f"number {n}", Level.ERROR) for n in range(25)]

    lines = written(CiSystem.GITHUB, *found)

    assert len(lines) == MOST_SHOWN
    assert lines[0].endswith("::25 errors; 16 of them are only in the report of this step")
    assert lines[-1].endswith("::number 8")


@pytest.mark.parametrize("system", CiSystem)
def test_a_hostile_name_forges_no_command(system):
    commands = {CiSystem.GITHUB: GITHUB, CiSystem.AZURE_DEVOPS: AZURE_DEVOPS}[system]
    own = {CiSystem.GITHUB: "::", CiSystem.AZURE_DEVOPS: "##vso[task.logissue "}[system]
    end = {CiSystem.GITHUB: "::", CiSystem.AZURE_DEVOPS: "]"}[system]
    for name in HOSTILE:
        lines = written(system, *folded_annotations_of(one_of_each(name), name))

        assert all(line.startswith(own) and len(line.splitlines()) == 1 for line in lines)
        messages = [line.removeprefix(own).partition(end)[2] for line in lines]
        assert all(messages)
        assert not any("##[" in one or "##vso[" in one for one in messages)
        assert len(lines) == 6
        assert not any(commands.search(line) for line in inert("\n".join(HOSTILE)).splitlines())


@pytest.mark.parametrize("text", ["a::b", "::1", "::", "# title", "#[x]", "plain ##", "C::D::E"])
def test_text_that_is_no_command_stays_as_it_is(text):
    assert inert(text) == text


def test_what_is_escaped_in_json_is_the_same_value():
    names = json.dumps(HOSTILE, indent=1, ensure_ascii=False)

    assert json.loads(inert(names)) == list(HOSTILE)
    assert "##[" not in inert(names)


def test_the_same_change_in_several_databases_is_one_annotation():
    found = plan(*(removal(f"D{n}", line=4) for n in range(300)), change(line=5))

    lines = written(CiSystem.GITHUB, *folded_annotations_of(found, "adxmi.yaml"))

    assert len(lines) == 1
    assert lines[0] == (
        "::warning file=adxmi.yaml,line=4,title=adxmi plan-remove::apply removes mi-export "
        "ExternalTable from 300 databases (D0, D1, D2, D3, …)"
    )
