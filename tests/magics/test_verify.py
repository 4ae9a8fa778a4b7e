"""`verify` as a user runs it."""

import json
import re


def test_a_recording_tells_how_many_things_of_each_kind_it_replaced(magic, capsys, tmp_path):
    file = tmp_path / "recording.json"

    magic(f"verify --record {file}")

    told = re.search(r"Replaced: (.*)\.\n", capsys.readouterr().out)[1].split(", ")
    kinds = {one.partition(" ")[2] for one in told}
    assert {"IDs", "hosts", "times", "versions", "other words"} <= kinds
    assert json.loads(file.read_text("utf-8"))["entries"]
