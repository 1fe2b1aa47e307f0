"""`python -m examples.orders`: the shop on a tapped bus.

`ORDERS_DATABASE` names a file or a URL `postgresql://…` for its history, `ORDERS_KAFKA` a broker that the history is
published to.
"""

from __future__ import annotations

import logging
import os
from dataclasses import replace

from eventscope import EventBus
from examples.alone import main
from examples.database import TEMPORARY
from examples.orders.scenario import ORDERS
from examples.orders.system import Shop


def build(event_bus: EventBus) -> Shop:
    """The shop as the environment wants it. Raises ModuleNotFoundError for what that needs."""
    shop = Shop(event_bus, os.environ.get("ORDERS_DATABASE", TEMPORARY))
    if servers := os.environ.get("ORDERS_KAFKA"):
        from examples.orders.kafka_outlet import KafkaOutlet

        logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # that the broker is away is said by the outlet
        shop.add(KafkaOutlet(shop.store, event_bus, servers))
    return shop


if __name__ == "__main__":
    raise SystemExit(main(replace(ORDERS, build=build)))
