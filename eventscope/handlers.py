"""Handlers by decorator: `@EventHandler.on("order.*")`, on functions and on methods."""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

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
                _registration.register_instance(instance, bus)
            return
        if bus is not None:
            _registration.set_bus(bus)
        _registration.register_all()

    @staticmethod
    def add_instance(instance: object, bus: EventBus | None = None) -> None:
        """Note an object whose class has decorated methods; `bus` is its own, if it has one."""
        if hasattr(type(instance), DECLARED):
            _registration.add_instance(instance, bus)


def _declare(declaration: Declaration, function: Callable[P, R]) -> Callable[P, R]:
    if "__qualname__" in sys._getframe(1).f_locals:  # only the body of a class has that variable
        method = function if isinstance(function, _Method) else _Method(function)
        method.declarations.append(declaration)
        return method  # type: ignore[return-value]
    if not callable(function):
        raise TypeError(f"@EventHandler.on takes a function or a method, not {function!r}")
    _registration.add_function(function, declaration)
    return function


class _Method:
    """A decorated method while the body of its class is executed; then it is the method itself again."""

    def __init__(self, function: Any) -> None:
        self.function = function
        self.declarations: list[Declaration] = []

    def __call__(self, *_: object, **__: object) -> None:
        raise TypeError("@EventHandler.on goes above @staticmethod and @classmethod, not below")

    def __set_name__(self, owner: type, name: str) -> None:
        setattr(owner, name, self.function)
        if isinstance(self.function, (staticmethod, classmethod)):
            for declaration in self.declarations:
                _registration.add_function(getattr(owner, name), declaration)
            return
        if DECLARED not in owner.__dict__:
            setattr(owner, DECLARED, {})
        getattr(owner, DECLARED)[name] = self.declarations
        if not getattr(owner, "subscribes_itself", False):
            _watch(owner)


def _watch(owner: type) -> None:
    if not any(isinstance(base.__dict__.get("__new__"), _New) for base in owner.__mro__):
        owner.__new__ = _New(owner)  # type: ignore[method-assign,assignment]


class _New:
    """The `__new__` of a class with decorated methods: notes each object as it is made.

    It is not `__init__` that is replaced, because dataclasses write their own, and subclasses may forget
    to call their base's.
    """

    def __init__(self, owner: type) -> None:
        self._owner = owner
        self._own = owner.__dict__.get("__new__")

    def __call__(self, cls: type, *args: Any, **kwargs: Any) -> Any:
        made = self._make(cls, args, kwargs)
        _registration.add_instance(made)
        return made

    def _make(self, cls: type, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if self._own is not None:
            return self._own.__func__(cls, *args, **kwargs)
        holder = next(base for base in cls.__mro__ if base.__dict__.get("__new__") is self)
        new: Callable[..., Any] = super(holder, cls).__new__  # type: ignore[arg-type]
        if new is not object.__new__:
            return new(cls, *args, **kwargs)
        if (args or kwargs) and cls.__init__ is object.__init__:  # type: ignore[misc]
            raise TypeError(f"{cls.__name__}() takes no arguments")
        return new(cls)

    @property
    def __signature__(self) -> inspect.Signature:
        """What the class is called with, for those who inspect it."""
        if self._own is not None:
            return inspect.signature(self._own.__func__)
        init = self._owner.__init__  # type: ignore[misc]
        if init is not object.__init__:
            return inspect.signature(init)
        return inspect.Signature([inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)])
