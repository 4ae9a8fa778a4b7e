"""Recorded answers of real clusters, where a directory of them is at hand.

``ADXMI_RECORDINGS`` names it, else ``shared/recordings`` beside the checkout. The shapes which the
recordings taught are tested without them in `test_kusto`.
"""

import json
import os
from pathlib import Path

import pytest

from adxmi_jupyter.errors import PartialFailure
from adxmi_jupyter.service.connections import Connections, Settings
from tests.service.replay import replay

BESIDE = Path(__file__).resolve().parents[3] / "shared" / "recordings"
DIRECTORY = Path(os.environ.get("ADXMI_RECORDINGS", BESIDE))
RECORDED = sorted(DIRECTORY.glob("kusto/*.json"))


def ask(path):
    answer = json.loads(path.read_text(encoding="utf-8"))
    with replay(answer) as uri:
        connections = Connections(Settings(cluster=uri, timeout=5), lambda _: None)
        kusto = connections.current().kusto
        old = isinstance(answer, dict)
        result = kusto.command(".show version") if old else kusto.query("T", database="db")
        connections.close_all()
    return result


if RECORDED:

    @pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
    def test_every_recorded_answer_is_read(path):
        if "partial" in path.stem:
            with pytest.raises(PartialFailure):
                ask(path)
            return

        answer = ask(path)

        assert list(answer.frame().columns) == list(answer.columns)
        assert len(answer.frame()) == len(answer.rows())
