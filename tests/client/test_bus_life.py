"""Starting, stopping with a deadline, and other threads."""

import asyncio
import os
import subprocess
import sys
import threading

import pytest

from eventscope import BusNotStarted, Event, EventBus, QueueFull


async def test_publishing_before_the_start_says_what_to_do():
    bus = EventBus(name="shop")
    for publish in (bus.publish_nowait, bus.publish_threadsafe):
        with pytest.raises(BusNotStarted, match=r"'shop' is not started.*await bus.start\(\)"):
            publish("a.b")
    with pytest.raises(BusNotStarted):
        await bus.publish("a.b")


async def test_starting_and_stopping_may_be_repeated():
    bus, seen = EventBus(), []
    bus.subscribe(lambda event: seen.append(event.payload))
    for number in range(3):
        await bus.start()
        await bus.start()
        assert bus.running
        await bus.publish("a.b", number)
        await bus.stop()
        await bus.stop()
        assert not bus.running
        with pytest.raises(BusNotStarted):
            await bus.publish("a.b")
    assert seen == [0, 1, 2]
    assert len(asyncio.all_tasks()) == 1


async def test_stopping_drains_what_waits_and_what_follows_from_it():
    bus, seen = EventBus(), []

    async def handle(event):
        seen.append(event.payload)
        await asyncio.sleep(0.001)
        if event.payload:
            await asyncio.create_task(bus.publish("a.b", event.payload - 1))

    bus.subscribe(handle)
    await bus.start()
    for _ in range(10):
        bus.publish_nowait("a.b", 3)
    stopped = await bus.stop()
    assert stopped.in_time
    assert stopped.dropped == 0
    assert sorted(seen) == [0] * 10 + [1] * 10 + [2] * 10 + [3] * 10


async def test_while_it_drains_others_may_not_publish():
    bus, go = EventBus(), asyncio.Event()

    async def handle(event):
        await go.wait()

    bus.subscribe(handle)
    await bus.start()
    await bus.publish("a.b")
    stopping = asyncio.create_task(bus.stop())
    await asyncio.sleep(0.01)
    assert not bus.running
    with pytest.raises(BusNotStarted, match="is stopping"):
        await bus.publish("a.b")
    go.set()
    assert (await stopping).in_time


async def test_after_the_deadline_handlers_are_cancelled_and_the_rest_is_dropped(caplog):
    bus, ended = EventBus(), []

    async def hang(event):
        try:
            await asyncio.sleep(60)
        finally:
            ended.append(event.payload)

    bus.subscribe(hang, concurrency=2)
    await bus.start()
    for number in range(5):
        bus.publish_nowait("a.b", number)
    stopped = await bus.stop(0.02)
    assert (stopped.in_time, stopped.dropped) == (False, 5)
    assert sorted(ended) == [0, 1]
    metrics = bus.get_metrics()
    assert (metrics["dropped"], metrics["waiting"], metrics["running"]) == (5, 0, 0)
    assert "dropped 5 deliveries" in caplog.text


async def test_a_handler_that_ignores_being_cancelled_cannot_hold_the_stop(caplog):
    bus, release = EventBus(), asyncio.Event()

    async def stubborn(event):
        while not release.is_set():
            try:
                await release.wait()
            except asyncio.CancelledError:
                pass

    bus.subscribe(stubborn)
    await bus.start()
    await bus.publish("a.b")
    await asyncio.wait_for(bus.stop(0.01), 30)
    assert "ignores being cancelled" in caplog.text
    release.set()
    await asyncio.sleep(0.01)
    assert bus.get_metrics()["running"] == 0


async def test_a_handler_that_fails_while_it_is_cancelled_is_not_tried_again(caplog):
    bus = EventBus()

    async def handle(event):
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            raise RuntimeError("while cleaning up") from None

    bus.subscribe(handle, retries=5)
    await bus.start()
    await bus.publish("a.b")
    await bus.stop(0.01)
    metrics = bus.get_metrics()
    assert (metrics["dead_lettered"], metrics["waiting"]) == (1, 0)


async def test_a_handler_may_stop_its_bus():
    bus, stopped = EventBus(), []

    async def handle(event):
        if event.payload == "last":
            stopped.append(await bus.stop(30))

    bus.subscribe(handle, concurrency=1)
    await bus.start()
    for payload in (1, 2, "last"):
        bus.publish_nowait("a.b", payload)
    while not stopped:
        await asyncio.sleep(0)
    assert stopped[0].in_time
    await asyncio.sleep(0)
    metrics = bus.get_metrics()
    assert (metrics["handled"], metrics["dropped"], metrics["running"]) == (3, 0, 0)


