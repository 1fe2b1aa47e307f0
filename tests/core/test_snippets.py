"""Snippets: what is copied does what it says when it is run, whatever the event holds, and tells no secret."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from exported import store_of
from hostile import PAYLOADS, hostile_records
from hypothesis import given, settings
from hypothesis import strategies as st

from app.detail.detail import Detail, detail_of
from app.filter.query import parse
from app.payload import NotJson, json_value
from app.redaction.redaction import Redactor
from app.snippets.code import name_of
from app.snippets.kafka import kcat_command
from app.snippets.rabbitmq import rabbitmqadmin_command
from app.snippets.snippets import LARGEST, snippets
from connectors.kafka.options import KafkaOptions
from connectors.options import read_options
from connectors.rabbitmq.options import RabbitOptions
from eventscope import Event, EventPriority
from eventscope.connector import Record
from eventscope.step import Phase

SECRET = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0"  # a token by its looks

ORDER: dict[str, Any] = {
    "type": "OrderCreated", "payload": b'{"total": 19.90, "name": "it\'s \\"na\xc3\xafve\\""}', "id": "e1",
    "key": "k 1", "category": "order", "priority": 2, "producer": "shop", "correlation_id": "c1", "causation_id": "e0",
    "occurred_at": 1_763_726_767_123_456_789, "channel": "orders[3]@1042",
    "headers": '[["x-tenant", "a;b"], ["n", 1.50]]',
}  # fmt: skip

RECORDER = """
record() { printf '%s\\0' "$@" > args; cat > input; }
kcat() { record "$@"; }; curl() { record "$@"; }; rabbitmqadmin() { record "$@"; }
"""


def detail(**more: Any) -> Detail:
    return detail_of(store_of([Record(**(ORDER | more))]), 1)


def written(found: Detail) -> dict[str, str]:
    return {snippet.name.partition(" ")[0]: snippet.write()[0] for snippet in snippets(found)}


def run(command: str, folder: Path) -> tuple[list[str], bytes]:
    """The words and the input that a command got from a real shell."""
    script = folder / "script"
    script.write_text(RECORDER + command)
    subprocess.run(["bash", "-eu", script], cwd=folder, check=True, timeout=30)
    return (folder / "args").read_bytes().decode().split("\0")[:-1], (folder / "input").read_bytes()


def made(code: str) -> Event:
    """The event that a fixture gives."""
    space: dict[str, Any] = {}
    exec(code, space)  # the code is ours
    fixture = next(value for value in space.values() if type(value).__name__ == "FixtureFunctionDefinition")
    event = fixture._get_wrapped_function()()
    assert isinstance(event, Event)
    return event


def test_an_event_of_kafka_is_sent_again_by_kcat(tmp_path: Path) -> None:
    words, fed = run(written(detail())["kcat"], tmp_path)
    assert fed == ORDER["payload"]
    assert words == [
        "-P", "-b", "localhost:9092", "-t", "orders", "-p", "3", "-k", "k 1",
        "-H", "x-tenant=a;b", "-H", "n=1.50", "-D", "<end>",
    ]  # fmt: skip


def test_what_ends_a_message_of_kcat_does_not_stand_in_it(tmp_path: Path) -> None:
    words, fed = run(written(detail(payload=b"<end> of <end1>"))["kcat"], tmp_path)
    assert (words[-2:], fed) == (["-D", "<end2>"], b"<end> of <end1>")


@pytest.mark.parametrize(("payload", "last"), [(None, ["-K", "<key>", "-Z"]), (b"", ["-K", "<key>"])])
def test_kcat_is_given_the_key_of_an_event_without_a_byte(
    payload: bytes | None, last: list[str], tmp_path: Path
) -> None:
    words, fed = run(written(detail(payload=payload))["kcat"], tmp_path)
    assert fed == b"k 1<key>"
    assert words[-len(last) :] == last
    assert "-k" not in words


def test_kcat_reaches_the_broker_that_it_came_from_and_asks_for_the_password() -> None:
    options = read_options("kafka://me:hush@b1:9093/orders", KafkaOptions)
    command = kcat_command(detail(payload=None).event, options)
    assert "b1:9093" in command
    assert 'sasl.password="$KAFKA_PASSWORD"' in command
    assert "hush" not in command
    assert "-Z" in command


def test_an_event_of_rabbitmq_is_published_again(tmp_path: Path) -> None:
    found = detail(
        channel="events → order.created", headers='[["x-tenant", "a"], ["content_type", "application/json"]]'
    )
    words, fed = run(written(found)["rabbitmqadmin"], tmp_path)
    assert fed == ORDER["payload"]
    told = dict(word.split("=", 1) for word in words if "=" in word)
    assert told["exchange"] == "events"
    assert told["routing_key"] == "order.created"
    assert json.loads(told["properties"]) == {
        "content_type": "application/json", "message_id": "e1", "correlation_id": "c1", "type": "OrderCreated",
        "headers": {"x-tenant": "a"},
    }  # fmt: skip


def test_rabbitmqadmin_reaches_the_broker_that_it_came_from(tmp_path: Path) -> None:
    options = read_options("amqps://me:hush@mq/shop?exchange=x", RabbitOptions)
    command = rabbitmqadmin_command(detail(channel="(default) → q").event, options, tls=True)
    assert "hush" not in command
    words, _ = run(f"export RABBITMQ_PASSWORD='a b'; {command}", tmp_path)
    assert words[:5] == ["--host=mq", "--port=15671", "--ssl", "--vhost=shop", "--username=me"]
    assert words[5] == "--password=a b"
    assert "exchange=amq.default" in words


def test_any_event_is_posted_by_curl_as_a_cloud_event(tmp_path: Path) -> None:
    headers = '[["x-tenant", "a;b c\\r\\nx: y"]]'
    words, fed = run(written(detail(type="Größe %\n", headers=headers))["curl"], tmp_path)
    headers = [word for word in words if ": " in word]
    assert fed == ORDER["payload"]
    assert "content-type: application/json" in headers
    assert "ce-type: Gr%C3%B6%C3%9Fe%20%25%0A" in headers
    assert "ce-id: e1" in headers
    assert "x-tenant: a;b c%0D%0Ax: y" in headers


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_every_payload_comes_through_the_shell_byte_for_byte(payload: bytes, tmp_path: Path) -> None:
    found = detail(payload=payload)
    _, fed = run(written(found)["kcat"], tmp_path)
    assert fed == (Redactor().payload(payload) or b"k 1<key>")


@settings(deadline=None, max_examples=25)
@given(key=st.text(max_size=40), name=st.text(max_size=40))
def test_no_text_gets_out_of_its_quotes(key: str, name: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("shell")
    headers = json.dumps([[f"h{name}", key]])
    found = detail(key=key, headers=headers, channel="t[0]@1")
    words, _ = run(written(found)["kcat"], folder)
    assert words[:7] == ["-P", "-b", "localhost:9092", "-t", "t", "-p", "0"]
    if found.event.key:
        assert words[7:9] == ["-k", Redactor().text(found.event.key)]
    assert not {path.name for path in folder.iterdir()} - {"args", "input", "script"}


def test_a_fixture_gives_the_event_that_was_captured() -> None:
    event = made(written(detail())["pytest"])
    assert (event.type, event.id, event.category, event.source) == ("OrderCreated", "e1", "order", "shop")
    assert (event.correlation_id, event.causation_id, event.timestamp) == ("c1", "e0", ORDER["occurred_at"])
    assert event.priority is EventPriority.HIGH
    assert event.payload == {"total": 19.9, "name": 'it\'s "naïve"'}
    assert event.metadata == {"x-tenant": "a;b", "n": 1.5}


def test_a_fixture_can_be_made_of_whatever_was_captured() -> None:
    store = store_of(hostile_records())
    for seq in range(1, store.next_seq):
        found = detail_of(store, seq)
        event = made(written(found)["pytest"])
        try:
            wanted = json_value(found.payload)
        except NotJson:
            continue
        if "[redacted:" not in repr(event.payload) and found.payload:
            assert event.payload == wanted or wanted != wanted


def test_the_program_for_the_bus_runs() -> None:
    with contextlib.redirect_stdout(io.StringIO()), pytest.MonkeyPatch.context() as patch:
        ran: list[Any] = []
        patch.setattr(asyncio, "run", ran.append)
        exec(written(detail())["Python"], {})
    with asyncio.Runner() as runner:
        runner.run(ran[0])


def test_a_step_is_sent_again_as_what_was_published() -> None:
    shared = {"type": "t", "id": "e1", "correlation_id": "c1"}
    store = store_of([Record(**shared, payload=b'{"n": 7}'), Record(**shared, phase=Phase.HANDLED, subscription="s")])
    found = written(detail_of(store, 2))
    assert made(found["pytest"]).payload == {"n": 7}
    assert '"n": 7' in found["text"]


def test_no_form_tells_a_secret_and_each_says_how_many_there_were() -> None:
    found = detail(
        payload=json.dumps({"password": "hunter2", "n": 1}).encode(), headers=f'[["authorization", "Bearer {SECRET}"]]'
    )
    for snippet in snippets(found):
        text, replaced = snippet.write()
        assert "hunter2" not in text
        assert SECRET not in text
        assert replaced == 2
    assert "its secrets replaced" in written(found)["pytest"]


def test_the_filter_finds_the_event_again() -> None:
    for found in (detail(), detail(id=None)):
        store = store_of([Record(**ORDER | {"id": found.event.id}), Record(type="other")])
        assert parse(written(found)["filter"]).mask(store.chunks[0], 0, 2).tolist() == [True, False]


def test_the_text_tells_all() -> None:
    text = written(detail(error="boom"))["text"]
    for told in ("OrderCreated", "error: boom", "x-tenant: a;b", '"total": 19.90', "channel: orders[3]@1042"):
        assert told in text


def test_what_is_too_large_to_be_pasted_is_only_told() -> None:
    found = detail(payload=b"x" * (LARGEST + 1))
    assert list(written(found)) == ["text", "filter"]
    assert f"… {LARGEST + 1:,} bytes in all" in written(found)["text"]


@pytest.mark.parametrize(
    ("kind", "name"),
    [("OrderCreated", "order_created"), ("order.created", "order_created"),
     ("class", "event_class"), ("42 é", "event_42"), ("", "event")],
)  # fmt: skip
def test_a_type_becomes_a_name(kind: str, name: str) -> None:
    assert name_of(kind) == name
