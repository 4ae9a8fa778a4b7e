"""Creating, running and dropping what is kept in a database: what happens, and what is told."""

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.actions.workflow import writes as workflow_writes
from adxmi_jupyter.actions.workflow.plans import plan, plan_drop
from adxmi_jupyter.fixes import Retry
from adxmi_jupyter.model.declaration.registry import declaration_of
from tests.actions.filling import EXPORT
from tests.told import written

TOOK_EFFECT = "it was read again: the change took effect"

KEPT = {
    "external-table": ("Archive", "external table"),
    "continuous-export": ("Nightly", "continuous-export"),
    "update-policy": ("Customers", "policy update"),
}
each_kept = pytest.mark.parametrize("noun", KEPT)

LOST_BEFORE = [
    ("unavailable", errors.WriteNotApplied),
    ("dropped-before-write", errors.WriteOutcomeUnknown),
    ("throttled", errors.Throttled),
]
ANSWER_LOST = ["dropped-after-write", "truncated-body", "not-json", "empty-body"]
ANSWER_CAME = ["wrong-content-type", "slow"]


@pytest.fixture
def there(sales):
    """Return the names of what is kept, in the world itself."""

    def names(noun):
        policies = {t.name: t.update_policy for t in sales.tables.values() if t.update_policy}
        kept = {
            "external-table": sales.external_tables,
            "continuous-export": sales.continuous_exports,
            "update-policy": policies,
        }
        return [name for name in kept[noun] if name != "ArchivedOrders"]

    return names


@each_kept
def test_what_is_created_is_there_and_shown(carry_out, there, noun):
    name, _ = KEPT[noun]

    frame = carry_out(noun)

    assert there(noun) == [name]
    assert list(frame["name"]) == [name]
    assert list(frame["identity"]) == ["mi-export"]
    assert list(frame["object_id"]) == [EXPORT]


@each_kept
def test_what_is_dropped_is_gone(carry_out, drop, there, noun):
    name, _ = KEPT[noun]
    carry_out(noun)

    left = drop(noun, name)

    assert there(noun) == []
    assert name not in set(left["name"])


@each_kept
def test_dropping_needs_to_be_confirmed(carry_out, drop, there, noun):
    name, _ = KEPT[noun]
    carry_out(noun)

    with pytest.raises(errors.ConfirmationRequired) as caught:
        drop(noun, name, confirmed=False)

    assert there(noun) == [name]
    assert caught.value.why.endswith("what depends on it stops working")


@pytest.mark.parametrize("noun", ["external-table", "continuous-export"])
def test_one_of_the_same_name_is_not_replaced_unless_told_so(carry_out, sales, noun):
    carry_out(noun)
    before = (dict(sales.external_tables), dict(sales.continuous_exports))

    with pytest.raises(errors.AlreadyExists) as caught:
        carry_out(noun)

    assert caught.value.remediation == Retry.having("--replace")
    assert (sales.external_tables, sales.continuous_exports) == before


@pytest.mark.parametrize("noun", ["external-table", "continuous-export"])
def test_replacing_needs_to_be_confirmed(carry_out, there, noun):
    carry_out(noun)

    with pytest.raises(errors.ConfirmationRequired) as caught:
        carry_out(noun, confirmed=False, replace=True)

    assert "would be replaced" in caught.value.what
    assert "what it was before is lost" in caught.value.why


def test_what_is_replaced_is_the_new_one(carry_out, sales):
    carry_out("external-table")

    carry_out("external-table", replace=True, columns="OrderId:long")

    assert sales.external_tables["Archive"].columns == (("OrderId", "long"),)


@pytest.mark.nightly
def test_an_update_policy_is_added_to_what_is_there(carry_out, sales):
    carry_out("update-policy")

    more = "Orders | take 9 | project CustomerId=OrderId, Name=Region, Active=true"
    carry_out("update-policy", confirmed=False, query=more)

    queries = [one.query for one in sales.tables["Customers"].update_policy]
    assert [query.partition(" | ")[2][:4] for query in queries] == ["proj", "take"]


def test_what_is_not_there_cannot_be_dropped(drop):
    with pytest.raises(errors.WorkflowNotFound) as caught:
        drop("external-table", "ArchivedOrder")

    assert caught.value.why == "there are: ArchivedOrders"
    assert caught.value.fix == ("%adxmi external-table drop ArchivedOrders --database Sales")


