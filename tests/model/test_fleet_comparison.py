from adxmi_jupyter.model.fleet_comparison import Fact, Part, alike, differences, digest_of


def _has(database, *usages, identity="mi-export"):
    there = Fact(Part.DATABASES, "", database, database, "")
    return [there, *(Fact(Part.POLICY, database, identity, "id-1", usage) for usage in usages)]


def _told(found):
    return [
        (one.fact.database, one.fact.value, one.is_missing, one.clusters)
        for one in found
        if one.fact.part is Part.POLICY
    ]


def test_what_most_clusters_have_is_missing_on_the_others():
    facts = {
        "a": _has("Sales", "ExternalTable"),
        "b": _has("SALES", "ExternalTable"),
        "c": _has("Sales"),
    }

    assert _told(differences(facts)) == [("Sales", "ExternalTable", True, ("c",))]


def test_what_only_some_have_is_additional():
    facts = {
        "a": _has("Sales", "ExternalTable", "All"),
        "b": _has("Sales", "ExternalTable"),
    }

    assert _told(differences(facts)) == [("Sales", "All", False, ("a",))]


def test_clusters_without_a_database_are_not_compared_about_it():
    facts = {"a": _has("Sales", "All"), "b": _has("Stock", "All"), "c": _has("Sales", "All")}

    assert _told(differences(facts)) == []


def test_a_name_is_no_difference_and_an_object_id_is():
    same = {"a": _has("Sales", "All"), "b": _has("Sales", "All", identity="other name")}

    assert _told(differences(same)) == []
    assert len(alike(same, [Part.POLICY])) == 1


def test_a_digest_does_not_depend_on_the_order():
    facts = _has("Sales", "All", "ExternalTable")

    assert digest_of(facts, Part.POLICY) == digest_of(facts[::-1], Part.POLICY)
    assert digest_of(facts, Part.POLICY) != digest_of(facts[:-1], Part.POLICY)
