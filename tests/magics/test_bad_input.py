"""What users get wrong, and what goes wrong for them: one typed error each, and no write."""

import pytest

from adxmi_jupyter import errors
from tests.service.replay import replay

STRANGER = "9c06e2b5-47d8-4f13-82ac-b5e97d10f348"
USAGES = (
    "the usages are All, AutomatedFlows, AzureAI, DataConnection, ExportRequest, "
    "ExternalDataRequest and 4 more; a newer one needs --allow-unknown-usage"
)
FORM = '[{"ObjectId": "IDENTITY", "AllowedUsages": "USAGE, …"}]'
LONGEST = 160

LINES = {
    "unknown database": (
        "policy grant --database Slaes --identity mi-export --usage AzureAI",
        None,
        [
            "DatabaseNotFound: there is no database 'Slaes'",
            "  why: Database 'Slaes' could not be found. (there are: Sales, Telemetry, Tom's Lab)",
            "  fix: %adxmi policy grant --database Sales --identity mi-export --usage AzureAI",
        ],
    ),
    "unknown usage": (
        "policy grant --database Sales --identity mi-export --usage ExternalTables",
        None,
        [
            "UnknownUsage: there is no usage 'ExternalTables'",
            f"  why: {USAGES}",
            "  fix: %adxmi policy grant --database Sales --identity mi-export --usage ExternalTable",
        ],
    ),
    "unknown identity": (
        "policy grant --database Sales --identity mi-exprot --usage AzureAI",
        None,
        [
            "UnknownIdentity: no identity is named 'mi-exprot'",
            "  why: the identities known here are contoso, mi-export, mi-ingest, mi-stranger",
            "  fix: %adxmi policy grant --database Sales --identity mi-export --usage AzureAI",
        ],
    ),
    "wrong GUID": (
        "policy grant --database Sales --identity 5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b --usage All",
        None,
        [
            "InvalidGuid: '5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b' is not an object ID",
            "  why: an object ID has 8-4-4-4-12 hexadecimal digits",
            "  fix: copy the Object (principal) ID of the identity, or name it by its display name",
        ],
    ),
    "unassigned identity": (
        f"policy grant --database Sales --identity {STRANGER} --usage AzureAI",
        None,
        [
            "CommandRefused: the service rejected the command",
            (
                f"  why: The managed identity '{STRANGER}' is not assigned to the cluster 'contoso'. "
                "The policy was not changed."
            ),
            "  fix: %adxmi identity assign --identity mi-stranger",
        ],
    ),
    "malformed JSON": (
        "policy alter --database Sales",
        '[\n  {"ObjectId": "system",,\n',
        [
            "MalformedBody: the body is neither JSON nor YAML",
            "  why: line 2, column 25: Expecting property name enclosed in double quotes",
            f"  fix: {FORM}",
        ],
    ),
    "malformed YAML": (
        "policy alter --database Sales",
        "- ObjectId: system\n  AllowedUsages: a: b",
        [
            "MalformedBody: the body is neither JSON nor YAML",
            "  why: line 2, column 19: mapping values are not allowed here",
            f"  fix: {FORM}",
        ],
    ),
    "empty usages": (
        "policy alter --database Sales",
        '[{"ObjectId": "system", "AllowedUsages": ""}]',
        [
            "InvalidPolicy: entry 1 has no AllowedUsages",
            "  why: AllowedUsages is missing or empty",
            f"  fix: {FORM}",
        ],
    ),
}


@pytest.fixture
def policies(azure):
    """Every policy of the world, to see that nothing was written."""

    def policies():
        world = azure.world
        return repr(
            (world.cluster.policy, {n: d.policy for n, d in world.cluster.databases.items()})
        )

    return policies


def told(raised):
    """Return the lines a user sees; what failed and why are short."""
    lines = raised.value._render_traceback_()
    assert max(len(line.partition(": ")[2]) for line in lines[:2]) <= LONGEST
    return lines


@pytest.mark.parametrize("case", LINES)
def test_bad_input_is_told_in_three_lines_and_nothing_is_written(magic, policies, case):
    line, body, lines = LINES[case]
    before = policies()

    with pytest.raises(errors.AdxmiError) as raised:
        magic(line, body)

    assert told(raised) == lines
    assert policies() == before


def test_an_ambiguous_name_lists_the_candidates(magic, azure, policies):
    twin = azure.world.add_identity("mi-export", object_id="11111111-0000-4000-8000-000000000001")
    magic(f"policy grant --cluster --identity {twin.object_id} --usage AzureAI")
    before = policies()

    with pytest.raises(errors.AmbiguousIdentity) as raised:
        magic("policy grant --database Sales --identity mi-export --usage AzureAI")

    assert told(raised)[0] == "AmbiguousIdentity: 2 identities are named 'mi-export'"
    assert twin.object_id in told(raised)[1]
    assert policies() == before


