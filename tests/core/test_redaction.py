"""Secrets do not leave, what is none stays, and what belongs together still does."""

from __future__ import annotations

import json

import msgspec
import pytest
from hostile import PAYLOADS, hostile_records, life, store_of
from hypothesis import given
from hypothesis import strategies as st

from app.payload import decode
from app.redaction.redaction import Redactor
from eventscope.connector import Record

CANARY = "canary-7f3b"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----"


@pytest.mark.parametrize(
    "payload",
    [
        {"password": CANARY},
        {"user": {"credentials": {"login": "x", "deep": [CANARY]}}},
        {"headers": [{"Authorization": f"Bearer {CANARY}"}]},
        {"access_token": CANARY},
        {"cookies": [CANARY]},
        {"note": f"password={CANARY}"},
        {"note": f"try password: '{CANARY} x' now"},
        {"url": f"amqps://app:{CANARY}@broker/vhost"},
        {"url": f"postgres://app:x@{CANARY}@db/main"},
        {"body": json.dumps({"password": CANARY})},
        {"body": json.dumps({"inner": json.dumps({"api_key": CANARY})})},
        {"body": json.dumps({"password": f'a"{CANARY}'})},
        {"log": f"GET /\nAuthorization: Digest user={CANARY}, x\nCookie: a=1; b={CANARY}"},
        {"query": f"/login?user=a&access_token={CANARY}&x=1"},
        {"log": f"sent Authorization: Bearer {CANARY}"},
        {f"password={CANARY}": 1},
    ],
)
def test_a_secret_in_json_does_not_leave(payload):
    raw = json.dumps(payload).encode()
    clean = Redactor().payload(raw)
    assert CANARY.encode() not in clean
    assert decode(clean)[1] == "json"


@pytest.mark.parametrize(
    "payload",
    [
        f"user=a&password={CANARY}&x=1".encode(),
        f"Authorization: Bearer {CANARY}\r\nHost: x".encode(),
        f'{{"a": NaN, "password": "{CANARY}"}}'.encode(),
        f'{{"password": "{CANARY}'.encode(),
        b"\xff\xfe password=" + CANARY.encode() + b" \xff",
        rb'{"p\u0061ssword": "' + CANARY.encode() + b'"}',
        rb'{"u": "https:\/\/u:' + CANARY.encode() + b'@h"}',
        b'{"a": "password=' + CANARY.encode() + b'", "a": 1}',
    ],
)
def test_a_secret_in_other_bytes_does_not_leave(payload):
    assert CANARY.encode() not in Redactor().payload(payload)


def test_a_graph_of_tokens_is_not_secret():
    payload = {"token_id": "tok-1", "token_type": "neuron", "token": {"id": 5, "coordinates": [0.1]}, "tokens": ["a"]}
    raw = json.dumps(payload).encode()
    assert json.loads(Redactor().payload(raw)) == payload


def test_what_says_nothing_is_not_replaced():
    payload = {"password": None, "secret": "", "cookie": True, "password_required": "yes"}
    assert json.loads(Redactor().payload(json.dumps(payload).encode())) == payload


def test_equal_secrets_stay_equal_and_different_ones_differ():
    redactor = Redactor()
    first, again, other = (
        json.loads(redactor.payload(b'{"password": "%s"}' % p))["password"] for p in (b"a", b"a", b"b")
    )
    assert first == again != other
    assert Redactor().text("password=a") == f"password={first}"


def test_placeholders_depend_on_a_key_that_is_not_written():
    assert Redactor(b"one").text("password=a") != Redactor(b"two").text("password=a")


def test_a_trace_under_a_secret_id_still_joins():
    store = store_of(life("e1", JWT) + life("e2", JWT, cause="e1"))
    redactor = Redactor()
    ids = {redactor.event(store.event(seq)).correlation_id for seq in range(1, 13)}
    assert len(ids) == 1
    assert JWT not in str(ids)


@pytest.mark.parametrize("field", ["type", "producer", "channel", "key", "error", "subscription", "id", "causation_id"])
def test_every_text_of_an_event_is_looked_through(field):
    event = store_of([Record(**{field: f"amqp://u:{CANARY}@h"})]).event(1)
    assert CANARY not in repr(Redactor().event(event))


def test_headers_are_redacted_by_name_and_by_value():
    headers = json.dumps([["Authorization", CANARY], ["x", f"password={CANARY}"], ["content-type", "a/b"], ["n", 1.5]])
    clean = Redactor().headers(headers)
    assert CANARY not in clean
    assert json.loads(clean)[2:] == [["content-type", "a/b"], ["n", 1.5]]


def test_an_event_without_secrets_stays_byte_for_byte():
    event = store_of([Record(type="order.created", payload=b'{ "total": 1.10 }\n', error="no")]).event(1)
    assert Redactor().event(event) == event


def test_numbers_beside_a_secret_stay_as_they_were_written():
    raw = b'{"password":"x","n":[1.10,1e5,0.1234567890123456789,9007199254740993]}'
    assert b"[1.10,1e5,0.1234567890123456789,9007199254740993]" in Redactor().payload(raw)


def test_redacting_twice_changes_nothing_more():
    redactor = Redactor()
    texts = [
        "password=a",
        '{"token": "b"}',
        f"x {JWT}",
        "amqp://u:p@h",
        "Cookie: a=b; c",
        "Authorization: Bearer x y",
        PEM,
    ]
    for text in [*texts, json.dumps({"password": 5, "secrets": ["a", {"b": "c"}], "u": texts})]:
        once = redactor.payload(text.encode())
        assert redactor.payload(once) == once


@given(st.binary())
def test_any_bytes_can_be_redacted(payload):
    assert isinstance(Redactor().payload(payload), bytes)


@pytest.mark.parametrize("name", PAYLOADS)
def test_hostile_payloads_can_be_redacted(name):
    before, after = decode(PAYLOADS[name]), decode(Redactor().payload(PAYLOADS[name]))
    assert before == after


def test_hostile_events_can_be_redacted():
    records = hostile_records()
    store = store_of(records)
    for seq in range(1, len(records) + 1):
        assert Redactor().event(store.event(seq)).seq == seq


def test_the_event_of_a_store_can_be_replaced():
    event = store_of([Record(payload=b"password=x", error="token=y")]).event(1)
    clean = Redactor().event(event)
    assert msgspec.structs.asdict(clean).keys() == msgspec.structs.asdict(event).keys()
    assert (event.payload, event.error) == (b"password=x", "token=y")
