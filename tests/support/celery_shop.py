"""A small shop on Celery, served by `celery -A celery_shop worker`. EVENTSCOPE_TEST_BROKER names the broker."""

from __future__ import annotations

import os

from celery import Celery

shop = Celery("shop", broker=os.environ.get("EVENTSCOPE_TEST_BROKER", "memory://"))
shop.conf.update(
    task_send_sent_event=True,
    worker_send_task_events=True,
    task_default_exchange="tasks",
    task_default_exchange_type="topic",
    task_default_routing_key="shop",
    task_default_queue="shop",
    task_ignore_result=True,
)


@shop.task(name="shop.ship")
def ship(order: str, fail: bool) -> str:
    """Ship an order, or fail."""
    if fail:
        raise ValueError("no stock")
    return order
