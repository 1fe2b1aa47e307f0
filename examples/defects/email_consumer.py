"""The email consumer: a mail about each change of status, through a server that is not always there.

On the bus it is a subscription with retries, back-off and dead letters; `rabbitmq_email.py` is the same on a broker.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Final

from eventscope import Backoff, Event, EventBus, EventHandler
from examples.component import Component

__all__ = ["RETRIES", "EmailConsumer", "mail_about"]

RETRIES: Final = 2
BACKOFF: Final = Backoff(first=0.1, factor=4.0)


def mail_about(event: Event) -> str:
    """What the mail says. Raises KeyError for an event that tells of no change of status."""
    return f"Дефект #{event.payload['defect_id']} изменил статус на '{event.payload['new_status']}'"


class EmailConsumer(Component):
    """`before_sending` is called with each event first; what it raises is a mail server that is away.

    `outgoing` keeps the last hundred mails.
    """

    def __init__(self, event_bus: EventBus) -> None:
        super().__init__(event_bus, "email_consumer")
        self.before_sending: Callable[[Event], None] = lambda event: None
        self.outgoing: deque[str] = deque(maxlen=100)

    @EventHandler.on("defect.status_changed", subscription_name="email_notifications", retries=RETRIES, backoff=BACKOFF)
    async def mail(self, event: Event) -> None:
        """Tried again as often as RETRIES says; then the mail is a dead letter."""
        await self.work(15)
        self.before_sending(event)
        self.outgoing.append(mail_about(event))
