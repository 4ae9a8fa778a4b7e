import socket
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from adxmi_jupyter import errors
from tests.service.answers import ONE_API, v1
from tests.service.replay import replay


def test_a_command_piped_into_a_query_gives_its_primary_table(ask):
    def table(name, columns, rows):
        named = [{"ColumnName": column, "DataType": kind} for column, kind in columns.items()]
        return {"TableName": name, "Columns": named, "Rows": rows}

    status = {"Severity": "Int32", "StatusDescription": "String", "ClientActivityId": "String"}
    contents = {"Ordinal": "Int64", "Kind": "String", "Name": "String", "Id": "String"}
    answer = {
        "Tables": [
            table("Table_0", {"TableName": "String"}, [["Orders"]]),
            table("Table_1", {"Value": "String"}, [["{}"]]),
            table("Table_2", status, [[4, "done", "x"]]),
            table(
                "Table_3",
                contents,
                [
                    [0, "QueryResult", "PrimaryResult", "a"],
                    [1, "QueryProperties", "@ExtendedProperties", "b"],
                    [2, "QueryStatus", "QueryStatus", "c"],
                ],
            ),
        ]
    }

    with replay(answer) as uri:
        rows = ask(uri, ".show tables | project TableName").rows()

    assert rows == [{"TableName": "Orders"}]


@pytest.mark.parametrize(
    "body",
    [{"unexpected": 1}, "text", [], {"Tables": []}, b"<html>", b""],
    ids=["no tables", "a string", "a list", "zero tables", "html", "empty"],
)
def test_an_answer_of_another_shape_is_unreadable(ask, body):
    with replay(body) as uri, pytest.raises(errors.UnreadableAnswer):
        ask(uri)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (302, errors.UnreadableAnswer),
        (400, errors.CommandRefused),
        (401, errors.NotAuthenticated),
        (403, errors.NotAuthorized),
        (404, errors.ClusterUnreachable),
        (412, errors.CommandRefused),
        (500, errors.ServiceUnavailable),
        (520, errors.ServiceUnavailable),
    ],
)
def test_a_refusal_is_told_by_its_status_and_keeps_the_services_words(ask, status, error):
    with (
        replay(ONE_API, status=status, headers=[("x-ms-activity-id", "an-id")]) as uri,
        pytest.raises(error) as raised,
    ):
        ask(uri)

    assert raised.value.service.status == status
    assert raised.value.service.activity_id == "an-id"
    assert "embedded-secret-token" not in str(raised.value)
    assert raised.value.__cause__ is not None


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (ONE_API, "too many rows"),
        ({"error": {"code": "x", "message": "plain\x1b[31m\nwords"}}, "plain\\x1b[31m words"),
        (b"General_BadRequest: no", "General_BadRequest: no"),
    ],
)
def test_the_services_words_are_kept_on_one_line(ask, body, why):
    with replay(body, status=400) as uri, pytest.raises(errors.CommandRefused) as raised:
        ask(uri)

    assert raised.value.why == why


@pytest.mark.parametrize("body", [{"detail": "other"}, {"error": "text"}, [1]])
def test_an_error_body_of_another_shape_is_no_crash(ask, body):
    with replay(body, status=400) as uri, pytest.raises(errors.AdxmiError):
        ask(uri)


@pytest.mark.parametrize("retry_after", [[("Retry-After", "61")], [("Retry-After", "soon")]])
def test_throttling_is_told_by_its_status(ask, retry_after, monkeypatch):
    monkeypatch.setattr("adxmi_jupyter.service.kusto._LONGEST_WAIT", 0)

    with (
        replay(b"", status=429, headers=retry_after) as uri,
        pytest.raises(errors.Throttled) as raised,
    ):
        ask(uri)

    assert raised.value.why == "HTTP 429, too many requests"


@pytest.fixture
def certificate(tmp_path):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2100, 1, 1, tzinfo=UTC))
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    return path


def test_a_host_with_an_untrusted_certificate_gets_nothing(ask, certificate):
    with (
        replay(v1({}, []), certificate=certificate) as uri,
        pytest.raises(errors.UntrustedCertificate) as raised,
    ):
        ask(uri)

    assert "REQUESTS_CA_BUNDLE" in raised.value.fix
    assert "SSL" not in raised.value.why


def test_nobody_listening_is_unreachable(ask):
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        uri = f"http://127.0.0.1:{reserved.getsockname()[1]}"

        with pytest.raises(errors.ClusterUnreachable) as raised:
            ask(uri)

    assert raised.value.what == f"{uri} cannot be reached"
    assert raised.value.why == "nothing accepts connections at its address and port"


def test_the_token_is_sent_and_an_expired_one_is_told(connections, monkeypatch):
    uri = connections.current().azure.kusto_uri
    monkeypatch.setenv("ADXMI_TOKEN", "embedded-reader")
    reader = connections.open(uri, name="as reader", credential="token")
    monkeypatch.setenv("ADXMI_TOKEN", "embedded-expired")

    with pytest.raises(errors.NotAuthenticated) as raised:
        reader.kusto.command(".show version")

    assert raised.value.service.status == 401
    assert "embedded-expired" not in str(raised.value)


def test_interrupt_returns_while_the_service_is_slow(connection, interrupted):
    interrupted(".show version")

    with pytest.raises(KeyboardInterrupt):
        connection.kusto.command(".show version")


@pytest.mark.parametrize("status", [400, 403, 409, 412, 429])
@pytest.mark.parametrize("body", [b"", b"<html>no</html>", {}, {"error": "text"}, {"error": []}])
def test_a_refusal_that_is_not_the_services_own_leaves_open_what_happened(ask, status, body):
    with replay(body, status=status) as uri, pytest.raises(errors.AnswerLost):
        ask(uri)


@pytest.mark.parametrize(
    "rows", [[["a", "b"]], ["ab"], [None], [5], [["a"], "b"]], ids=["too long", *"tn5m"]
)
def test_rows_that_are_none_are_unreadable(ask, rows):
    with replay(v1({"x": "string"}, rows)) as uri, pytest.raises(errors.UnreadableAnswer):
        ask(uri)


def test_columns_of_one_name_are_unreadable(ask):
    answer = v1({"x": "string"}, [])
    answer["Tables"][0]["Columns"] *= 2

    with replay(answer) as uri, pytest.raises(errors.UnreadableAnswer):
        ask(uri)


@pytest.mark.parametrize("asked", ["-1", "nan", "inf", "soon"])
def test_a_pause_that_is_none_is_not_waited_for(ask, asked, monkeypatch):
    monkeypatch.setattr("adxmi_jupyter.service.kusto._LONGEST_WAIT", 0)

    with (
        replay(b"", status=429, headers=[("Retry-After", asked)]) as uri,
        pytest.raises(errors.Throttled),
    ):
        ask(uri)
