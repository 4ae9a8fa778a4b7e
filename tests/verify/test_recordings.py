"""Recordings of verify: without what names anything, and good for asking once more."""

import json
import os
import re
from pathlib import Path

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.actions.verify.recording import Recording, read_recording, recording_frame
from adxmi_jupyter.actions.verify.verifying import verify
from adxmi_jupyter.embedded import DatabaseRole
from adxmi_jupyter.service.connections import Connections, Settings
from tests.service.replayed import replayed
from tests.verify.test_every_behaviour import OTHERS

BESIDE = Path(__file__).resolve().parents[3] / "shared" / "recordings"
DIRECTORIES = (
    Path(__file__).parent / "recordings",
    Path(os.environ.get("ADXMI_RECORDINGS", BESIDE)) / "verify",
)
KEPT = sorted(path for one in DIRECTORIES for path in one.glob("*.json"))
# By Azure Resource Manager, or by what was written from the machine that recorded.
TOLD_ELSEWHERE = {"system", "system-in-policies", "journal-of-policies"}
HOSTILE = [
    "Sales of Jane Doe +49 170 5551234",
    "pass'word\\\"]; drop",
    "Ünïcødé 秘密 \u202e\u200b\U0001f511",
    "7d3a0c52-1b7e-4b1a-9c2f-0e6d5a4b3c21",
    "jane.doe@fabrikam.example",
    "10.20.30.40",
    "entries",
]


def recorded(connection):
    recording = Recording()
    found = verify(connection, recorder=recording)
    return recording.document(found)


def asked_again(document):
    missing = []
    with replayed(document, missing=missing) as uri:
        connections = Connections(Settings(cluster=uri, timeout=10), lambda _: None)
        found = verify(connections.current())
        connections.close_all()
    return dict(found.known.answers), missing


def words(text):
    return set(re.findall(r"\w+", text.casefold()))


@pytest.fixture
def hostile(azure):
    """A world whose names are secret."""
    world = azure.world
    for number, name in enumerate(HOSTILE):
        world.add_database(name)
        world.add_external_table(
            f"T{number} {name}",
            f"https://secretlake{number}.blob.core.windows.net/c;sig=S3cr3tS1gn%2B{number}Value",
            database=name,
            doc_string=f"call {name}",
        )
        world.grant(world.add_principal(f"user {name}"), DatabaseRole.VIEWERS, database=name)
    return world


def test_nothing_that_names_something_is_in_a_recording(connection, hostile):
    document, replaced = recorded(connection)

    secret = {word for name in HOSTILE[:-1] for word in words(name) if len(word) > 3}
    secret |= {"contoso", "contosolake", "sales", "archivedorders", "secretlake1", "8d1f5c02"}
    secret |= {"s3cr3ts1gn", hostile.tenant_id.split("-")[0]}
    secret -= {"drop", "example"}  # words of Kusto, and of stand-ins
    assert words(document) & secret == set()
    assert document.isascii()
    assert {"name", "id", "host", "moment"} <= set(replaced)


@pytest.mark.nightly
def test_one_thing_has_one_stand_in(connection):
    document = json.loads(recorded(connection)[0])

    rows = {e["topic"]: e for e in document["entries"]}["databases"]["rows"]
    named = {e["database"] for e in document["entries"] if e["database"]}
    assert named == {row[0] for row in rows}


@pytest.mark.nightly
def test_a_recording_holds_no_headers_messages_or_tokens(azure, connections, monkeypatch):
    azure.world.behaviours.choose({"csl-script": "to-admins"})
    monkeypatch.setenv("ADXMI_TOKEN", "embedded-reader")
    reader = connections.open(azure.kusto_uri, name="reader", credential="token")

    document = json.loads(recorded(reader)[0])

    allowed = {"topic", "command", "database", "status", "columns", "rows", "error", "code", "type"}
    assert {key for e in document["entries"] for key in e} <= allowed | {"permanent"}
    denied = [e for e in document["entries"] if e["status"] == 403]
    assert {e["error"] for e in denied} == {"NotAuthorized"}


@pytest.mark.nightly
def test_a_recording_is_asked_as_the_cluster_was(azure, rich, connection):
    azure.world.behaviours.choose(OTHERS)
    rich()

    document = json.loads(recorded(connection)[0])
    answers, missing = asked_again(document)

    assert (answers, missing) == (document["answers"], [])


@pytest.mark.nightly
def test_a_recording_of_hostile_names_is_asked_again(connection, hostile):
    document = json.loads(recorded(connection)[0])

    answers, _ = asked_again(document)

    assert answers == document["answers"]


@pytest.mark.parametrize("path", KEPT, ids=lambda path: path.stem)
def test_every_recording_that_is_kept_is_read_as_it_was(path):
    document = read_recording(str(path))

    answers, missing = asked_again(document)

    told = {k: v for k, v in document["answers"].items() if k in answers or k not in TOLD_ELSEWHERE}
    assert (answers, missing) == (told, [])


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": "other"}', "[" * 100_000])
def test_what_is_no_recording_is_refused(tmp_path, text):
    file = tmp_path / "recording.json"
    file.write_text(text, "utf-8")

    with pytest.raises(errors.InvalidInput, match="is not a recording"):
        read_recording(str(file))


@pytest.mark.nightly
def test_all_of_a_recording_is_shown(connection):
    document = json.loads(recorded(connection)[0])

    frame = recording_frame(document)

    assert len(frame) == len(document["entries"])
    assert json.loads(frame["content"][0]) == document["entries"][0]["rows"]
