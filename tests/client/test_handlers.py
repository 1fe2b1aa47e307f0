"""Decorated functions and methods: declared before there is a bus, registered when there is one."""

import asyncio
import copy
import gc
import inspect
import logging
from abc import ABC, abstractmethod
from dataclasses import dataclass, field

import pytest

from eventscope import Event, EventBus, EventBusNotSet, EventEmitter, EventHandler, handlers
from eventscope.registration import Registration


@pytest.fixture(autouse=True)
def fresh_registration(monkeypatch):
    """Each test begins as a program does, with nothing decorated."""
    monkeypatch.setattr(handlers, "_registration", Registration())


@pytest.fixture
async def bus():
    async with EventBus() as bus:
        yield bus


def names(bus):
    return [info["name"] for info in bus.get_subscriptions_info()]


async def drained(bus):
    while bus.get_metrics()["waiting"] or bus.get_metrics()["running"]:
        await asyncio.sleep(0)


def test_registering_without_a_bus_says_what_to_do():
    @EventHandler.on("a.*")
    async def handle(event):
        pass

    with pytest.raises(EventBusNotSet, match=r"EventBus not set: call EventHandler.set_event_bus\(bus\)"):
        EventHandler.register_all()


async def test_a_function_declared_before_the_bus_is_registered_later_and_once(bus):
    seen = []

    @EventHandler.on("a.*", subscription_name="keeper", priority="NORMAL", retries=1)
    async def handle(event):
        seen.append(event.payload)
        return "as before"

    assert inspect.iscoroutinefunction(handle)
    EventHandler.set_event_bus(bus)
    assert names(bus) == []
    EventHandler.register_all()
    EventHandler.register_all()
    assert names(bus) == ["keeper"]
    await bus.publish("a.b", 1)
    await bus.publish("a.b", 2, priority="LOW")
    await drained(bus)
    assert seen == [1]
    assert await handle(Event("a.b", 3)) == "as before"


async def test_what_is_declared_after_registering_is_registered_at_once(bus):
    EventHandler.register_all(bus)

    @EventHandler.on("a.*")
    def handle(event):
        pass

    class Late:
        @EventHandler.on("a.*")
        def handle(self, event):
            pass

    late = Late()
    assert len(names(bus)) == 2
    assert names(bus)[1].endswith("Late.handle")
    del late


async def test_each_instance_has_a_subscription_of_its_own(bus):
    class Guard:
        def __init__(self, label):
            self.label = label
            self.seen = []

        @EventHandler.on("a.*", subscription_name="guard")
        async def check(self, event):
            self.seen.append((self.label, event.payload))

    first, second = Guard("first"), Guard(label="second")
    EventHandler.register_all(bus)
    assert names(bus) == ["guard", "guard#2"]
    await bus.publish("a.b", 1)
    await drained(bus)
    assert (first.seen, second.seen) == ([("first", 1)], [("second", 1)])

    await first.check(Event("a.b", "direct"))
    assert first.seen[-1] == ("first", "direct")
    assert inspect.iscoroutinefunction(first.check)
    assert list(inspect.signature(Guard).parameters) == ["label"]


async def test_an_instance_that_dies_unsubscribes_and_is_not_kept_alive(bus, monkeypatch):
    monkeypatch.setattr(logging.getLogger("eventscope.bus"), "disabled", True)  # pytest keeps tracebacks

    class Guard:
        @EventHandler.on("a.*")
        async def check(self, event):
            raise RuntimeError

    EventHandler.register_all(bus)
    guard = Guard()
    await bus.publish("a.b")
    await drained(bus)
    assert len(names(bus)) == 1
    del guard
    gc.collect()
    assert names(bus) == []
    await asyncio.sleep(0.01)
    assert bus._router.subscriptions == ()


async def test_what_waits_for_a_dead_instance_is_dropped(bus):
    class Guard:
        @EventHandler.on("a.*")
        async def check(self, event):
            pass

    guard = Guard()
    EventHandler.register_all(bus)
    bus.publish_nowait("a.b")
    del guard
    gc.collect()
    await drained(bus)
    metrics = bus.get_metrics()
    assert (metrics["dropped"], metrics["handled"]) == (1, 0)


async def test_an_instance_that_dies_without_a_running_bus_unsubscribes_too():
    class Guard:
        @EventHandler.on("a.*")
        async def check(self, event):
            pass

    stopped = EventBus()
    guard = Guard()
    EventHandler.register_all(stopped)
    del guard
    gc.collect()
    await stopped.start()
    assert stopped._router.subscriptions == ()
    await stopped.stop()


async def test_the_seeds_components_work_as_written(bus):
    class Guardian(EventEmitter):
        def __init__(self, spec, event_bus):
            super().__init__(event_bus, source_id="dna_guardian")
            self.spec = spec

        @EventHandler.on("token.created")
        async def validate_token_creation(self, event):
            if event.payload["token_id"] in self.spec:
                await self.emit("dna.constraint_violated", {"token": event.payload}, priority=3)

    class Integration:
        def __init__(self, stream):
            self.stream = stream

        @EventHandler.on(categories=["token", "dna"], subscription_name="experience_recorder")
        async def record(self, event):
            self.stream.append((event.type, event.source))

    EventHandler.set_event_bus(bus)
    stream = []
    guardian, integration = Guardian({"bad"}, bus), Integration(stream)
    EventHandler.register_all()
    assert names(bus)[1] == "experience_recorder"
    await bus.publish("token.created", {"token_id": "bad"}, source="token_service")
    await drained(bus)
    assert sorted(stream) == [("dna.constraint_violated", "dna_guardian"), ("token.created", "token_service")]
    del guardian, integration