def test_a_client_id_is_recognised_translated_and_said(magic, capsys):
    magic(
        "policy grant --database Telemetry --usage NativeIngestion "
        "--identity a1d84e6f-3c92-4b57-8e0a-95b7f2c61d38"
    )

    assert "is the client ID of mi-ingest: its object ID 5b27c9d0" in capsys.readouterr().out


def test_not_enough_rights_keeps_the_services_words(magic, policies):
    before = policies()
    magic("connect embedded --name reader --credential as:reader")

    with pytest.raises(errors.NotAuthorized) as raised:
        magic("policy grant --database Sales --identity mi-export --usage AzureAI")

    what, why, fix = told(raised)
    assert what == "NotAuthorized: the service did not authorize this"
    assert "is not authorized to perform operation" in why
    assert fix == (
        "  fix: ask for AllDatabasesAdmin; also for the policy of a database; "
        "%adxmi status shows who you are; as Contributor on the cluster, in Azure, add --elevate"
    )
    assert policies() == before


def test_an_unreachable_cluster_is_told(magic):
    with pytest.raises(errors.ClusterUnreachable) as raised:
        magic("connect http://127.0.0.1:1")

    what, why, fix = told(raised)
    assert what == "ClusterUnreachable: http://127.0.0.1:1 cannot be reached"
    assert why == "  why: nothing accepts connections at its address and port"
    assert fix == "  fix: check the name, the network and whether the cluster is running"


def test_an_expired_credential_is_told(magic, azure, monkeypatch):
    monkeypatch.setenv("ADXMI_TOKEN", "embedded-expired")

    with pytest.raises(errors.NotAuthenticated) as raised:
        magic(f"connect {azure.kusto_uri} --credential token")

    assert told(raised)[0].endswith("did not accept the credential")
    assert "embedded-expired" not in "".join(told(raised))


def test_an_answer_that_is_no_json_is_told(magic):
    with replay(b"<html>sign in</html>") as uri, pytest.raises(errors.UnreadableAnswer) as raised:
        magic(f"connect {uri}")

    assert told(raised) == [
        "UnreadableAnswer: the answer could not be read",
        (
            "  why: it is not what the Kusto protocol says: HTTP 200 with a body of application/json "
            "that is not JSON"
        ),
        "  fix: check for a proxy or gateway in between, then repeat the command",
    ]


WRITES = {
    "alter": ("policy alter -d Sales -y", '[{"ObjectId": "system", "AllowedUsages": "AzureAI"}]'),
    "alter-merge": ("policy alter-merge -d Sales", "{ObjectId: system, AllowedUsages: AzureAI}"),
    "delete": ("policy delete -d Sales -y", None),
    "grant": ("policy grant -d Sales --identity system --usage AzureAI", None),
    "revoke": ("policy revoke -d Sales --identity mi-ingest --every-usage -y", None),
}
ADDING = {"alter-merge", "grant"}


@pytest.mark.parametrize("verb", WRITES)
def test_a_write_that_the_service_says_it_cannot_do_now(magic, azure, policies, verb):
    before = policies()
    azure.faults.add("unavailable", match=".alter" if verb != "delete" else ".delete", times=4)

    with pytest.raises(errors.WriteNotApplied) as raised:
        magic(*WRITES[verb])

    assert told(raised)[0] == f"WriteNotApplied: {verb} on the database Sales was not applied"
    assert told(raised)[2].endswith(f"adxmi {WRITES[verb][0]}")
    assert policies() == before


@pytest.mark.parametrize("verb", WRITES)
def test_a_lost_write_that_may_still_come(magic, azure, policies, verb):
    before = policies()
    dropped = ".alter" if verb != "delete" else ".delete"
    azure.faults.add("dropped-before-write", match=dropped, times=4)

    with pytest.raises(errors.WriteOutcomeUnknown) as raised:
        magic(*WRITES[verb])

    assert told(raised)[1].endswith("as before so far: the request may still be applied")
    assert told(raised)[2] == "  fix: %adxmi policy show --database Sales"
    assert policies() == before


@pytest.mark.parametrize("verb", WRITES)
@pytest.mark.parametrize("fault", ["dropped-after-write", "truncated-body", "not-json"])
def test_a_lost_write_that_did_happen(magic, azure, policies, capsys, verb, fault):
    before = policies()
    azure.faults.add(fault, match=".alter" if verb != "delete" else ".delete", times=4)

    magic(*WRITES[verb])

    assert "the policy was read again: the change took effect" in capsys.readouterr().out
    assert policies() != before
