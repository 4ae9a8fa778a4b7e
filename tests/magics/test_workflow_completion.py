"""What <Tab> offers on lines of workflows."""

import pytest

LAKE = "https://contosolake.blob.core.windows.net"
EDGE = (
    "/subscriptions/4c8f2a61-7b3d-4e95-a0d2-91f6c3b58e07/resourceGroups/analytics/providers/"
    "Microsoft.EventHub/namespaces/contosoedge/eventhubs/sensors"
)
HUB = EDGE.replace("contosoedge/eventhubs/sensors", "contosohub/eventhubs")
INGEST_CLIENT = "a1d84e6f-3c92-4b57-8e0a-95b7f2c61d38"
TABLE = (
    f"external-table create --database Sales --name Archive --identity mi-export "
    f'--location {LAKE}/archive --columns "OrderId:long, Region:string" --data-format csv'
)
CONNECTION = (
    f"event-hub create --database Sales --name edge --identity mi-ingest --event-hub {EDGE} "
    "--table Orders --data-format MULTIJSON"
)
EXPORT = (
    "continuous-export create --database Sales --name Nightly --identity mi-export "
    "--external-table ArchivedOrders"
)


def texts(found):
    return [text for text, _, _ in found]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("%adxmi external-table ", ["build", "create", "list", "drop", "check", "form"]),
        ("%adxmi sdk-ingestion ", ["build", "run", "list", "check", "form"]),
        ("%adxmi external-table create --kind ", ["storage", "delta", "sql", "cosmos"]),
        ("x = %adxmi external-table create --kind d", ["delta"]),
        ("%adxmi external-table create --kind=s", ["storage", "sql"]),
        ("%%adxmi continuous-export create --external-table ", ["ArchivedOrders"]),
        ("%adxmi sdk-ingestion run --table ", ["Customers", "Orders"]),
        ("%adxmi sdk-ingestion run -d Telemetry --table ", ["Events", "Heartbeats"]),
        ("%adxmi sdk-ingestion run --database Telemetry --table h", ["Heartbeats"]),
        ("%adxmi continuous-export create --over Orders,", ["Customers"]),
        ("%adxmi update-policy create --reads ", ["Sales", "Telemetry", '"Tom\'s Lab"']),
        ("%adxmi event-hub create --identity mi-", ["mi-export", "mi-ingest", "mi-stranger"]),
        ("%adxmi external-table drop ", ["ArchivedOrders"]),
        ("%adxmi event-hub drop --database Sales ", ["sales-orders"]),
        ("%adxmi external-table list --d", ["--database"]),
        ("%adxmi export run --data-format p", ["parquet"]),
        ("%adxmi export run --location contosol", [f"{LAKE}/"]),
        (f"%adxmi export run --location {LAKE}/a", [f"{LAKE}/archive", f"{LAKE}/artifacts"]),
        (
            f"%adxmi externaldata run --identity mi-ingest --location {LAKE}/landing/orders-w",
            [f"{LAKE}/landing/orders-with-header.csv"],
        ),
        (f"%adxmi event-hub create --event-hub {HUB}/o", [f"{HUB}/orders"]),
        (
            "%adxmi external-table create --catalog= --kind sql --server contosos",
            ["contososql.database.windows.net"],
        ),
        ('%adxmi external-table create --columns "Id:lo', ["Id:long"]),
        ("%adxmi external-table create --columns Id:long,At:date", ["At:datetime"]),
        ("%adxmi query-acceleration create ArchivedOrders --hot-datetime-column P", ["Placed"]),
    ],
)
def test_verbs_choices_and_names_complete(azure, completions, code, expected):
    found = [text for text, _, kind in completions(code) if kind != "path"]

    assert sorted(found) == sorted(expected)


def test_names_are_remembered(azure, completions):
    completions("%adxmi external-table drop A")
    completions("%adxmi sdk-ingestion run --table O")
    asked = (azure.requests_served, azure.arm_requests_served)

    completions("%adxmi external-table drop A")
    completions("%adxmi sdk-ingestion run --table C")

    assert (azure.requests_served, azure.arm_requests_served) == asked


def test_a_new_name_completes_at_once(completions, magic):
    completions("%adxmi external-table drop A")
    magic(TABLE)

    assert texts(completions("%adxmi external-table drop A")) == ["ArchivedOrders", "Archive"]
