"""Handlers by decorator: `@EventHandler.on("order.*")`, on functions and on methods."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeVar

from eventscope.backoff import Backoff
from eventscope.event import Event, EventPriority
from eventscope.pattern import Names
from eventscope.registration import DECLARED, Declaration, Registration

if TYPE_CHECKING:
    from eventscope.bus import EventBus

__all__ = ["EventHandler"]

P = ParamSpec("P")
R = TypeVar("R")

_registration = Registration()


class EventHandler:
    """Declares handlers before there is a bus, and registers them when there is one.

    A decorated function is subscribed once. A decorated method is subscribed for each object of its
    class, under a name of its own, and for as long as that object lives. Both can be called as before.
    """

    @staticmethod
    def on(
        types: Names = None,
        *,
        categories: Names = None,
        priority: EventPriority | int | str | None = None,
        filter: Callable[[Event], bool] | None = None,  # noqa: A002
        subscription_name: str | None = None,
        retries: int = 0,
        backoff: Backoff | float = 0.1,
        concurrency: int | None = None,
        batch: int | None = None,
        batch_wait: float = 0.1,
    ) -> Callable[[Callable[P, R]], Callable[P, R]]:
        """Have the decorated function or method called with each event that matches; see `EventBus.subscribe`."""
        declaration = {k: v for k, v in locals().items() if k != "subscription_name"}
        declaration["name"] = subscription_name
        return functools.partial(_declare, declaration)

    @staticmethod
    def set_event_bus(bus: EventBus | None) -> None:
        """Choose the bus for all that is decorated; what was registered with another leaves that one."""
        _registration.set_bus(bus)

    @staticmethod
    def register_all(bus: EventBus | None = None, *instances: object) -> None:
        """Subscribe all that was decorated so far, and from now on all that is new, at once.

        With `instances`, subscribe only the methods of these objects, with `bus`. May be repeated: nothing
        is subscribed twice. Raises EventBusNotSet when there is no bus.
        """
        if instances:
            for instance in instances:
                _registration.add_instance(instance, bus).register(_known(bus))
            return
        if bus is not None:
            _registration.set_bus(bus)
        _registration.register_all()

    @staticmethod
    def add_instance(instance: object, bus: EventBus | None = None) -> None:
        """Note an object whose class has decorated methods; `bus` is its own, if it has one."""
        if hasattr(type(instance), DECLARED):
            _registration.add_instance(instance, bus)


def _known(bus: EventBus | None) -> EventBus:
    return bus if bus is not None else _registration.required_bus()


class _Declared(Generic[P, R]):
    """A decorated function. In the body of a class it turns back into that function, and notes the method."""

    def __init__(self, function: Callable[P, R], declarations: list[Declaration]) -> None:
        self.function = function
        self.declarations = declarations
        functools.update_wrapper(self, function)
        if inspect.iscoroutinefunction(function):
            # What asks whether a handler is async shall get the function's own answer.
            self._is_coroutine_marker = inspect.iscoroutinefunction

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        return self.function(*args, **kwargs)
