"""Registration: brings decorated functions and methods to a bus, whenever that comes to be."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from eventscope.errors import EventBusNotSet

if TYPE_CHECKING:
    from eventscope.bus import EventBus
    from eventscope.subscription import Subscription

__all__ = ["DECLARED", "Declaration", "Instance", "Registration", "declared_on"]

DECLARED: Final = "__event_handlers__"
"""The attribute of a class that maps the names of its decorated methods to their declarations."""

Declaration = Mapping[str, Any]
"""The arguments for `EventBus.subscribe` that a decorator was given."""


def declared_on(cls: type) -> dict[str, list[Declaration]]:
    """The decorated methods of a class and its bases; a decorator in a subclass replaces its base's."""
    found: dict[str, list[Declaration]] = {}
    for base in reversed(cls.__mro__):
        found.update(base.__dict__.get(DECLARED, {}))
    return found


class _Method:
    """A method of an instance that it does not keep alive."""

    def __init__(self, instance: weakref.ref[Any], name: str) -> None:
        method = getattr(instance(), name)
        self._instance = instance
        self._name = name
        self.__qualname__ = method.__qualname__
        self.__module__ = method.__module__

    def __call__(self, argument: Any) -> Any:
        instance = self._instance()
        if instance is None:
            raise ReferenceError(f"the object of {self.__qualname__} is gone")
        return getattr(instance, self._name)(argument)


@dataclass(slots=True)
class Instance:
    """An object with decorated methods, which it does not keep alive; `bus` is its own, if it has one."""

    ref: weakref.ref[Any]
    bus: EventBus | None = None
    subscriptions: list[tuple[EventBus, Subscription]] = field(default_factory=list)

    def register(self, bus: EventBus) -> None:
        """Subscribe its methods, once."""
        target = self.ref()
        if target is None or self.subscriptions:
            return
        for name, declarations in declared_on(type(target)).items():
            for declaration in declarations:
                handler = _Method(self.ref, name)
                self.subscriptions.append((bus, bus.subscribe(handler, **declaration)))

    def abandon(self) -> None:
        """Its object died."""
        for bus, subscription in self.subscriptions:
            bus.abandon(subscription)

    def unsubscribe(self) -> None:
        """End its subscriptions; it may be registered again."""
        for _, subscription in self.subscriptions:
            subscription.unsubscribe()
        self.subscriptions.clear()


class Registration:
    """All that was decorated. From the first `register_all` on, what is new is registered at once."""

    def __init__(self) -> None:
        self.bus: EventBus | None = None
        self.active = False
        self._functions: list[tuple[Callable[[Any], Any], Declaration]] = []
        self._subscribed: list[Subscription] = []
        self._instances: dict[int, Instance] = {}

    def set_bus(self, bus: EventBus | None) -> None:
        """Register with `bus` from now on; what is registered with another leaves that one."""
        if bus is not self.bus:
            self._leave()
            self.bus = bus

    def _leave(self) -> None:
        self.active = False
        for subscription in self._subscribed:
            subscription.unsubscribe()
        self._subscribed.clear()
        for instance in self._instances.values():
            if instance.bus is None:
                instance.unsubscribe()

    def add_function(self, function: Callable[[Any], Any], declaration: Declaration) -> None:
        """Register a function, now or later."""
        self._functions.append((function, declaration))
        if self.active:
            self._register_functions()

    def add_instance(self, target: object, bus: EventBus | None = None) -> Instance:
        """Register the methods of an object, now or later, with its own bus if it has one."""
        instance = self._instances.get(id(target))
        if instance is None:
            instance = self._instances[id(target)] = Instance(self._weak(target))
        instance.bus = bus or instance.bus
        chosen = instance.bus or self.bus
        if self.active and chosen is not None:
            instance.register(chosen)
        return instance

    def _weak(self, target: object) -> weakref.ref[Any]:
        key = id(target)
        try:
            return weakref.ref(target, lambda _: self._forget(key))
        except TypeError:
            raise TypeError(
                f"{type(target).__qualname__} has decorated handlers and __slots__: add '__weakref__' to them, "
                "so that its objects can be let go"
            ) from None

    def _forget(self, key: int) -> None:
        instance = self._instances.pop(key, None)
        if instance is not None:
            instance.abandon()

    def register_all(self) -> None:
        """Register all that was decorated so far. Raises EventBusNotSet."""
        bus = self._required(self.bus)
        self.active = True
        self._register_functions()
        for instance in list(self._instances.values()):
            instance.register(instance.bus or bus)

    def register_instance(self, target: object, bus: EventBus | None) -> None:
        """Register the methods of one object now. Raises EventBusNotSet."""
        instance = self.add_instance(target, bus)
        instance.register(self._required(instance.bus or self.bus))

    def _register_functions(self) -> None:
        bus = self._required(self.bus)
        for function, declaration in self._functions[len(self._subscribed) :]:
            self._subscribed.append(bus.subscribe(function, **declaration))

    def _required(self, bus: EventBus | None) -> EventBus:
        if bus is None:
            raise EventBusNotSet(
                "EventBus not set: call EventHandler.set_event_bus(bus) before EventHandler.register_all()"
            )
        return bus
