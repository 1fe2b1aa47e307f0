"""A real RabbitMQ node for tests: own name, ports, folders and epmd; started, stopped, killed and started again.

It runs Debian's rabbitmq-server with the management plug-in, as the user who runs the tests, on the loopback address.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import random
import secrets
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from certificates import Authority
from debian import installed

SERVERS = Path("/usr/lib/rabbitmq/lib")
START_S = 60.0
PLUGINS = "rabbitmq_management", "rabbitmq_consistent_hash_exchange", "rabbitmq_auth_mechanism_ssl"

CONFIGURATION = """\
listeners.tcp.1 = 127.0.0.1:{port}
management.tcp.ip = 127.0.0.1
management.tcp.port = {management}
loopback_users = none
vm_memory_high_watermark.absolute = 512MiB
disk_free_limit.absolute = 10MB
collect_statistics_interval = 1000
listeners.ssl.1 = 127.0.0.1:{tls}
ssl_options.cacertfile = {authority}
ssl_options.certfile = {certificate}
ssl_options.keyfile = {key}
ssl_options.verify = verify_peer
ssl_options.fail_if_no_peer_cert = false
management.ssl.ip = 127.0.0.1
management.ssl.port = {tls_management}
management.ssl.cacertfile = {authority}
management.ssl.certfile = {certificate}
management.ssl.keyfile = {key}
auth_mechanisms.1 = PLAIN
auth_mechanisms.2 = EXTERNAL
ssl_cert_login_from = common_name
"""


def server_folder() -> Path:
    """Where the server lies; installs it in CI or as root when it is missing."""
    return installed("rabbitmq-server", installed_server)


def installed_server() -> Path | None:
    """Where the server lies, None if it is missing."""
    return next(iter(sorted(SERVERS.glob("rabbitmq_server-*/sbin"))), None)


def free_ports(count: int) -> list[int]:
    """Ports that were free a moment ago."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [int(each.getsockname()[1]) for each in sockets]


def port_pair() -> tuple[int, int]:
    """Two ports that were free a moment ago, as far apart as those of RabbitMQ and its management API by default."""
    for first in random.sample(range(10_000, 32_000), 100):
        with contextlib.suppress(OSError), socket.socket() as one, socket.socket() as two:
            one.bind(("127.0.0.1", first))
            two.bind(("127.0.0.1", first + 10_000))
            return first, first + 10_000
    raise AssertionError("no port is free")


