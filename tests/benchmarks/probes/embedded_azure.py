"""Imports the embedded Azure, starts it and asks it for something; tells how long that took."""

import json
import socket
import time

if __name__ == "__main__":
    start = time.perf_counter()
    from adxmi_jupyter.embedded import EmbeddedAzure

    azure = EmbeddedAzure().start()
    host = azure.kusto_uri.removeprefix("http://")
    with socket.create_connection(("127.0.0.1", int(host.rpartition(":")[2]))) as line:
        line.sendall(f"GET /v1/rest/auth/metadata HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        if b" 200 " not in line.recv(65536):
            raise RuntimeError("the embedded Azure does not answer")
    print(json.dumps({"seconds": time.perf_counter() - start}))
