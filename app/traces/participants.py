"""Participants: which subscriptions belong to which service, as far as a trace shows it.

A service publishes under one name and listens under several. Whoever published while a subscription's handler ran is
the service behind it; else a common beginning of the names tells, as in `inventory_release` of `inventory_service`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from app.traces.delivery import Delivery
from app.traces.events import TracedEvent
from app.traces.wording import words_of

__all__ = ["causing", "owners"]

GENERIC: Final = frozenset({"service", "svc", "services", "api", "worker", "app", "handler", "server"})


def causing(event: TracedEvent) -> list[Delivery]:
    """The deliveries of its cause whose handlers ran when it was published."""
    return [] if event.parent is None else [d for d in event.parent.deliveries if d.ran_at(event.row.at)]


def owners(events: Sequence[TracedEvent]) -> dict[str, str]:
    """The service of each subscription; of one that leads others or only listens, its own name."""
    services = list(dict.fromkeys(event.row.producer for event in events if event.row.producer))
    published: dict[str, set[str]] = {}
    for event in events:
        running = [] if event.is_hop else causing(event)
        if len(running) == 1 and running[0].subscription and event.row.producer:
            published.setdefault(running[0].subscription, set()).add(event.row.producer)
    names = dict.fromkeys(d.subscription for event in events for d in event.deliveries if d.subscription)
    return {name: owner_of(name, published.get(name, ()), services) for name in names}


def owner_of(subscription: str, published: Collection[str], services: Sequence[str]) -> str:
    """The service behind a subscription under whose handling these services published."""
    if published:
        return next(iter(published)) if len(published) == 1 else subscription
    alike = [service for service in services if begins_like(subscription, service)]
    return alike[0] if len(alike) == 1 else subscription


def begins_like(subscription: str, service: str) -> bool:
    """Whether a subscription's name begins with what a service is called."""
    own = [word for word in words_of(service) if word not in GENERIC]
    return bool(own) and words_of(subscription)[: len(own)] == own
