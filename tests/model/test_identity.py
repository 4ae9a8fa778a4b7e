import pytest

from adxmi_jupyter.errors import AmbiguousIdentity, InvalidGuid, UnknownIdentity
from adxmi_jupyter.model.identity import ManagedIdentity, is_guid, resolve

INGEST = ManagedIdentity(
    "11111111-0000-4000-8000-000000000001", "mi-ingest", "aaaaaaaa-0000-4000-8000-00000000000a"
)
EXPORT = ManagedIdentity(
    "22222222-0000-4000-8000-000000000002", "mi-export", "bbbbbbbb-0000-4000-8000-00000000000b"
)
TWIN = ManagedIdentity("33333333-0000-4000-8000-000000000003", "MI-Export", "cccc")
SYSTEM = ManagedIdentity("44444444-0000-4000-8000-000000000004", "contoso", is_system=True)
KNOWN = (INGEST, EXPORT, SYSTEM)


@pytest.mark.parametrize(
    "reference", ["mi-ingest", "MI-Ingest", INGEST.object_id, INGEST.object_id.upper()]
)
def test_an_identity_is_found_by_name_or_object_id(reference):
    found = resolve(reference, KNOWN)

    assert (found.identity, found.note) == (INGEST, "")


def test_a_client_id_is_translated_and_said():
    found = resolve(INGEST.client_id, KNOWN)

    assert found.identity == INGEST
    assert found.note == (
        f"{INGEST.client_id} is the client ID of mi-ingest: "
        f"its object ID {INGEST.object_id} is used, "
        "as policies and connection strings need"
    )


def test_system_is_the_system_identity_whether_known_or_not():
    assert resolve(" System ", KNOWN).identity == SYSTEM
    assert resolve("system", ()).identity == ManagedIdentity("system", "system", is_system=True)


def test_an_object_id_nobody_knows_is_left_to_the_service():
    guid = "99999999-0000-4000-8000-000000000009"

    assert resolve(guid, KNOWN).identity == ManagedIdentity(guid)
    assert is_guid(guid)
    assert not is_guid("mi-ingest")


@pytest.mark.parametrize(
    "reference",
    [
        "11111111-0000-4000-8000-00000000000",
        "{11111111-0000-4000-8000-000000000001}",
        "1111111100004000800000000000000a",
        "11111111-0000-4000-8000-00000000000g",
    ],
)
def test_nearly_a_guid_is_refused(reference):
    with pytest.raises(InvalidGuid) as raised:
        resolve(reference, KNOWN)

    assert raised.value.why == "an object ID has 8-4-4-4-12 hexadecimal digits"


def test_an_unknown_name_gets_the_closest_match():
    with pytest.raises(UnknownIdentity) as raised:
        resolve("mi-ingets", KNOWN)

    assert raised.value.fix == "--identity mi-ingest"
    assert raised.value.why == "the identities known here are contoso, mi-export, mi-ingest"


def test_an_unknown_name_without_anything_like_it_asks_for_the_object_id():
    with pytest.raises(UnknownIdentity) as raised:
        resolve("qqqq", ())

    assert raised.value.fix == "give the object ID of the identity"
    assert raised.value.why == "no identity is known here yet"


def test_a_name_of_two_identities_lists_them():
    with pytest.raises(AmbiguousIdentity) as raised:
        resolve("mi-export", (*KNOWN, TWIN))

    assert raised.value.why == f"their object IDs are {EXPORT.object_id}, {TWIN.object_id}"
    assert raised.value.fix == f"--identity {EXPORT.object_id}"


def test_an_identity_without_a_name_is_shown_by_its_object_id():
    assert ManagedIdentity("9a").label == "9a"
