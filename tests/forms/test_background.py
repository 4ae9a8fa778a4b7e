"""What forms do after a rest and in the background."""

import asyncio
import threading

import pytest

from adxmi_jupyter.forms.background import THREAD, Background, Rest
from tests.forms.threads import every_thread


@pytest.fixture
def heard():
    return []


def test_after_a_rest_somebody_is_called_once(heard):
    async def type_and_rest():
        rest = Rest(0)
        started = [rest.wait(lambda: heard.append("called")) for _ in range(3)]
        await rest.over()
        return started

    assert asyncio.run(type_and_rest()) == [True, True, True]
    assert heard == ["called"]


def test_nobody_is_called_when_it_is_called_off(heard):
    async def type_and_leave():
        rest, later = Rest(0), Rest(0)
        rest.wait(lambda: heard.append("called"))
        later.wait(lambda: heard.append("later"))
        rest.cancel()
        await rest.over()
        await later.over()

    asyncio.run(type_and_leave())

    assert heard == ["later"]


def test_without_a_loop_there_is_no_rest(heard):
    assert not Rest(0).wait(lambda: heard.append("called"))


def test_a_question_is_asked_in_another_thread_and_answered_in_this_one(heard):
    async def ask():
        background = Background()
        answered = lambda there: heard.extend((there.name, threading.current_thread()))  # noqa: E731
        background.run(threading.current_thread, answered)
        await background.over()

    asyncio.run(ask())

    assert heard == [THREAD, threading.current_thread()]


def test_only_the_newest_question_counts(heard):
    async def ask_twice():
        background = Background()
        held = threading.Event()
        background.run(held.wait, heard.append)
        background.run(lambda: "new", heard.append)
        await background.over()
        held.set()
        await every_thread()

    asyncio.run(ask_twice())

    assert heard == ["new"]


def test_an_answer_that_nobody_wants_any_more_is_dropped(heard):
    async def ask_and_leave():
        background = Background()
        background.run(lambda: "asked", heard.append)
        background.drop()
        await background.over()
        await every_thread()

    asyncio.run(ask_and_leave())

    assert heard == []


def test_a_mistake_in_the_background_is_raised_where_it_is_seen(heard):
    async def ask():
        handler = lambda _loop, context: heard.append(type(context["exception"]))  # noqa: E731
        asyncio.get_running_loop().set_exception_handler(handler)
        background = Background()
        background.run(lambda: 1 // 0, heard.append)
        await background.over()

    asyncio.run(ask())

    assert heard == [ZeroDivisionError]


def test_without_a_loop_nothing_is_asked(heard):
    Background().run(lambda: "asked", heard.append)

    assert heard == []
