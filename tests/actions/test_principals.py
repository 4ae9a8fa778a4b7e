"""Which id of an identity is sent, found where, and what the tenant rules make of it."""

import pytest

from adxmi_jupyter.actions.roles.principals import find
from adxmi_jupyter.actions.roles.writes import apply
from adxmi_jupyter.errors import (
    AmbiguousIdentity,
    InvalidInput,
    PrincipalNotFound,
    UnknownIdentity,
)
from adxmi_jupyter.model.role import Role

TENANT = "8d1f5c02-63a7-4f0e-9b1d-2e5a7c94b6d3"
OTHER_TENANT = "2f9ae417-50cb-4d68-8a3b-c1e7046d92f5"
FOREIGN_CLIENT = "6c1f0b52-9d3e-4a87-b6c4-25e8f7a913d0"
NOBODY = "11111111-2222-4333-8444-555555555555"
INGEST_OBJECT = "5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b6"
INGEST_CLIENT = "a1d84e6f-3c92-4b57-8e0a-95b7f2c61d38"
STRANGER_CLIENT = "f3b9a812-d056-4e7c-9a61-08c4e5d7b2f9"
SYSTEM_OBJECT = "3f6a1b8e-52d4-4c7f-8a90-1e7b6d2c5f41"
SYSTEM_CLIENT = "c90e7d25-1a3b-4f68-b5d2-70f4e8a9136c"
INGEST = f"aadapp={INGEST_CLIENT};{TENANT}"


@pytest.fixture
def hidden(azure):
    """An embedded Azure without any policy, so that policies tell no identity."""
    cluster = azure.world.cluster
    cluster.policy = None
    for database in cluster.databases.values():
        database.policy = None
    return azure


@pytest.mark.parametrize("reference", ["mi-ingest", "MI-Ingest", INGEST_CLIENT])
def test_an_identity_is_sent_by_its_client_id(grant, reference):
    change = grant(reference)

    assert change.command == f".add database ['Telemetry'] ingestors (\"{INGEST}\")"
    assert change.notes == ()


def test_an_object_id_is_translated_and_said(grant):
    change = grant(INGEST_OBJECT)

    assert INGEST in change.command
    assert change.notes == (
        (
            f"{INGEST_OBJECT} is the object ID of mi-ingest: "
            f"its client ID {INGEST_CLIENT} is used, as security roles need"
        ),
    )


def test_an_identity_no_policy_names_is_found_in_azure(grant):
    assert f"aadapp={STRANGER_CLIENT};{TENANT}" in grant("mi-stranger").command


def test_the_system_identity_is_found_in_a_policy(grant):
    assert f"aadapp={SYSTEM_CLIENT};{TENANT}" in grant("system").command


def test_the_system_identity_is_found_in_azure(grant, hidden):
    change = grant("system")

    assert f"aadapp={SYSTEM_CLIENT};{TENANT}" in change.command
    assert change.changed[0].label == "contoso"


def test_without_its_client_id_the_object_id_is_sent_and_said(grant, hidden):
    hidden.faults.add("unavailable", match="/identities/default", times=None)

    change = grant("system")

    assert f"aadapp={SYSTEM_OBJECT};{TENANT}" in change.command
    assert change.notes[0].startswith("only the object ID of contoso is known")


def test_a_cluster_without_system_identity_has_none_to_grant(grant, hidden):
    hidden.world.cluster.system_identity = None

    with pytest.raises(UnknownIdentity) as caught:
        grant("system")

    assert caught.value.why == "the cluster has none"


def test_a_system_identity_nobody_tells_of_is_an_error(hidden, connection):
    hidden.faults.add("unavailable", match="ResourceGraph", times=None)

    with pytest.raises(UnknownIdentity) as caught:
        find(connection, ["system"])

    assert caught.value.why.startswith("no policy names it, and ")


def test_an_id_nobody_knows_is_sent_as_it_is_and_refused_by_the_service(connection, grant):
    change = grant(NOBODY)

    with pytest.raises(PrincipalNotFound, match="nothing here shows that it exists") as caught:
        apply(connection, change, confirmed=True)

    assert f"aadapp={NOBODY};{TENANT}" in change.command
    assert change.notes[0].startswith(f"{NOBODY} is in no policy and can't be read in Azure")
    assert NOBODY in caught.value.why
    assert caught.value.fix.startswith("check the id and the tenant")


def test_the_same_identity_by_two_names_is_sent_once(grant):
    assert grant(f"mi-ingest,{INGEST_OBJECT},{INGEST}").command.count("aadapp=") == 1


def test_an_identity_that_was_created_since_is_found(connection, azure, grant):
    grant("mi-stranger")
    fresh = azure.world.add_identity("mi-fresh", assigned=False)

    assert fresh.client_id in grant("mi-fresh").command


