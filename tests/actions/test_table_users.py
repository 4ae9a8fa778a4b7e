"""What else uses an external table is said before it goes or turns into another."""

import pytest

from adxmi_jupyter import errors
from tests.actions.filling import LAKE


@pytest.fixture
def delta(carry_out):
    """A delta table that is accelerated for good, so that update policies may read it."""
    where = {"kind": "delta", "location": f"{LAKE}/delta/orders", "data_format": "", "columns": ""}
    carry_out("external-table", name="Delta", **where)
    carry_out("query-acceleration", hot="36500d")
    return where


@pytest.fixture
def users(carry_out, delta):
    """Let an export and an update policy use external tables."""
    carry_out("continuous-export")
    query = "external_table('Delta') | project CustomerId=OrderId, Name=Region, Active=true"
    carry_out("update-policy", query=query)


@pytest.mark.nightly
def test_exports_that_write_to_an_external_table_are_said_before_it_goes(drop, users, sales):
    with pytest.raises(errors.ConfirmationRequired) as caught:
        drop("external-table", "ArchivedOrders", confirmed=False)

    assert "used by continuous export Nightly, which writes to it" in caught.value.why
    assert "ArchivedOrders" in sales.external_tables


def test_what_reads_an_external_table_is_said_before_it_goes(drop, users):
    with pytest.raises(errors.ConfirmationRequired) as caught:
        drop("external-table", "Delta", confirmed=False)

    assert "used by its query acceleration policy" in caught.value.why
    assert "used by update policy of Customers, whose query reads it" in caught.value.why


def test_what_uses_an_external_table_is_said_before_it_is_replaced(carry_out, users, delta):
    with pytest.raises(errors.ConfirmationRequired) as caught:
        carry_out("external-table", name="Delta", replace=True, confirmed=False, **delta)

    assert "used by update policy of Customers" in caught.value.why


def test_what_could_not_be_looked_at_is_said(drop, fault):
    fault("throttled", match=".show continuous-exports")

    with pytest.raises(errors.ConfirmationRequired) as caught:
        drop("external-table", "ArchivedOrders", confirmed=False)

    assert "not checked: continuous exports" in caught.value.why
