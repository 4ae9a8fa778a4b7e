"""No secret and no name gets into a recording, wherever it stands, and the recording still tells."""

import base64
import json
import re
from itertools import cycle, islice
from random import Random
from urllib.parse import quote
from uuid import UUID

import pytest
from azure.kusto.data._models import KustoResultTable

from adxmi_jupyter.actions.verify.asking import Asking
from adxmi_jupyter.actions.verify.recording import Recording
from adxmi_jupyter.actions.verify.verifying import Verification, verify
from adxmi_jupyter.errors import CommandRefused, ServiceDetails
from adxmi_jupyter.model.verification.readings import DATABASES, Request, Topic
from adxmi_jupyter.model.verification.redaction import Redaction, vocabulary
from adxmi_jupyter.service.answer import Answer
from adxmi_jupyter.service.pace import PacedInFlight
from tests.service.test_fan_out import FakeTime
from tests.verify.test_recordings import asked_again

LETTERS = "abcdefghijklmnopqrstuvwxyz"
CAPACITY = Request(Topic.CAPACITY, ".show capacity")
ANSWERED_BY_NAME = {"DatabaseName", "Name", "TableName", "ExternalTableName", "EntityName"}


def secrets(random):
    """Things of each kind that must not be in a recording, one after the other."""

    def word(length=8):
        return "".join(random.choices(LETTERS, k=length))

    def numbers(count, least=10, most=99):
        return [str(random.randint(least, most)) for _ in range(count)]

    def key(size):
        return base64.b64encode(random.randbytes(size)).decode()

    made = (
        lambda: str(UUID(int=random.getrandbits(128))),
        lambda: UUID(int=random.getrandbits(128)).hex,
        lambda: ".".join(numbers(4, 0, 255)),
        lambda: ":".join(numbers(8)),
        lambda: "fd00:" + ":".join(numbers(3)) + "::7",
        lambda: ":".join(f"{random.getrandbits(16):x}" for _ in range(8)),
        lambda: "-".join(numbers(6)),
        lambda: f"{word()}.{word()}+{word()}@{word()}.{word(5)}",
        lambda: f"{word()}@{word()}",
        lambda: f"{word()}-{word()}.{word()}.co.uk",
        lambda: f"sv=2024-11-04&sig={quote(key(32), safe='')}",
        lambda: f"AccountKey={key(64)}",
        lambda: ".".join(key(30).rstrip("=") for _ in range(3)),
        lambda: f"+49 {random.randint(100, 999)} {random.randint(10**6, 10**7)}",
        lambda: f"v{random.randint(1000, 9999)}.{random.randint(10**6, 9 * 10**6)}",
        lambda: f"{word(4)} {word(5)}_{word(6)}",
        lambda: "".join(random.choices("äößéñ秘密ключ", k=6)),
    )
    for make in cycle(made):
        yield make()


FORMS = (
    str,
    lambda text: f"x{text}",
    lambda text: json.dumps({"Note": text}),
    lambda text: json.dumps({text: 1}),
    lambda text: json.dumps({"Inner": json.dumps({"Note": [f"\n{text}\t"]})}),
    lambda text: quote(text, safe=""),
    lambda text: base64.b64encode(text.encode()).decode(),
    lambda text: "".join(f"\\u{ord(sign):04x}" for sign in text),
    lambda text: f"h@'https://lake.blob.core.windows.net/c;{text}' // {text}",
    lambda text: f"12:{text}:30",
)


def told_by(document, secret):
    """What of a secret a text tells: itself in any writing, or a part that is long enough."""
    folded, kept = document.casefold(), vocabulary()
    written = {secret, quote(secret, safe=""), base64.b64encode(secret.encode()).decode()}
    groups = set(re.findall(r"(?<!\d)\d\d[:.-]\d\d[:.-]\d\d", secret))
    found = [one for one in written | groups if one.casefold() in folded]
    parts = {part.casefold() for part in re.findall(r"[^\W_]+", secret) if len(part) > 3} - kept
    return [*found, *(parts & words(folded))]


def words(text):
    return set(re.findall(r"[^\W_]+", text))


@pytest.mark.parametrize("form", FORMS)
def test_no_text_is_kept_in_any_form(form):
    random = Random(19)
    for secret in islice(secrets(random), 51):
        told = Redaction().text(form(secret))

        assert told_by(told, secret) == [], (secret, told)


class Planting(Recording):
    """A recording of answers with secrets in all texts that are not the names of what is asked."""

    def __init__(self):
        super().__init__()
        self.planted, self._secrets = [], secrets(Random(7))
        self._forms = cycle(FORMS)

    def answered(self, request, answer):
        super().answered(request, answer)
        heard = self._heard[-1]
        for row in heard.rows:
            for name, cell in row.items():
                if isinstance(cell, str) and cell and name not in ANSWERED_BY_NAME:
                    row[name] = self._with_secret(cell)

    def _with_secret(self, cell):
        one, other = islice(self._secrets, 2)
        self.planted += [one, other]
        written = next(self._forms)(other)
        try:
            value = json.loads(cell)
        except ValueError:
            return f"{cell}\n// {written} {one}"
        if isinstance(value, dict):
            return json.dumps({**value, one: written})
        return json.dumps([*value, {one: written}]) if isinstance(value, list) else cell


@pytest.mark.nightly
def test_a_recording_of_answers_full_of_secrets_tells_none_and_is_read_again(connection, rich):
    rich()
    recording = Planting()

    document, _ = recording.document(verify(connection, recorder=recording))
    found = json.loads(document)
    told = json.dumps([[one["command"], one["database"], one["rows"]] for one in found["entries"]])

    assert len(recording.planted) >= 200
    assert [one for one in recording.planted if told_by(told, one)] == []
    answers, missing = asked_again(found)
    told_by_planted = {"capacity", "export-principal"}  # by whole words that are other ones now
    differ = {key for key in found["answers"] if answers.get(key) != found["answers"][key]}
    assert missing == []
    assert differ <= told_by_planted


def test_what_the_service_names_like_an_object_is_replaced():
    columns = [{"ColumnName": name, "ColumnType": name} for name in ("Contoso", "DatabaseName")]
    table = {"TableName": "Table_0", "Columns": columns, "Rows": [["a", "Contoso"]]}
    refusal = CommandRefused("", why="", fix="")
    refusal.service = ServiceDetails(code="Contoso_NotFound", type="Kusto.Contoso.Exception")
    recording = Recording()
    for answer in (Answer(KustoResultTable(table)), refusal):
        recording.answered(DATABASES, answer)

    document, _ = recording.document(Verification((), (), 0))

    assert "contoso" not in document.casefold()


def test_requests_that_are_sent_again_count_as_any_other(azure, connection):
    fake = FakeTime()
    azure.faults.add("dropped-after-write", match=".show capacity", times=3)

    Asking(connection, PacedInFlight(4, 5, fake.clock)).ask([CAPACITY])

    assert fake.time == pytest.approx(0.6)
