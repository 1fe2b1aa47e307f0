"""The subscriptions that a bus declares, in the form in which connectors hand them to a monitor."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any

from eventscope.connector import DeclaredSubscription
from eventscope.payload import clean_text

if TYPE_CHECKING:
    from eventscope.bus import EventBus

__all__ = ["declared_subscriptions"]

MOST_SUBSCRIPTIONS = 5_000


def declared_subscriptions(bus: EventBus) -> tuple[DeclaredSubscription, ...]:
    """The subscriptions of `bus`, in their order."""
    return tuple(map(_declared, bus.get_subscriptions_info()[:MOST_SUBSCRIPTIONS]))


def _declared(info: Mapping[str, Any]) -> DeclaredSubscription:
    return DeclaredSubscription(
        name=_text(info["name"]) or "",
        types=_texts(info.get("types")),
        categories=_texts(info.get("categories")),
        priority=_text(info.get("priority")),
        handler=_text(info.get("handler")),
    )


def _texts(values: Iterable[Any] | None) -> tuple[str, ...]:
    return tuple(text for text in map(_text, values or ()) if text)


def _text(value: Any) -> str | None:
    if isinstance(value, Enum) and not isinstance(value, str):
        return value.name
    return clean_text(value)
