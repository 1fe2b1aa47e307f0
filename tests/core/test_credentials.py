"""A password is found in the URL, the environment, this session, the keyring, or by asking; in this order."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field

import keyring
import pytest
from keyring.backends.fail import Keyring as NoKeyring
from memory_keyring import MemoryKeyring

from app.credentials.credentials import Credentials
from app.credentials.environment import from_environment, variable
from app.credentials.question import Answer, Question
from app.credentials.second_chance import give_second_chance, login_refused
from app.credentials.vault import Vault
from app.session import Session
from app.sources.supervisor import Source
from connectors.login import LoginRefused
from connectors.registry import open_source
from eventscope.connector import Connector, Record, Refused, Runner, Sink, SourceState

CANARY = "hunter2canary"
ACCOUNT = "kafka://ann@mq.example:9092"
URL = "kafka://ann@mq.example/orders"


class Asked:
    """Somebody who answers with the next of some answers, and remembers the questions."""

    def __init__(self, *answers: str | None, keep: bool = False) -> None:
        self.questions: list[Question] = []
        self._answers = list(answers)
        self._keep = keep

    async def __call__(self, question: Question) -> Answer | None:
        self.questions.append(question)
        await asyncio.sleep(0)
        secret = self._answers.pop(0)
        return None if secret is None else Answer(secret, self._keep)


@pytest.fixture(autouse=True)
def ring(monkeypatch: pytest.MonkeyPatch) -> Iterator[MemoryKeyring]:
    for name in ("EVENTSCOPE_KAFKA_PASSWORD", "EVENTSCOPE_AMQP_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    before = keyring.get_keyring()
    ring = MemoryKeyring()
    keyring.set_keyring(ring)
    yield ring
    keyring.set_keyring(before)


def secret(connector: Connector) -> str | None:
    told: str | None = connector.options.secret
    return told


async def found(url: str, *answers: str | None) -> tuple[str | None, int]:
    """The password that a source gets, and how many questions that took."""
    asked = Asked(*answers)
    made = await Credentials(asked).complete(open_source(url))
    return secret(made), len(asked.questions)


async def test_the_url_goes_before_all(monkeypatch: pytest.MonkeyPatch, ring: MemoryKeyring) -> None:
    monkeypatch.setenv("EVENTSCOPE_KAFKA_PASSWORD", "environment")
    monkeypatch.setenv("EVENTSCOPE_KAFKA_SASL_PLAIN_PASSWORD", "environment")
    ring.set_password("eventscope", ACCOUNT, "keyring")
    assert await found("kafka://ann:url@mq.example/orders") == ("url", 0)
    assert await found(f"{URL}?sasl_plain_password=url") == ("url", 0)


async def test_the_environment_goes_before_the_keyring(monkeypatch: pytest.MonkeyPatch, ring: MemoryKeyring) -> None:
    ring.set_password("eventscope", ACCOUNT, "keyring")
    assert await found(URL) == ("keyring", 0)
    monkeypatch.setenv("EVENTSCOPE_KAFKA_PASSWORD", "environment")
    assert await found(URL) == ("environment", 0)
    monkeypatch.setenv("EVENTSCOPE_KAFKA_PASSWORD_MQ_EXAMPLE", "this host")
    assert await found(URL) == ("this host", 0)
    assert await found("kafka://ann@other.example/orders") == ("environment", 0)


async def test_somebody_is_asked_last() -> None:
    assert await found(URL, "typed") == ("typed", 1)


async def test_a_source_without_a_login_needs_nothing() -> None:
    for url in ("kafka://mq.example/orders", "amqps://mq.example/?exchange=a&auth=external", "demo:", "file:x"):
        made = open_source(url)
        assert Credentials(Asked()).ready(made) is made


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("amqp://ann@mq.example/?exchange=a", "EVENTSCOPE_AMQP_PASSWORD"),
        ("amqps://ann@mq.example/?exchange=a", "EVENTSCOPE_AMQP_PASSWORD"),
        ("amqp://mq.example/?exchange=a", "EVENTSCOPE_AMQP_PASSWORD"),
        ("amqp://ann@mq-1.example/?exchange=a", "EVENTSCOPE_AMQP_PASSWORD_MQ_1_EXAMPLE"),
        ("kafka://ann@[::1]:9/t", "EVENTSCOPE_KAFKA_PASSWORD___1"),
    ],
)
async def test_names_of_variables(url: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, CANARY)
    assert await found(url) == (CANARY, 0)


def test_every_secret_option_may_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert variable("kafka", "ssl_password") == "EVENTSCOPE_KAFKA_SSL_PASSWORD"
    monkeypatch.setenv("EVENTSCOPE_KAFKA_SSL_PASSWORD", "key")
    monkeypatch.setenv("EVENTSCOPE_KAFKA_SASL_OAUTH_TOKEN", "token")
    monkeypatch.setenv("EVENTSCOPE_KAFKA_PATTERN", "not secret")
    made = from_environment(open_source(URL))
    assert (made.options.ssl_password, made.options.sasl_oauth_token, made.options.pattern) == ("key", "token", None)


async def test_the_usual_password_of_a_fresh_broker_is_tried_before_anybody_is_asked() -> None:
    assert await found("amqp://localhost/?exchange=a") == ("guest", 0)


async def test_nobody_who_answers_is_told_what_to_do() -> None:
    with pytest.raises(Refused) as refused:
        await found(URL, None)
    for part in (f"there is no password for {ACCOUNT}", "EVENTSCOPE_KAFKA_PASSWORD", f"user {ACCOUNT}"):
        assert part in str(refused.value)


async def test_a_missing_token_is_asked_for_by_its_name() -> None:
    asked = Asked("token")
    url = "kafka://mq.example/t?security_protocol=SASL_SSL&sasl_mechanism=OAUTHBEARER"
    made = await Credentials(asked).complete(open_source(url))
    assert made.options.sasl_oauth_token == "token"
    assert asked.questions[0].sentence == "Token for kafka://mq.example:9092"


async def test_what_was_typed_is_known_for_the_session_and_asked_once() -> None:
    asked = Asked("typed")
    credentials = Credentials(asked)
    both = await asyncio.gather(*(credentials.complete(open_source(URL)) for _ in range(2)))
    assert [secret(made) for made in both] == ["typed", "typed"]
    later = credentials.ready(open_source(URL))
    assert later
    assert secret(later) == "typed"
    assert len(asked.questions) == 1


async def test_the_keyring_keeps_only_what_it_is_asked_to(ring: MemoryKeyring) -> None:
    await Credentials(Asked("typed")).complete(open_source(URL))
    assert ring.kept == {}
    await Credentials(Asked("typed", keep=True)).complete(open_source(URL))
    assert ring.kept == {f"eventscope {ACCOUNT}": "typed"}


async def test_a_refused_login_is_asked_for_once_more_and_then_left(ring: MemoryKeyring) -> None:
    asked = Asked("wrong", "wrong too", "right")
    credentials = Credentials(asked)
    first = await credentials.complete(open_source(URL))
    second = await credentials.after_refusal(first)
    assert second
    assert secret(second) == "wrong too"
    assert asked.questions[1].reason == "The password was not accepted."
    assert await credentials.after_refusal(second) is None
    third = await credentials.after_refusal(second)  # started again by the user
    assert third
    assert secret(third) == "right"
    assert [question.refused for question in asked.questions] == [False, True, True]


async def test_a_wrong_password_that_was_just_kept_is_not_kept(ring: MemoryKeyring) -> None:
    credentials = Credentials(Asked("wrong", None, keep=True))
    made = await credentials.complete(open_source(URL))
    assert ring.kept
    assert await credentials.after_refusal(made) is None
    assert ring.kept == {}


async def test_after_the_usual_password_the_keyring_is_tried(ring: MemoryKeyring) -> None:
    ring.set_password("eventscope", "amqp://guest@localhost:5672", "own")
    credentials = Credentials(Asked("typed"))
    made = await credentials.after_refusal(open_source("amqp://localhost/?exchange=a"))
    assert made
    assert secret(made) == "own"
    again = await credentials.after_refusal(made)
    assert again
    assert secret(again) == "typed"


async def test_after_the_usual_password_somebody_is_asked() -> None:
    made = await Credentials(Asked("typed")).after_refusal(open_source("amqp://localhost/?exchange=a"))
    assert made
    assert secret(made) == "typed"


async def test_without_a_keyring_the_session_remembers_and_nothing_else() -> None:
    keyring.set_keyring(NoKeyring())
    vault = Vault()
    assert not await vault.is_there()
    assert await vault.read(ACCOUNT) is None
    assert not await vault.keep(ACCOUNT, CANARY)
    assert not await vault.remove(ACCOUNT)
    asked = Asked(CANARY)
    assert secret(await Credentials(asked).complete(open_source(URL))) == CANARY
    assert not asked.questions[0].can_keep


async def test_a_keyring_that_is_not_installed_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert not await Vault().is_there()
    assert await found(URL, "typed") == ("typed", 1)


async def test_a_keyring_that_fails_is_logged_without_its_text(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> str:
        raise RuntimeError(CANARY)

    monkeypatch.setattr(MemoryKeyring, "get_password", broken)
    caplog.set_level(logging.DEBUG)
    assert await found(URL, "typed") == ("typed", 1)
    assert "the keyring cannot be used: RuntimeError" in caplog.text
    assert CANARY not in caplog.text


async def test_a_keyring_that_waits_holds_up_nobody_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.credentials.vault.UNLOCK_S", 0.05)
    locked = asyncio.Event()
    loop = asyncio.get_running_loop()

    def wait(*_: object) -> None:
        asyncio.run_coroutine_threadsafe(locked.wait(), loop).result()

    monkeypatch.setattr(MemoryKeyring, "get_password", wait)
    assert await found(URL, "typed") == ("typed", 1)
    locked.set()


def test_no_password_is_in_a_repr() -> None:
    assert CANARY not in repr(Answer(CANARY))
    assert CANARY not in repr(open_source(f"kafka://ann:{CANARY}@mq.example/orders").options)


def test_a_source_runs_where_it_was_asked_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVENTSCOPE_KAFKA_PASSWORD", CANARY)
    assert from_environment(open_source(f"{URL}?run=process")).runner is Runner.PROCESS


@dataclass(frozen=True)
class GateOptions:
    host: str = "mq.example"
    port: int = 7
    user: str = "ann"
    password: str = field(default="", repr=False)


class Gate(Connector):
    """A source of somebody else's, which opens for one password. It declares no login of its own."""

    Options = GateOptions
    summary = "for tests"
    safety = "touches nothing at all"
    label = "gate"
    portable = False

    def __init__(self, options: GateOptions) -> None:
        super().__init__(options)
        self.inside = 0

    def position(self) -> int:
        return self.inside

    def resume(self, position: int) -> None:
        self.inside = position

    async def run(self, sink: Sink) -> None:
        self.inside += 1
        if self.options.password != "right":
            raise LoginRefused("the gate stays shut")
        sink.push([Record(type="inside", attempt=self.inside)])


async def start(*answers: str) -> tuple[Source, list[Question]]:
    """How a source ends up whose refused logins are dealt with."""
    asked = Asked(*answers)
    credentials = Credentials(asked)
    session = Session()
    source = session.attach(await credentials.complete(Gate(GateOptions())))
    async with asyncio.timeout(10):
        while not source.over or login_refused(source):
            await asyncio.sleep(0.005)
            if login_refused(source):
                await give_second_chance(source, session, credentials)
    await session.close()
    return source, asked.questions


async def test_a_source_gets_a_second_chance_and_no_third() -> None:
    source, questions = await start("wrong", "right")
    assert source.state is SourceState.ENDED
    assert questions[0].account.endswith("://ann@mq.example:7")
    source, questions = await start("wrong", "wrong too", "right")
    assert (source.state, len(questions)) == (SourceState.FAILED, 2)


async def test_with_another_password_it_goes_on_where_it_was() -> None:
    source, _ = await start("wrong", "right")
    assert isinstance(source.connector, Gate)
    assert source.connector.inside == 2
