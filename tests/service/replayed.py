"""A server that answers from a recording of ``verify``: real clients ask it over HTTP."""

import json
import re
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

NET_TYPES = {
    "string": "String",
    "datetime": "DateTime",
    "int": "Int32",
    "long": "Int64",
    "guid": "Guid",
    "real": "Double",
    "dynamic": "Object",
    "bool": "SByte",
    "timespan": "TimeSpan",
    "decimal": "SqlDecimal",
}
VERSION = {
    "status": 200,
    "columns": [["BuildVersion", "string"]],
    "rows": [["1.0.0.0"]],
}
FAILURE = {"status": 400, "code": "BadRequest_NotRecorded"}
QUOTES = re.compile(r"\[(['\"])(.*?)(?<!\\)\1\]", re.DOTALL)


def key_of(command, database):
    """What makes a request the recorded one: names may be quoted or not."""
    of_database = "" if QUOTES.search(command) or "cluster" in command else database
    return QUOTES.sub(r"\2", command).strip(), of_database


def body_of(entry):
    """The answer to a request as the service writes it: tables of version 1, or an error."""
    if entry["status"] != 200:
        return {
            "error": {
                "code": entry.get("code") or "General_BadRequest",
                "message": "recorded without its message",
                "@type": entry.get("type") or "Kusto.Data.Exceptions.KustoServiceException",
                "@message": "recorded without its message",
                "@permanent": entry.get("permanent") is not False,
            }
        }
    columns = [
        {"ColumnName": name, "ColumnType": kind, "DataType": NET_TYPES.get(kind, "Object")}
        for name, kind in entry["columns"]
    ]
    return {"Tables": [{"TableName": "Table_0", "Columns": columns, "Rows": entry["rows"]}]}


@contextmanager
def replayed(recording, *, missing=None):
    """Serve a recording; yields the base URI. `missing` gets what was asked and not recorded."""
    entries = {key_of(e["command"], e["database"]): e for e in recording["entries"]}
    anywhere = {command: e for (command, database), e in entries.items() if not database}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.answer(404, {})

        def do_POST(self):
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            key = key_of(asked["csl"], asked.get("db") or "")
            entry = entries.get(key) or anywhere.get(key[0])
            if asked["csl"] == ".show version":
                entry = VERSION
            if entry is None and missing is not None:
                missing.append(asked["csl"])
            found = entry or FAILURE
            self.answer(found["status"] or 503, body_of(found))

        def answer(self, status, body):
            payload = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
