"""Who logs in where, and whether that could be overheard."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from connectors.inprocess import InProcessConnector
from connectors.login import Login, host_of, is_this_machine, login_of, with_secrets
from connectors.registry import open_source, scheme_of
from eventscope.bus import EventBus
from eventscope.connector import Connector, Runner, Sink


@dataclass(frozen=True)
class Options:
    host: str = "mq.example"
    port: int | None = 7
    user: str = ""
    password: str = field(default="", repr=False)


class Foreign(Connector):
    """A connector of another package, which says nothing of its login."""

    Options = Options
    summary = label = safety = "for tests"

    async def run(self, sink: Sink) -> None:
        """Nothing is read."""


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("localhost", True), ("LOCALHOST.", True), ("127.0.0.1", True), ("127.8.9.1", True), ("::1", True),
        ("mq.example", False), ("10.0.0.1", False), ("localhost.example", False), ("", False), ("0.0.0.0", False),
    ],
)  # fmt: skip
def test_what_stays_on_this_machine(host: str, here: bool) -> None:
    assert is_this_machine(host) is here


def test_a_connector_that_says_nothing_logs_in_with_user_and_password() -> None:
    assert login_of(Foreign(Options())) is None
    login = login_of(Foreign(Options(user="ann")))
    assert login == Login("ann", "mq.example:7", "")
    assert login.who == "ann@mq.example:7"
    assert login_of(InProcessConnector.attach(EventBus())) is None


@pytest.mark.parametrize(
    ("url", "login"),
    [
        ("kafka://mq.example/t", None),
        ("kafka://ann@mq.example,b:1/t", Login("ann", "mq.example:9092", option="sasl_plain_password")),
        ("kafka://mq.example/t?sasl_plain_username=ann&security_protocol=PLAINTEXT", None),
        ("kafka://ann@mq.example/t?sasl_mechanism=GSSAPI", None),
        ("amqp://[::1]/?exchange=a", Login("guest", "[::1]:5672", usual="guest")),
        ("amqps://ann:x@mq.example/?exchange=a", Login("ann", "mq.example:5671", "x")),
        ("amqps://mq.example/?exchange=a&auth=external", None),
    ],
)
def test_our_connectors_say_who_logs_in_where(url: str, login: Login | None) -> None:
    assert login_of(open_source(url)) == login


def test_a_connector_with_a_secret_is_the_same_otherwise() -> None:
    made = with_secrets(open_source("kafka://ann@h/t?run=process&from=-3"), sasl_plain_password="x")
    assert (made.options.secret, made.options.start, made.runner) == ("x", "-3", Runner.PROCESS)


@pytest.mark.parametrize("url", ["kafka://h/t", "amqp://h/?exchange=a", "amqps://h/?exchange=a", "demo:", "file:x"])
def test_a_connector_knows_its_scheme(url: str) -> None:
    assert scheme_of(open_source(url)) == url.partition(":")[0]


def test_the_first_host_counts() -> None:
    assert host_of(open_source("kafka://[::1]:9,b:2/t").options) == "::1"
    assert host_of(open_source("file:x").options) == ""
