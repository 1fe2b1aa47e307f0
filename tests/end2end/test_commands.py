"""The commands of the contract, run as a user runs them."""

from __future__ import annotations

import csv
import io
import json
import signal
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from processes import events_of, finish

ROOT = Path(__file__).resolve().parents[2]
SCHEMAS = ROOT / "resources" / "schema"


def schema(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((SCHEMAS / f"{name}.schema.json").read_text())
    return loaded


@pytest.fixture
def recorded(eventscope: Any, tmp_path: Path) -> Path:
    file = tmp_path / "demo.jsonl"
    code, out, err = finish(eventscope("record", "demo:orders?rate=200&seed=7", "-o", file, "--limit", "400"))
    assert (code, out) == (0, ""), err
    return file


def test_tail_prints_events_that_fit_the_schema(eventscope: Any) -> None:
    code, out, err = finish(eventscope("tail", "demo:?seed=1&rate=200", "--limit", "200"))
    assert (code, err) == (0, "")
    events = events_of(out)
    assert len(events) == 200
    validator = jsonschema.Draft202012Validator(schema("event"))
    for event in events:
        validator.validate(event)


def test_tail_numbers_rows_and_states_phases(eventscope: Any) -> None:
    _, out, _ = finish(eventscope("tail", "demo:orders?rate=200", "--limit", "300"))
    events = events_of(out)
    assert [e["seq"] for e in events] == sorted({e["seq"] for e in events})
    assert {"published", "delivered", "handled"} <= {e["phase"] for e in events}


def test_tail_filters(eventscope: Any) -> None:
    code, out, _ = finish(
        eventscope("tail", "demo:?rate=300", "--filter", "category:order phase:published", "--limit", "20")
    )
    assert code == 0
    assert {(e["category"], e["phase"]) for e in events_of(out)} == {("order", "published")}


def test_tail_as_text_is_one_line_an_event(eventscope: Any) -> None:
    code, out, _ = finish(eventscope("tail", "demo:?rate=300", "--format", "text", "--limit", "25"))
    assert (code, len(out.splitlines())) == (0, 25)


def test_tail_ends_after_some_seconds(eventscope: Any) -> None:
    code, out, _ = finish(eventscope("tail", "demo:", "--seconds", "1"))
    assert code == 0
    assert out


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_tail_cleanly_with_what_was_seen(eventscope: Any, number: signal.Signals) -> None:
    process = eventscope("tail", "demo:?rate=300")
    first = process.stdout.readline()
    process.send_signal(number)
    code, out, err = finish(process)
    assert (code, err) == (0, "")
    events_of(first + out)


def test_a_reader_that_leaves_does_no_harm(eventscope: Any) -> None:
    process = eventscope("tail", "demo:?rate=300")
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(timeout=20) == 0
    assert "Traceback" not in process.stderr.read()


def test_what_was_recorded_exports_to_the_same_events(eventscope: Any, recorded: Path) -> None:
    code, out, err = finish(eventscope("export", recorded, "--format", "jsonl", "--with-secrets"))
    assert code == 0, err
    before = events_of(recorded.read_text())
    after = events_of(out)
    assert len(after) == len(before) == 400
    for old, new in zip(before, after, strict=True):
        for field in ("type", "id", "payload", "phase", "correlation_id", "causation_id", "occurred_at"):
            assert old.get(field) == new.get(field)


def test_one_trace_exports_in_causal_order(eventscope: Any, recorded: Path, tmp_path: Path) -> None:
    wanted = events_of(recorded.read_text())[0]["correlation_id"]
    target = tmp_path / "trace.json"
    code, _, err = finish(eventscope("export", recorded, "--trace", wanted, "-o", target))
    assert code == 0, err
    trace = json.loads(target.read_text())
    jsonschema.Draft202012Validator(schema("trace")).validate(trace)
    depth = {e["seq"]: e["depth"] for e in trace["events"]}
    for event in trace["events"]:
        if event.get("parent_seq") is not None:
            assert depth[event["seq"]] == depth[event["parent_seq"]] + 1
    assert {e["correlation_id"] for e in trace["events"]} == {wanted}


@pytest.mark.parametrize("name", ["json", "jsonl", "csv", "otlp", "jaeger", "chrome"])
def test_every_format_can_be_read_back(eventscope: Any, recorded: Path, name: str) -> None:
    code, out, err = finish(eventscope("export", recorded, "--format", name))
    assert code == 0, err
    if name == "csv":
        assert len(list(csv.DictReader(io.StringIO(out)))) == 400
    else:
        assert [json.loads(line) for line in (out.splitlines() if name == "jsonl" else [out])]


def test_traces_are_written_as_sequence_diagrams(eventscope: Any, recorded: Path) -> None:
    code, out, err = finish(eventscope("export", recorded, "--format", "mermaid"))
    assert code == 0, err
    assert out.startswith("```mermaid\nsequenceDiagram\n    participant p0 as ")


WRONG = [
    (["tail", "kafak://localhost"], 2),
    (["tail", "demo:nonsense"], 2),
    (["tail", "demo:?rate=fast"], 2),
    (["tail", "demo:", "--filter", "prioritty:high"], 2),
    (["tail", "demo:", "--filter", "(a or"], 2),
    (["tail"], 2),
    (["tail", "demo:", "--nonsense"], 2),
    (["tail", "file:/no/such/file.jsonl"], 3),
    (["export", "/no/such/file.jsonl"], 4),
    (["record", "demo:", "-o", "/no/such/folder/x.jsonl", "--limit", "1"], 4),
    (["nonsense:"], 2),
    (["check", "file:/no/such/file.jsonl"], 1),
]


@pytest.mark.parametrize(("arguments", "expected"), WRONG, ids=lambda v: " ".join(v) if isinstance(v, list) else "")
def test_an_error_is_one_sentence_and_an_exit_code(eventscope: Any, arguments: list[str], expected: int) -> None:
    code, _, err = finish(eventscope(*arguments))
    assert code == expected, err
    if expected != 1:
        assert err.startswith("eventscope: error: ")
        assert len(err.splitlines()) == 1
    assert "Traceback" not in err


@pytest.mark.parametrize("command", ["", "tail", "record", "export", "demo", "check"])
def test_every_command_explains_itself(eventscope: Any, command: str) -> None:
    code, out, _ = finish(eventscope(*filter(None, [command]), "--help"))
    assert code == 0
    assert out.startswith("usage: eventscope")


def test_the_version_is_the_one_of_the_project(eventscope: Any) -> None:
    code, out, _ = finish(eventscope("--version"))
    assert code == 0
    assert "0.1.0" in out


def test_check_says_step_by_step_what_works(eventscope: Any) -> None:
    code, out, _ = finish(eventscope("check", "demo:"))
    assert code == 0
    assert "✓" in out


def test_nothing_without_a_window_imports_qt(start: Any) -> None:
    script = "import sys; sys.argv=['x']; from app.cli import run; code = run(['tail','demo:?rate=200','--limit','5']);"
    script += "assert not [m for m in sys.modules if m.startswith(('PySide6','qasync','pyqtgraph'))]; sys.exit(code)"
    code, _, err = finish(start("-c", script))
    assert code == 0, err


def test_an_existing_recording_is_not_overwritten(eventscope: Any, recorded: Path) -> None:
    before = recorded.read_bytes()
    code, _, err = finish(eventscope("record", "demo:", "-o", recorded, "--limit", "1"))
    assert code == 4
    assert "choose another name" in err
    assert recorded.read_bytes() == before


def test_a_recording_is_private(recorded: Path) -> None:
    assert recorded.stat().st_mode & 0o077 == 0


def test_the_window_without_a_display_says_what_to_do(eventscope: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    process = subprocess.run(
        ["env", "-u", "DISPLAY", "-u", "WAYLAND_DISPLAY", "-u", "QT_QPA_PLATFORM", "python3", "main.py", "demo:"],
        cwd=ROOT, capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert process.returncode == 2
    assert "no display" in process.stderr or "pip install" in process.stderr
