"""Who gets an event, in which order, and what a handler may do meanwhile."""

import asyncio
from enum import Enum

import pytest

from eventscope import Event, EventBus, EventCategory, EventPriority
from eventscope.event import current_event


class Kind(Enum):
    CREATED = "order.created"


class Seen(list):
    """A handler that keeps what it gets."""

    async def __call__(self, event):
        self.append(event)

    @property
    def types(self):
        return [event.type for event in self]


async def test_a_subscriber_gets_what_is_published():
    bus, seen = EventBus(), Seen()
    bus.subscribe(seen)
    async with bus:
        event = Event("order.created", {"id": 7})
        assert await bus.publish(event) is True
    assert seen == [event]
    assert seen[0] is event


async def test_a_type_with_fields_may_stand_for_the_event():
    bus, seen = EventBus(), Seen()
    bus.subscribe(seen)
    async with bus:
        await bus.publish(Kind.CREATED, {"id": 7}, priority="high", source="shop")
        bus.publish_nowait("order.paid")
    assert seen.types == ["order.created", "order.paid"]
    assert seen[0].priority is EventPriority.HIGH
    assert seen[0].payload == {"id": 7}


async def test_an_event_takes_no_payload_beside_it():
    async with EventBus() as bus:
        with pytest.raises(TypeError, match="publish takes an Event"):
            await bus.publish(Event("a.b"), {"lost": True})


@pytest.mark.parametrize(
    ("wanted", "gets"),
    [
        ({}, ["order.created", "order.item.added", "payment.failed"]),
        ({"types": "order.created"}, ["order.created"]),
        ({"types": Kind.CREATED}, ["order.created"]),
        ({"types": ["order.created", "payment.*"]}, ["order.created", "payment.failed"]),
        ({"types": "order.*"}, ["order.created", "order.item.added"]),
        ({"types": "*.?reated"}, ["order.created"]),
        ({"types": "order"}, []),
        ({"types": "order.[a-z]*"}, []),
        ({"categories": [EventCategory.PAYMENT]}, ["payment.failed"]),
        ({"categories": "ord*"}, ["order.created", "order.item.added"]),
        ({"priority": "HIGH"}, ["payment.failed"]),
        ({"priority": EventPriority.NORMAL}, ["order.created", "payment.failed"]),
        ({"filter": lambda event: event.payload == 1}, ["order.created"]),
        ({"types": "order.*", "priority": 1}, ["order.created"]),
    ],
)
async def test_a_subscription_gets_what_it_asks_for(wanted, gets):
    bus, seen = EventBus(), Seen()
    bus.subscribe(seen, **wanted)
    async with bus:
        await bus.publish(Event("order.created", 1))
        await bus.publish(Event("order.item.added", 2, priority="LOW"))
        await bus.publish(Event("payment.failed", 3, priority="CRITICAL"))
    assert sorted(seen.types) == gets


@pytest.mark.parametrize(
    ("wanted", "error"),
    [
        ({"types": []}, ValueError),
        ({"types": [3]}, TypeError),
        ({"priority": "urgent"}, ValueError),
        ({"retries": -1}, ValueError),
        ({"retries": True}, TypeError),
        ({"concurrency": 0}, ValueError),
        ({"batch": 0}, ValueError),
        ({"batch": 2, "batch_wait": -1}, ValueError),
        ({"backoff": -1}, ValueError),
        ({"filter": "order"}, TypeError),
    ],
)
def test_a_subscription_that_makes_no_sense_is_refused(wanted, error):
    bus = EventBus()
    with pytest.raises(error):
        bus.subscribe(Seen(), **wanted)
    assert bus.get_subscriptions_info() == []


def test_a_handler_has_to_be_callable():
    with pytest.raises(TypeError, match="handler takes a function"):
        EventBus().subscribe("print")


async def test_plain_functions_and_functions_that_return_awaitables_are_handlers():
    bus, seen = EventBus(), []
    later = asyncio.get_running_loop().create_future()
    bus.subscribe(lambda event: seen.append(event.type))
    bus.subscribe(lambda event: later)
    async with bus:
        await bus.publish("a.b")
        later.set_result(None)
    assert seen == ["a.b"]
    assert bus.get_metrics()["handled"] == 2


async def test_events_of_one_priority_keep_their_order_where_one_handler_runs_at_a_time():
    bus, seen = EventBus(), []

    async def slow(event):
        await asyncio.sleep(0.001 * (event.payload % 3))
        seen.append(event.payload)

    bus.subscribe(slow, concurrency=1)
    async with bus:
        for number in range(40):
            await bus.publish("a.b", number)
    assert seen == list(range(40))


