"""Who a caller is by a token for Azure Resource Manager."""

import base64
import json

import pytest

from adxmi_jupyter.service.access import account_of

TENANT = "8d1f5c02-63a7-4f0e-9b1d-2e5a7c94b6d3"
OBJECT, CLIENT = "d72b84f9-05ce-4a16-93e7-6a1f5c08b4d5", "0f9e8d7c-6b5a-4c3d-8e2f-1a0b9c8d7e6f"


def token(**claims):
    content = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"eyJhbGciOiJub25lIn0.{content}.signature"


@pytest.mark.parametrize(
    ("claims", "who"),
    [
        ({"oid": OBJECT, "tid": TENANT, "appid": CLIENT, "scp": "x"}, f"aaduser={OBJECT};{TENANT}"),
        (
            {"oid": OBJECT, "tid": TENANT, "appid": CLIENT, "idtyp": "app"},
            f"aadapp={CLIENT};{TENANT}",
        ),
        ({"oid": OBJECT, "tid": TENANT, "azp": CLIENT}, f"aadapp={CLIENT};{TENANT}"),
    ],
)
def test_a_token_names_a_user_by_object_id_and_an_application_by_client_id(claims, who):
    assert str(account_of(token(**claims))) == who


@pytest.mark.parametrize(
    "text",
    ["", "embedded-admin", "a.b.c", "a..c", "e30.W10.x", token(oid=OBJECT), token(tid=TENANT)],
)
def test_a_token_without_a_principal_names_none(text):
    assert account_of(text) is None
