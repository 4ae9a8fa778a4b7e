from adxmi_jupyter.actions.connections import caller_frame, connections_frame, status_frame
from adxmi_jupyter.actions.identity.names import (
    database_names,
    offered_databases,
    offered_identities,
)


def test_status_tells_who_where_and_as_what(connection, azure):
    (row,) = status_frame(connection).to_dict("records")

    assert row["connection"] == "embedded"
    assert row["cluster"] == "embedded Azure"
    assert row["database"] == "Sales"
    assert row["credential"] == "as:admin"
    assert row["display_name"] == "admin (upn: admin@contoso.example)"
    assert row["principal"].startswith("aaduser=")
    assert row["roles"] == "All Databases Admin"


def test_the_caller_has_a_name_before_an_id(reader):
    frame = caller_frame(reader)

    assert list(frame)[:2] == ["display_name", "principal"]
    assert frame["display_name"][0] == "reader (upn: reader@contoso.example)"


def test_status_works_for_a_principal_with_few_rights(reader):
    (row,) = status_frame(reader).to_dict("records")

    assert row["credential"] == "as:reader"
    assert row["roles"] == "Viewer (Database Sales)"


def test_status_of_a_principal_without_any_role_tells_who_it_is_and_what_to_ask_for(reader, azure):
    azure.world.cluster.roles.clear()
    for database in azure.world.cluster.databases.values():
        database.roles.clear()

    (row,) = status_frame(reader).to_dict("records")

    assert row["principal"].startswith("aaduser=d72b84f9")
    assert row["roles"] == ""
    assert row["display_name"] == ""
    assert row["version"] == "not readable: requires Database User, Viewer or Monitor"


def test_connections_are_listed_with_the_current_one(connections, reader):
    frame = connections_frame(connections)

    assert list(frame["name"]) == ["embedded", "reader"]
    assert list(frame["current"]) == [False, True]


def test_names_are_remembered(connection, azure):
    database_names(connection)
    asked = azure.requests_served

    assert database_names(connection) == ("Sales", "Telemetry", "Tom's Lab")
    assert azure.requests_served == asked


def test_completion_offers_names(connection):
    assert offered_databases(connection) == ("Sales", "Telemetry", "Tom's Lab")
    assert offered_identities(connection) == ("contoso", "mi-export", "mi-ingest")


def test_completion_offers_nothing_where_asking_fails(connection, azure):
    azure.faults.add("unavailable", times=None)

    assert offered_databases(connection) == ()


def test_completion_does_not_ask_a_cluster_that_has_not_answered_yet(connections, monkeypatch):
    from adxmi_jupyter.service.connections import Settings

    monkeypatch.setenv("ADXMI_TOKEN", "a token")
    connections.settings = Settings(cluster="nowhere.westeurope", credential="token")

    assert offered_identities(connections.current()) == ()
