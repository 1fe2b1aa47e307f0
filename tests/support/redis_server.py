"""A real Redis for tests: Debian's redis-server on a free port of this machine; started, killed, started again."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from certificates import Authority
from debian import installed
from rabbitmq_broker import free_ports

from connectors.options import read_options
from connectors.redis.connector import RedisConnector

START_S = 20.0


def server_program() -> str:
    """The program; installs it in CI or as root when it is missing."""
    return installed("redis-server", lambda: shutil.which("redis-server"))


class RedisServer:
    """A server that keeps each write on disk, so that one that was killed comes back with everything.

    With an `authority` it listens at `tls` as well, encrypted; `clients` is whether it wants a certificate there.
    """

    def __init__(
        self, folder: Path, password: str | None = None, authority: Authority | None = None, clients: str = "optional"
    ) -> None:
        self.folder = folder
        self.password = password
        self.port, self.tls = free_ports(2)
        self._encryption = encryption(authority, self.tls, clients) if authority else {}
        self._program = server_program()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it listens."""
        options = {"port": self.port, "bind": "127.0.0.1", "dir": self.folder, "appendonly": "yes", "save": ""}
        options |= {"appendfsync": "always"} | ({"requirepass": self.password} if self.password else {})
        options |= self._encryption
        words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
        with (self.folder / "redis.log").open("ab") as log:
            self._process = subprocess.Popen([self._program, *words], stdout=log, stderr=log)
        deadline = time.monotonic() + START_S
        while not self._listens():
            assert self._process.poll() is None, (self.folder / "redis.log").read_text()[-2_000:]
            assert time.monotonic() < deadline, "Redis did not start"
            time.sleep(0.02)

    def kill(self) -> None:
        """End it as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(timeout=10)
            self._process = None

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


def encryption(authority: Authority, port: int, clients: str) -> Mapping[str, object]:
    """The options for a port over TLS."""
    own = authority.certificate("redis")
    files = {"cert-file": own.with_suffix(".crt"), "key-file": own.with_suffix(".key"), "ca-cert-file": authority.file}
    return {"tls-port": port, "tls-auth-clients": clients, **{f"tls-{name}": file for name, file in files.items()}}


@contextlib.contextmanager
def running_redis(
    folder: Path, password: str | None = None, authority: Authority | None = None, clients: str = "optional"
) -> Iterator[RedisServer]:
    """A server for as long as the block runs."""
    server = RedisServer(folder, password, authority, clients)
    try:
        server.start()
        yield server
    finally:
        server.kill()


def source(server: RedisServer, query: str, *, login: str = "", port: int | None = None) -> RedisConnector:
    """A connector to the server, or to what stands before it at `port`."""
    url = f"redis://{login}127.0.0.1:{port or server.port}?{query}"
    return RedisConnector(read_options(url, RedisConnector.Options))