def test_where_there_is_none_the_list_is_offered(drop):
    with pytest.raises(errors.WorkflowNotFound) as caught:
        drop("continuous-export", "Nightly")

    assert caught.value.why == "there are: none that you can read"
    assert caught.value.fix == "%adxmi continuous-export list --database Sales"


@each_kept
@pytest.mark.parametrize(("fault_name", "error"), LOST_BEFORE)
def test_a_creation_that_was_lost_before_it_arrived_did_not_happen(
    carry_out, there, fault, noun, fault_name, error
):
    fault(fault_name, match=MATCHES[noun])

    with pytest.raises(error):
        carry_out(noun)

    assert there(noun) == []


MATCHES = {
    "external-table": ".create external table",
    "continuous-export": ".create-or-alter continuous-export",
    "update-policy": ".alter-merge table",
}
DROPS = {
    "external-table": ".drop external table",
    "continuous-export": ".drop continuous-export",
    "update-policy": ".delete table",
}


@each_kept
@pytest.mark.parametrize("fault_name", ANSWER_LOST)
def test_a_creation_whose_answer_was_lost_is_found_out(
    carry_out, there, fault, said, noun, fault_name
):
    fault(fault_name, match=MATCHES[noun])

    frame = carry_out(noun)

    assert there(noun) == [KEPT[noun][0]]
    assert list(frame["name"]) == [KEPT[noun][0]]
    assert said[-1].endswith(TOOK_EFFECT)


@each_kept
@pytest.mark.parametrize("fault_name", ANSWER_CAME)
def test_an_odd_answer_is_an_answer(carry_out, there, fault, said, noun, fault_name):
    fault(fault_name, match=MATCHES[noun])

    carry_out(noun)

    assert there(noun) == [KEPT[noun][0]]
    assert not any(TOOK_EFFECT in note for note in said)


@each_kept
@pytest.mark.parametrize(("fault_name", "error"), LOST_BEFORE)
def test_a_drop_that_was_lost_before_it_arrived_did_not_happen(
    carry_out, drop, there, fault, noun, fault_name, error
):
    carry_out(noun)
    fault(fault_name, match=DROPS[noun])

    with pytest.raises(error):
        drop(noun, KEPT[noun][0])

    assert there(noun) == [KEPT[noun][0]]


@each_kept
@pytest.mark.parametrize("fault_name", ANSWER_LOST)
def test_a_drop_whose_answer_was_lost_is_found_out(
    carry_out, drop, there, fault, said, noun, fault_name
):
    carry_out(noun)
    fault(fault_name, match=DROPS[noun])

    drop(noun, KEPT[noun][0])

    assert there(noun) == []
    assert said[-1].endswith(TOOK_EFFECT)


@pytest.mark.parametrize("noun", ["external-table", "continuous-export"])
@pytest.mark.parametrize(("fault_name", "error"), LOST_BEFORE[:2])
def test_a_replacement_that_was_lost_before_it_arrived_is_not_called_done(
    carry_out, fault, noun, fault_name, error
):
    carry_out(noun)
    fault(fault_name, match=".create-or-alter")

    with pytest.raises(error) as caught:
        carry_out(noun, replace=True, **OTHERWISE[noun])

    assert "it was read again and is as before" in caught.value.why


OTHERWISE = {
    "external-table": {"columns": "OrderId:long"},
    "continuous-export": {"query": "Orders | where Amount > 100"},
}


@pytest.mark.parametrize("noun", ["external-table", "continuous-export"])
@pytest.mark.parametrize("fault_name", ANSWER_LOST)
def test_a_replacement_whose_answer_was_lost_is_found_out_by_all_that_is_kept(
    carry_out, fault, said, noun, fault_name
):
    carry_out(noun)
    fault(fault_name, match=".create-or-alter")

    carry_out(noun, replace=True, **OTHERWISE[noun])

    assert said[-1].endswith(TOOK_EFFECT)


def test_a_run_in_between_does_not_make_an_export_another_one(azure, carry_out, connection, filled):
    carry_out("continuous-export")
    workflow = filled("continuous-export", replace=True, query="Orders | take 1")
    write = plan(connection, workflow, "Sales")
    azure.run_now("Sales", "Nightly")
    azure.faults.add("unavailable", match=".create-or-alter", times=None)

    with pytest.raises(errors.WriteNotApplied):
        workflow_writes.carry_out(connection, workflow, write, confirmed=True)


