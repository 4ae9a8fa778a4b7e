"""Whoever lacks a permission is told which: by help, by errors, by the findings of a check."""

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.magics.tree import leaves

ARCHIVE = (
    "--identity mi-export --location https://contosolake.blob.core.windows.net/archive "
    '--columns "OrderId:long" --data-format csv'
)


@pytest.fixture
def reader(magic):
    """Run lines as somebody who may read one database and no more."""
    magic("connect embedded --name reader --credential as:reader")
    return magic


@pytest.mark.parametrize(
    ("line", "right"),
    [
        (
            "policy show --cluster",
            "Database User, Viewer or Monitor; for the policy of the cluster: AllDatabasesMonitor",
        ),
        (
            "role list --database Sales",
            "Database Admin; on the cluster: Reader on the cluster, in Azure",
        ),
        ("callout list", "AllDatabasesMonitor"),
        ("identity remove --identity mi-export --yes", "Contributor on the cluster, in Azure"),
        (
            "external-table drop ArchivedOrders --database Sales --yes",
            "Admin of the object, or Database Admin",
        ),
    ],
)
def test_a_refusal_names_the_right_that_is_missing(reader, line, right):
    with pytest.raises(errors.NotAuthorized) as raised:
        reader(line)

    assert raised.value.fix == f"ask for {right}; %adxmi status shows who you are"


def test_a_refusal_names_the_option_that_grants_the_right(reader):
    with pytest.raises(errors.NotAuthorized) as raised:
        reader("policy revoke --database Sales --identity mi-export --usage ExternalTable --yes")

    assert raised.value.fix == (
        "ask for AllDatabasesAdmin; also for the policy of a database; %adxmi status shows who you "
        "are; as Contributor on the cluster, in Azure, add --elevate"
    )


@pytest.mark.nightly
def test_where_an_identity_acts_the_right_may_be_missing_to_it(reader):
    with pytest.raises(errors.NotAuthorized) as raised:
        reader(f"external-table create --database Sales --name Mine {ARCHIVE}")

    assert raised.value.fix == (
        "ask for Database User; to replace an existing one: AllDatabasesAdmin; "
        "for SQL: Database Admin; %adxmi status shows who you are; "
        "%adxmi external-table check shows what the identity requires"
    )


def test_what_could_be_read_in_part_names_the_right_too(reader):
    with pytest.raises(errors.PartialRead) as raised:
        reader("policy matrix --all-databases")

    assert raised.value.why.endswith("for the policy of the cluster: AllDatabasesMonitor)")
    assert raised.value.fix == "%adxmi policy matrix --all-databases --skip-unreadable"


@pytest.mark.nightly
def test_a_check_says_shortly_what_it_takes_to_see_a_link(reader):
    checked = reader("external-table check ArchivedOrders")

    told = dict(zip(checked["requirement"], checked["detail"], strict=True))
    assert told["callout policy"] == "not readable: requires AllDatabasesMonitor"
    assert told["identity exists"] == ("not readable: requires Reader on the identity, in Azure")


def test_an_identity_that_cannot_be_seen_is_not_replaced_by_another(reader):
    with pytest.raises(errors.UnknownIdentity) as raised:
        reader("identity assign --identity mi-stranger")

    assert raised.value.fix == "give the object ID of the identity"


def test_every_verb_that_asks_a_service_says_what_it_takes():
    nothing_to_ask = {"build", "form", "history", "operations", "storage", "sql", "cosmos", "ai"}
    own = {"connect", "connections", "status", "form", "lab", "embedded", "connection-string"}
    own |= {"completion", "help", "whoami"}
    journal = {"history list"}

    silent = [
        name
        for name, verb in leaves()
        if not verb.permission
        and name not in journal
        and name.split()[0] not in own
        and name.split()[-1] not in nothing_to_ask
    ]

    assert silent == []


def test_help_names_the_required_permissions(magic, capsys):
    magic("callout allow --help")

    assert "\nRequired permissions: AllDatabasesAdmin.\n\nExamples:\n" in capsys.readouterr().out
