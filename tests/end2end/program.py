"""A user's program, as the README shows it: an order flow on a tapped bus. Run as a process of its own.

Usage: program.py NAME ADDRESS [EVENTS]; publishes forever without EVENTS, at about 200 a second.
"""

from __future__ import annotations

import asyncio
import sys

from eventscope import Event, EventBus


async def main(name: str, address: str, events: int | None) -> None:
    bus = EventBus(name=name)

    async def reserve(event: Event) -> None:
        await bus.publish(Event("inventory.reserved", {"by": name, "order": event.payload["order"]}, source=name))

    async def pay(event: Event) -> None:
        if event.payload["order"] % 10 == 9:
            raise ValueError("card refused")

    bus.subscribe(reserve, types="order.created", name=f"{name}.reserve")
    bus.subscribe(pay, types="inventory.*", name=f"{name}.pay")
    async with bus:
        with bus.tap(address):
            number = 0
            while events is None or number < events:
                await bus.publish(Event("order.created", {"by": name, "order": number}, source=name))
                number += 1
                if number == 1:
                    print("publishing", flush=True)
                await asyncio.sleep(0.005)
            await asyncio.sleep(0.3)
    print("done", flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else None))
