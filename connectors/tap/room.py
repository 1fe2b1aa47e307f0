"""The programs that are connected to one tap source, and what is said of them."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Final

from connectors.tap.client import Hello, TapClient
from connectors.wording import many
from eventscope.connector import Declaration, Sink, SourceState

__all__ = ["TapRoom"]

log = logging.getLogger(__name__)

MOST_CLIENTS: Final = 32


class TapRoom:
    """Everybody who is connected. Clients report here; the room tells the sink."""

    def __init__(self, sink: Sink, address: Path) -> None:
        self.sink = sink
        self._address = address
        self._clients: set[TapClient] = set()
        self._channels: dict[str, TapClient] = {}
        self._news = ""
        self._closing = False

    def new_client(self) -> TapClient:
        """The protocol of a program that connects; asyncio's server calls this."""
        return TapClient(self)

    @property
    def full(self) -> bool:
        """Whether no more programs are let in."""
        return len(self._clients) >= MOST_CLIENTS

    def enter(self, client: TapClient) -> None:
        """A program has connected and not said who it is."""
        self._clients.add(client)

    def introduce(self, client: TapClient, hello: Hello) -> str:
        """A program has said who it is; the channel that its rows are shown under."""
        plain = f"{hello.program}/{hello.bus}"
        with_pid = f"{hello.program}[{hello.pid}]/{hello.bus}"
        names = [plain, with_pid, *(f"{with_pid} {n}" for n in range(2, MOST_CLIENTS + 2))]
        channel = next(name for name in names if name not in self._channels)
        self._channels[channel] = client
        self.tell("")
        return channel

    def leave(self, client: TapClient, channel: str, news: str) -> None:
        """A program is gone; `news` says why, if there is something to say."""
        self._clients.discard(client)
        if self._closing:
            return
        if channel:
            del self._channels[channel]
            self.sink.declare(Declaration(channel))
        self.tell(news)

    def tell(self, news: str) -> None:
        """Show how many programs are connected, and what happened last."""
        if news:
            log.info("tap at %s: %s", self._address, news)
        self._news = news
        self.show()

    def show(self) -> None:
        """Show the state."""
        count = len(self._channels)
        programs = f"{many(count, 'program')} connected" if count else "waiting for programs"
        self.sink.state(SourceState.LIVE, " · ".join(filter(None, (programs, self._news))))

    async def empty(self) -> None:
        """Send everybody away, and return when all connections are closed."""
        self._closing = True
        while self._clients:
            for client in list(self._clients):
                client.send_away("")
            await asyncio.sleep(0)