async def test_what_is_published_in_a_handler_belongs_to_the_handled_event():
    bus, seen = EventBus(), Seen()

    async def reserve(event):
        await asyncio.sleep(0)
        await bus.publish("inventory.reserved")

    bus.subscribe(reserve, types="order.created")
    bus.subscribe(seen, types="inventory.*")
    async with bus:
        orders = [Event("order.created") for _ in range(20)]
        for order in orders:
            await bus.publish(order)
    assert {e.causation_id for e in seen} == {o.id for o in orders}
    assert {e.correlation_id for e in seen} == {o.correlation_id for o in orders}


async def test_a_handler_does_not_inherit_the_variables_of_the_publisher():
    bus, parents = EventBus(), []

    async def inner(event):
        parents.append(current_event.get().type)

    async def outer(event):
        bus.subscribe(inner, types="b.*")
        await bus.publish("b.made")
        await asyncio.sleep(0.01)

    bus.subscribe(outer, types="a.*")
    async with bus:
        await bus.publish("a.made")
    assert parents == ["b.made"]


async def test_a_slow_subscription_holds_nobody_up():
    bus, seen, release = EventBus(concurrency=4), Seen(), asyncio.Event()

    async def stuck(event):
        await release.wait()

    bus.subscribe(stuck)
    bus.subscribe(seen)
    async with bus:
        for number in range(50):
            await bus.publish("a.b", number)
        while len(seen) < 50:
            await asyncio.sleep(0)
        assert bus.get_metrics()["running"] == 2
        assert bus.get_metrics()["waiting"] == 48
        release.set()
    assert bus.get_metrics()["handled"] == 100


async def test_no_more_handlers_run_than_the_bus_and_the_subscription_allow():
    bus = EventBus(concurrency=5)
    running, most = {"a": 0, "b": 0}, {"a": 0, "b": 0, "all": 0}

    def handler(name):
        async def handle(event):
            running[name] += 1
            most[name] = max(most[name], running[name])
            most["all"] = max(most["all"], sum(running.values()))
            await asyncio.sleep(0.001)
            running[name] -= 1

        return handle

    bus.subscribe(handler("a"), concurrency=1)
    bus.subscribe(handler("b"), concurrency=4)
    async with bus:
        for _ in range(40):
            await bus.publish("a.b")
    assert most == {"a": 1, "b": 4, "all": 5}


async def test_many_handlers_that_wait_for_each_other_run_at_once():
    bus, barrier = EventBus(), asyncio.Barrier(32)

    async def meet(event):
        await barrier.wait()

    bus.subscribe(meet, concurrency=32)
    async with bus:
        for _ in range(32):
            bus.publish_nowait("a.b")
    assert bus.get_metrics()["handled"] == 32


async def test_a_burst_of_quick_handlers_lets_the_loop_turn():
    bus, turns = EventBus(), 0

    def busy(event):
        sum(range(20_000))

    async def tick():
        nonlocal turns
        while bus.get_metrics()["waiting"]:
            turns += 1
            await asyncio.sleep(0)

    bus.subscribe(busy)
    async with bus:
        for _ in range(400):
            bus.publish_nowait("a.b")
        await tick()
    assert turns > 4


async def test_unsubscribing_in_a_handler_ends_it_at_once():
    bus, calls = EventBus(), []

    async def once(event):
        calls.append(event.payload)
        subscription.unsubscribe()

    subscription = bus.subscribe(once, concurrency=1)
    async with bus:
        for number in range(5):
            bus.publish_nowait("a.b", number)
    metrics = bus.get_metrics()
    assert calls == [0]
    assert (metrics["handled"], metrics["dropped"], metrics["waiting"]) == (1, 4, 0)
    assert not subscription.active
    assert bus.get_subscriptions_info() == []


async def test_unsubscribing_by_name_and_twice():
    bus, seen = EventBus(), Seen()
    subscription = bus.subscribe(seen, name="audit")
    bus.unsubscribe("audit")
    subscription.unsubscribe()
    with pytest.raises(KeyError, match="audit"):
        bus.unsubscribe("audit")
    async with bus:
        await bus.publish("a.b")
    assert seen == []


