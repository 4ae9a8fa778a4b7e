"""Scripts that policy files are converted to, and those in other files, are what the service reads."""

import pytest
from hypothesis import given

from adxmi_jupyter.model.foreign_files.registry import format_of
from tests.examples import examples
from tests.random_policy_files import policy_files

COMMANDS = {
    *("AlterClusterPolicyManagedIdentity", "AlterMergeClusterPolicyManagedIdentity"),
    *("AlterDatabasePolicyManagedIdentity", "AlterMergeDatabasePolicyManagedIdentity"),
    *("AddDatabaseRole", "SetDatabaseRole"),
    *("AlterClusterPolicyCallout", "AlterMergeClusterPolicyCallout"),
}


def commands(hub):
    (file,) = format_of("kql").write(hub, (), ()).files
    return [
        one for one in file.text.split("\n\n") if any(line[:1] == "." for line in one.splitlines())
    ]


@pytest.mark.nightly
@examples(300)
@given(hub=policy_files())
def test_commands_of_a_converted_policy_file_are_clean(kusto_parser, hub):
    judged = [kusto_parser.judge(one, schema=False) for one in commands(hub)]

    assert [one for one in judged if not one.is_clean or one.command not in COMMANDS] == []
