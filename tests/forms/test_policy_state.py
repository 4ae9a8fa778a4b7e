"""What the policy form knows, wants and does, without any widget."""

import pytest

from adxmi_jupyter.actions.identity.names import resolved
from adxmi_jupyter.actions.policy.policies import plan_delete, plan_grant, plan_revoke, read_one
from adxmi_jupyter.actions.policy.writes import apply
from adxmi_jupyter.actions.write.history import plan_undo
from adxmi_jupyter.errors import (
    ConfirmationRequired,
    DatabaseNotFound,
    PolicyChanged,
    Throttled,
)
from adxmi_jupyter.forms.policy.state import Mark, PolicyState
from adxmi_jupyter.model.policy import CLUSTER, Scope

SALES = Scope("Sales")


def usages_of(policy, identity):
    entry = policy.entry_of(identity)
    return entry.allowed_usages if entry else ()


def test_scopes_are_the_cluster_and_the_databases(sales):
    assert [str(scope) for scope in sales.scopes] == [
        "cluster",
        "database Sales",
        "database Telemetry",
        "database Tom's Lab",
    ]


def test_rows_are_the_identities_of_every_policy_and_of_the_cluster(telemetry):
    assert [i.display_name for i in telemetry.identities] == ["contoso", "mi-export", "mi-ingest"]


def test_without_rights_in_azure_the_policies_are_what_is_known(connection, azure, who):
    azure.world.add_identity("mi-fresh")
    azure.faults.add("unavailable", match="/providers/Microsoft.", times=None)

    state = PolicyState(connection, SALES)

    assert [i.display_name for i in state.identities] == ["contoso", "mi-export", "mi-ingest"]


def test_an_assigned_identity_that_no_policy_names_is_a_row(connection, azure, who):
    azure.world.add_identity("mi-fresh")

    state = PolicyState(connection, SALES)

    assert who(state, "mi-fresh").object_id


def test_ticks_are_what_the_policy_names(sales, who):
    ingest = who(sales, "mi-ingest")

    ticked = [usage for usage in sales.usages if sales.is_ticked(ingest, usage)]

    assert ticked == ["DataConnection", "NativeIngestion"]


@pytest.mark.parametrize(
    ("scope", "name", "usage", "mark"),
    [
        ("Sales", "mi-export", "AutomatedFlows", Mark.CLUSTER),
        ("Sales", "mi-export", "ExternalTable", Mark.NONE),
        ("Tom's Lab", "contoso", "ExternalTable", Mark.ALL),
        ("Tom's Lab", "contoso", "SandboxArtifacts", Mark.NONE),
        ("", "mi-export", "ExternalTable", Mark.DATABASE),
        ("", "contoso", "AzureAI", Mark.DATABASE_ALL),
        ("", "contoso", "SandboxArtifacts", Mark.NONE),
        ("", "mi-export", "AutomatedFlows", Mark.NONE),
    ],
)
def test_a_mark_says_what_allows_it_already(connection, who, scope, name, usage, mark):
    state = PolicyState(connection, Scope(scope))

    assert state.mark(who(state, name), usage) is mark


def test_through_all_of_the_cluster_is_a_mark_of_its_own(connection, who):
    plan = plan_grant(connection, CLUSTER, resolved(connection, ("mi-ingest",)), ("All",))
    apply(connection, plan, confirmed=True)

    state = PolicyState(connection, SALES)

    assert state.mark(who(state, "mi-ingest"), "AzureAI") is Mark.CLUSTER_ALL


def test_a_tick_and_its_untick_leave_nothing_to_do(sales, who):
    export = who(sales, "mi-export")

    sales.want(export, "AzureAI", ticked=True)
    sales.want(export, "AzureAI", ticked=False)

    assert not sales.is_valid
    assert sales.preview.command == ""


