"""Every export is what it says it is, and lies where it was asked, whatever the events hold."""

from __future__ import annotations

import csv
import io

import pytest
from exported import export, schema, strict
from hostile import NOON, TEXTS, hostile_records, life, store_of

from app.exports import export_rows, export_trace, extension, formats, preview, write
from app.exports.trace_json import trace_json
from app.failure import Failure
from app.redaction.redaction import Redactor
from app.store.store import Store
from eventscope.connector import Block, Record
from eventscope.step import Phase


@pytest.fixture(scope="module")
def hostile() -> Store:
    return store_of(hostile_records())


@pytest.mark.parametrize("redact", [True, False])
@pytest.mark.parametrize("name", [n for n in formats() if n not in ("jsonl", "csv", "mermaid")])
def test_hostile_events_make_a_strict_document(hostile, name, redact):
    assert strict(export(name, hostile, redact=redact))


@pytest.mark.parametrize("redact", [True, False])
def test_hostile_events_fit_the_schemas(hostile, redact):
    document = strict(export("json", hostile, redact=redact))
    schema("document").validate(document)
    lines = export("jsonl", hostile, redact=redact).decode().split("\n")
    validator = schema("event")
    for line in lines[:-1]:
        validator.validate(strict(line))
    assert [strict(line) for line in lines[:-1]] == document["events"]
    assert lines[-1] == ""


@pytest.mark.parametrize("correlation_id", TEXTS)
def test_hostile_traces_fit_the_schema(hostile, correlation_id):
    schema("trace").validate(trace_json(hostile, correlation_id))


@pytest.mark.parametrize("name", formats())
def test_nothing_to_export_is_a_document_as_well(name):
    text = export(name, Store()).decode()
    if name in ("jsonl", "mermaid"):
        assert text == ""
    elif name == "csv":
        assert len(list(csv.DictReader(io.StringIO(text)))) == 0
    else:
        strict(text)


def test_a_document_names_its_sources_and_traces():
    document = strict(export("json", store_of(life("e1", "c1") + life("e2", "c2"))))
    assert document["sources"] == [{"name": "test", "events": 12, "first_seq": 1}]
    assert [trace["correlation_id"] for trace in document["traces"]] == ["c1", "c2"]
    assert document["eventscope"]["version"] == 1
    assert document["eventscope"]["creator"]["name"] == "Eventscope"


def test_rows_keep_the_order_that_is_asked_for():
    out = io.BytesIO()
    write("jsonl", store_of(life()), [3, 1, 2], out)
    assert [strict(line)["seq"] for line in out.getvalue().splitlines()] == [3, 1, 2]


@pytest.mark.parametrize("name", formats())
def test_rows_that_were_evicted_meanwhile_are_left_out_and_counted(name, caplog):
    store = Store(budget=1)  # keeps the newest chunk only
    for record in life():
        store.append("test", Block.of([record]), NOON)
    assert store.evicted > 0
    report = write(name, store, range(1, 7), out := io.BytesIO())
    assert (report.rows, report.missing) == (store.kept, store.evicted)
    assert "evicted" in caplog.text
    assert out.getvalue()


def test_a_trace_has_its_events_in_causal_order_with_their_places():
    later, earlier = life("e2", cause="e1", at=NOON + 5_000_000), life("e1")
    trace = trace_json(store_of(later + earlier), "c1")
    schema("trace").validate(trace)
    events = {event["seq"]: event for event in trace["events"]}
    order = [event["seq"] for event in trace["events"]]
    assert sorted(order) == list(range(1, 13))
    for event in trace["events"]:
        if (parent := event["parent_seq"]) is not None:
            assert event["depth"] == events[parent]["depth"] + 1
            assert order.index(parent) < order.index(event["seq"])
    roots = [event for event in trace["events"] if event["parent_seq"] is None]
    assert [(root["id"], root["phase"], root["depth"]) for root in roots] == [("e1", "published", 0)]
    assert trace["trace"]["started_at"] == "2025-11-21T12:06:07.123456789Z"
    assert trace["trace"]["duration_ms"] == 12.0


