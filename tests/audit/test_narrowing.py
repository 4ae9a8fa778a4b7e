"""A narrower policy as a value: where what is needed is allowed, and what is left of policies."""

import pytest

from adxmi_jupyter.model.audit.evidence import Grade, Graded
from adxmi_jupyter.model.audit.findings import AuditFinding, Severity, State, Verdict
from adxmi_jupyter.model.audit.narrowing import Allowance, Narrowing, Step, planned
from adxmi_jupyter.model.audit.needs import Need
from adxmi_jupyter.model.identity import ManagedIdentity
from adxmi_jupyter.model.policy import CLUSTER, Policy, PolicyEntry, Scope

WHO = ManagedIdentity("11111111-0000-4000-8000-000000000001", "mi-one")
SALES, LAB = Scope("Sales"), Scope("Lab")
FOUND = AuditFinding("MI001", Severity.HIGH, Verdict(State.OPEN), "https://contoso")
USED, UNUSED, UNTOLD = Grade.IN_USE, Grade.NO_TRACE, Grade.CANNOT_TELL


@pytest.mark.parametrize(
    ("usage", "scope", "grades", "places"),
    [
        ("ExternalTable", CLUSTER, (USED, UNUSED, UNUSED), (SALES,)),
        ("ExternalTable", CLUSTER, (USED, Grade.WANTED, UNUSED), (SALES, LAB)),
        ("ExternalTable", CLUSTER, (USED, UNTOLD, UNUSED), (CLUSTER,)),
        ("ExternalTable", CLUSTER, (USED, USED, Grade.DECLARED), (CLUSTER,)),
        ("ExternalTable", CLUSTER, (UNUSED, UNUSED, UNUSED), ()),
        ("SandboxArtifacts", CLUSTER, (UNUSED, USED, UNUSED), (CLUSTER,)),
        ("SandboxArtifacts", SALES, (UNTOLD,), ()),
        ("ExternalTable", SALES, (UNTOLD,), (SALES,)),
        ("ExternalTable", SALES, (Grade.DECLARED,), (SALES,)),
    ],
)
def test_what_is_needed_is_allowed_where_it_is_needed(usage, scope, grades, places):
    databases = ("Sales",) if scope.database else ("Sales", "Lab", "Old")

    need = Need(usage, scope, dict(zip(databases, map(Graded, grades), strict=True)))

    assert need.places == places


def test_what_somebody_vouches_for_counts_as_unused():
    every = {"Sales": Graded(USED), "Lab": Graded(UNTOLD)}

    assert Need("ExternalTable", CLUSTER, every, is_assumed_unused=True).places == (SALES,)


def allowing(*usages):
    return Policy((PolicyEntry(WHO, usages),))


def step(removed, *added):
    return Step(FOUND, Narrowing((Allowance(CLUSTER, WHO, removed),), added))


def test_policies_that_stay_are_no_part_of_the_plan():
    present = {CLUSTER: allowing("All"), SALES: allowing("ExternalTable"), LAB: Policy()}
    moved = (Allowance(SALES, WHO, "ExternalTable"), Allowance(LAB, WHO, "SqlRequest"))

    after = planned(present, [step("All", *moved)])

    assert after == {CLUSTER: Policy(), LAB: allowing("SqlRequest")}


def test_all_that_stays_beside_covers_what_would_be_added():
    present = {CLUSTER: allowing("ExternalTable"), SALES: allowing("All")}

    after = planned(present, [step("ExternalTable", Allowance(SALES, WHO, "ExternalTable"))])

    assert after == {CLUSTER: Policy()}
