"""`udp://HOST:PORT` shows JSON objects that programs send as datagrams, one event each: a worked third-party connector.

Many log shippers can send such datagrams. What arrives is kept as it came; a few members fill columns.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any, ClassVar

from eventscope.connector import Connector, ConnectorError, Record, Sink, SourceState

TICK_S = 0.01
"""How long datagrams wait for others to be pushed with."""

MOST_WAITING = 10_000


@dataclass(frozen=True)
class UdpOptions:
    """Host and port come from the URL, the other fields are its query parameters."""

    port: int
    host: str = "127.0.0.1"
    type_member: str = field(default="type", metadata={"help": "the member that names the type of an event"})

    def __post_init__(self) -> None:
        """Say early what cannot work; a ValueError becomes the user's error message."""
        if not 0 <= self.port <= 65_535:
            raise ValueError(f"the port lies between 0 and 65535, not at {self.port}")


class UdpConnector(Connector):
    """Receives datagrams. Construction touches nothing: the socket is opened in `run`."""

    Options: ClassVar = UdpOptions
    summary: ClassVar = "JSON datagrams"

    options: UdpOptions

    @property
    def label(self) -> str:
        """Shown in the Source column."""
        return f"udp:{self.options.port}"

    @property
    def safety(self) -> str:
        """What attaching does."""
        return f"receives on {self.options.host}:{self.options.port} · sends nothing"

    async def run(self, sink: Sink) -> None:
        """Receive until cancelled."""
        inbox = Inbox()
        loop = asyncio.get_running_loop()
        try:
            transport, _ = await loop.create_datagram_endpoint(
                lambda: inbox, local_addr=(self.options.host, self.options.port)
            )
        except OSError as error:
            # Not Refused: the port may become free, so the monitor tries again.
            raise ConnectorError(f"cannot receive on port {self.options.port}: {error.strerror}") from error
        try:
            port = transport.get_extra_info("sockname")[1]
            sink.state(SourceState.LIVE, f"port {port}")
            while True:
                await asyncio.sleep(TICK_S)
                self._hand_over(inbox, sink)
        finally:
            self._hand_over(inbox, sink)
            transport.close()
            await asyncio.sleep(0)  # the socket is closed in the loop's next round

    def _hand_over(self, inbox: Inbox, sink: Sink) -> None:
        """Push everything that has come, in one call, and report what did not fit."""
        if inbox.waiting:
            sink.push([self._record(data) for data in inbox.waiting])
            inbox.waiting.clear()
        if inbox.dropped:
            sink.lost(inbox.dropped, "more datagrams than could be read")
            inbox.dropped = 0

    def _record(self, data: bytes) -> Record:
        """A row for every datagram: one that cannot be read is shown with its bytes and the reason."""
        try:
            members = json.loads(data)
        except (ValueError, RecursionError) as error:
            return Record(payload=data, error=f"the datagram is not JSON: {error}")
        if not isinstance(members, dict):
            return Record(payload=data, error="the datagram is no JSON object")
        return Record(
            type=text(members.get(self.options.type_member)),
            payload=data,
            id=text(members.get("id")),
            correlation_id=text(members.get("correlation_id")),
            causation_id=text(members.get("causation_id")),
            producer=text(members.get("source")),
        )


class Inbox(asyncio.DatagramProtocol):
    """Datagrams that have come and are not pushed yet: bounded, and what does not fit is counted."""

    def __init__(self) -> None:
        self.waiting: list[bytes] = []
        self.dropped = 0

    def datagram_received(self, data: bytes, address: Any) -> None:
        """One datagram; pushing each by itself would give the window no time to paint."""
        if len(self.waiting) < MOST_WAITING:
            self.waiting.append(data)
        else:
            self.dropped += 1


def text(value: Any) -> str | None:
    """A member as the text of a column; unknown stays unknown."""
    return None if value is None else str(value)
