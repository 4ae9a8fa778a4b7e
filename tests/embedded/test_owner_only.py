"""Web pages and other users get no answer from any face, whatever they send and however."""

import json

import pytest

from adxmi_jupyter.embedded import EmbeddedAzure
from tests.embedded.wire import exchange, port_of, request

METADATA = "/v1/rest/auth/metadata"
FACES = (
    METADATA,
    "/v1/rest/mgmt",
    "/v1/rest/query?db=Sales&csl=print%201",
    "/v2/rest/query?db=Sales&csl=print%201",
    "/ingest/contoso/v1/rest/mgmt",
    "/subscriptions?api-version=2022-12-01",
    "/providers/Microsoft.ResourceGraph/resources?api-version=2022-10-01",
    "/contosoingest/readyforaggregation-secured/messages",
    "/contosoingest/tempstorage/blob.csv",
    "/msi/token?api-version=2019-08-01&resource=x",
    "/nowhere",
    "/",
)
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")
GRANT = json.dumps({"csl": ".delete database Sales policy managed_identity", "db": "Sales"})


@pytest.fixture
def ask(azure):
    """Send a request whose headers may name the server's port as PORT."""

    def send(target, *headers, **options):
        port = str(port_of(azure))
        filled = [each.replace("PORT", port) for each in headers]
        return exchange(azure, request(target.replace("PORT", port), *filled, **options))

    return send


@pytest.mark.parametrize(
    "host", ["127.0.0.1:PORT", "localhost:PORT", "LocalHost:PORT", "LOCALHOST:PORT", "[::1]:PORT"]
)
def test_the_names_of_this_machine_are_answered(ask, host):
    assert ask(METADATA, f"Host: {host}").status == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:PORT",
        "127.0.0.1",
        "localhost",
        "[::1]",
        "127.0.0.1:80",
        "127.0.0.1:1PORT",
        "127.0.0.1:0PORT",
        "127.0.0.1:PORT0",
        "127.0.0.1:+PORT",
        "127.0.0.1: PORT",
        "127.0.0.1 :PORT",
        "127.0.0.1:PORT:PORT",
        "127.0.0.1:PORT,evil.example",
        "127.0.0.1:PORT evil.example",
        "127.0.0.1:PORT/",
        "127.0.0.1:PORT#",
        "127.0.0.1:PORT?",
        "127.0.0.1.:PORT",
        "127.0.0.1.evil.example:PORT",
        "127.0.0.1.nip.io:PORT",
        "localhost.:PORT",
        "localhost.localdomain:PORT",
        "localhost.evil.example:PORT",
        "evil.localhost:PORT",
        "notlocalhost:PORT",
        "locaIhost:PORT",
        "loca\u017fhost:PORT",
        "\uff11\uff12\uff17.0.0.1:PORT",
        "127.1:PORT",
        "127.0.1:PORT",
        "127.0.0.2:PORT",
        "0.0.0.0:PORT",
        "0:PORT",
        "2130706433:PORT",
        "0x7f000001:PORT",
        "0177.0.0.1:PORT",
        "::1:PORT",
        "[::]:PORT",
        "[0:0:0:0:0:0:0:1]:PORT",
        "[::ffff:127.0.0.1]:PORT",
        "[::1%25lo]:PORT",
        "user@127.0.0.1:PORT",
        "user:word@localhost:PORT",
        "127.0.0.1:PORT@evil.example",
        "http://127.0.0.1:PORT",
        "\\127.0.0.1:PORT",
        "127.0.0.1:PORT\\@evil.example",
        "%31%32%37.0.0.1:PORT",
        "",
        ":PORT",
        "null",
    ],
)
def test_every_other_host_is_refused(ask, host):
    answer = ask(METADATA, f"Host: {host}")

    assert answer.status in {400, 403}
    assert "LoginEndpoint" not in answer.text


@pytest.mark.parametrize(
    "hosts",
    [
        (),
        ("Host: 127.0.0.1:PORT", "Host: evil.example"),
        ("Host: evil.example", "Host: 127.0.0.1:PORT"),
        ("Host: 127.0.0.1:PORT", "host: 127.0.0.1:PORT"),
        ("Host: evil.example", "X-Forwarded-Host: 127.0.0.1:PORT"),
        ("Host: evil.example", "Forwarded: host=127.0.0.1:PORT"),
        ("X-Forwarded-Host: 127.0.0.1:PORT",),
        ("Host : 127.0.0.1:PORT",),
        (" Host: 127.0.0.1:PORT",),
    ],
)
def test_exactly_one_host_counts(ask, hosts):
    assert ask(METADATA, *hosts).status in {400, 403}


