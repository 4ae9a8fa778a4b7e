import pytest
from hypothesis import given
from hypothesis import strategies as st

from adxmi_jupyter.errors import InvalidInput
from adxmi_jupyter.model.principal import (
    PrincipalKind,
    PrincipalReference,
    application,
    differ,
    looks_like_reference,
    parse_reference,
)

CLIENT_ID = "a1d84e6f-3c92-4b57-8e0a-95b7f2c61d38"
TENANT = "8d1f5c02-63a7-4f0e-9b1d-2e5a7c94b6d3"
OTHER = "2f9ae417-50cb-4d68-8a3b-c1e7046d92f5"

parts = st.text(min_size=1, max_size=40).filter(lambda t: ";" not in t and t == t.strip())
directory_kinds = st.sampled_from([k for k in PrincipalKind if k != "msauser"])
references = st.one_of(
    st.builds(PrincipalReference, directory_kinds, parts, st.just("") | parts),
    st.builds(PrincipalReference, st.just(PrincipalKind.MICROSOFT_ACCOUNT), parts),
)


@given(references)
def test_what_is_written_reads_back(reference):
    assert parse_reference(str(reference)) == reference
    assert looks_like_reference(str(reference))


@given(references, st.sampled_from(["", " ", "\t"]))
def test_letter_case_of_the_prefix_and_blanks_around_the_parts_mean_nothing(reference, blank):
    prefix, _, rest = str(reference).partition("=")

    text = f"{blank}{prefix.upper()}{blank}={blank}{rest.replace(';', blank + ';' + blank)}{blank}"

    assert parse_reference(text) == reference


@given(references)
def test_a_reference_is_the_same_in_any_letter_case_of_ascii(reference):
    shouted = "".join(c.upper() if c.isascii() else c for c in reference.identifier)

    assert reference.is_same(PrincipalReference(reference.kind, shouted, reference.tenant))


def test_the_documented_forms_read():
    texts = [
        f"aadapp={CLIENT_ID};{TENANT}",
        "aadGroup=Writers;contoso.example",
        "aaduser=tom@contoso.example",
        "msauser=tom@live.example",
    ]

    assert [parse_reference(text) for text in texts] == [
        application(CLIENT_ID, TENANT),
        PrincipalReference(PrincipalKind.GROUP, "Writers", "contoso.example"),
        PrincipalReference(PrincipalKind.USER, "tom@contoso.example"),
        PrincipalReference(PrincipalKind.MICROSOFT_ACCOUNT, "tom@live.example"),
    ]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("mi-ingest", "it has no prefix such as aadapp="),
        ("aadap=x;y", "there is no prefix aadap=; aadapp= is like it"),
        ("nobody=x", "there is no prefix nobody="),
        ("aadapp=", "there is nothing after aadapp="),
        ("aadapp=;contoso.example", "there is nothing after aadapp="),
        ("aadapp=x; ", "no tenant stands after ;"),
        ("aadapp=x;y;z", "it has more than one ;"),
        ("msauser=x;y", "a Microsoft account has no tenant"),
    ],
)
def test_a_malformed_reference_is_refused_with_the_reason(text, why):
    with pytest.raises(InvalidInput) as caught:
        parse_reference(text)

    assert caught.value.why == why
    assert "aadapp=CLIENTID;TENANT" in caught.value.fix


@pytest.mark.parametrize("text", ["mi-ingest", CLIENT_ID, "system", "/subscriptions/x", ""])
def test_names_and_ids_are_no_references(text):
    assert not looks_like_reference(text)


@pytest.mark.parametrize(
    ("one", "other", "different"),
    [
        (TENANT, OTHER, True),
        (TENANT, TENANT.upper(), False),
        ("contoso.example", "fabrikam.example", True),
        (TENANT, "contoso.example", False),
        (TENANT, "", False),
        ("", "", False),
    ],
)
def test_tenants_differ_only_if_that_is_sure(one, other, different):
    assert differ(one, other) is different


def test_another_kind_or_tenant_is_another_principal():
    reference = application(CLIENT_ID, TENANT)

    assert not reference.is_same(application(CLIENT_ID, OTHER))
    assert not reference.is_same(PrincipalReference(PrincipalKind.USER, CLIENT_ID, TENANT))
    assert reference.is_same(application(CLIENT_ID))
