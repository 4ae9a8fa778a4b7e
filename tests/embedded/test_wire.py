"""The shapes on the wire: headers, request forms, v1 and v2 bodies, error bodies."""

import re

import pytest

GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def columns(table):
    return [(c["ColumnName"], c["ColumnType"]) for c in table["Columns"]]


def test_command_answer_is_one_v1_table(post):
    body = post(".show version").json()

    assert list(body) == ["Tables"]
    (table,) = body["Tables"]
    assert table["TableName"] == "Table_0"
    assert table["Columns"][1] == {
        "ColumnName": "BuildTime",
        "DataType": "DateTime",
        "ColumnType": "datetime",
    }
    assert table["Rows"][0][2] == "Engine"


def test_piped_command_is_answered_in_the_query_shape(post):
    tables = post(".show databases | project DatabaseName").json()["Tables"]

    assert [t["TableName"] for t in tables] == ["Table_0", "Table_1", "Table_2", "Table_3"]
    assert columns(tables[1]) == [("Value", "string")]
    assert [name for name, _ in columns(tables[2])] == [
        "Timestamp",
        "Severity",
        "SeverityName",
        "StatusCode",
        "StatusDescription",
        "Count",
        "RequestId",
        "ActivityId",
        "SubActivityId",
        "ClientActivityId",
    ]
    assert [row[1] for row in tables[2]["Rows"]] == [4, 6]
    assert columns(tables[3]) == [
        ("Ordinal", "long"),
        ("Kind", "string"),
        ("Name", "string"),
        ("Id", "string"),
        ("PrettyName", "string"),
    ]
    assert [row[:3] for row in tables[3]["Rows"]] == [
        [0, "QueryResult", "PrimaryResult"],
        [1, "QueryProperties", "@ExtendedProperties"],
        [2, "QueryStatus", "QueryStatus"],
    ]


def test_v1_query_has_the_same_four_tables(post):
    response = post("print x='a'", path="/v1/rest/query", db="Sales")

    tables = response.json()["Tables"]
    assert len(tables) == 4
    assert tables[0]["Rows"] == [["a"]]


def test_v2_query_is_a_list_of_frames(post):
    frames = post("Orders | take 2", path="/v2/rest/query", db="Sales").json()

    assert [frame["FrameType"] for frame in frames] == [
        "DataSetHeader",
        "DataTable",
        "DataTable",
        "DataTable",
        "DataSetCompletion",
    ]
    assert frames[0] == {"FrameType": "DataSetHeader", "IsProgressive": False, "Version": "v2.0"}
    assert [frame["TableKind"] for frame in frames[1:4]] == [
        "QueryProperties",
        "PrimaryResult",
        "QueryCompletionInformation",
    ]
    assert columns(frames[2])[0] == ("OrderId", "long")
    assert len(frames[2]["Rows"]) == 2
    assert frames[4] == {
        "FrameType": "DataSetCompletion",
        "HasErrors": False,
        "Cancelled": False,
    }


def test_v2_completion_information_reports_success(post):
    frames = post("print 1", path="/v2/rest/query", db="Sales").json()

    names = [name for name, _ in columns(frames[3])]
    rows = [dict(zip(names, row, strict=True)) for row in frames[3]["Rows"]]
    assert [(r["Level"], r["StatusCodeName"], r["EventTypeName"]) for r in rows] == [
        (4, "S_OK (0)", "QueryInfo"),
        (6, "S_OK (0)", "QueryResourceConsumption"),
    ]


@pytest.mark.parametrize("path", ["/v1/rest/query", "/v2/rest/query"])
def test_queries_may_be_sent_by_get(azure, http, path):
    response = http.get(
        azure.kusto_uri + path,
        params={"db": "Sales", "csl": "Orders | count", "properties": '{"Options":{}}'},
    )

    assert response.status_code == 200
    assert "[[6]]" in response.text


def test_management_takes_no_get(azure, http):
    response = http.get(azure.kusto_uri + "/v1/rest/mgmt", params={"csl": ".show version"})

    assert response.status_code == 405


@pytest.mark.parametrize(
    "properties", [{"Options": {"servertimeout": "00:04:00"}}, '{"Options":{}}', "", None, {}]
)
def test_properties_may_be_an_object_or_json_text(post, properties):
    response = post(".show version", properties=properties)

    assert response.status_code == 200