def test_only_the_rows_of_the_trace_are_in_it():
    store = store_of(life("e1", "c1") + life("e2", "c2"))
    assert {event["correlation_id"] for event in trace_json(store, "c2")["events"]} == {"c2"}


def test_a_trace_without_rows_says_so():
    trace = trace_json(Store(), "nobody")
    schema("trace").validate(trace)
    assert trace["events"] == []
    assert "started_at" not in trace["trace"]


def test_an_exported_trace_states_whether_secrets_were_replaced():
    store = store_of(life())
    assert trace_json(store, "c1")["eventscope"]["redaction"] == {"applied": False}
    assert trace_json(store, "c1", Redactor())["eventscope"]["redaction"] == {"applied": True}


SECRET = Record(type="login", payload=b'{"password": "canary-42", "user": "a"}', headers='[["Cookie", "canary-42"]]',
                correlation_id="c", id="i", error="failed for amqp://u:canary-42@h")  # fmt: skip


@pytest.mark.parametrize("name", formats())
def test_a_file_holds_no_secret_unless_it_is_asked_to(tmp_path, name):
    store = store_of([SECRET])
    report = export_rows(name, store, [1], tmp_path / "clean")
    assert b"canary" not in (tmp_path / "clean").read_bytes()
    assert report.replaced == {"password": 1, "cookie": 1, "url-password": 1}
    export_trace(name, store, "c", tmp_path / "trace")
    assert b"canary" not in (tmp_path / "trace").read_bytes()
    export_rows(name, store, [1], tmp_path / "whole", redact=False)
    assert (b"canary" in (tmp_path / "whole").read_bytes()) is (name != "mermaid"), "a picture has no payloads"


def test_a_preview_counts_what_an_export_would_replace():
    assert preview(store_of([SECRET, SECRET]), [1, 2]) == {"password": 2, "cookie": 2, "url-password": 2}
    assert preview(store_of(life()), range(1, 7)) == {}


@pytest.mark.parametrize("name", formats())
def test_without_a_file_it_goes_to_stdout(capfdbinary, name):
    export_rows(name, store_of(life()), range(1, 7))
    assert b"order.created" in capfdbinary.readouterr().out


def test_an_existing_file_stays_unless_it_may_be_replaced(tmp_path):
    target = tmp_path / "x.json"
    target.write_text("mine")
    with pytest.raises(Failure, match="exists already; choose another name"):
        export_rows("json", Store(), [], target)
    assert target.read_text() == "mine"
    export_rows("json", Store(), [], target, replace=True)
    assert strict(target.read_bytes())["events"] == []


def test_a_failure_while_writing_leaves_nothing_behind(tmp_path):
    with pytest.raises(KeyError):
        export_rows("nonsense", Store(), [], tmp_path / "x.json")
    assert list(tmp_path.iterdir()) == []


def test_each_format_has_an_extension():
    assert {name: extension(name) for name in formats()} == {
        "json": "json", "jsonl": "jsonl", "csv": "csv", "otlp": "json", "jaeger": "json", "chrome": "json",
        "mermaid": "mmd",
    }  # fmt: skip


def test_a_sequence_diagram_tells_who_said_what_and_what_was_taken_back():
    def said(type_: str, by: str, cause: str | None, at: int) -> Record:
        return Record(
            type_, b"{}", id=type_, causation_id=cause, correlation_id="c", producer=by, occurred_at=at, fanout=1
        )

    created, reserved = said("order.created", "orders", None, 1), said("stock.reserved", "stock", "order.created", 2)
    released = said("stock.released", "stock", "stock.reserved", 3)
    lost = created._replace(phase=Phase.DEAD_LETTERED, subscription="mail; #1", attempt=3, error="away", occurred_at=4)
    text = export("mermaid", store_of([created, reserved, released, lost])).decode()
    assert text.splitlines() == [
        "sequenceDiagram",
        "    participant p0 as orders",
        "    participant p1 as stock",
        "    participant p2 as mail#59; #35;1",
        "    p0-xp2: order.created (3 attempts)",
        "    Note over p1: stock.reserved",
        "    Note over p1: stock.released",
        "    Note over p1: takes back stock.reserved",
    ]
