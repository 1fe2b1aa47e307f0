"""A real PostgreSQL for tests: Debian's server on a free port of this machine, in a folder of its own.

It refuses to run as root, so then it runs as the user whom its package makes.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from debian import installed
from rabbitmq_broker import free_ports

PLACES = Path("/usr/lib/postgresql")
START_S = 30.0
USER = "shop"
PASSWORD = "canary p@ss:word/ключ"


def server_folder() -> Path:
    """Where the programs are; installs them in CI or as root when they are missing."""
    return installed("postgresql", lambda: next(iter(sorted(PLACES.glob("*/bin"), reverse=True)), None))


class PostgresServer:
    """A server with one user, who has to give a password; killed and started again, it has everything."""

    def __init__(self) -> None:
        self._programs = server_folder()
        self._who: dict[str, Any] = (
            {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
        )
        self.folder = Path(tempfile.mkdtemp(prefix="postgresql-"))
        (self.port,) = free_ports(1)
        self._process: subprocess.Popen[bytes] | None = None
        secret = self.folder / "password"
        secret.write_text(PASSWORD)
        if self._who:
            for path in (self.folder, secret):
                shutil.chown(path, "postgres", "postgres")
        options = ("--auth=scram-sha-256", f"--pwfile={secret}", f"--username={USER}", "--encoding=UTF8", "--locale=C")
        self._run("initdb", "--no-sync", *options, str(self.folder / "data"))

    def url(self, database: str = "postgres") -> str:
        """The URL of a database, with user and password."""
        return f"postgresql://{USER}:{quote(PASSWORD, safe='')}@127.0.0.1:{self.port}/{database}"

    def new_database(self) -> str:
        """The URL of a database that nobody has used."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            (number,) = connection.execute("SELECT count(*) FROM pg_database").fetchone() or (0,)
            connection.execute(f"CREATE DATABASE shop_{number}".encode())
        return self.url(f"shop_{number}")

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = {"port": self.port, "listen_addresses": "127.0.0.1", "unix_socket_directories": "", "fsync": "off"}
        words = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._programs / "postgres", "-D", self.folder / "data", *words],
                stdout=log, stderr=log, cwd=self.folder, start_new_session=True, **self._who,
            )  # fmt: skip
        deadline = time.monotonic() + START_S
        while not self._answers():
            assert self._process.poll() is None, (self.folder / "log").read_text()[-2_000:]
            assert time.monotonic() < deadline, "PostgreSQL did not start"
            time.sleep(0.02)

    def stop(self) -> None:
        """End it at once, with all its connections."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(timeout=20)
            self._process = None

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url(), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def _run(self, program: str, *words: str) -> None:
        command = [str(self._programs / program), *words]
        done = subprocess.run(command, capture_output=True, text=True, cwd=self.folder, check=False, **self._who)
        assert done.returncode == 0, done.stderr


@contextlib.contextmanager
def running_postgresql() -> Iterator[PostgresServer]:
    """A server for as long as the block runs."""
    server = PostgresServer()
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(server.folder, ignore_errors=True)