def test_something_else_in_its_place_leaves_it_open(azure, carry_out, connection, filled):
    carry_out("continuous-export")
    workflow = filled("continuous-export", replace=True, query="Orders | take 1")
    write = plan(connection, workflow, "Sales")
    azure.world.add_continuous_export(
        "Nightly", database="Sales", external_table="ArchivedOrders", query="Orders | take 2"
    )
    azure.faults.add("dropped-before-write", match=".create-or-alter", times=None)

    with pytest.raises(errors.WriteOutcomeUnknown) as caught:
        workflow_writes.carry_out(connection, workflow, write, confirmed=True)

    assert caught.value.why.endswith("is neither as before nor as intended")
    assert caught.value.fix == "%adxmi continuous-export list --database Sales"


@each_kept
def test_a_lost_answer_of_which_nothing_can_be_learnt_leaves_it_open(
    azure, connection, filled, noun
):
    workflow = filled(noun)
    write = plan(connection, workflow, "Sales")
    azure.faults.add("dropped-after-write", times=None)

    with pytest.raises(errors.WriteOutcomeUnknown) as caught:
        workflow_writes.carry_out(connection, workflow, write, confirmed=True)

    assert "could not be read again" in caught.value.why


@each_kept
def test_that_it_cannot_be_read_afterwards_does_not_undo_it(
    azure, connection, filled, there, said, noun
):
    workflow = filled(noun)
    write = plan(connection, workflow, "Sales")
    azure.faults.add("throttled", match=".show", times=None, retry_after=0)

    frame = workflow_writes.carry_out(connection, workflow, write, confirmed=True)

    assert there(noun) == [KEPT[noun][0]]
    assert len(frame) == 0
    assert said[-1].startswith("it is done; what there is now could not be read: ")


def test_a_drop_that_cannot_be_read_afterwards_is_told(azure, connection, sales, said):
    write = plan_drop(connection, declaration_of("external-table"), "Sales", "ArchivedOrders")
    azure.faults.add("throttled", match=".show external tables", times=None, retry_after=0)

    workflow_writes.drop(connection, write, confirmed=True)

    assert list(sales.external_tables) == []
    assert said[-1].startswith("it is done; what there is now could not be read: ")


@pytest.mark.nightly
def test_a_refusal_keeps_the_services_words_and_names_what_fixes_the_first_missing_link(carry_out):
    with pytest.raises(errors.NotAuthorized) as caught:
        carry_out("export")

    assert "'ExportRequest'" in caught.value.why
    assert caught.value.fix == (
        "%adxmi policy grant --database Sales --identity mi-export --usage ExportRequest"
    )


@pytest.mark.nightly
def test_a_refusal_stands_if_the_links_cannot_be_examined(connection, filled, fault):
    workflow = filled("export")
    write = plan(connection, workflow, "Sales")
    fault("unavailable", match="policy managed_identity")

    with pytest.raises(errors.NotAuthorized) as caught:
        workflow_writes.carry_out(connection, workflow, write, confirmed=True)

    assert "'ExportRequest'" in caught.value.why
    assert caught.value.fix.startswith("%adxmi status shows who you are")


def test_an_unknown_database_is_named_with_the_closest_match(carry_out):
    with pytest.raises(errors.DatabaseNotFound) as caught:
        carry_out("external-table", database="Slaes")

    assert caught.value.fix == "--database Sales"


@pytest.mark.nightly
def test_a_reader_may_not_create(reader, carry_out, there):
    with pytest.raises(errors.NotAuthorized):
        carry_out("external-table", by=reader)

    assert there("external-table") == []


def test_notes_go_to_whoever_listens(azure, carry_out, said):
    azure.faults.add("dropped-after-write", match=".create external table", times=None)
    told = []

    carry_out("external-table", tell=told.append)

    assert [written(note).endswith(TOOK_EFFECT) for note in told] == [True]
    assert not any(TOOK_EFFECT in note for note in said)


def test_names_that_completion_remembers_are_forgotten_after_a_write(connection, carry_out, azure):
    from adxmi_jupyter.actions.identity.names import offered_tables

    before = offered_tables(connection, external=True)
    carry_out("external-table")

    assert before == ("ArchivedOrders",)
    assert offered_tables(connection, external=True) == ("ArchivedOrders", "Archive")
