"""Ingestion whose commands name a secret: what the log tells, what it hides, and no secret."""

import pytest

from adxmi_jupyter import errors
from tests import secrets_world as world

BLOB = f"{world.LAKE}/archive/2024/orders.csv"
SOURCES = {
    "shared access signature": f".ingest into table Orders ('{BLOB}?{world.READ_SIGNATURE}')",
    "account key": f".ingest async into table ['Orders'] ('{BLOB};{world.ACCOUNT_KEY}')",
    "hidden": f".ingest into table Orders (h'{BLOB};{world.ACCOUNT_KEY}')",
    "impersonation": f".ingest into table Orders ('{BLOB};impersonate')",
    "externaldata": ".set-or-append Orders <| externaldata(OrderId:long, Region:string, "
    f"Amount:real, Placed:datetime)['{BLOB}?{world.READ_SIGNATURE}'] with (format='csv')",
}


@pytest.fixture
def connection(magics):
    return magics.connections.current()


@pytest.fixture
def ingested(connection):
    """Send commands that ingest into Orders from sources of some kinds."""

    def send(*kinds):
        world.let_admin_write(connection.azure)
        for kind in kinds:
            connection.kusto.command(SOURCES[kind], database="Sales")

    return send


@pytest.mark.nightly
@pytest.mark.parametrize("kind", ["shared access signature", "account key"])
def test_ingestion_by_a_secret_is_listed_with_its_new_source(magic, ingested, capsys, kind):
    ingested(kind)

    (row,) = magic("migrate list").to_dict("records")
    planned = magic("migrate plan Orders")

    assert (row["kind"], row["name"], row["authenticates_by"]) == ("ingestion", "Orders", kind)
    assert (row["target"], row["identity"]) == (BLOB, "mi-ingest")
    assert list(planned["definition"]) == [
        f"{BLOB};managed_identity=5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b6"
    ]
    told = capsys.readouterr().out + repr(planned) + str(row)
    assert not [one for one in world.SECRETS if one in told]


@pytest.mark.nightly
def test_ingestion_from_a_query_counts_and_users_as_themselves_only_on_request(magic, ingested):
    ingested("externaldata", "impersonation")

    assert list(magic("migrate list")["authenticates_by"]) == ["shared access signature"]
    assert set(magic("migrate list --interactive")["authenticates_by"]) == {
        "shared access signature",
        "impersonation",
    }


@pytest.mark.nightly
def test_what_the_log_hides_of_ingestion_is_said(magic, ingested, capsys):
    ingested("hidden")

    assert magic("migrate list").empty

    told = capsys.readouterr().out
    assert "hides the source of ingestion commands into Orders" in told
    assert "SDK and queued ingestion into Orders" in told
    assert "SucceededIngestion" in told


@pytest.mark.nightly
def test_a_caller_who_sees_only_own_commands_is_told_so(magic, connection, capsys):
    magic("connect embedded --name reader --credential as:reader")

    magic("migrate list --database Sales")

    assert "only your own ingestion commands are visible" in capsys.readouterr().out


@pytest.mark.nightly
def test_ingestion_is_never_sent(magic, ingested, capsys):
    ingested("account key")

    with pytest.raises(errors.MigrationBlocked, match="nothing of it is stored"):
        magic("migrate apply Orders --yes")

    assert magic("migrate apply --all --yes").empty
    assert "left out: ingestion Orders" in capsys.readouterr().out
