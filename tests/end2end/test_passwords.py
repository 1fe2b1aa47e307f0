"""A password, however it is given, is used and written nowhere: canaries are planted, and all that is written searched.

Right and wrong ones, for both brokers, with everything logged that can be logged.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import pty
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from kafka_broker import PASSWORD, USER, KafkaBroker, running_broker
from rabbitmq_broker import RabbitNode, running_node

from tests.end2end.conftest import ROOT, environment

RIGHT, WRONG = PASSWORD, "wrong0canary"
SUPPORT = ROOT / "tests" / "support"
WAYS = ("url", "environment", "keyring", "prompt")


@dataclass(frozen=True)
class Place:
    """A broker: its URL with room for what is put before the @, and names for the password there."""

    url: str
    account: str
    variable: str


@pytest.fixture(scope="module")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with running_broker(tmp_path_factory.mktemp("kafka"), guarded=True) as broker:
        yield kafka_place(broker)


@pytest.fixture(scope="module")
def rabbitmq(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with running_node(tmp_path_factory.mktemp("rabbitmq")) as node:
        yield rabbitmq_place(node)


def kafka_place(broker: KafkaBroker) -> Place:
    address = f"127.0.0.1:{broker.login}"
    url = f"kafka://{{}}@{address}/orders?security_protocol=SASL_PLAINTEXT"
    return Place(url, f"kafka://{USER}@{address}", "EVENTSCOPE_KAFKA_PASSWORD")


def rabbitmq_place(node: RabbitNode) -> Place:
    node.user(USER, RIGHT, configure=".*", write=".*", read=".*")
    address = f"127.0.0.1:{node.port}"
    url = f"amqp://{{}}@{address}/?exchange=amq.topic&bind=x"
    return Place(url, f"amqp://{USER}@{address}", "EVENTSCOPE_AMQP_PASSWORD")


@pytest.fixture(params=["kafka", "rabbitmq"])
def place(request: pytest.FixtureRequest) -> Place:
    found: Place = request.getfixturevalue(request.param)
    return found


class Run:
    """A command that runs with a terminal before it, and everything that came of it."""

    def __init__(self, process: subprocess.Popen[str], master: int, question: str) -> None:
        self._process = process
        self._master = master
        self._question = question
        self._screen = ""
        self._children: set[str] = set()

    def finish(self, answers: Iterable[str]) -> tuple[int, str]:
        """Answer the questions; the exit code, and all that was written."""
        others = [threading.Thread(target=self._answer, args=(iter(answers),)), threading.Thread(target=self._watch)]
        with self._process as process:
            for thread in others:
                thread.start()
            out = process.stdout.read() if process.stdout else ""
            for thread in others:
                thread.join()
        with contextlib.suppress(OSError):  # nothing was shown in the terminal
            self._screen += os.read(self._master, 100_000).decode()
        os.close(self._master)
        return process.returncode, "\n".join((out, self._screen, *self._children))

    def _watch(self) -> None:
        """Take down the command lines of processes that it starts, once these have one of their own."""
        own = Path(f"/proc/{self._process.pid}/cmdline").read_text()
        listed = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        while self._process.poll() is None:
            with contextlib.suppress(OSError):
                for pid in listed.read_text().split():
                    self._children.add(Path(f"/proc/{pid}/cmdline").read_text())
            self._children.discard(own)  # of a process that was not told yet what to run
            time.sleep(0.05)

    def _answer(self, answers: Iterator[str]) -> None:
        assert self._process.stderr is not None
        while letter := self._process.stderr.read(1):
            self._screen += letter
            if self._screen.endswith(self._question):
                os.write(self._master, f"{next(answers)}\n".encode())


def start(folder: Path, place: Place, way: str, secret: str, *command: str) -> Run:
    """`eventscope COMMAND… URL`, with the password given in one way."""
    ring = folder / "keyring.secret"
    known = {f"eventscope {place.account}": secret} if way == "keyring" else {}
    ring.write_text(json.dumps(known))
    given = {
        "PYTHONPATH": f"{ROOT}{os.pathsep}{SUPPORT}",
        "PYTHON_KEYRING_BACKEND": "memory_keyring.MemoryKeyring",
        "MEMORY_KEYRING_FILE": str(ring),
        "HOME": str(folder),
        **({place.variable: secret} if way == "environment" else {}),
    }
    master, slave = pty.openpty()
    url = place.url.format(f"{USER}:{secret}" if way == "url" else USER)
    process = subprocess.Popen(
        [sys.executable, "main.py", *command, url, "--debug"],
        stdin=slave, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT,
        env=environment(folder) | given, start_new_session=True,
    )  # fmt: skip
    os.close(slave)
    return Run(process, master, f"Password for {place.account}: ")


def commands(folder: Path, secret: str) -> tuple[tuple[str, ...], ...]:
    capture = str(folder / f"{secret[:3]}.jsonl")
    seconds = "3" if secret == RIGHT else "30"  # a refused login ends a command long before
    return ("check",), ("tail", "--seconds", seconds), ("record", "--seconds", seconds, "-o", capture)


def written(folder: Path) -> str:
    """All files that are there now, but for the keyring itself."""
    files = [file for file in folder.rglob("*") if file.is_file() and file.suffix != ".secret"]
    return "\n".join(f"{file} {file.read_text(errors='replace')}" for file in files)


@pytest.mark.parametrize("way", WAYS)
def test_no_password_is_written_anywhere(place: Place, way: str, tmp_path: Path) -> None:
    runs = {
        (secret, command[0]): (secret, start(tmp_path, place, way, secret, *command))
        for secret in (RIGHT, WRONG)
        for command in commands(tmp_path, secret)
        if way != "keyring" or secret == RIGHT  # they share one file
    }
    ends = {key: run.finish(itertools.repeat(secret)) for key, (secret, run) in runs.items()}
    codes = {key: code for key, (code, _) in ends.items()}
    expected = {(RIGHT, "check"): 0, (RIGHT, "tail"): 0, (RIGHT, "record"): 0}
    if way != "keyring":
        expected |= {(WRONG, "check"): 1, (WRONG, "tail"): 3, (WRONG, "record"): 3}
    if place.variable.startswith("EVENTSCOPE_KAFKA"):
        expected[RIGHT, "check"] = 1  # its topic is not there, which is found out behind the login
    told = "\n".join((*(text for _, text in ends.values()), written(tmp_path)))
    assert codes == expected, told
    for secret in (RIGHT, WRONG):
        assert secret not in told.replace(f"{secret[:3]}.jsonl", "")


def test_without_a_terminal_it_is_said_what_to_do(place: Place, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "main.py", "tail", place.url.format(USER)],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, cwd=ROOT, timeout=50, check=False,
        env=environment(tmp_path) | {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"},
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (3, "")
    (sentence,) = done.stderr.splitlines()
    assert sentence.startswith(f"eventscope: error: there is no password for {place.account}; set {place.variable}")


def test_a_wrong_password_is_asked_for_once_more(place: Place, tmp_path: Path) -> None:
    run = start(tmp_path, place, "prompt", RIGHT, "tail", "--seconds", "8")
    code, told = run.finish((WRONG, RIGHT))
    assert code == 0, told
    assert told.count("Password for") == 2
    assert "The password was not accepted. Password for" in told
    assert RIGHT not in told
    assert WRONG not in told