def test_only_additions_are_merged_and_written_as_grant(sales, who):
    export = who(sales, "mi-export")

    sales.want(export, "ExportRequest", ticked=True)
    sales.want(export, "AzureAI", ticked=True)

    preview = sales.preview
    assert preview.changes == ("+ mi-export AzureAI", "+ mi-export ExportRequest")
    assert preview.command == (
        ".alter-merge database ['Sales'] policy managed_identity "
        f'```[{{"ObjectId": "{export.object_id}", "AllowedUsages": "AzureAI, ExportRequest"}}]```'
    )
    assert preview.line.words == (
        *("policy", "grant", "--database", "Sales"),
        *("--identity", "mi-export", "--usage", "AzureAI,ExportRequest"),
    )


def test_a_removal_replaces_the_policy_and_is_written_as_revoke(sales, who):
    ingest = who(sales, "mi-ingest")

    sales.want(ingest, "DataConnection", ticked=False)

    preview = sales.preview
    assert preview.changes == ("- mi-ingest DataConnection",)
    assert preview.command.startswith(".alter database ['Sales'] policy managed_identity ")
    assert preview.line.words == (
        *("policy", "revoke", "--database", "Sales"),
        *("--identity", "mi-ingest", "--usage", "DataConnection", "--yes"),
    )


def test_a_mixed_change_is_written_as_alter_with_a_body(sales, who):
    ingest, export = who(sales, "mi-ingest"), who(sales, "mi-export")

    sales.want(ingest, "DataConnection", ticked=False)
    sales.want(export, "AzureAI", ticked=True)

    line = sales.preview.line
    assert line.words == ("policy", "alter", "--database", "Sales", "--yes")
    assert line.body == (
        "[\n"
        f'  {{"ObjectId": "{ingest.object_id}", "AllowedUsages": "NativeIngestion"}},\n'
        f'  {{"ObjectId": "{export.object_id}", "AllowedUsages": "AzureAI, ExternalTable"}}\n'
        "]"
    )


def test_what_all_covers_makes_no_difference_until_all_goes(connection, who):
    state = PolicyState(connection, Scope("Tom's Lab"))
    contoso = who(state, "contoso")

    state.want(contoso, "AzureAI", ticked=True)
    assert (state.is_valid, state.mark(contoso, "AzureAI")) == (False, Mark.ALL)
    state.want(contoso, "All", ticked=False)

    assert state.preview.changes == ("- contoso All", "+ contoso AzureAI")


def test_the_preview_is_what_is_sent(sales, who):
    sales.want(who(sales, "mi-ingest"), "DataConnection", ticked=False)
    shown = sales.preview.command

    done = sales.apply(confirmed=True)

    assert done.command == shown


def test_applying_writes_and_leaves_nothing_to_do(connection, sales, who):
    export = who(sales, "mi-export")
    sales.want(export, "AzureAI", ticked=True)

    done = sales.apply(confirmed=False)

    assert usages_of(read_one(connection, SALES).policy, export) == ("AzureAI", "ExternalTable")
    assert not sales.is_valid
    assert sales.is_ticked(export, "AzureAI")
    assert plan_undo(connection, done.entry_id).after == done.before


@pytest.mark.nightly
def test_a_loss_needs_confirmation_and_nothing_is_sent_before(connection, sales, who):
    sales.want(who(sales, "mi-ingest"), "DataConnection", ticked=False)

    with pytest.raises(ConfirmationRequired) as raised:
        sales.apply(confirmed=False)

    assert "Event Hubs" in raised.value.why
    assert read_one(connection, SALES).policy == sales.before
    assert sales.is_valid


@pytest.mark.nightly
def test_unticking_everything_empties_the_policy(connection, sales, who):
    sales.want(who(sales, "mi-export"), "ExternalTable", ticked=False)
    for usage in ("DataConnection", "NativeIngestion"):
        sales.want(who(sales, "mi-ingest"), usage, ticked=False)
    assert sales.preview.line.body == "[]"

    sales.apply(confirmed=True)

    assert len(read_one(connection, SALES).policy) == 0


