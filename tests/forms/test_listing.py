from adxmi_jupyter.forms.listing import Listing

NUMBERS = [f"item {n:03}" for n in range(25)]


def listing(items=NUMBERS):
    return Listing(lambda: items, str, 10)


def test_a_page_holds_so_many_items():
    shown = listing()

    assert shown.page() == tuple(NUMBERS[:10])
    assert shown.place() == "1 to 10 of 25"
    assert (shown.turns(-1), shown.turns(1)) == (False, True)


def test_turning_reaches_the_last_page_and_no_further():
    shown = listing()

    shown.turn(1)
    shown.turn(1)

    assert shown.page() == tuple(NUMBERS[20:])
    assert shown.place() == "21 to 25 of 25"
    assert (shown.turns(-1), shown.turns(1)) == (True, False)


def test_the_filter_needs_every_word_in_any_letter_case_and_begins_anew():
    shown = listing()
    shown.turn(2)

    shown.filter("ITEM 01")

    assert shown.page() == ("item 001", *NUMBERS[10:19])
    assert shown.place() == "1 to 10 of 11 (filtered from 25)"


def test_nothing_found_says_so():
    shown = listing()

    shown.filter("absent")

    assert shown.page() == ()
    assert shown.place() == "none of 25"


def test_a_page_that_no_longer_exists_becomes_the_last_one():
    items = list(NUMBERS)
    shown = listing(items)
    shown.turn(2)

    del items[12:]

    assert shown.page() == ("item 010", "item 011")
