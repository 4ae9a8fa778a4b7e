"""Recorded requests sent to the embedded Resource Manager, and its answers compared."""

import json
import re
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from tests.embedded.arm_shapes import field, shape

OURS = "/subscriptions/4c8f2a61-7b3d-4e95-a0d2-91f6c3b58e07"
GUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
FOLLOWER = re.compile("/clusters/KustoClusterLeader/attachedDatabaseConfigurations$")
FOLLOWER_HERE = (
    "/subscriptions/b61d90e3-2f74-4a8c-8c15-5e0a7d3f9b42/resourceGroups/archive"
    "/providers/Microsoft.Kusto/clusters/contosoarchive/attachedDatabaseConfigurations"
)
NAMES = (
    ("/subscriptions/00000000-0000-0000-0000-000000000000", OURS),
    (r"(?<=/resourceGroups/)(?!testrg|devxtestgroup)[\w-]+", "analytics"),
    (r"\b(kustoCluster|KustoClusterLeader|pssdk2ekhd9|testcluster\d+)\b", "contoso"),
    (r"\b(kustoDatabase|testdatabase\d+)\b", "Sales"),
    (r"\b(dataConnectionTest|eventhubConnection\d+)\b", "sales-orders"),
    (
        r"(?:testrg|devxtestgroup)(?=/providers/Microsoft\.EventHub/)",
        "analytics",
    ),
    (r"\b(testcli|eventHubNamespaceForClients)/eventhubs/\w+", "contosohub/eventhubs/orders"),
    (r"West US 2|Central US|East US", "West Europe"),
    (r"West%20US%202|Central%20US", "West%20Europe"),
)
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

    def __init__(self, azure, http, justified):
        self.azure = azure
        self.justified = justified
        self.used = set()
        self.http = http
        self.operations = {}
        self.not_served = set()
        self.compared = 0
        self.differences = []

    def translated(self, text):
        for recorded, ours in NAMES:
            text = re.sub(recorded, ours, text, flags=re.IGNORECASE)
        for recorded, ours in self.operations.items():
            text = text.replace(recorded, ours)
        return text

    def send(self, entry):
        """Send a recorded request here, with a version that is served."""
        path, _, query = entry["uri"].removeprefix("https://management.azure.com").partition("?")
        here = FOLLOWER_HERE if FOLLOWER.search(path) else self.translated(path)
        if "error" in (entry["response_body"] or {}):
            # A child that is gone is answered alike whatever its type, scripts are not served.
            here = here.replace("/scripts/", "/dataConnections/")
        query = re.sub("2019-09-07|2017-05-10", "2020-09-18", query)
        body = self.translated(json.dumps(entry["request_body"]))
        ingest = self.azure.world.identity("mi-ingest").client_id
        return self.http.request(
            entry["method"],
            f"{self.azure.arm_uri}{here}?{query}",
            headers={"Authorization": "Bearer embedded-admin"},
            json=json.loads(re.sub(f'(?<="principalId": "){GUID}', ingest, body)),
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
    """Send every request of a recording; its cluster had user-assigned identities or had none."""
    if not path.stem.startswith("ps_"):
        azure.world.cluster.identities = []
    azure.world.cluster.databases["Sales"].data_connections = []
    # Some recordings are in the order of addresses, not of time.
    entries = sorted(
        json.loads(path.read_text(encoding="utf-8"))["entries"],
        key=lambda entry: parsedate_to_datetime(entry["response_headers"]["date"]),
    )
    walked = Walk(azure, http, justified)
    for index, entry in enumerate(entries):
        walked.step(entry, follow_ups(entries, index))
    return walked
