"""Order of urgency, and what happens when the queue is full; every delivery is accounted for."""

import asyncio

import pytest

from eventscope import BusNotStarted, Event, EventBus, EventPriority, Overflow, Phase, QueueFull
from eventscope.delivery import Delivery
from eventscope.lanes import Lanes
from eventscope.subscription import Subscription

LOW, NORMAL, HIGH, CRITICAL = EventPriority


def balance(bus):
    """What became of all deliveries; nothing may be missing."""
    m = bus.get_metrics()
    assert m["deliveries"] == m["handled"] + m["dead_lettered"] + m["dropped"] + m["waiting"] + m["running"], m
    assert m["waiting"] == sum(m["queue_depth"].values())
    return m


class Gate:
    """A handler that waits at a gate, so that a test can fill the queue behind it."""

    def __init__(self, **options):
        self.open = asyncio.Event()
        self.started = []
        self.bus = EventBus(concurrency=1, **options)
        self.subscription = self.bus.subscribe(self.handle)

    async def handle(self, event):
        self.started.append(event.payload)
        await self.open.wait()

    async def __aenter__(self):
        await self.bus.start()
        self.bus.publish_nowait("gate", "first")
        while not self.started:
            await asyncio.sleep(0)
        return self

    async def __aexit__(self, *_):
        self.open.set()
        await self.bus.stop()
        balance(self.bus)


async def test_the_most_urgent_goes_first_and_within_a_priority_the_oldest():
    async with Gate() as gate:
        for number, priority in enumerate([LOW, NORMAL, HIGH, CRITICAL] * 2):
            gate.bus.publish_nowait("a.b", (priority.name, number), priority=priority)
    assert gate.started[1:] == [
        ("CRITICAL", 3), ("CRITICAL", 7), ("HIGH", 2), ("HIGH", 6),
        ("NORMAL", 1), ("NORMAL", 5), ("LOW", 0), ("LOW", 4),
    ]  # fmt: skip


def filled_lanes(ageing, counts, queued=0):
    lanes = Lanes(ageing)
    subscription = Subscription(print, concurrency=1_000)
    for priority, count in counts.items():
        for _ in range(count):
            delivery = Delivery(Event("a.b", priority=priority), subscription, queued)
            lanes.hold(delivery)
            lanes.push(delivery)
    return lanes


def test_what_aged_gets_one_pick_in_nine_and_critical_never_loses_more():
    lanes = filled_lanes(1.0, {CRITICAL: 100, LOW: 100})
    picks = [lanes.take(2_000_000_000).event.priority for _ in range(90)]
    assert picks == ([CRITICAL] * 8 + [LOW]) * 10


def test_what_has_not_waited_long_enough_does_not_age():
    lanes = filled_lanes(1.0, {CRITICAL: 100, LOW: 100})
    assert {lanes.take(900_000_000).event.priority for _ in range(90)} == {CRITICAL}


def test_the_longest_waiting_of_the_lower_lanes_ages_first():
    lanes = filled_lanes(0.0, {HIGH: 20})
    subscription = Subscription(print, concurrency=1_000)
    for queued, priority in ((50, NORMAL), (10, LOW)):
        delivery = Delivery(Event("a.b", priority=priority), subscription, queued)
        lanes.hold(delivery)
        lanes.push(delivery)
    picks = [lanes.take(100).event.priority for _ in range(18)]
    assert picks == [HIGH] * 8 + [LOW] + [HIGH] * 8 + [NORMAL]


async def test_low_is_handled_while_urgent_events_never_cease():
    bus, done = EventBus(concurrency=1, ageing=0.02), asyncio.Event()

    async def handle(event):
        if event.priority is LOW:
            done.set()
        else:
            await asyncio.sleep(0.001)
            bus.publish_nowait("flood.again", priority="CRITICAL")

    bus.subscribe(handle)
    await bus.start()
    for _ in range(20):
        bus.publish_nowait("flood.begins", priority="CRITICAL")
    bus.publish_nowait("small.talk", priority="LOW")
    await done.wait()
    assert bus.get_metrics()["queue_depth"]["CRITICAL"] > 10
    await bus.stop(0)
    balance(bus)


async def test_block_lets_publish_wait_for_room_and_publish_nowait_refuse():
    async with Gate(max_queue_size=2) as gate:
        assert await gate.bus.publish("a.b", 1)
        assert await gate.bus.publish("a.b", 2)
        assert gate.bus.publish_nowait("a.b", "refused") is False
        waiting = asyncio.create_task(gate.bus.publish("a.b", 3))
        await asyncio.sleep(0.01)
        assert not waiting.done()
        gate.open.set()
        assert await waiting is True
    assert gate.started == ["first", 1, 2, 3]
    assert gate.bus.get_metrics()["rejected"] == 1
    assert gate.bus.get_metrics()["published"] == 4


async def test_publishers_that_wait_are_let_in_in_their_order():
    async with Gate(max_queue_size=1) as gate:
        await gate.bus.publish("a.b", 0)
        tasks = [asyncio.create_task(gate.bus.publish("a.b", number)) for number in range(1, 20)]
        await asyncio.sleep(0.01)
        gate.open.set()
        await asyncio.gather(*tasks)
    assert gate.started == ["first", *range(20)]


