"""The timeline: one wait at a time goes on, in an order that no machine can change."""

from __future__ import annotations

import asyncio
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eventscope import Event, EventBus
from eventscope.event import current_event
from examples.component import Component
from examples.example import play
from examples.outage import Outage
from examples.timeline import Timeline
from examples.world import World

delays = st.lists(st.integers(0, 8).map(lambda n: n / 2000), min_size=1, max_size=12)


async def played(delays, *, jitter, concurrency=64):
    """Handlers that wait and then publish, with real waits of random length between."""
    bus, said, chance = EventBus(concurrency=concurrency), [], Random(jitter)
    timeline = Timeline(bus)

    async def handle(event):
        await timeline.wait_until(timeline.now + event.payload)
        await asyncio.sleep(chance.random() / 500)
        await bus.publish("said", event.payload)
        said.append((event.type, event.payload))

    bus.subscribe(handle, types=["one", "two"])

    async def program():
        for delay in delays:
            await timeline.wait_until(timeline.now + delay / 2)
            await bus.publish("one", delay)
            await bus.publish("two", delay / 3)

    async with bus:
        await timeline.play([program()])
    return said


@settings(max_examples=12, deadline=None)
@given(delays)
def test_the_order_does_not_depend_on_how_long_anything_really_takes(delays):
    once, again = (asyncio.run(played(delays, jitter=jitter)) for jitter in (1, 2))
    assert once == again
    assert len(once) == 2 * len(delays)


async def test_more_waiting_handlers_than_may_run_do_not_stop_the_time():
    said = await played([0.001] * 30, jitter=1, concurrency=2)
    assert len(said) == 60


async def test_a_wait_is_over_when_its_moment_has_come_and_not_before():
    timeline, times = Timeline(EventBus()), []

    async def program():
        clock = asyncio.get_running_loop().time
        began = clock()
        await timeline.wait_until(0.05)
        times.append((timeline.now, clock() - began >= 0.05))

    await timeline.play([program()])
    assert times == [(0.05, True)]


async def test_a_cancelled_play_lets_every_handler_go():
    bus, done = EventBus(), []
    timeline = Timeline(bus)

    async def handle(event):
        await timeline.wait_until(3600)
        done.append(event)

    bus.subscribe(handle)

    async def program():
        await bus.publish("a")
        await timeline.wait_until(3600)

    async with bus:
        playing = asyncio.get_running_loop().create_task(timeline.play([program()]))
        while not bus.get_metrics()["running"]:
            await asyncio.sleep(0)
        playing.cancel()
        await asyncio.wait([playing])
        assert playing.cancelled()
    assert len(done) == 1


async def test_a_program_that_fails_ends_the_play_with_its_error():
    async def program():
        raise ValueError("no")

    with pytest.raises(ExceptionGroup) as caught:
        await Timeline(EventBus()).play([program()])
    assert caught.group_contains(ValueError, match="no")


async def test_what_a_world_entered_is_left_when_it_is_closed():
    left = []

    class System:
        async def __aenter__(self):
            return self

        async def __aexit__(self, *_):
            left.append(self)

    timeline = Timeline(EventBus())
    world = World(timeline, "w", rate=1, seed=1, seconds=0)

    async def program(world):
        await world.enter(System())
        raise Outage("meant")

    with pytest.raises(ExceptionGroup):
        await play(timeline, {program: world})
    assert len(left) == 1


async def test_a_component_works_at_the_pace_of_its_world_and_at_once_elsewhere():
    bus = EventBus()
    timeline = Timeline(bus)
    component, world = Component(bus, "c"), World(timeline, "w", rate=1, seed=1, seconds=0)
    await component.work(1e9)
    world.open(component)

    async def program():
        current_event.set(Event("e", id="1"))
        await component.work(5)

    await timeline.play([program()])
    assert 0.001 < timeline.now < 0.05


async def test_ids_follow_the_seed_and_never_repeat():
    def ids(seed):
        world = World(Timeline(EventBus()), "w", rate=1, seed=seed, seconds=0)
        return [world.id_for(source, "a.b") for source in ("one", "two", "one")]

    assert ids(1) == ids(1)
    assert len({*ids(1), *ids(2)}) == 6
