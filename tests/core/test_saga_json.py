"""The JSON of a trace tells of the saga that it is and of messages that were passed on, as the window does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from exported import schema
from hypothesis import given, settings
from hypothesis import strategies as st

from app.commands.export import main as export_main
from app.exports import export_rows
from app.exports.selection import Selection
from app.exports.trace_json import about, trace_json, whole_trace
from app.redaction.redaction import Redactor
from app.store.store import Store
from app.traces.summary import TraceState
from eventscope.connector import Block, Record
from eventscope.step import Phase

START = 1_800_000_000_000_000_000


def said(type_: str, by: str, cause: str | None = None, **more: Any) -> Record:
    """An event whose id is its type."""
    known: dict[str, Any] = {"id": type_, "correlation_id": "c", "channel": "bus", "fanout": 0} | more
    return Record(type_, known.pop("payload", b'{"order_id": "o-17"}'), producer=by, causation_id=cause, **known)


def store_of(*records: Record) -> Store:
    store = Store()
    timed = [record._replace(occurred_at=START + 10_000_000 * place) for place, record in enumerate(records)]
    store.append("bus", Block.of(timed), START)
    return store


def told(*records: Record, redactor: Redactor | None = None) -> dict[str, Any]:
    document = trace_json(store_of(*records), "c", redactor)
    schema("trace").validate(document)
    trace: dict[str, Any] = document["trace"]
    return trace


CREATED = said("order.created", "orders")
RESERVED = said("stock.reserved", "stock", "order.created")
PAID = said("payment.processed", "payment", "stock.reserved")
LABEL = said(
    "shipping.failed", "shipping", "payment.processed", payload=b'{"order_id": "o-17", "reason": "no carrier"}'
)
REFUNDED = said("payment.refunded", "payment", "shipping.failed")
RELEASED = said("stock.released", "stock", "payment.refunded")
CANCELLED = said("order.cancelled", "orders", "stock.released")


def test_a_saga_that_was_taken_back_is_told_step_by_step() -> None:
    assert told(CREATED, RESERVED, PAID, LABEL, REFUNDED, RELEASED, CANCELLED)["saga"] == {
        "name": "o-17",
        "state": "compensated",
        "style": "choreography",
        "reason": "no carrier",
        "steps": [
            {"seq": 2, "type": "stock.reserved", "producer": "stock", "state": "undone", "undone_by": 6},
            {"seq": 3, "type": "payment.processed", "producer": "payment", "state": "undone", "undone_by": 5},
        ],
        "undone": [
            {"seq": 5, "type": "payment.refunded", "producer": "payment", "undoes": [3]},
            {"seq": 6, "type": "stock.released", "producer": "stock", "undoes": [2]},
            {"seq": 7, "type": "order.cancelled", "producer": "orders", "undoes": [1]},
        ],
        "failures": [{"seq": 4, "type": "shipping.failed", "producer": "shipping"}],
        "left": [],
    }


def test_what_was_left_behind_is_told() -> None:
    saga = told(CREATED, RESERVED, PAID, LABEL, REFUNDED)["saga"]
    assert (saga["state"], saga["left"]) == ("failed", [2])
    assert [step["state"] for step in saga["steps"]] == ["left", "undone"]
    assert "undone_by" not in saga["steps"][0]


def test_a_step_that_its_service_undid_in_silence_is_undone_by_no_event() -> None:
    off = said("order.cancelled", "orders", "shipping.failed", fanout=1)
    silent = off._replace(phase=Phase.HANDLED, subscription="stock_release", payload=None, attempt=1, fanout=-1)
    step = told(CREATED, RESERVED, said("shipping.failed", "shipping", "stock.reserved"), off, silent)["saga"]["steps"][
        0
    ]
    assert step == {"seq": 2, "type": "stock.reserved", "producer": "stock", "state": "undone"}


def test_who_leads_is_told() -> None:
    headers = json.dumps([["NServiceBus.OriginatingSagaType", "Shop.OrderPolicy, Shop"]])
    saga = told(CREATED, RESERVED._replace(headers=headers), PAID)["saga"]
    assert (saga["style"], saga["leader"], saga["state"]) == ("orchestration", "OrderPolicy", "completed")
    assert [step["state"] for step in saga["steps"]] == ["done", "done"]


def test_the_state_is_that_of_whoever_exports() -> None:
    store = store_of(CREATED, RESERVED, PAID)
    for state, expected in ((TraceState.OPEN, "running"), (TraceState.STUCK, "stuck"), (None, "completed")):
        trace = whole_trace(store, "c", state)
        selection = Selection(store, [seq for seq, _, _ in trace.rows()], trace=trace)
        assert about(selection, trace)["saga"]["state"] == expected


@pytest.mark.parametrize(
    ("last", "state"),
    [(PAID, "completed"), (PAID._replace(fanout=1), "stuck"), (LABEL, "failed")],
    ids=["completed", "stuck", "failed"],
)
def test_a_file_is_told_of_as_one_to_which_nothing_is_added(
    last: Record, state: str, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    store = store_of(CREATED, RESERVED, last)
    export_rows("jsonl", store, range(1, 4), tmp_path / "saga.jsonl")
    assert export_main([str(tmp_path / "saga.jsonl"), "--trace", "c"]) == 0
    assert json.loads(capsysbinary.readouterr().out)["trace"]["saga"]["state"] == state


def test_an_ordinary_trace_has_neither_saga_nor_hops() -> None:
    assert told(said("note.made", "notes"), said("note.read", "reader", "note.made")).keys() == {
        "correlation_id", "started_at", "duration_ms", "complete", "warnings",
    }  # fmt: skip


def test_messages_that_were_passed_on_are_told() -> None:
    mail = said("mail.due", "shop", channel="mails[0]@1")
    again = mail._replace(channel="mails.retry[0]@1")
    dead = mail._replace(channel="mails.dead-letter[0]@1", headers=json.dumps([["attempts", "3"]]))
    assert told(mail, again, dead)["hops"] == [
        {"seq": 2, "from": "mails", "to": "mails.retry", "way": "retry"},
        {"seq": 3, "from": "mails.retry", "to": "mails.dead-letter", "way": "dead letter", "attempts": 3},
    ]
    assert told(mail, mail._replace(channel="orders[0]@7"))["hops"] == [{"seq": 2, "from": "mails", "to": "orders"}]


def test_no_secret_stands_in_what_is_told_of_a_saga() -> None:
    secret = b'{"order_id": "o-17", "reason": "refused by amqp://shop:canary-42@bank"}'
    records = (
        CREATED,
        RESERVED,
        said("payment.failed", "amqp://shop:canary-42@bank", "stock.reserved", payload=secret),
    )
    assert "canary-42" in json.dumps(told(*records))
    assert "canary-42" not in json.dumps(told(*records, redactor=Redactor()))


ROWS = st.builds(
    lambda type_, id_, cause, by, phase, to, place, headers: Record(
        type_, b'{"order_id": "o"}', id=id_, causation_id=cause, producer=by, phase=phase, subscription=to,
        correlation_id="c", channel=place, headers=headers,
    ),
    st.sampled_from(["order.created", "order.cancelled", "stock.reserved", "stock.released", "payment.failed", None, "",
                     "ReserveStock", "\ud800", "payment.processed"]),
    st.sampled_from([None, "1", "2", "3"]),
    st.sampled_from([None, "1", "2", "3"]),
    st.sampled_from([None, "orders", "stock", ""]),
    st.sampled_from(list(Phase)),
    st.sampled_from([None, "stock_reserve"]),
    st.sampled_from([None, "bus", "mails.retry", "mails.dlq[1]@7", " → x"]),
    st.sampled_from(
        [None, "?", '[["saga", "x"], ["step", -1]]', '[["attempts", "2"]]', '[["x-death", [{"count": 3}]]]']
    ),
)  # fmt: skip


@settings(deadline=None, max_examples=200)
@given(st.lists(ROWS, min_size=1, max_size=15))
def test_whatever_the_rows_are_the_document_fits_the_schema(rows: list[Record]) -> None:
    saga = told(*rows).get("saga")
    seqs = {number + 1 for number in range(len(rows))}
    if saga is not None:
        assert {step["seq"] for step in saga["steps"] if step["state"] == "left"} == set(saga["left"])
        assert {seq for undo in saga["undone"] for seq in undo["undoes"]} <= seqs
        by = {step["undone_by"] for step in saga["steps"] if "undone_by" in step}
        assert by <= {undo["seq"] for undo in saga["undone"]}
