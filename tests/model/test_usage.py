import pytest

from adxmi_jupyter.errors import UnknownUsage
from adxmi_jupyter.fixes import Retry
from adxmi_jupyter.model import usage
from adxmi_jupyter.model.usage import Usage


def test_there_are_ten_usages_and_each_says_what_it_permits():
    assert [str(value) for value in Usage] == [
        "All",
        "AutomatedFlows",
        "AzureAI",
        "DataConnection",
        "ExportRequest",
        "ExternalDataRequest",
        "ExternalTable",
        "NativeIngestion",
        "SandboxArtifacts",
        "SqlRequest",
    ]
    assert all(usage.permits(value) for value in Usage)
    assert usage.permits("TimeTravel") == "a usage newer than this release"


def test_usages_are_taken_in_any_letter_case():
    assert usage.checked(["nativeingestion", "AZUREAI"]) == ("AzureAI", "NativeIngestion")


def test_the_plural_of_the_docs_gets_the_singular_as_closest_match():
    with pytest.raises(UnknownUsage) as raised:
        usage.checked(["ExternalTables"])

    assert raised.value.what == "there is no usage 'ExternalTables'"
    assert raised.value.fix == "--usage ExternalTable"


def test_a_usage_like_no_other_points_to_the_option():
    with pytest.raises(UnknownUsage) as raised:
        usage.checked(["qq"])

    assert raised.value.remediation == Retry.having("--allow-unknown-usage")


def test_a_usage_newer_than_this_release_can_be_allowed():
    assert usage.checked(["TimeTravel", "All"], allow_unknown=True) == ("All", "TimeTravel")
