"""Components that publish under their own name, and the one bus of a program."""

import pytest

from eventscope import (
    BusNotStarted,
    Event,
    EventBus,
    EventEmitter,
    EventPriority,
    get_event_bus,
    set_event_bus,
    start_event_bus,
    stop_event_bus,
)


@pytest.fixture
def no_global_bus():
    set_event_bus(None)
    yield
    set_event_bus(None)


async def emitted(work, **options):
    bus, seen = EventBus(), []
    bus.subscribe(seen.append)
    async with bus:
        result = await work(EventEmitter(bus, "shop", **options))
    return result, seen


async def test_emit_publishes_under_the_emitters_name_and_returns_the_event():
    event, seen = await emitted(lambda e: e.emit("order.created", {"id": 7}, priority="HIGH", metadata={"user_id": 3}))
    assert seen == [event]
    assert (event.source, event.category, event.priority) == ("shop", "order", EventPriority.HIGH)
    assert event.metadata["user_id"] == 3


async def test_an_emitters_category_is_that_of_all_it_emits_unless_told():
    async def work(emitter):
        return [await emitter.emit("a.b"), await emitter.emit("a.b", category="other")]

    events, _ = await emitted(work, category="domain")
    assert [event.category for event in events] == ["domain", "other"]


async def test_emit_error_is_of_category_error_and_names_the_category_that_went_wrong():
    event, _ = await emitted(lambda e: e.emit_error("not_found", "no such order", details={"id": 7}), category="order")
    assert (event.type, event.category, event.priority) == ("error.not_found", "error", EventPriority.HIGH)
    assert event.payload == {
        "error_type": "not_found",
        "error_message": "no such order",
        "source": "shop",
        "source_category": "order",
        "details": {"id": 7},
    }


async def test_emit_error_in_a_handler_names_the_category_of_the_handled_event():
    bus, errors = EventBus(), []
    emitter = EventEmitter(bus, "guardian")
    bus.subscribe(lambda event: emitter.emit_error("refused", "too large"), types="token.*")
    bus.subscribe(errors.append, categories="error")
    parent = Event("token.created")
    async with bus:
        await bus.publish(parent)
    assert errors[0].payload["source_category"] == "token"
    assert errors[0].causation_id == parent.id


async def test_emit_nowait_returns_the_event_or_none_when_it_is_refused():
    bus = EventBus(max_queue_size=1)
    bus.subscribe(lambda event: None)
    emitter = EventEmitter(bus, "shop")
    async with bus:
        assert emitter.emit_nowait("a.b").source == "shop"
        assert emitter.emit_nowait("a.b") is None
    with pytest.raises(BusNotStarted):
        emitter.emit_nowait("a.b")


async def test_the_global_bus_is_made_once_started_and_stopped(no_global_bus):
    await stop_event_bus()
    bus = get_event_bus()
    assert get_event_bus() is bus
    assert await start_event_bus() is bus
    assert bus.running
    await stop_event_bus()
    assert not bus.running


async def test_the_global_bus_may_come_from_a_file_or_from_the_program(no_global_bus, tmp_path):
    file = tmp_path / "bus.toml"
    file.write_text('[event_bus]\nname = "configured"\n')
    assert get_event_bus(file).name == "configured"
    own = EventBus(name="own")
    set_event_bus(own)
    assert get_event_bus() is own
