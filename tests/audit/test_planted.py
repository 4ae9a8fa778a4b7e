"""The audit finds what was planted, and nothing that only looks alike."""

import pytest

from adxmi_jupyter.actions.audit.audit import Options, Selection, audit
from adxmi_jupyter.model.audit.findings import State
from tests.audit.planted import DATABASES, LOOK_ALIKES, PLANTED, plant

pytestmark = pytest.mark.nightly

YOUNG = (
    ".alter-merge database Alpha policy managed_identity "
    '\'[{"ObjectId":"%s","AllowedUsages":"AzureAI"}]\''
)


@pytest.fixture(scope="module")
def found(kept_connection):
    azure = kept_connection.azure
    azure.reset(with_history=False)
    plant(azure.world)
    young = azure.world.identity("mi-young").object_id
    kept_connection.kusto.command(YOUNG % young, database="Alpha")
    return audit(kept_connection, DATABASES, Selection(), Options()).findings


def place(one):
    about = one.verdict
    who = about.identity.label if about.identity else ""
    return one.rule, about.scope.database, who, about.usage, about.subject


def is_at(one, rule, database, who, usage, subject):
    found = place(one)
    return found[:4] == (rule, database, who, usage) and subject in found[4]


def test_every_rule_has_a_plant():
    assert {rule for rule, *_ in PLANTED} == {f"MI{number:03}" for number in range(1, 19)}


def test_what_was_planted_is_found(found):
    opened = [one for one in found if one.state is State.OPEN]

    missed = [one for one in PLANTED if not any(is_at(each, *one) for each in opened)]

    assert missed == []


def test_nothing_else_is_found(found):
    opened = [one for one in found if one.state is State.OPEN]

    false = [place(one) for one in opened if not any(is_at(one, *each) for each in PLANTED)]

    assert false == []


@pytest.mark.parametrize("one", LOOK_ALIKES, ids=lambda one: " ".join(filter(None, one[:4])))
def test_look_alike_is_fine(found, one):
    rule, database, who, usage, _why = one

    opened = [each for each in found if each.state is State.OPEN]

    planted = [each for each in opened if place(each)[:4] == (rule, database, who, usage)]
    assert all(place(each)[3:] in {p[3:] for p in PLANTED} for each in planted)
