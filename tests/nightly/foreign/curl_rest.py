"""curl with the requests that the pages of the REST API print, addresses and names aside."""

from __future__ import annotations

import json
import subprocess

from steps import KUSTO, TOKEN, is_equal, step

ID = "MyApp.Query;e9f884e4-90f0-404a-8e8b-01d883023bf1"
PROPERTIES = {
    "Options": {"queryconsistency": "strongconsistency"},
    "Parameters": {},
    "ClientRequestId": ID,
}


def curl(path, *words, headers=(), body=None):
    """Return status, headers and the body of an answer."""
    named = [word for each in headers for word in ("--header", each)]
    sent = ["--data", json.dumps(body)] if body is not None else []
    done = subprocess.run(
        ["curl", "--silent", "--show-error", "--include", *words, *named, *sent, KUSTO + path],
        capture_output=True,
        check=True,
        text=True,
    )
    head, _, answer = done.stdout.partition("\n\n")
    status, *lines = head.splitlines()
    fields = dict(line.lower().split(": ", 1) for line in lines)
    return int(status.split()[1]), fields, answer


USUAL = (
    "Accept: application/json",
    f"Authorization: Bearer {TOKEN}",
    "Content-Type: application/json; charset=utf-8",
    f"x-ms-client-request-id: {ID}",
)


def is_hello(answer):
    frames = json.loads(answer)
    (table,) = (each for each in frames if each.get("TableKind") == "PrimaryResult")
    is_equal(table["Rows"], [["Hello, World!"]])


@step("query")
def query():
    body = {
        "db": "Sales",
        "csl": 'print Test="Hello, World!"',
        "properties": json.dumps(PROPERTIES),
    }
    status, headers, answer = curl("/v2/rest/query", headers=USUAL, body=body)
    is_equal((status, headers["x-ms-client-request-id"]), (200, ID.lower()))
    is_hello(answer)


@step("query with properties as an object")
def with_object():
    body = {"db": "Sales", "csl": 'print Test="Hello, World!"', "properties": PROPERTIES}
    is_hello(curl("/v2/rest/query", headers=USUAL, body=body)[2])


@step("query by GET")
def by_get():
    words = ["--get", "--data-urlencode", "db=Sales"]
    words += ["--data-urlencode", 'csl=print Test="Hello, World!"']
    is_hello(curl("/v2/rest/query", *words, headers=USUAL[:2])[2])


@step("command")
def command():
    body = {"db": "Sales", "csl": ".show tables"}
    status, _, answer = curl("/v1/rest/mgmt", headers=USUAL, body=body)
    is_equal(status, 200)
    is_equal([row[0] for row in json.loads(answer)["Tables"][0]["Rows"]], ["Orders", "Customers"])


@step("command without a database, sign-in or Accept, as for the emulator")
def of_emulator():
    body = {"csl": ".show cluster"}
    answer = curl("/v1/rest/mgmt", headers=["Content-Type: application/json"], body=body)[2]
    is_equal(len(json.loads(answer)["Tables"]), 1)


@step("compressed answer")
def compressed():
    words = ["--compressed"]
    body = {"db": "Sales", "csl": 'print Test="Hello, World!"'}
    is_hello(curl("/v2/rest/query", *words, headers=USUAL, body=body)[2])


@step("error")
def error():
    body = {"db": "Sales", "csl": ".drop table Nowhere"}
    status, _, answer = curl("/v1/rest/mgmt", headers=USUAL, body=body)
    found = json.loads(answer)["error"]
    is_equal((status, found["code"], found["@permanent"]), (400, "BadRequest_TableNotExist", True))


@step("wrong token")
def wrong_token():
    headers = ["Authorization: Bearer nobody", "Content-Type: application/json"]
    is_equal(curl("/v1/rest/mgmt", headers=headers, body={"csl": ".show version"})[0], 401)


@step("sign-in metadata")
def metadata():
    found = json.loads(curl("/v1/rest/auth/metadata")[2])["AzureAD"]
    is_equal(found["KustoServiceResourceId"], KUSTO)