async def test_stopping_twice_at_once_waits_for_the_same_end():
    bus = EventBus()
    bus.subscribe(lambda event: asyncio.sleep(0.01))
    await bus.start()
    await bus.publish("a.b")
    first, second = await asyncio.gather(bus.stop(), bus.stop())
    assert first == second
    assert first.in_time


async def test_a_stop_that_is_cancelled_still_leaves_nothing_behind():
    bus = EventBus()
    bus.subscribe(lambda event: asyncio.sleep(60))
    await bus.start()
    await bus.publish("a.b")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(bus.stop(60), 0.01)
    assert len(asyncio.all_tasks()) == 1
    assert bus.get_metrics()["dropped"] == 1
    await bus.start()
    assert bus.running
    await bus.stop()


async def test_starting_while_it_stops_begins_anew():
    bus, seen = EventBus(), []

    async def handle(event):
        await asyncio.sleep(0.005)
        seen.append(event.payload)

    bus.subscribe(handle)
    await bus.start()
    await bus.publish("a.b", 1)
    stopping = asyncio.create_task(bus.stop())
    await asyncio.sleep(0)
    await bus.start()
    await bus.publish("a.b", 2)
    await stopping
    await bus.stop()
    assert seen == [1, 2]


def test_a_bus_whose_loop_was_closed_says_so_and_can_be_started_in_another(caplog):
    bus, seen = EventBus(), []
    bus.subscribe(lambda event: seen.append(event.payload))

    async def forget_to_stop():
        await bus.start()
        bus.publish_nowait("a.b", "lost")

    asyncio.run(forget_to_stop())
    with pytest.raises(BusNotStarted, match="lost its event loop"):
        bus.publish_nowait("a.b")
    with pytest.raises(BusNotStarted):
        bus.publish_threadsafe("a.b")

    async def again():
        async with bus:
            await bus.publish("a.b", "found")

    asyncio.run(again())
    assert seen == ["found"]
    assert bus.get_metrics()["waiting"] == 0
    assert "not stopped before its event loop was closed" in caplog.text


def test_a_program_may_publish_and_unsubscribe_while_its_loop_pauses():
    bus, seen = EventBus(max_queue_size=1, concurrency=1), []
    blocked = bus.subscribe(lambda event: asyncio.sleep(60), types="a.*")
    bus.subscribe(lambda event: seen.append(event.type), types="b.*")
    loop = asyncio.new_event_loop()

    async def begin():
        await bus.start()
        bus.publish_nowait("a.b")
        await asyncio.sleep(0.001)
        bus.publish_nowait("a.b")
        waiting = asyncio.create_task(bus.publish("b.b"))
        await asyncio.sleep(0.001)
        return waiting

    waiting = loop.run_until_complete(begin())
    blocked.unsubscribe()
    bus.publish_nowait("a.b")
    assert loop.run_until_complete(waiting) is True
    loop.run_until_complete(bus.stop(0.01))
    loop.close()
    assert bus.get_metrics()["dropped"] == 3


async def test_a_bus_survives_the_death_of_its_workers():
    bus, seen = EventBus(), []
    bus.subscribe(lambda event: seen.append(event.payload))
    async with bus:
        for number in range(5):
            await bus.publish("a.b", number)
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()  # some frameworks do that to all tasks of a loop
            await asyncio.sleep(0.001)
            await bus.publish("a.b", number + 100)
            await asyncio.sleep(0.001)
    assert [n for n in seen if n >= 100] == [100, 101, 102, 103, 104]