def test_an_unknown_name_says_what_is_known(grant):
    with pytest.raises(UnknownIdentity) as caught:
        grant("mi-ingst")

    assert caught.value.fix == "--identity mi-ingest"


def test_an_ambiguous_name_lists_the_candidates(azure, grant):
    azure.world.add_identity("mi-twin", resource_group="one")
    azure.world.add_identity("mi-twin", object_id=NOBODY, resource_group="two")

    with pytest.raises(AmbiguousIdentity, match="2 identities"):
        grant("mi-twin")


def test_a_client_id_of_another_tenant_is_sent_with_that_tenant(connection, azure, grant):
    azure.world.cluster.settings["trustedExternalTenants"] = [{"value": "*"}]

    change = grant(FOREIGN_CLIENT, Role.VIEWERS, tenant=OTHER_TENANT)
    done = apply(connection, change, confirmed=True)

    assert done.after[-1].fqn == f"aadapp={FOREIGN_CLIENT};{OTHER_TENANT}"
    assert change.notes == (
        (
            f"{OTHER_TENANT} is another tenant than the cluster's, and the cluster trusts it "
            "(trustedExternalTenants)"
        ),
        (
            "the other way round there is no role to give: an identity of this cluster reaches "
            f"resources of its own tenant {TENANT} only"
        ),
    )


def test_a_tenant_the_cluster_does_not_trust_is_said(azure, grant):
    azure.world.cluster.settings["trustedExternalTenants"] = [{"value": NOBODY}]

    change = grant(f"aadapp={FOREIGN_CLIENT};{OTHER_TENANT}")

    assert "the cluster does not trust it" in change.notes[0]


@pytest.mark.parametrize("trusted", [OTHER_TENANT, OTHER_TENANT.upper()])
def test_a_trusted_tenant_is_said(azure, grant, trusted):
    azure.world.cluster.settings["trustedExternalTenants"] = [{"value": trusted}]

    assert "trusts it" in grant(FOREIGN_CLIENT, tenant=OTHER_TENANT).notes[0]


def test_when_azure_does_not_answer_the_rule_is_said(azure, grant):
    azure.faults.add("unavailable", match="ResourceGraph", times=None)

    change = grant(FOREIGN_CLIENT, tenant=OTHER_TENANT)

    assert change.notes[0].endswith(
        "must trust it: trustedExternalTenants, every tenant unless restricted"
    )


@pytest.mark.parametrize("reference", ["mi-ingest", "system", "mi-nowhere"])
def test_a_name_is_not_looked_up_in_another_tenant(grant, reference):
    with pytest.raises(UnknownIdentity) as caught:
        grant(reference, tenant=OTHER_TENANT)

    assert caught.value.what == f"{reference} is not known in the tenant {OTHER_TENANT}"
    assert "client ID" in caught.value.fix


def test_the_clusters_own_tenant_may_be_said_too(grant):
    change = grant("mi-ingest", tenant=TENANT.upper())

    assert f"aadapp={INGEST_CLIENT};{TENANT.upper()}" in change.command
    assert change.notes == ()


@pytest.mark.parametrize(
    ("reference", "sent"),
    [
        (f"aadapp={FOREIGN_CLIENT}", f"aadapp={FOREIGN_CLIENT};{OTHER_TENANT}"),
        ("aadgroup=Writers", f"aadgroup=Writers;{OTHER_TENANT}"),
    ],
)
def test_a_reference_without_tenant_gets_the_one_given(grant, reference, sent):
    assert f'"{sent}"' in grant(reference, tenant=OTHER_TENANT).command


@pytest.mark.parametrize("reference", [INGEST, "msauser=tom@live.example"])
def test_a_tenant_that_contradicts_the_reference_is_refused(grant, reference):
    with pytest.raises(InvalidInput):
        grant(reference, tenant=OTHER_TENANT)


def test_an_application_without_tenant_is_of_the_clusters_own(grant):
    assert f'"{INGEST}"' in grant(f"aadapp={INGEST_CLIENT}").command


def test_the_clusters_tenant_is_asked_of_azure_where_no_policy_tells(grant, hidden):
    assert f'"{INGEST}"' in grant(f"aadapp={INGEST_CLIENT}").command


def test_a_tenant_nobody_tells_has_to_be_given(hidden, grant):
    hidden.faults.add("unavailable", match="ResourceGraph", times=None)

    with pytest.raises(InvalidInput) as caught:
        grant(f"aadapp={INGEST_CLIENT}")

    assert caught.value.fix == "--tenant TENANT"


def test_without_rights_to_any_policy_the_tenant_is_asked_of_azure(azure, grant):
    azure.faults.add("plain-text-400", match="policy managed_identity", times=None)

    assert f'"{INGEST}"' in grant(f"aadapp={INGEST_CLIENT}").command
