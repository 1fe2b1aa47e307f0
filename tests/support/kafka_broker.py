"""A real Apache Kafka broker for tests: one node, free ports, a folder of its own; started, stopped, killed, restarted.

Its jars are resolved once by Maven into the checkout's cache.
"""

from __future__ import annotations

import base64
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree  # only what we write ourselves is parsed

import pytest
from certificates import Authority

ROOT = Path(__file__).resolve().parents[2]
VERSION = "4.1.1"
JARS = ROOT / ".cache" / "kafka" / VERSION
DEPENDENCIES = (
    ("org.apache.kafka", "kafka_2.13", VERSION),
    ("org.apache.kafka", "kafka-tools", VERSION),
    ("org.slf4j", "slf4j-nop", "1.7.36"),
)
START_S = 60.0

PROPERTIES = """\
process.roles={roles}
node.id={number}
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
controller.quorum.voters=1@127.0.0.1:{controller}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,WIRE:PLAINTEXT{protocols}
listeners={listeners}
advertised.listeners={advertised}
log.dirs={logs}
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
group.initial.rebalance.delay.ms=0
message.max.bytes=20971520
log.segment.delete.delay.ms=100
num.partitions=1
"""

USER = "watcher"
PASSWORD = "hunter2canary"

GUARDED = {
    "LOGIN": "SASL_PLAINTEXT",
    "TLS": "SSL",
    "SECURE": "SASL_SSL",
    "MUTUAL": "SSL",
    "EXPIRED": "SSL",
    "MISNAMED": "SSL",
}
"""More listeners, and what each demands. MUTUAL wants a certificate of its clients."""

GUARDS = """\
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS
sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256
listener.name.secure.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER
listener.name.secure.oauthbearer.sasl.jaas.config=\
org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required;
listener.name.mutual.ssl.client.auth=required
"""
"""Whoever does not log in may do everything; who does, only what an ACL says."""

LOGINS = """\
listener.name.{listener}.plain.sasl.jaas.config=\
org.apache.kafka.common.security.plain.PlainLoginModule required user_{user}="{password}";
listener.name.{listener}.scram-sha-256.sasl.jaas.config=\
org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.{listener}.scram-sha-512.sasl.jaas.config=\
org.apache.kafka.common.security.scram.ScramLoginModule required;
"""

STORES = """\
listener.name.{listener}.ssl.keystore.type=PEM
listener.name.{listener}.ssl.keystore.location={own}
listener.name.{listener}.ssl.truststore.type=PEM
listener.name.{listener}.ssl.truststore.location={trusted}
"""


def jars() -> Path:
    """The folder of Kafka's jars; skips, or fails in CI, where Java or Maven is missing."""
    if not shutil.which("java"):
        _missing("Java is missing; install it with: apt-get install --no-install-recommends default-jre-headless")
    if not (JARS / "complete").exists():
        if not shutil.which("mvn"):
            _missing("Maven is missing; install it with: apt-get install --no-install-recommends maven")
        _resolve()
    return JARS


def _missing(message: str) -> None:
    pytest.fail(message) if os.environ.get("CI", "").lower() in ("1", "true") else pytest.skip(message)


