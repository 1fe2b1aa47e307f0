"""Charting: asks the management API now and then what there is on the broker; without it, shows what we know anyway."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from typing import Final

from connectors.rabbitmq.bindings import Binding
from connectors.rabbitmq.chart import Told, chart_parts
from connectors.rabbitmq.management import Management, NotAllowed, Unavailable
from connectors.rabbitmq.options import RabbitOptions
from connectors.source_url import place_of
from eventscope.connector import Chart, Link, Place, PlaceKind, Sink, Spot

__all__ = ["Charting"]

log = logging.getLogger(__name__)

EVERY_S: Final = 5.0
PATIENT_S: Final = 30.0
LONGEST_PAUSE_S: Final = 60.0
LEISURE: Final = 20
"""A look is followed by a pause so many times as long: a large broker is asked less often."""

THIS_MONITOR: Final = "(this monitor)"
"""What our queue is called where nothing else is known."""

Bound = Callable[[], Mapping[str, frozenset[Binding]]]


class Charting:
    """Draws charts of a virtual host into a sink, until cancelled. It only reads, and never ends a connection."""

    def __init__(self, options: RabbitOptions, management: Management | None, *, tls: bool) -> None:
        self._options = options
        self._management = management if options.map_ else None
        self._broker = f"RabbitMQ {place_of(*options.address(tls=tls))}/{options.path.lstrip('/')}"
        self._why_not = "it is not to be asked"
        self._pause_s = EVERY_S

    async def run(self, sink: Sink, bound: Bound) -> None:
        """Chart again and again; `bound` tells what our queue is bound to."""
        known = False
        while True:
            started = time.monotonic()
            chart = await self._look()
            # A chart that is old and says so is worth more than one of the little that we know ourselves.
            if chart or not known or self._management is None:
                sink.chart(chart or self._seen(bound()))
            known = known or chart is not None
            leisure = min(LEISURE * (time.monotonic() - started), LONGEST_PAUSE_S)
            await asyncio.sleep(max(self._pause_s, leisure))

    async def _look(self) -> Chart | None:
        """What the management API tells, None if nothing; whoever forbids to ask is not asked again."""
        if self._management is None:
            return None
        self._pause_s = EVERY_S
        try:
            return await self._ask(self._management)
        except NotAllowed as error:
            self._management, self._why_not = None, str(error)
        except Unavailable as error:
            self._pause_s, self._why_not = PATIENT_S, str(error)
        except Exception:
            log.exception("the chart of %s cannot be made", self._broker)
            self._management, self._why_not = None, "what it answers cannot be understood"
        return None

    async def _ask(self, management: Management) -> Chart:
        queues, number = await management.queues()
        told = Told(
            await management.exchanges(),
            queues,
            await management.all_bindings(),
            await management.consumers(),
            await management.connections(),
        )
        note = f"the first {len(queues):,} of {number:,} queues are shown" if number > len(queues) else ""
        places, links = chart_parts(told)
        return Chart(self._broker, places, links, time.time_ns(), note)

    def _seen(self, bound: Mapping[str, frozenset[Binding]]) -> Chart:
        """What is known without the API: from where copies come to us, and by which keys."""
        places: list[Place] = []
        links: list[Link] = []
        if self._options.stream:
            places = [Place(PlaceKind.QUEUE, self._options.stream, text="stream")]
        elif not self._options.firehose:
            ours = Place(PlaceKind.QUEUE, THIS_MONITOR, ours=True, text="our temporary queue")
            places = [*(Place(PlaceKind.EXCHANGE, name, idle=True) for name in bound), ours]
            links = [
                Link(Spot(PlaceKind.EXCHANGE, name), ours.spot, binding.key)
                for name, bindings in bound.items()
                for binding in sorted(bindings)
            ]
        note = f"queues and consumers are not known, the management API: {self._why_not}"
        return Chart(self._broker, tuple(places), tuple(links), time.time_ns(), note)