async def test_an_emitters_handlers_go_to_its_own_bus(bus):
    class Service(EventEmitter):
        @EventHandler.on("a.*")
        async def handle(self, event):
            pass

    other = EventBus(name="other")
    mine, theirs = Service(bus, "mine"), Service(other, "theirs")
    EventHandler.register_all(bus)
    later = Service(other, "later")
    assert len(names(bus)) == 1
    assert len(names(other)) == 2
    del mine, theirs, later


async def test_only_the_given_instances_are_registered(bus):
    class Service:
        @EventHandler.on("a.*")
        async def handle(self, event):
            pass

    chosen, other = Service(), Service()
    EventHandler.register_all(bus, chosen)
    EventHandler.register_all(bus, chosen)
    assert len(names(bus)) == 1
    del other


async def test_dataclasses_subclasses_mixins_and_copies_are_found(bus):
    class Base:
        @EventHandler.on("a.*", subscription_name="base")
        async def handle(self, event):
            self.seen.append((type(self).__name__, "base"))

    class Forgets(Base):
        def __init__(self, seen):
            self.seen = seen

        async def handle(self, event):
            self.seen.append(("Forgets", "own"))

    class Redeclares(Base):
        def __init__(self, seen):
            self.seen = seen

        @EventHandler.on("b.*", subscription_name="redeclared")
        async def handle(self, event):
            self.seen.append(("Redeclares", "own"))

    @dataclass
    class Data(Base):
        seen: list
        notes: list = field(default_factory=list)

        @EventHandler.on("a.*", subscription_name="note")
        async def note(self, event):
            self.notes.append(event.payload)

    @dataclass(slots=True, weakref_slot=True)
    class Slotted:
        seen: list

        @EventHandler.on("a.*", subscription_name="slotted")
        def see(self, event):
            self.seen.append(("Slotted", "own"))

    seen = []
    kept = [Forgets(seen), Redeclares(seen), Data(seen), Slotted(seen)]
    kept.append(copy.copy(kept[0]))
    EventHandler.register_all(bus)
    assert sorted(names(bus)) == ["base", "base#2", "base#3", "note", "redeclared", "slotted"]
    assert list(inspect.signature(Data).parameters) == ["seen", "notes"]
    assert list(inspect.signature(Slotted).parameters) == ["seen"]
    await bus.publish("a.b", 1)
    await drained(bus)
    assert sorted(seen) == [("Data", "base"), ("Forgets", "own"), ("Forgets", "own"), ("Slotted", "own")]
    assert kept[2].notes == [1]


def test_making_an_instance_checks_its_arguments_as_before():
    class Plain:
        @EventHandler.on("a.*")
        def handle(self, event):
            pass

    class WithNew(Plain):
        def __new__(cls, size):
            made = super().__new__(cls)
            made.size = size
            return made

        @EventHandler.on("b.*")
        def other(self, event):
            pass

    class Abstract(ABC):
        @EventHandler.on("a.*")
        @abstractmethod
        def handle(self, event):
            pass

    with pytest.raises(TypeError, match="takes no arguments"):
        Plain(1)
    with pytest.raises(TypeError):
        WithNew()
    with pytest.raises(TypeError, match="abstract"):
        Abstract()
    assert WithNew(3).size == 3
    assert list(inspect.signature(Plain).parameters) == []
    assert list(inspect.signature(WithNew).parameters) == ["size"]


async def test_several_declarations_of_one_method(bus):
    class Both:
        @EventHandler.on("a.*", subscription_name="a")
        @EventHandler.on("b.*", subscription_name="b")
        def handle(self, event):
            pass

    both = Both()
    EventHandler.register_all(bus)
    assert sorted(names(bus)) == ["a", "b"]
    del both


async def test_static_and_class_methods_are_registered_once_for_the_class(bus):
    seen = []

    class Tools:
        @EventHandler.on("a.*")
        @staticmethod
        def static(event):
            seen.append("static")

        @EventHandler.on("a.*")
        @classmethod
        def of_class(cls, event):
            seen.append(cls.__name__)

    EventHandler.register_all(bus)
    await bus.publish("a.b")
    await drained(bus)
    assert sorted(seen) == ["Tools", "static"]
    Tools.static(None)
    assert seen[-1] == "static"


async def test_a_method_in_the_wrapping_of_another_decorator_is_a_method(bus):
    def unnamed(function):
        def inner(self, event):
            return function(self, event)

        return inner

    class Guard:
        seen = None

        @EventHandler.on("a.*")
        @unnamed
        def check(self, event):
            self.seen = event.payload

    guard = Guard()
    EventHandler.register_all(bus)
    await bus.publish("a.b", 1)
    await drained(bus)
    assert guard.seen == 1


def test_objects_that_could_never_be_let_go_are_refused_with_the_reason():
    class Slotted:
        __slots__ = ()

        @EventHandler.on("a.*")
        def handle(self, event):
            pass

    with pytest.raises(TypeError, match="__weakref__"):
        Slotted()


async def test_another_bus_takes_over_what_is_decorated(bus):
    @EventHandler.on("a.*")
    def handle(event):
        pass

    class Guard:
        @EventHandler.on("a.*")
        def check(self, event):
            pass

    guard = Guard()
    EventHandler.register_all(bus)
    other = EventBus()
    EventHandler.set_event_bus(other)
    assert names(bus) == []
    EventHandler.register_all()
    assert len(names(other)) == 2
    del guard


def test_only_functions_can_be_decorated():
    with pytest.raises(TypeError, match="takes a function or a method"):
        EventHandler.on("a.*")("handle")
