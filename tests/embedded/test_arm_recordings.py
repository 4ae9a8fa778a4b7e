"""The embedded Resource Manager held against recorded traffic of the real one.

``ADXMI_RECORDINGS`` names the directory, else ``shared/recordings`` beside the checkout. Every
exchange is sent here with our names in place of the recorded ones. Status, header names, fields,
their JSON types, the values that have one spelling, and the order of polling states must agree;
what differs stands in `JUSTIFIED` with its reason, and what is not served in `NOT_SERVED`.
"""

import os
from pathlib import Path

import pytest

from tests.embedded.arm_walk import walk

BESIDE = Path(__file__).resolve().parents[3] / "shared" / "recordings"
DIRECTORY = Path(os.environ.get("ADXMI_RECORDINGS", BESIDE)) / "arm"
RECORDED = sorted(DIRECTORY.glob("*.json"))
# Exchanges compared in each recording; the others are of operations that are not served.
COMPARED = {
    "cli_scenario_2022-02-01": 116,
    "net_2019-09-07_KustoEventHubTests": 25,
    "net_2019-09-07_KustoIdentityTests": 9,
    "ps_update_cluster_2024-04-13": 3,
}

# (recorded or ours only, header or field, why it may differ)
JUSTIFIED = (
    ("ours", "header x-ms-(correlation-)?request-id", "left out of some recordings"),
    ("ours", "header x-ms-routing-request-id", "left out of some recordings"),
    ("ours", "header x-ms-ratelimit-.*", "202 of DELETE was recorded without; every answer has it"),
    ("recorded", r"field properties\.privateEndpointConnections.*", "no private endpoint here"),
    ("ours", r"field properties\.languageExtensions\.value\[\].*", "the Python plugin is on"),
    ("recorded", r"field tags\..*", "no tags here"),
    ("2019", r"header etag", "children had an empty etag before 2020"),
    ("2019", r"header x-ms-.*", "children were counted as plain reads in 2019"),
)
# (method, end of the path): operations that the embedded Azure does not have
NOT_SERVED = {
    *((method, "privateEndpointConnections/*") for method in ("GET", "PUT", "DELETE")),
    ("GET", "privateEndpointConnections"),
}


if RECORDED:

    @pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
    def test_recorded_exchanges_have_the_same_shape_here(path, azure, http):
        walked = walk(path, azure, http, JUSTIFIED)

        assert walked.differences == []
        assert walked.not_served <= NOT_SERVED
        assert walked.compared == COMPARED[path.stem]

    def test_every_justified_difference_and_missing_operation_is_met(azure, http):
        walks = []
        for path in RECORDED:
            azure.reset()
            walks.append(walk(path, azure, http, JUSTIFIED))

        assert set(JUSTIFIED) - set.union(*(each.used for each in walks)) == set()
        assert NOT_SERVED - set.union(*(each.not_served for each in walks)) == set()
