"""People of the seeded world, and what is done with their roles."""

from adxmi_jupyter.actions.roles.principals import find
from adxmi_jupyter.actions.roles.roles import plan_grant, plan_revoke
from adxmi_jupyter.actions.roles.writes import apply
from adxmi_jupyter.model.policy import Scope

SALES = Scope("Sales")


TENANT = "8d1f5c02-63a7-4f0e-9b1d-2e5a7c94b6d3"


OTHER_TENANT = "2f9ae417-50cb-4d68-8a3b-c1e7046d92f5"


FOREIGN_CLIENT = "6c1f0b52-9d3e-4a87-b6c4-25e8f7a913d0"


EXPORT = f"aadapp=27c5b0a9-6f1e-4830-a4d9-d8e3071b5c64;{TENANT}"


INGEST = f"aadapp=a1d84e6f-3c92-4b57-8e0a-95b7f2c61d38;{TENANT}"


INGEST_OBJECT = "5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b6"


READER = f"aaduser=d72b84f9-05ce-4a16-93e7-6a1f5c08b4d5;{TENANT}"


READER_NAME = "reader (upn: reader@contoso.example)"


ADMIN_NAME = "admin (admin@contoso.example)"


def labels(state):
    return [state.label(one) for one in state.holders]


def give(connection, role, *references, database="Sales"):
    """Grant a role behind the form's back."""
    wanted = find(connection, references)
    change = plan_grant(connection, database, role, wanted)
    apply(connection, change, confirmed=True)


def take(connection, role, *references, database="Sales"):
    unwanted = find(connection, references)
    change = plan_revoke(connection, database, role, unwanted)
    apply(connection, change, confirmed=True)
