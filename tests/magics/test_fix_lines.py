"""The lines that fix links, pasted as they are told, put the link in place."""

import pytest

from tests.examples import sampled

TWIN = "7d2e9b41-c58a-4f06-93b7-e1a04c6d8f25"
ARCHIVE = "--location https://contosolake.blob.core.windows.net/archive"
TABLE = f"external-table check --database Sales --name Archive {ARCHIVE} --columns A:long --data-format csv --identity"
EXPORT = "continuous-export check --database Sales --name Now --external-table ArchivedOrders --query Orders --identity"
BLOB = "https://contosolake.blob.core.windows.net/artifacts"
PYTHON = (
    "python-plugin check --database Sales --query Orders --script x=1 --artifacts "
    f"tax.zip={BLOB}/order_tax.zip --identity"
)
HUB = (
    "event-hub check --database Sales --name sensors --identity mi-ingest --event-hub "
    "/subscriptions/4c8f2a61-7b3d-4e95-a0d2-91f6c3b58e07/resourceGroups/analytics/providers/"
    "Microsoft.EventHub/namespaces/contosoedge/eventhubs/sensors"
)
MISSING = {
    "assigned": (f"{TABLE} mi-stranger", "assigned to the cluster"),
    "allowed on the database": (f"{TABLE} mi-ingest", "allowed by policy"),
    "allowed on the cluster": (f"{PYTHON} mi-ingest", "allowed by policy"),
    "a role": (f"{EXPORT} mi-export", "security role"),
    "a callout": (f"{PYTHON} mi-ingest", "callout policy"),
    "a callout of a container": (
        f"{PYTHON.replace(BLOB, 'abfss://artifacts@contosolake.dfs.core.windows.net')} mi-ingest",
        "callout policy",
    ),
}
AWKWARD = [
    "two words",
    "Tom's",
    'the "new" one',
    "a,b",
    "$x",
    "{{x}}",
    "x\u202ey",
    "semicolon;",
    "what?",
    "back\\",
]


def row(frame, requirement):
    return frame[frame["requirement"] == requirement].iloc[0]


@pytest.mark.nightly
@pytest.mark.parametrize(("check", "requirement"), MISSING.values(), ids=MISSING)
def test_the_line_puts_the_link_in_place(ip, magic, check, requirement):
    before = row(magic(check), requirement)

    ip.run_cell(before["fix"]).raise_error()

    assert before["state"] == "not met"
    assert row(magic(check), requirement)["state"] == "met"


@pytest.mark.nightly
@pytest.mark.parametrize("name", sampled(AWKWARD, each=2))
@pytest.mark.parametrize("is_assigned", [True, False])
def test_an_awkward_name_is_no_hindrance(ip, magic, azure, name, is_assigned):
    identity = azure.world.add_identity(name, assigned=is_assigned)
    check = f"{TABLE} {identity.object_id}"
    requirement = "allowed by policy" if is_assigned else "assigned to the cluster"
    before = row(magic(check), requirement)

    ip.run_cell(before["fix"]).raise_error()

    assert before["state"] == "not met"
    assert row(magic(check), requirement)["state"] == "met"


def test_of_two_identities_of_one_name_the_right_one_is_fixed(ip, magic, azure):
    azure.world.add_identity("mi-twin", resource_group="one")
    second = azure.world.add_identity("mi-twin", object_id=TWIN, resource_group="two")
    check = f"{TABLE} {second.object_id}"
    magic("identity list --all")

    fix = row(magic(check), "allowed by policy")["fix"]
    ip.run_cell(fix).raise_error()

    assert f"--identity {second.object_id}" in fix
    assert row(magic(check), "allowed by policy")["state"] == "met"


def test_a_role_by_azure_can_be_given_to_the_system_identity(magic, azure):
    azure.world.cluster.databases["Tom's Lab"].policy = []

    fix = row(magic(f"{TABLE} system"), "Azure role")["fix"]

    assert " --identity system " in fix


def test_a_hub_gets_its_role_as_a_hub(magic, azure):
    before = row(magic(HUB), "Azure role")

    magic(
        'embedded azure-role --identity mi-ingest --role "Azure Event Hubs Data Receiver" '
        "--target contosoedge/sensors"
    )

    assert before["subject"] == "mi-ingest on contosoedge/sensors"
    assert before["state"] == "not met"
    assert row(magic(HUB), "Azure role")["state"] == "met"
    assert "contosoedge/sensors" in set(magic("embedded azure-role")["target"])