async def test_a_publisher_that_gives_up_waiting_takes_no_room():
    async with Gate(max_queue_size=1) as gate:
        await gate.bus.publish("a.b", 0)
        tasks = [asyncio.create_task(gate.bus.publish("a.b", number)) for number in range(1, 10)]
        await asyncio.sleep(0.01)
        for task in tasks[:-1]:
            task.cancel()
        gate.open.set()
        assert await tasks[-1] is True
    assert gate.started == ["first", 0, 9]


async def test_handlers_that_publish_into_a_full_queue_do_not_stand_still():
    bus = EventBus(max_queue_size=4, concurrency=3)

    async def split(event):
        if event.payload:
            await bus.publish("a.b", event.payload - 1)
            await asyncio.wait_for(bus.publish("a.b", event.payload - 1), 30)

    bus.subscribe(split)
    async with bus:
        await bus.publish("a.b", 7)
        await bus.publish("a.b", 7)
    assert balance(bus)["handled"] == 2 * (2**8 - 1)


async def test_a_background_task_of_a_handler_cannot_overrun_the_bound():
    bus, tasks = EventBus(max_queue_size=10, concurrency=2), []
    most = 0

    async def flood():
        nonlocal most
        for _ in range(200):
            await bus.publish("b.b")
            most = max(most, bus.get_metrics()["waiting"])

    async def begin(event):
        tasks.append(asyncio.create_task(flood()))

    bus.subscribe(begin, types="a.*")
    bus.subscribe(lambda event: None, types="b.*")
    async with bus:
        await bus.publish("a.b")
        while not tasks:
            await asyncio.sleep(0)
        await tasks[0]
    assert most <= 10
    assert balance(bus)["handled"] == 201


async def test_an_event_for_more_subscriptions_than_fit_is_let_into_an_empty_queue():
    bus = EventBus(max_queue_size=2, overflow="reject")
    for _ in range(5):
        bus.subscribe(lambda event: None)
    async with bus:
        assert await bus.publish("a.b")
        with pytest.raises(QueueFull):
            await bus.publish("a.b")
    assert balance(bus)["handled"] == 5


async def test_reject_raises_and_nothing_of_the_event_is_delivered():
    async with Gate(max_queue_size=2, overflow=Overflow.REJECT) as gate:
        gate.bus.subscribe(lambda event: None, name="other")
        await gate.bus.publish("a.b", 1)
        with pytest.raises(QueueFull, match=r"at most 2.*larger max_queue_size"):
            await gate.bus.publish("a.b", 2)
        assert gate.bus.publish_nowait("a.b", 3) is False
        assert gate.bus.get_metrics()["rejected"] == 2
        assert gate.bus.get_metrics()["published"] == 2
    assert gate.started == ["first", 1]


async def test_drop_lowest_gives_up_the_newest_of_the_least_urgent():
    steps = []
    async with Gate(max_queue_size=4, overflow="drop-lowest") as gate:
        gate.bus.observe(steps.append)
        for number, priority in enumerate([LOW, LOW, NORMAL, HIGH]):
            assert await gate.bus.publish("a.b", number, priority=priority)
        assert await gate.bus.publish("a.b", "urgent", priority=CRITICAL)
        assert await gate.bus.publish("a.b", "soon", priority=HIGH)
        assert await gate.bus.publish("a.b", "also", priority=HIGH)
        assert await gate.bus.publish("a.b", "too low", priority=LOW) is False
        assert await gate.bus.publish("a.b", "same", priority=HIGH) is False
    dropped = [step.event.payload for step in steps if step.phase is Phase.DROPPED]
    assert dropped == [1, 0, 2, "too low", "same"]
    assert gate.started == ["first", "urgent", 3, "soon", "also"]
    metrics = balance(gate.bus)
    assert (metrics["dropped"], metrics["handled"], metrics["published"]) == (5, 5, 10)


async def test_drop_lowest_finds_what_is_parked_and_loses_no_other():
    bus, open_, seen = EventBus(max_queue_size=3, overflow="drop-lowest", concurrency=4), asyncio.Event(), []

    async def wait(event):
        seen.append(event.payload)
        await open_.wait()

    bus.subscribe(wait, concurrency=1)
    async with bus:
        for number in range(4):
            await bus.publish("a.b", number, priority="LOW")
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        assert await bus.publish("a.b", "urgent", priority="HIGH")
        assert balance(bus)["dropped"] == 1
        open_.set()
    assert seen == [0, "urgent", 1, 2]


async def test_a_full_queue_blocks_nobody_whom_no_subscription_wants():
    async with Gate(max_queue_size=1) as gate:
        gate.subscription.unsubscribe()
        for _ in range(10):
            assert gate.bus.publish_nowait("a.b")


async def test_stopping_turns_away_the_publishers_that_wait():
    gate = Gate(max_queue_size=1)
    await gate.__aenter__()
    await gate.bus.publish("a.b", 1)
    waiting = asyncio.create_task(gate.bus.publish("a.b", 2))
    await asyncio.sleep(0)
    stopped = await gate.bus.stop(0.01)
    with pytest.raises(BusNotStarted):
        await waiting
    assert not stopped.in_time
    assert stopped.dropped == 2
    assert balance(gate.bus)["published"] == 2