@pytest.mark.nightly
def test_what_somebody_else_wrote_is_never_overwritten(connection, sales, who):
    ingest, export = who(sales, "mi-ingest"), who(sales, "mi-export")
    sales.want(ingest, "DataConnection", ticked=False)
    other = plan_grant(connection, SALES, resolved(connection, ("mi-export",)), ("AzureAI",))
    apply(connection, other, confirmed=True)

    with pytest.raises(PolicyChanged) as raised:
        sales.apply(confirmed=True)

    assert "mi-export + AzureAI" in raised.value.why
    assert "look at your changes" in raised.value.fix
    assert sales.is_ticked(export, "AzureAI")
    assert sales.preview.changes == ("- mi-ingest DataConnection",)


@pytest.mark.nightly
def test_after_that_the_same_wish_goes_through(connection, sales, who):
    sales.want(who(sales, "mi-ingest"), "DataConnection", ticked=False)
    other = plan_grant(connection, SALES, resolved(connection, ("mi-export",)), ("AzureAI",))
    apply(connection, other, confirmed=True)
    with pytest.raises(PolicyChanged):
        sales.apply(confirmed=True)

    sales.apply(confirmed=True)

    policy = read_one(connection, SALES).policy
    assert usages_of(policy, who(sales, "mi-export")) == ("AzureAI", "ExternalTable")
    assert usages_of(policy, who(sales, "mi-ingest")) == ("NativeIngestion",)


@pytest.mark.nightly
def test_a_wish_that_somebody_else_fulfilled_is_done(connection, sales, who):
    sales.want(who(sales, "mi-ingest"), "DataConnection", ticked=False)
    identities = resolved(connection, ("mi-ingest",))
    other = plan_revoke(connection, SALES, identities, ("DataConnection",))
    apply(connection, other, confirmed=True)

    with pytest.raises(PolicyChanged) as raised:
        sales.apply(confirmed=True)

    assert raised.value.fix == "nothing left to do: it is as you wanted"
    assert not sales.is_valid


@pytest.mark.nightly
def test_when_the_reload_fails_too_the_form_says_what_it_shows(connection, azure, sales, who):
    sales.want(who(sales, "mi-ingest"), "DataConnection", ticked=False)
    apply(connection, plan_delete(connection, SALES), confirmed=True)
    azure.faults.add("throttled", match=".show databases", times=None, retry_after=0)

    with pytest.raises(PolicyChanged) as raised:
        sales.apply(confirmed=True)

    assert raised.value.fix.startswith('press "Reload"')
    assert sales.is_valid


def test_additions_do_not_mind_what_somebody_else_added(connection, sales, who):
    sales.want(who(sales, "mi-export"), "AzureAI", ticked=True)
    identities = resolved(connection, ("mi-export",))
    other = plan_grant(connection, SALES, identities, ("SqlRequest",))
    apply(connection, other, confirmed=True)

    sales.apply(confirmed=False)

    assert sales.is_ticked(who(sales, "mi-export"), "SqlRequest")


def test_a_failed_write_keeps_the_wishes(connection, azure, sales, who):
    sales.want(who(sales, "mi-export"), "AzureAI", ticked=True)
    azure.faults.add("throttled", match=".alter", times=None, retry_after=0)

    with pytest.raises(Throttled):
        sales.apply(confirmed=False)

    assert sales.preview.changes == ("+ mi-export AzureAI",)


def test_wishes_wait_while_another_scope_is_looked_at(sales, who):
    sales.want(who(sales, "mi-export"), "AzureAI", ticked=True)

    sales.choose(CLUSTER)
    assert (sales.is_valid, sales.waiting) == (False, (SALES,))
    sales.choose(SALES)

    assert sales.preview.changes == ("+ mi-export AzureAI",)


def test_a_scope_that_cannot_be_read_leaves_the_form_where_it_was(sales):
    with pytest.raises(DatabaseNotFound):
        sales.choose(Scope("Gone"))

    assert sales.scope == SALES


def test_reading_again_keeps_wishes(sales, who):
    sales.want(who(sales, "mi-export"), "AzureAI", ticked=True)

    sales.reload()

    assert sales.preview.changes == ("+ mi-export AzureAI",)


def test_discarding_forgets_them(sales, who):
    sales.want(who(sales, "mi-export"), "AzureAI", ticked=True)

    sales.discard()

    assert not sales.is_valid
