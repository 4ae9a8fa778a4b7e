"""Error bodies as people paste them, with secrets in them, cut and mangled in many ways."""

from __future__ import annotations

import html
import json
import random
from collections.abc import Iterator
from urllib.parse import quote

from adxmi_jupyter.errors import AdxmiError
from tests.embedded.raised_codes import raised_codes
from tests.model.refusal_samples import SAMPLES, UNKNOWN

AT_A_TIME = 100
SECRETS = ("c2VjcmV0c2VjcmV0c2VjcmV0", "hunter2hunter2Zz", "Ab3dEf6hIj9lMn2pQr5tUv8x")
LAKE = "https://contosolake.blob.core.windows.net/archive/2024/orders.csv"
INGEST = "5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b6"
# A secret with what tells that it is one; mutations leave these as they are.
FORMS = (
    f"{LAKE}?sv=2024-11-04&sig=SECRET",
    "AccountKey=SECRET;",
    f"{LAKE};SECRET",
    f"{LAKE};sharedkey=SECRET",
    "Password=SECRET;",
    "client_secret=SECRET",
    "Authorization: Bearer SECRET",
    '"password": "SECRET"',
    "SharedAccessKey=SECRET",
    "https://someone:SECRET@contoso.openai.azure.com/openai",
)
CONTEXT = {
    "timestamp": "2026-01-01T00:00:00Z",
    "serviceAlias": "INGEST-CONTOSO",
    "processName": "Kusto.WinSvc.DM.Svc",
    "activityStack": "(Activity stack: CRID=KPC.execute;a3dfb878 ARID=87eb8fc9 > DN.FE)",
}
NOISE = (
    "\x00",
    "\u202e",
    "\ud7ff",
    "\\",
    '"',
    "'",
    "<",
    "&#x0;",
    "{",
    "]",
    "%",
    "$(x)",
    "\r\n",
    "é",
)
HTML = "<html><head><title>502 Bad Gateway</title></head><body><h1>{}</h1><!-- {} --></body></html>"
XML = '<?xml version="1.0"?><Error><Code>{}</Code><Message>{}</Message></Error>'
LOG = "2026-01-01T00:00:00.123Z [ERROR] kusto.client {}: {} (status: 403)"


def _body(code: str, message: str) -> str:
    error = {
        "code": code,
        "message": "Request is invalid and cannot be executed.",
        "@type": f"Kusto.Data.Exceptions.{code}",
        "@message": message,
        "@context": CONTEXT,
        "@permanent": True,
    }
    return json.dumps({"error": {**error, "innererror": error}}, indent=2)


SHAPES = (
    _body,
    XML.format,
    HTML.format,
    LOG.format,
    lambda code, message: f"{code}\t{message}\tPermanent\t0",
    lambda code, message: f"azure.core.exceptions.HttpResponseError: ({code}) {message}",
    lambda code, message: f"Traceback (most recent call last):\n  File 'x.py'\n{code}: {message}",
    lambda code, message: f"CommandRefused: no\n  why: {code}: {message}\n  fix: %adxmi check",
)


def mutated(block: int) -> Iterator[str]:
    """Yield the texts of a block; the same ones each time."""
    chance = random.Random(block)
    return (_mutated(chance) for _ in range(AT_A_TIME))


def _mutated(chance: random.Random) -> str:
    code = chance.choice(raised_codes())
    told = chance.choice([text for text, *_ in (*SAMPLES, *UNKNOWN)])
    form = chance.choice(FORMS).replace("SECRET", chance.choice(SECRETS))
    message = f"{told} '{LAKE};managed_identity={INGEST}' aadapp={INGEST};x \n{{FORM}}\n by 'Sales'"
    text = chance.choice(SHAPES)(code, message)
    for _ in range(chance.randrange(6)):
        text = chance.choice(CHANGES)(text, chance)
    return text.replace("{FORM}", form)


def _parts(text: str, chance: random.Random) -> tuple[str, str]:
    """Return a text in two parts, with what stands for a secret in one of them."""
    at = chance.randrange(len(text) + 1)
    before = text.rfind("{FORM}", 0, at)
    at = before if before >= 0 and at < before + len("{FORM}") else at
    return text[:at], text[at:]


def _cut(text: str, chance: random.Random) -> str:
    before, after = _parts(text, chance)
    return chance.choice([before, after]) or text


def _noise(text: str, chance: random.Random) -> str:
    before, after = _parts(text, chance)
    return f"{before}{chance.choice(NOISE) * chance.choice([1, 1, 2, 500])}{after}"


def _twice(text: str, chance: random.Random) -> str:
    before, after = _parts(text, chance)
    return f"{before}{after}{before}"


def _upper(text: str, chance: random.Random) -> str:
    before, after = _parts(text, chance)
    return f"{before.upper()}{after}"


def _escaped(text: str, chance: random.Random) -> str:
    del chance
    return json.dumps({"error": text})


CHANGES = (
    _cut,
    _noise,
    _noise,
    _twice,
    _upper,
    _escaped,
    lambda text, chance: html.escape(text) if chance.random() < 0.5 else repr(text),
    lambda text, chance: quote(text, safe="{} ='") if chance.random() < 0.3 else text,
    lambda text, chance: text.replace("\n", chance.choice(["\r\n", "\t", "\\n", " | "])),
    lambda text, chance: "\n".join(f"> {line}" for line in text.splitlines()),
)


def problem_of(shell: object, text: str) -> str:
    """Return what is wrong with the answer to a text; empty if it is one, without its secrets."""
    try:
        frame = shell.run_cell_magic("adxmi", "check --error", text or " ")
        shown = f"{frame.to_csv()}{frame!r}{frame._repr_html_()}"
    except AdxmiError as error:
        shown = f"{error}{error.service}{''.join(error._render_traceback_())}"
    except Exception as mistake:  # noqa: BLE001 - whatever it is, it is one
        return f"{mistake!r}: {text!r}"
    leaked = [one for one in SECRETS if one in shown]
    return f"{leaked} shown: {text!r}" if leaked else ""