async def test_unsubscribing_one_drops_only_what_is_its_own():
    bus, gone, kept = EventBus(concurrency=2), Seen(), Seen()
    first = bus.subscribe(gone)
    bus.subscribe(kept)
    async with bus:
        for number in range(10):
            bus.publish_nowait("a.b", number, priority=number % 4)
        first.unsubscribe()
    assert gone == []
    assert len(kept) == 10
    assert first.dropped == 10


async def test_names_are_unique_and_default_to_the_handlers_own():
    bus, seen = EventBus(), Seen()
    names = [bus.subscribe(seen, name=name).name for name in ("audit", "audit", "audit", None)]
    assert names == ["audit", "audit#2", "audit#3", "Seen"]
    bus.unsubscribe("audit#2")
    assert bus.subscribe(seen, name="audit").name == "audit#2"


async def test_a_filter_that_raises_is_an_error_of_its_subscription_and_no_match(caplog):
    bus, seen, others = EventBus(), Seen(), Seen()
    subscription = bus.subscribe(seen, filter=lambda event: event.payload["missing"])
    bus.subscribe(others)
    async with bus:
        await bus.publish("a.b", {})
        await bus.publish("a.b", {})
    assert seen == []
    assert len(others) == 2
    assert subscription.errors == 2
    assert bus.get_subscriptions_info()[0]["last_error"] == "KeyError: 'missing'"
    assert [record.levelname for record in caplog.records] == ["ERROR"], "a flood of errors is one entry"


async def test_a_new_subscription_counts_from_the_next_event_on():
    bus, early, late = EventBus(), Seen(), Seen()
    bus.subscribe(early)
    async with bus:
        await bus.publish("a.b", 1)
        bus.subscribe(late, types="a.*")
        await bus.publish("a.b", 2)
    assert len(early) == 2
    assert [event.payload for event in late] == [2]


async def test_types_made_up_without_end_do_not_fill_the_memory():
    bus, seen = EventBus(), Seen()
    bus.subscribe(seen, types="x.*")
    async with bus:
        for number in range(10_000):
            await bus.publish(f"x.{number}")
    assert len(seen) == 10_000
    assert len(bus._router._of_kind) <= 4_096


async def test_a_batch_comes_when_it_is_full_or_has_waited():
    bus, batches = EventBus(), []

    async def store(events):
        batches.append([event.payload for event in events])

    bus.subscribe(store, batch=4, batch_wait=0.01)
    async with bus:
        for number in range(9):
            await bus.publish("a.b", number)
        while sum(map(len, batches)) < 9:
            await asyncio.sleep(0.001)
    assert batches == [[0, 1, 2, 3], [4, 5, 6, 7], [8]]
    assert bus.get_metrics()["handled"] == 9


async def test_stopping_does_not_wait_for_a_batch_to_fill():
    bus, batches = EventBus(), []
    bus.subscribe(lambda events: batches.append(len(events)), batch=100, batch_wait=3600)
    await bus.start()
    await bus.publish("a.b")
    assert bus.get_metrics()["waiting"] == 1
    assert (await bus.stop()).in_time
    assert batches == [1]


async def test_unsubscribing_drops_a_batch_that_fills():
    bus = EventBus()
    subscription = bus.subscribe(Seen(), batch=100, batch_wait=3600)
    async with bus:
        await bus.publish("a.b")
        subscription.unsubscribe()
        assert bus.get_metrics()["dropped"] == 1
        assert bus.get_metrics()["waiting"] == 0


async def test_events_made_in_a_batch_of_several_have_no_made_up_cause():
    bus, seen = EventBus(), Seen()

    async def summarise(events):
        await bus.publish("summary.made")

    bus.subscribe(summarise, types="a.*", batch=2)
    bus.subscribe(seen, types="summary.*")
    async with bus:
        await bus.publish("a.one")
        await bus.publish("a.two")
    assert seen[0].causation_id is None


async def test_what_a_filter_turns_away_is_counted_once_even_if_the_event_had_to_wait_for_room():
    bus = EventBus(max_queue_size=1, concurrency=1)
    gate, seen = asyncio.Event(), Seen()

    async def slow(event):
        await gate.wait()

    bus.subscribe(slow)
    picky = bus.subscribe(seen, filter=lambda event: event.payload > 2, name="picky")
    async with bus:
        publishing = asyncio.gather(*(bus.publish("a.b", number) for number in range(5)))
        await asyncio.sleep(0)
        gate.set()
        await publishing
    assert [event.payload for event in seen] == [3, 4]
    assert picky.filtered == 3
    assert bus.get_subscriptions_info()[1]["filtered"] == 3
