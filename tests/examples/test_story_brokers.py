"""The story waits for its brokers, and says in one sentence which of them did not come."""

from __future__ import annotations

import socket
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest
from played import ROOT

from examples.story.brokers import answers, missing, named


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Answering(socketserver.BaseRequestHandler):
    """Answers the first question, or hangs up, as a port does behind which nothing has started."""

    says = b"\x00"

    def handle(self) -> None:
        self.request.recv(64)
        if self.says:
            self.request.sendall(self.says)


@pytest.fixture
def port() -> Iterator[int]:
    """The port of something that answers."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Answering) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def test_brokers_are_known_by_what_they_answer(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    kafka, rabbit = named(f"127.0.0.1:{port}", f"amqp://guest:guest@127.0.0.1:{port}/")
    assert answers(kafka)
    assert answers(rabbit)
    monkeypatch.setattr(Answering, "says", b"")
    assert not answers(kafka)


def test_only_those_that_are_away_are_named(port: int) -> None:
    away = free_port()
    brokers = named(f"127.0.0.1:{port}", f"amqp://127.0.0.1:{away}/")
    assert [(name, place) for name, _, place, _ in missing(brokers, 0)] == [("RabbitMQ", away)]


def test_one_that_starts_meanwhile_is_waited_for(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Answering, "says", b"")
    threading.Timer(0.3, monkeypatch.setattr, (Answering, "says", b"\x00")).start()
    assert missing(named(f"127.0.0.1:{port}", f"amqp://127.0.0.1:{port}/"), 60) == []


def test_without_brokers_the_story_ends_with_one_sentence() -> None:
    kafka, rabbit = free_port(), free_port()
    where = ["--kafka", f"127.0.0.1:{kafka}", "--amqp", f"amqp://guest:guest@127.0.0.1:{rabbit}/", "--patience", "0"]
    done = subprocess.run(
        [sys.executable, "-m", "examples.story", *where], cwd=ROOT, capture_output=True, text=True, timeout=50
    )
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == (
        f"story: Kafka at 127.0.0.1:{kafka} and RabbitMQ at 127.0.0.1:{rabbit} did not answer; "
        "start the brokers with: docker compose up -d\n"
    )