class RabbitNode:
    """A node, and what an administrator can do to it through the management API."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port, self.management = port_pair()
        self._distribution, self._epmd = free_ports(2)
        self._sbin = server_folder()
        self._name = f"es{secrets.token_hex(4)}@localhost"
        self._process: subprocess.Popen[bytes] | None = None
        self._epmd_process: subprocess.Popen[bytes] | None = None
        self.authority = Authority(folder)
        self.tls, tls_management = port_pair()
        own = self.authority.certificate("broker")
        text = CONFIGURATION.format(
            port=self.port,
            management=self.management,
            tls=self.tls,
            tls_management=tls_management,
            authority=self.authority.file,
            certificate=own.with_suffix(".crt"),
            key=own.with_suffix(".key"),
        )
        (folder / "rabbitmq.conf").write_text(text)
        (folder / "plugins").write_text(f"[{','.join(PLUGINS)}].")

    @property
    def url(self) -> str:
        """The AMQP URL of its administrator, without a path."""
        return f"amqp://guest:guest@127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and wait until it and its management API answer."""
        if self._epmd_process is None:
            self._epmd_process = subprocess.Popen(
                ["epmd", "-port", str(self._epmd), "-address", "127.0.0.1"],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
        log = (self.folder / "console.log").open("ab")
        with log:
            self._process = subprocess.Popen(
                [str(self._sbin / "rabbitmq-server")],
                env=self._environment(), stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        self._wait()

    @property
    def running(self) -> bool:
        """Whether it was started and not ended."""
        return self._process is not None

    def kill(self) -> None:
        """End it as a crash would: no goodbye to anybody."""
        if self._process is None:
            return
        # The server's shell script, the Erlang machine and its helpers are one process group of our own.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(timeout=20)
        self._process = None
        _until(lambda: not _answers(self.port), 20, "its port is still open")

    def stop(self) -> None:
        """End it and everything that was started for it."""
        self.kill()
        if self._epmd_process is not None:
            self._epmd_process.kill()
            self._epmd_process.wait(timeout=10)
            self._epmd_process = None

    def settle(self) -> None:
        """Have what was declared written to disk; by itself the node takes seconds, and a crash forgets the rest."""
        control = [str(self._sbin / "rabbitmqctl"), "-q", "-n", self._name, "eval", "mnesia:sync_log()."]
        subprocess.run(control, env=self._environment(), capture_output=True, timeout=30, check=True)

    def pid(self) -> int:
        """The process that holds its memory."""
        return int((self.folder / "pid").read_text())

    def _environment(self) -> dict[str, str]:
        folder = str(self.folder)
        return {
            "PATH": os.environ["PATH"],
            "HOME": folder,
            "LANG": "C.UTF-8",
            "RABBITMQ_NODENAME": self._name,
            "RABBITMQ_DIST_PORT": str(self._distribution),
            "ERL_EPMD_PORT": str(self._epmd),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_MNESIA_BASE": f"{folder}/mnesia",
            "RABBITMQ_LOG_BASE": f"{folder}/log",
            "RABBITMQ_CONFIG_FILE": f"{folder}/rabbitmq.conf",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{folder}/plugins",
            "RABBITMQ_PID_FILE": f"{folder}/pid",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 2:2 +sbwt none",
        }

    def _wait(self) -> None:
        def up() -> bool:
            assert self._process is not None
            assert self._process.poll() is None, (self.folder / "console.log").read_text()[-2_000:]
            return _answers(self.port) and _answers(self.management) and bool(self.try_get("/api/overview"))

        _until(up, START_S, "it did not start")

    def try_get(self, path: str) -> Any:
        """What the management API says, or None."""
        try:
            return self.api("GET", path)
        except (OSError, ValueError):
            return None

    def api(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """One request to the management API as administrator."""
        login = base64.b64encode(b"guest:guest").decode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.management}{path}",
            data=None if body is None else json.dumps(body).encode(),
            method=method,
            headers={"Authorization": f"Basic {login}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def exchange(self, name: str, kind: str, **more: Any) -> None:
        """Declare an exchange."""
        self.api("PUT", f"/api/exchanges/%2F/{quote(name, safe='')}", {"type": kind, "durable": True, **more})

    def drop_exchange(self, name: str) -> None:
        """Delete an exchange."""
        self.api("DELETE", f"/api/exchanges/%2F/{quote(name, safe='')}")

    def queue(self, name: str, **arguments: Any) -> None:
        """Declare a durable queue."""
        self.api("PUT", f"/api/queues/%2F/{quote(name, safe='')}", {"durable": True, "arguments": arguments})

    def bind(self, exchange: str, queue: str, key: str = "", **arguments: Any) -> None:
        """Bind a queue to an exchange."""
        path = f"/api/bindings/%2F/e/{quote(exchange, safe='')}/q/{quote(queue, safe='')}"
        self.api("POST", path, {"routing_key": key, "arguments": arguments})

    def user(self, name: str, password: str, *, configure: str = "", write: str = "", read: str = "") -> None:
        """A user without any tag, allowed what the patterns say."""
        self.api("PUT", f"/api/users/{name}", {"password": password, "tags": ""})
        rights = {"configure": configure, "write": write, "read": read}
        self.api("PUT", f"/api/permissions/%2F/{name}", rights)

    def definitions(self) -> dict[str, list[str]]:
        """What is declared, apart from temporary taps: the state that an observer must not change."""
        shown: dict[str, list[str]] = {}
        for kind in ("exchanges", "queues", "bindings", "policies"):
            rows: Sequence[Mapping[str, Any]] = self.api("GET", f"/api/{kind}")
            facts = [{name: row.get(name) for name in FACTS} for row in rows]
            shown[kind] = sorted(text for text in map(json.dumps, facts) if "evscope." not in text)
        return shown

    def connections(self) -> dict[str, str]:
        """The connections, by the names that programs give themselves; the broker learns of them with a delay."""
        listed = self.api("GET", "/api/connections")
        return {each.get("client_properties", {}).get("connection_name", ""): each["name"] for each in listed}

    def tap_queues(self) -> list[Mapping[str, Any]]:
        """The temporary queues of taps."""
        return [queue for queue in self.api("GET", "/api/queues") if queue["name"].startswith("evscope.")]


FACTS = (
    *("vhost", "name", "type", "durable", "auto_delete", "internal", "exclusive", "arguments", "source"),
    *("destination", "destination_type", "routing_key", "pattern", "definition"),
)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _until(condition: Any, seconds: float, otherwise: str) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"RabbitMQ: {otherwise} within {seconds:.0f} s"
        time.sleep(0.1)


@contextlib.contextmanager
def running_node(folder: Path) -> Iterator[RabbitNode]:
    """A node for as long as the block runs."""
    node = RabbitNode(folder)
    try:
        node.start()
        yield node
    finally:
        node.stop()