@pytest.mark.parametrize(
    "target",
    [
        f"http://127.0.0.1:PORT{METADATA}",
        f"http://evil.example{METADATA}",
        f"https://127.0.0.1:PORT{METADATA}",
        f"HTTP://localhost:PORT{METADATA}",
        "127.0.0.1:PORT",
        "*",
        "v1/rest/auth/metadata",
    ],
)
def test_a_target_is_a_path(ask, target):
    assert ask(target, "Host: 127.0.0.1:PORT").status in {400, 403}


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("mark", ["Host: evil.example", "Origin: http://127.0.0.1:PORT"])
def test_no_face_and_no_method_is_left_out(ask, face, method, mark):
    host = () if mark.startswith("Host") else ("Host: 127.0.0.1:PORT",)

    answer = ask(face, *host, mark, "Authorization: Bearer embedded-admin", method=method)

    assert answer.status == 403
    assert not any(name.startswith("access-control") for name in answer.headers)


@pytest.mark.parametrize(
    "mark",
    [
        "Origin: http://evil.example",
        "Origin: null",
        "Origin:",
        "Origin: http://127.0.0.1:PORT",
        "ORIGIN: http://localhost:PORT",
        "Origin: http://localhost:8888",
        "Origin: file://",
        "Origin: vscode-webview://x",
        "Origin: chrome-extension://x",
        "Referer: http://evil.example/",
        "Referer: http://127.0.0.1:8888/lab",
        "Sec-Fetch-Site: cross-site",
        "Sec-Fetch-Site: same-site",
        "Sec-Fetch-Site: same-origin",
        "sec-fetch-site: CROSS-SITE",
        "Sec-Fetch-Site: none, cross-site",
        "Sec-Fetch-Site: None",
        "Sec-Fetch-Site:",
    ],
)
@pytest.mark.parametrize(
    ("method", "content_type"),
    [
        ("GET", "text/plain"),
        ("POST", "application/json"),
        ("POST", "text/plain"),
        ("POST", "application/x-www-form-urlencoded"),
        ("POST", "multipart/form-data; boundary=x"),
    ],
)
def test_web_pages_are_refused(azure, ask, mark, method, content_type):
    headers = ("Host: 127.0.0.1:PORT", f"Content-Type: {content_type}", mark)

    answer = ask("/v1/rest/mgmt", *headers, method=method, body=GRANT.encode())

    assert answer.status == 403
    assert azure.world.cluster.databases["Sales"].policy


@pytest.mark.parametrize("protocol", ["websocket", "WebSocket", "h2c, websocket"])
def test_websockets_are_refused(ask, protocol):
    upgrade = ("Connection: Upgrade", f"Upgrade: {protocol}", "Sec-WebSocket-Version: 13")

    answer = ask("/v2/rest/query", "Host: 127.0.0.1:PORT", *upgrade, "Sec-WebSocket-Key: eA==")

    assert answer.status == 403


def test_two_marks_of_which_one_is_harmless_are_refused(ask):
    marks = ("Sec-Fetch-Site: none", "Sec-Fetch-Site: cross-site")

    assert ask(METADATA, "Host: 127.0.0.1:PORT", *marks).status == 403


@pytest.mark.parametrize(
    "header",
    [
        "Sec-Fetch-Site: none",
        "Sec-Fetch-Mode: cors",
        "User-Agent: Mozilla/5.0",
        "Upgrade: h2c",
        "X-Forwarded-Host: evil.example",
        "Cookie: a=b",
    ],
)
def test_programs_may_send_what_does_not_tell_a_page(ask, header):
    assert ask(METADATA, "Host: 127.0.0.1:PORT", header).status == 200


def test_the_error_has_the_shape_of_a_service(ask):
    answer = ask("/v2/rest/query", "Host: evil.example", method="POST", body=b"{}")

    error = json.loads(answer.text)["error"]
    assert (error["code"], error["@permanent"]) == ("Forbidden", True)
    assert "127.0.0.1" in error["@message"]


def test_a_preflight_is_refused(ask):
    asked = ("Access-Control-Request-Method: POST", "Access-Control-Request-Private-Network: true")

    answer = ask("/v1/rest/mgmt", "Host: 127.0.0.1:PORT", "Origin: null", *asked, method="OPTIONS")

    assert answer.status == 403
    assert not any(name.startswith("access-control") for name in answer.headers)


def test_a_page_cannot_hide_behind_a_program_on_the_same_connection(azure):
    host = f"Host: 127.0.0.1:{port_of(azure)}"
    first = f"GET {METADATA} HTTP/1.1\r\n{host}\r\n\r\n".encode()

    answers = exchange(azure, first + request(METADATA, host, "Origin: null")).text

    assert "HTTP/1.1 403" in answers


def test_after_a_restart_on_another_port_the_former_one_is_no_name_of_it():
    azure = EmbeddedAzure()
    with azure:
        host = f"Host: 127.0.0.1:{port_of(azure)}"
    with EmbeddedAzure() as other:
        assert exchange(other, request(METADATA, host)).status == 403
