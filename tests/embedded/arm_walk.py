"""Recorded requests sent to the embedded Resource Manager, and its answers compared."""

import json
import re
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from tests.embedded.arm_shapes import field, shape

OURS = "/subscriptions/4c8f2a61-7b3d-4e95-a0d2-91f6c3b58e07"
RECORDED = "/subscriptions/00000000-0000-0000-0000-000000000000"
GUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
# What a recording does not make itself: event hubs, and in one the cluster.
NAMES = (
    (RECORDED, OURS),
    (r"(?:testrg|devxtestgroup)(?=/providers/Microsoft\.(?:EventHub|Storage)/)", "analytics"),
    (r"\b(testcli|eventHubNamespaceForClients)/eventhubs/\w+", "contosohub/eventhubs/orders"),
    (r"\bpssdk2ekhd9\b", "contoso"),
)
OF_THE_SEEDED_CLUSTER = (
    (r"(?<=/resourceGroups/)[\w-]+(?=/providers/Microsoft\.Kusto)", "analytics"),
    (r"\bEast US\b", "West Europe"),
)
PRINCIPALS = ("ad064aa1-8b51-41ec-9c64-0d3037577d63", "7bd74dc8-dd5f-4cee-8e64-866138abcf89")
SPELLED = (
    "id",
    "name",
    "type",
    "kind",
    "status",
    "error.code",
    "percentComplete",
    "identity.type",
    "properties.operationKind",
    "properties.operationState",
    "properties.provisioningState",
    "properties.role",
    "properties.principalType",
)
TRANSPORT = {"content-length", "date", "server", "transfer-encoding", "vary", "x-cache"}


class Walk:
    """Sends recorded requests in their order and notes where our answers differ."""

    def __init__(self, azure, http, justified, names):
        self.azure = azure
        self.names = names
        self.justified = justified
        self.used = set()
        self.http = http
        self.operations = {}
        self.not_served = set()
        self.compared = 0
        self.differences = []

    def translated(self, text):
        for recorded, ours in (*NAMES, *self.names):
            text = re.sub(recorded, ours, text, flags=re.IGNORECASE)
        for recorded, ours in self.operations.items():
            text = text.replace(recorded, ours)
        return text

    def send(self, entry):
        """Send a recorded request here, with our subscription and principals in it."""
        uri = entry["uri"].removeprefix("https://management.azure.com")
        body = self.translated(json.dumps(entry["request_body"]))
        for recorded, name in zip(PRINCIPALS, ("mi-ingest", "mi-export"), strict=True):
            body = body.replace(recorded, self.azure.world.identity(name).client_id)
        return self.http.request(
            entry["method"],
            f"{self.azure.arm_uri}{self.translated(uri)}",
            headers={"Authorization": "Bearer embedded-admin"},
            json=json.loads(body),
        )

    def step(self, entry, follow_ups):
        """Send one recorded request and compare; its polls answer Running as often as recorded."""
        self.azure.arm.polls = follow_ups
        if self.is_foreign_poll(entry):
            return
        answer = self.send(entry)
        problem = answer.json().get("error", {}).get("code") if answer.content else None
        if problem in {"InvalidResourceType", "MethodNotAllowed"}:
            self.not_served.add((entry["method"], ending(entry["uri"])))
            return
        self.compared += 1
        self.learn(entry, answer)
        self.compare(entry, answer)

    def is_foreign_poll(self, entry):
        """Tell whether this polls an operation of something that is not served here."""
        found = re.search(f"operationResults/({GUID})", entry["uri"])
        return found is not None and found[1] not in self.operations

    def learn(self, entry, answer):
        """Note which of our operations stands for the recorded one."""
        recorded = entry["response_headers"].get("azure-asyncoperation")
        if recorded and "Azure-AsyncOperation" in answer.headers:
            theirs, ours = (
                re.search(f"operationResults/({GUID})", uri)[1]
                for uri in (recorded, answer.headers["Azure-AsyncOperation"])
            )
            self.operations[theirs] = ours

    def compare(self, entry, answer):
        year = "2019" if "2019-09-07" in entry["uri"] else ""
        if answer.status_code != entry["status"]:
            self.note(entry, year, f"status {entry['status']} here {answer.status_code}")
        self.compare_headers(entry, answer, year)
        if answer.content and entry["response_body"]:
            self.compare_bodies(entry, answer.json(), year)
        elif bool(answer.content) != bool(entry["response_body"]):
            self.note(entry, year, "body")

    def compare_headers(self, entry, answer, year):
        recorded = set(entry["response_headers"]) - TRANSPORT
        ours = {name.casefold() for name in answer.headers} - TRANSPORT
        for name in recorded - ours:
            self.note(entry, year or "recorded", f"header {name}")
        for name in ours - recorded:
            self.note(entry, year or "ours", f"header {name}")
        for name in ("azure-asyncoperation", "location"):
            expected = self.translated(urlsplit(entry["response_headers"].get(name, "")).path)
            if name in ours & recorded and urlsplit(answer.headers[name]).path != expected:
                self.note(entry, year, f"header {name} {answer.headers[name]}")

    def compare_bodies(self, entry, ours, year):
        recorded = json.loads(self.translated(json.dumps(entry["response_body"])))
        every, some = shape(recorded)
        our_every, our_some = shape(ours)
        for path in set(every) - set(our_some):
            self.note(entry, year or "recorded", f"field {path}")
        for path in set(our_every) - set(some):
            self.note(entry, year or "ours", f"field {path}")
        for path in set(our_some) & set(some):
            if not (our_some[path] & some[path] or "null" in our_some[path] | some[path]):
                self.note(entry, year, f"type of {path}")
        if types(ours) != types(recorded):
            self.note(entry, year, f"types {types(recorded)}, here {types(ours)}")
        for path in SPELLED:
            expected = field(recorded, path)
            if expected is not None and field(ours, path) != expected:
                self.note(entry, year, f"value of {path}: {expected}, here {field(ours, path)}")

    def note(self, entry, side, what):
        """Note a difference unless it is justified."""
        for reason in self.justified:
            only, pattern, _ = reason
            if only == side and re.fullmatch(pattern, what):
                self.used.add(reason)
                return
        self.differences.append(f"{entry['method']} {ending(entry['uri'])} {side}: {what}")


