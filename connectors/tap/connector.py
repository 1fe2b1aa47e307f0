"""`tap:` listens for programs that call `bus.tap()`, any number of them, and reads what they send."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from connectors.tap.room import TapRoom
from eventscope.address import AddressError, AddressInUse, Listener, default_address
from eventscope.connector import CheckResult, Connector, ConnectorError, Refused, Sink

__all__ = ["TapConnector", "TapOptions"]

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class TapOptions:
    """Options of `tap:`."""

    path: Path | None = field(default=None, metadata={"help": "the socket; by default the user's own"})


class TapConnector(Connector):
    """Listens on a private Unix socket for tapped programs."""

    Options: ClassVar = TapOptions
    summary: ClassVar = "programs that call bus.tap()"

    def __init__(self, options: TapOptions) -> None:
        super().__init__(options)
        self._listens = False

    @property
    def label(self) -> str:
        """`tap`, or the socket's file name when it is not the default one."""
        return self.options.path.name if self.options.path else "tap"

    @property
    def safety(self) -> str:
        """What attaching does."""
        return "listens on a private socket of yours · programs send to it, nothing is sent to them"

    async def run(self, sink: Sink) -> None:
        """Take in programs until cancelled."""
        listener = self._listen()
        room = TapRoom(sink, listener.address)
        try:
            loop = asyncio.get_running_loop()
            server = await loop.create_unix_server(room.new_client, sock=listener.socket, start_serving=False)
            try:
                await server.start_serving()
                self._listens = True
                room.show()
                await asyncio.Event().wait()
            finally:
                self._listens = False
                server.close()
                await room.empty()
        finally:
            listener.close()

    def _listen(self) -> Listener:
        try:
            return Listener(self.options.path or default_address())
        except AddressInUse as error:
            raise ConnectorError(str(error)) from error
        except AddressError as error:
            raise Refused(str(error)) from error

    async def check(self) -> AsyncIterator[CheckResult]:
        """Take the address for a moment, unless it is ours already."""
        if self._listens:
            yield CheckResult("address", True, "it is listened to here; programs reach it by bus.tap()")
            return
        try:
            listener = self._listen()
        except ConnectorError as error:
            yield CheckResult("address", False, str(error))
            return
        listener.close()
        yield CheckResult("address", True, f"{listener.address} is free and private; programs reach it by bus.tap()")
