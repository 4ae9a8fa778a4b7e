"""Calls have a thread at once, an idle one where there is any."""

import contextvars
import threading

from adxmi_jupyter.embedded.daemon_threads import DaemonThreads


def test_calls_that_wait_for_each_other_all_run():
    threads = DaemonThreads()
    barrier = threading.Barrier(40)

    calls = [threads.submit(barrier.wait, 20) for _ in range(40)]

    assert sorted(one.result(20) for one in calls) == list(range(40))


def test_calls_one_after_the_other_share_a_thread():
    threads = DaemonThreads()

    used = set()
    for _ in range(50):
        used.add(threads.submit(threading.current_thread).result(20))

    assert len(used) < 10
    assert all(one.daemon for one in used)


def test_what_a_call_raises_is_raised_where_it_is_waited_for():
    threads = DaemonThreads()

    failed = threads.submit(int, "x")

    assert isinstance(failed.exception(20), ValueError)
    assert threads.submit(int, "7").result(20) == 7


def test_what_a_call_sets_is_gone_for_the_next_one():
    threads = DaemonThreads()
    setting = contextvars.ContextVar("setting", default="")

    threads.submit(setting.set, "kept").result(20)

    assert {threads.submit(setting.get).result(20) for _ in range(5)} == {""}