def types(body):
    """Return the resource types in a list."""
    return {item.get("type") for item in body.get("value") or []}


def ending(uri):
    """Return the last type of a path, with a star for a name behind it."""
    segments = urlsplit(uri).path.split("/providers/")[-1].split("/")[1:]
    if len(segments) % 2 or not segments:
        return segments[-1] if segments else "(provider)"
    return f"{segments[-2]}/*"


def follow_ups(entries, index):
    """Return how many recorded states say Running after this request."""
    address = entries[index]["response_headers"].get("azure-asyncoperation", "none")
    operation = address.rpartition("/")[2].partition("?")[0]
    later = [e["response_body"] for e in entries[index:] if operation in e["uri"]]
    return sum(isinstance(body, dict) and body.get("status") == "Running" for body in later)


def walk(path, azure, http, justified):
    """Send every request of a recording; one of them changes a cluster that was there before."""
    entries = sorted(
        json.loads(path.read_text(encoding="utf-8"))["entries"],
        key=lambda entry: parsedate_to_datetime(entry["response_headers"]["date"]),
    )
    for group in re.findall(r"/resourceGroups/((?:clitest|sdktestrg)\w+)", json.dumps(entries)):
        azure.world.subscriptions[0].groups[group] = "westus2"
    azure.world.add_storage_account("clisatest", "kustosa")
    signed = "sp=r&st=2021-10-10T13:27:37Z&se=2024-09-06T21:27:37Z&sv=2020-08-04&sr=b&sig=REDACTED"
    azure.world.storage_accounts["clisatest"].signatures = (signed,)
    azure.world.add_blob("clisatest", "kustosa", "kustoscript.txt", b".create table T (a: long)")
    # Some recordings are in the order of addresses, not of time.
    is_seeded = path.stem.startswith("ps_")
    walked = Walk(azure, http, justified, OF_THE_SEEDED_CLUSTER if is_seeded else ())
    for index, entry in enumerate(entries):
        walked.step(entry, follow_ups(entries, index))
    return walked