def in_threads(count, work):
    threads = [threading.Thread(target=work, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    return threads


async def joined(threads):
    for thread in threads:
        await asyncio.to_thread(thread.join)


async def test_many_threads_publish_at_once_and_nothing_is_lost():
    bus, seen = EventBus(max_queue_size=100_000), []
    bus.subscribe(lambda event: seen.append(event.payload))
    refused = []

    def work(number):
        futures = [bus.publish_threadsafe("a.b", (number, n)) for n in range(500)]
        refused.extend(f for f in futures if f.result(30) is not True)
        refused.extend(n for n in range(500, 1_000) if not bus.publish_nowait("a.b", (number, n)))

    async with bus:
        await joined(in_threads(8, work))
    assert refused == []
    assert len(seen) == 8_000
    for number in range(8):
        assert [n for who, n in seen if who == number] == list(range(1_000)), "each thread's order is kept"


async def test_a_small_queue_blocks_threads_that_wait_and_counts_those_it_refuses():
    bus, seen = EventBus(max_queue_size=3), []
    bus.subscribe(lambda event: seen.append(event.payload))
    refused = []

    def work(number):
        for n in range(300):
            try:
                bus.publish_threadsafe("a.b", n).result(30)
            except QueueFull:
                refused.append(n)

    async with bus:
        await joined(in_threads(6, work))
    assert len(seen) + len(refused) == 1_800
    assert bus.get_metrics()["rejected"] == len(refused)


async def test_one_call_wakes_the_loop_for_a_whole_batch_of_a_thread():
    bus = EventBus()
    bus.subscribe(lambda event: None)
    loop, calls = asyncio.get_running_loop(), []
    original = loop.call_soon_threadsafe

    async with bus:
        loop.call_soon_threadsafe = lambda callback, *args: (calls.append(callback), original(callback, *args))[1]
        thread = threading.Thread(target=lambda: [bus.publish_nowait("a.b") for _ in range(1_000)])
        thread.start()
        thread.join()  # blocks the loop, so that all of them are one batch
        del loop.call_soon_threadsafe
        assert len(calls) == 1
    assert bus.get_metrics()["handled"] == 1_000


async def test_the_other_loop_of_a_thread_can_publish_subscribe_and_stop():
    bus, seen = EventBus(), []
    await bus.start()

    async def elsewhere():
        subscription = bus.subscribe(lambda event: seen.append((event.payload, threading.current_thread().name)))
        assert await bus.publish("a.b", 1) is True
        while not seen:
            await asyncio.sleep(0.001)
        subscription.unsubscribe()
        await bus.publish("a.b", 2)
        return await bus.stop()

    stopped = await asyncio.to_thread(asyncio.run, elsewhere())
    assert stopped.in_time
    assert seen == [(1, threading.current_thread().name)]


async def test_what_a_thread_handed_over_is_drained_and_what_comes_later_is_refused():
    bus, seen = EventBus(), []
    bus.subscribe(lambda event: seen.append(event.payload))
    await bus.start()
    thread = threading.Thread(target=lambda: [bus.publish_nowait("a.b", n) for n in range(100)])
    thread.start()
    thread.join()
    assert (await bus.stop()).in_time
    assert seen == list(range(100))


async def test_a_thread_whose_event_came_too_late_is_told():
    bus, release = EventBus(max_queue_size=1, concurrency=1), asyncio.Event()

    async def wait(event):
        await release.wait()

    bus.subscribe(wait)
    await bus.start()
    futures = await asyncio.to_thread(lambda: [bus.publish_threadsafe("a.b", n) for n in range(1)])
    await asyncio.sleep(0.01)
    futures += await asyncio.to_thread(lambda: [bus.publish_threadsafe("a.b", 1)])
    await asyncio.sleep(0.01)
    futures += await asyncio.to_thread(lambda: [bus.publish_threadsafe("a.b", 2)])
    await bus.stop(0.01)
    assert [f.result(5) for f in futures[:2]] == [True, True]
    with pytest.raises(BusNotStarted):
        futures[2].result(5)


async def test_an_event_made_in_a_thread_of_a_handler_is_a_child_of_the_handled_event():
    bus, seen = EventBus(), []

    async def handle(event):
        await asyncio.to_thread(bus.publish_nowait, "b.made")

    bus.subscribe(handle, types="a.*")
    bus.subscribe(seen.append, types="b.*")
    parent = Event("a.b")
    async with bus:
        await bus.publish(parent)
        while not seen:
            await asyncio.sleep(0.001)
    assert seen[0].causation_id == parent.id


def test_importing_the_client_touches_no_event_loop_and_imports_nothing_foreign():
    code = (
        "import sys; before = set(sys.modules); import eventscope; eventscope.EventBus();"
        "new = {m.partition('.')[0] for m in set(sys.modules) - before};"
        "foreign = new - set(sys.stdlib_module_names) - {'eventscope'}; assert not foreign, foreign"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)


UNDER_QASYNC = """
import asyncio, sys
from PySide6.QtWidgets import QApplication
import qasync
from eventscope import EventBus

async def main():
    seen = []
    bus = EventBus()
    async def handle(event):
        await asyncio.sleep(0.001)
        seen.append(event.payload)
        if event.payload < 3:
            raise RuntimeError
    bus.subscribe(handle, retries=1, backoff=0.001)
    async with bus:
        for number in range(50):
            await bus.publish("a.b", number)
        await asyncio.to_thread(bus.publish_nowait, "a.b", 50)
    assert sorted(set(seen)) == list(range(51)), seen
    assert bus.get_metrics()["dead_lettered"] == 3

app = QApplication(sys.argv)
loop = qasync.QEventLoop(app)
with loop:
    loop.run_until_complete(main())
"""


def test_it_works_in_the_loop_of_a_qt_program():
    pytest.importorskip("qasync")
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    subprocess.run([sys.executable, "-c", UNDER_QASYNC], check=True, timeout=50, env=environment)