@pytest.mark.parametrize("properties", ["not json", "[]", [1], 7])
def test_other_properties_are_refused_in_plain_text(post, properties):
    response = post(".show version", properties=properties)

    assert response.status_code == 400
    assert response.headers["Content-Type"].startswith("text/plain")
    assert response.text.startswith("General_BadRequest: Request is invalid")


@pytest.mark.parametrize(
    "body",
    [b"", b"not json", b"[]", b"{}", b'{"csl":1}', b'{"csl":"x","db":1}', b"\xff{", b"[" * 99_999],
    ids=range(8),
)
def test_unreadable_body_is_refused_in_plain_text(azure, http, body):
    response = http.post(azure.kusto_uri + "/v1/rest/mgmt", data=body)

    assert response.status_code == 400
    assert response.text.startswith("General_BadRequest: Request is invalid")
    assert "ClientRequestId='unspecified;" in response.text


def test_client_request_id_is_echoed(post):
    response = post(".show version", headers={"x-ms-client-request-id": "Tests.wire;1"})

    assert response.headers["x-ms-client-request-id"] == "Tests.wire;1"
    assert GUID.fullmatch(response.headers["x-ms-activity-id"])


def test_client_request_id_is_made_up_when_missing(post):
    first, second = post(".show version"), post(".show version")

    assert first.headers["x-ms-client-request-id"].startswith("unspecified;")
    assert first.headers["x-ms-activity-id"] != second.headers["x-ms-activity-id"]


@pytest.mark.parametrize("text", [".show version", "  // hello\n .show version"])
def test_command_at_the_v2_query_endpoint_is_refused_in_plain_text(post, text):
    response = post(text, path="/v2/rest/query", db="Sales")

    assert response.status_code == 400
    assert response.headers["Content-Type"].startswith("text/plain")
    assert response.text.startswith(
        "Bad request: Control commands (starting with a dot '.') "
        "do not support api_version=v2\nError details:\nClientRequestId='"
    )


def test_command_at_the_v1_query_endpoint_is_refused_in_plain_text(post):
    response = post(".show version", path="/v1/rest/query", db="Sales")

    assert response.status_code == 400
    assert response.text.startswith("General_BadRequest: ")


def test_error_body_is_a_one_api_error(post):
    response = post(
        ".show database Nowhere policy managed_identity",
        headers={"x-ms-client-request-id": "Tests.wire;2"},
    )

    error = response.json()["error"]
    assert response.headers["Content-Type"].startswith("application/json")
    assert list(error) == ["code", "message", "@type", "@message", "@context", "@permanent"]
    assert error["@context"]["clientRequestId"] == "Tests.wire;2"
    assert error["@context"]["serviceAlias"] == "CONTOSO"
    assert error["@context"]["activityId"] == response.headers["x-ms-activity-id"]


def test_semantic_error_has_an_inner_error(post):
    response = post("Nowhere", path="/v2/rest/query", db="Sales")

    error = response.json()["error"]
    assert error["innererror"]["code"] == "SEM0100"
    assert error["innererror"]["@errorMessage"] == error["@message"]


def test_messages_hold_no_port_and_no_random_id(azure, post):
    first = post(".show version", headers={"Authorization": "Bearer embedded-admin"})
    refused = [
        post(".alter cluster policy managed_identity '['").json()["error"]["@message"]
        for _ in range(2)
    ]

    assert first.status_code == 200
    assert refused[0] == refused[1]
    assert azure.kusto_uri.rsplit(":", 1)[1] not in refused[0]


def test_auth_metadata_has_the_six_keys_and_needs_no_token(azure, http):
    response = http.get(
        azure.kusto_uri + "/v1/rest/auth/metadata", headers={"Authorization": "Bearer nobody"}
    )

    metadata = response.json()["AzureAD"]
    assert sorted(metadata) == [
        "FirstPartyAuthorityUrl",
        "KustoClientAppId",
        "KustoClientRedirectUri",
        "KustoServiceResourceId",
        "LoginEndpoint",
        "LoginMfaRequired",
    ]
    assert metadata["LoginEndpoint"] == azure.kusto_uri


def test_unknown_path_is_404(azure, http):
    response = http.get(azure.kusto_uri + "/v1/rest/ingest/Sales/Orders")

    assert response.status_code == 404
