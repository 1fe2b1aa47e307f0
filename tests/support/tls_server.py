"""A server that greets by TLS and says nothing more, with whatever certificate a test wants."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def tls_server(own: Path, *, clients: Path | None = None) -> Iterator[int]:
    """The port of a server with the certificate `own`, which with `clients` lets in only whom these have signed.

    It runs in a thread, as asyncio's servers close before they have said what they do not like.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own)
    if clients:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(clients)
    with contextlib.ExitStack() as stack, socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_serve, args=(listener, context, stack), name="tls server")
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(timeout=10)


def _serve(listener: socket.socket, context: ssl.SSLContext, stack: contextlib.ExitStack) -> None:
    with contextlib.suppress(OSError):
        while True:
            peer = stack.enter_context(listener.accept()[0])
            peer.settimeout(5)
            with contextlib.suppress(OSError):
                stack.enter_context(context.wrap_socket(peer, server_side=True))