def _resolve() -> None:
    JARS.mkdir(parents=True, exist_ok=True)
    project = ElementTree.Element("project", xmlns="http://maven.apache.org/POM/4.0.0")
    for name, text in (("modelVersion", "4.0.0"), ("groupId", "t"), ("artifactId", "t"), ("version", "1")):
        ElementTree.SubElement(project, name).text = text
    dependencies = ElementTree.SubElement(project, "dependencies")
    for values in DEPENDENCIES:
        dependency = ElementTree.SubElement(dependencies, "dependency")
        for name, text in zip(("groupId", "artifactId", "version"), values, strict=True):
            ElementTree.SubElement(dependency, name).text = text
    (JARS / "pom.xml").write_bytes(ElementTree.tostring(project))
    command = ["mvn", "-q", "-B", "dependency:copy-dependencies", f"-DoutputDirectory={JARS}", "-DincludeScope=runtime"]
    done = subprocess.run(command, cwd=JARS, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode:
        _missing(f"Kafka's jars cannot be resolved: {(done.stdout + done.stderr)[-400:]}")
    (JARS / "complete").touch()


def free_ports(count: int) -> list[int]:
    """Ports that were free a moment ago."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [int(each.getsockname()[1]) for each in sockets]


def _new_identity() -> str:
    """A cluster's identity, as Kafka writes it; never with a dash in front, which would be an option."""
    return base64.urlsafe_b64encode(b"\0" + uuid.uuid4().bytes[1:]).decode().rstrip("=")


def _listed(**ports: int) -> str:
    return ",".join(f"{name}://127.0.0.1:{port}" for name, port in ports.items())


class KafkaBroker:
    """One broker. Its second listener is advertised as `wire`, so that a proxy there sees and cuts all connections.

    With `joins` it is the second broker of that one's cluster.
    """

    def __init__(self, folder: Path, *, guarded: bool = False, joins: KafkaBroker | None = None) -> None:
        self.folder = folder
        self.port, controller, self.inner, self.wire, *ports = free_ports(4 + len(GUARDED))
        self.guarded = dict(zip(GUARDED, ports, strict=True)) if guarded else {}
        self.controller: int = joins.controller if joins else controller
        self.identity: str = joins.identity if joins else _new_identity()
        self.authority = Authority(folder)
        self._logs = folder / "logs"
        self._process: subprocess.Popen[bytes] | None = None
        self._properties = folder / "server.properties"
        controls = {} if joins else {"CONTROLLER": controller}
        text = PROPERTIES.format(
            roles="broker" if joins else "broker,controller",
            number=2 if joins else 1,
            controller=self.controller,
            listeners=_listed(PLAINTEXT=self.port, WIRE=self.inner, **controls, **self.guarded),
            advertised=_listed(PLAINTEXT=self.port, WIRE=self.wire, **self.guarded),
            logs=self._logs,
            protocols="".join(f",{name}:{protocol}" for name, protocol in GUARDED.items()),
        )
        self._properties.write_text(text + (self._guards() if guarded else ""))

    def _guards(self) -> str:
        """An authorizer that lets in whoever does not log in, and listeners with logins and with certificates."""
        right = self.authority.certificate("broker")
        wrong = {
            "EXPIRED": self.authority.certificate("broker", expired=True, stem="expired"),
            "MISNAMED": self.authority.certificate("broker", host="elsewhere.example", stem="misnamed"),
        }
        text = GUARDS
        for name, protocol in GUARDED.items():
            facts = {"listener": name.lower(), "user": USER, "password": PASSWORD, "trusted": self.authority.file}
            if "SASL" in protocol:
                text += LOGINS.format(**facts)
            if "SSL" in protocol:
                text += STORES.format(own=wrong.get(name, right), **facts)
        return text

    @property
    def login(self) -> int:
        """The port where one logs in, in the clear."""
        return self.guarded["LOGIN"]

    @property
    def tls(self) -> int:
        """The port that is encrypted, without a login."""
        return self.guarded["TLS"]

    @property
    def address(self) -> str:
        """HOST:PORT without a proxy."""
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, with an empty log the first time, and wait until it answers."""
        if not self._logs.exists():
            format_log = ["kafka.tools.StorageTool", "format", "-t", self.identity, "-c", str(self._properties)]
            logins = [f"SCRAM-SHA-{bits}=[name={USER},password={PASSWORD}]" for bits in (256, 512)]
            added = [text for login in logins for text in ("--add-scram", login)]
            subprocess.run(self._java(*format_log, *added), capture_output=True, timeout=60, check=True)
        with (self.folder / "console.log").open("ab") as log:
            self._process = subprocess.Popen(
                self._java("kafka.Kafka", str(self._properties)), stdout=log, stderr=log, start_new_session=True
            )
        self._wait()

    def kill(self) -> None:
        """End it as a crash would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it in an orderly way."""
        self._end(signal.SIGTERM)

    def allow_reading(self, topic: str, user: str = USER) -> None:
        """Let a user read a topic, and nothing else."""
        who = ["--bootstrap-server", self.address, "--add", "--allow-principal", f"User:{user}"]
        what = ["--operation", "Read", "--operation", "Describe", "--topic", topic]
        subprocess.run(
            self._java("org.apache.kafka.tools.AclCommand", *who, *what), capture_output=True, timeout=60, check=True
        )

    def freeze(self) -> None:
        """Let it live and answer nothing."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it answer again."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def wipe(self) -> None:
        """Throw away all that it has stored, and be another cluster; only while it does not run."""
        shutil.rmtree(self._logs)
        self.identity = _new_identity()

    def _java(self, *arguments: str) -> list[str]:
        options = ["-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", f"{jars()}/*"]
        return ["java", *options, *arguments]

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        self.thaw()
        self._process.send_signal(how)
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(timeout=10)
        self._process = None

    def _wait(self) -> None:
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            assert self._process is not None
            if self._process.poll() is not None:
                break
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return
            time.sleep(0.1)
        said = (self.folder / "console.log").read_text(errors="replace")[-2_000:]
        pytest.fail(f"Kafka did not start: {said}")


@contextlib.contextmanager
def running_broker(folder: Path, *, guarded: bool = False, joins: KafkaBroker | None = None) -> Iterator[KafkaBroker]:
    """A broker that is ended with the block."""
    jars()
    broker = KafkaBroker(folder, guarded=guarded, joins=joins)
    try:
        broker.start()
        yield broker
    finally:
        broker.kill()
